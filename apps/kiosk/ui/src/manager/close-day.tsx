import { useSignal } from '@preact/signals';
import { post, problemText } from '../api.ts';
import { Trouble } from './parts.tsx';

/** The key that closes a trading day for good, which asks once more. */
export function CloseDay({
  day,
  note,
  onClosed,
}: {
  /** As people call it. */
  readonly day: string;
  readonly note: string;
  readonly onClosed: (date: string) => void;
}) {
  const asks = useSignal(false);
  const isClosing = useSignal(false);
  const trouble = useSignal('');
  const close = async (): Promise<void> => {
    if (isClosing.value) return;
    isClosing.value = true;
    const answer = await post<{ readonly businessDate: string }>('/api/day/close', {});
    isClosing.value = false;
    asks.value = false;
    trouble.value = answer.ok ? '' : problemText(answer.problem);
    if (answer.ok) onClosed(answer.value.businessDate);
  };
  return (
    <>
      {asks.value ? (
        <div class="z-question" role="group" aria-label="Close the day">
          <p>
            <strong>Close {day} for good?</strong> What is sold after belongs to the next day.{note}
          </p>
          <div class="z-keys">
            <button
              type="button"
              class="key"
              autoFocus
              onClick={() => {
                asks.value = false;
              }}
            >
              Not yet
            </button>
            <button
              type="button"
              class="key primary"
              disabled={isClosing.value}
              onClick={() => void close()}
            >
              {isClosing.value ? 'Closing…' : 'Close it'}
            </button>
          </div>
        </div>
      ) : (
        <button
          type="button"
          class="key z-key"
          onClick={() => {
            asks.value = true;
          }}
        >
          Z reading: close the day
        </button>
      )}
      <Trouble text={trouble.value} />
    </>
  );
}
