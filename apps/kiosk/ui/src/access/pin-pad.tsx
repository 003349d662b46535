import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { moveByArrows } from '../arrows.ts';
import { type Problem, problemText } from '../api.ts';
import { duration } from '../format.ts';

const DIGITS = ['1', '2', '3', '4', '5', '6', '7', '8', '9'] as const;
const FEWEST_DIGITS = 4;
const MOST_DIGITS = 8;

/** Large keys for a PIN, and the keyboard's digits alike. `told`: what the kiosk said of the one before. */
export function PinPad({
  label,
  action,
  told,
  onPin,
}: {
  readonly label: string;
  readonly action: string;
  readonly told: { readonly problem: Problem | null } | null;
  readonly onPin: (pin: string) => Promise<void>;
}) {
  const pin = useSignal('');
  const isAsking = useSignal(false);
  const box = useRef<HTMLInputElement>(null);
  const lockedS = useCountdown(told?.problem?.retryAfterS ?? 0, told);
  const isLocked = lockedS > 0;
  useEffect(() => {
    if (!isLocked) box.current?.focus({ preventScroll: true });
  }, [isLocked]);
  const type = (digit: string): void => {
    if (pin.value.length < MOST_DIGITS) pin.value += digit;
  };
  const give = async (): Promise<void> => {
    if (isAsking.value || pin.value.length < FEWEST_DIGITS) return;
    const given = pin.value;
    pin.value = '';
    isAsking.value = true;
    await onPin(given);
    isAsking.value = false;
    box.current?.focus({ preventScroll: true });
  };
  const trouble = isLocked
    ? `Too many wrong PINs. This till takes none for ${duration(lockedS)}.`
    : told === null || told.problem?.code === 'pin-locked'
      ? ''
      : problemText(told.problem);
  return (
    <form
      class="pin-pad"
      onSubmit={(event) => {
        event.preventDefault();
        void give();
      }}
    >
      <label>
        <span class="small soft">{label}</span>
        <input
          ref={box}
          class="field pin"
          type="password"
          inputMode="none"
          autoComplete="off"
          maxLength={MOST_DIGITS}
          disabled={isLocked}
          value={pin.value}
          onInput={(event) => {
            pin.value = event.currentTarget.value.replaceAll(/\D/g, '').slice(0, MOST_DIGITS);
            event.currentTarget.value = pin.value;
          }}
        />
      </label>
      <p class={`trouble${trouble === '' ? '' : ' told'}`} role={isLocked ? 'timer' : 'alert'}>
        {trouble}
      </p>
      <div class="pin-keys" role="group" aria-label="Digits" onKeyDown={moveByArrows}>
        {DIGITS.map((digit) => (
          <PinKey key={digit} digit={digit} disabled={isLocked} type={type} />
        ))}
        <button
          type="button"
          class="key"
          tabIndex={-1}
          disabled={isLocked}
          aria-label="Delete the last digit"
          onClick={() => {
            pin.value = pin.value.slice(0, -1);
          }}
        >
          ⌫
        </button>
        <PinKey digit="0" disabled={isLocked} type={type} />
        <button
          type="submit"
          class="key primary"
          disabled={isLocked || pin.value.length < FEWEST_DIGITS}
        >
          {action}
        </button>
      </div>
    </form>
  );
}

// Whoever has a keyboard has digits on it: these are not stops on its way.
const PinKey = ({
  digit,
  disabled,
  type,
}: {
  readonly digit: string;
  readonly disabled: boolean;
  readonly type: (digit: string) => void;
}) => (
  <button type="button" class="key" tabIndex={-1} disabled={disabled} onClick={() => type(digit)}>
    {digit}
  </button>
);

/** Counts down from `seconds`, anew with each `of`. */
function useCountdown(seconds: number, of: unknown): number {
  const left = useSignal(seconds);
  useEffect(() => {
    const until = performance.now() + seconds * 1000;
    left.value = seconds;
    if (seconds === 0) return;
    const timer = setInterval(() => {
      left.value = Math.max(0, Math.ceil((until - performance.now()) / 1000));
      if (left.value === 0) clearInterval(timer);
    }, 250);
    return () => clearInterval(timer);
  }, [of]);
  return left.value;
}
