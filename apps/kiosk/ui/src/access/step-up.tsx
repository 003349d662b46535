import { stepUp } from '../api.ts';
import { PinPad } from './pin-pad.tsx';
import './access.css';

const WHO: Readonly<Record<string, string>> = {
  'shift-manager': 'a shift manager',
  manager: 'a manager',
};

/** Asks for the PIN of somebody who may do the one thing that was asked; it covers neither basket nor keys. */
export function StepUp() {
  const asked = stepUp.value;
  if (asked === null) return null;
  return (
    <div
      class="step-up card"
      role="dialog"
      aria-label="PIN needed"
      onKeyDown={(event) => {
        if (event.key === 'Escape') void asked.give(null);
        // What is typed here is no code of a product.
        event.stopPropagation();
      }}
    >
      <header>
        <h2>This needs {WHO[asked.needs] ?? asked.needs}</h2>
        <button type="button" class="key quiet" onClick={() => void asked.give(null)}>
          Cancel
        </button>
      </header>
      <PinPad
        label="PIN, for this alone"
        action="Allow"
        told={asked.told === null ? null : { problem: asked.told }}
        onPin={(pin) => asked.give(pin)}
      />
    </div>
  );
}
