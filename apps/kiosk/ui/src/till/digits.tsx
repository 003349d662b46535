import { moveByArrows } from '../arrows.ts';
import { typeDigits } from './tender.ts';

const DIGITS = ['7', '8', '9', '4', '5', '6', '1', '2', '3', '0', '00'] as const;

/**
 * Digits of an amount in pence. Whoever has a keyboard has digits on it: these are not stops on its way.
 */
export function Digits({ typed }: { readonly typed: { value: number } }) {
  return (
    <div class="digits" role="group" aria-label="Digits" onKeyDown={moveByArrows}>
      {DIGITS.map((digits) => (
        <button
          key={digits}
          type="button"
          class="key"
          tabIndex={-1}
          onClick={() => {
            typed.value = typeDigits(typed.value, digits);
          }}
        >
          {digits}
        </button>
      ))}
      <button
        type="button"
        class="key"
        tabIndex={-1}
        aria-label="Delete the last digit"
        onClick={() => {
          typed.value = Math.floor(typed.value / 10);
        }}
      >
        ⌫
      </button>
    </div>
  );
}
