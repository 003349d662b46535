import { useRef, useState } from 'preact/hooks';
import { type Answer, problemText } from '../api.ts';
import { TableScroll } from './parts.tsx';

/** Something done to one thing after another. */
export interface Batch {
  readonly total: number;
  readonly done: number;
  readonly refused: readonly { readonly item: string; readonly why: string }[];
  readonly state: 'running' | 'stopped' | 'finished';
}

export interface BatchRunner {
  /** Null: nothing was begun yet. */
  readonly batch: Batch | null;
  readonly run: (
    items: readonly string[],
    work: (item: string) => Promise<Answer<unknown>>,
  ) => Promise<void>;
  /** Ends it after the one at hand: what is done stays done. */
  readonly stop: () => void;
}

/** Does something to many, one at a time, with what became of each. */
export function useBatch(): BatchRunner {
  const [batch, setBatch] = useState<Batch | null>(null);
  const isStopped = useRef(false);
  return {
    batch,
    run: async (items, work) => {
      isStopped.current = false;
      let now: Batch = { total: items.length, done: 0, refused: [], state: 'running' };
      setBatch(now);
      for (const item of items) {
        if (isStopped.current) break;
        const answer = await work(item);
        now = {
          ...now,
          done: now.done + 1,
          refused: answer.ok
            ? now.refused
            : [...now.refused, { item, why: problemText(answer.problem) }],
        };
        setBatch(now);
      }
      setBatch({ ...now, state: now.done < now.total ? 'stopped' : 'finished' });
    },
    stop: () => {
      isStopped.current = true;
    },
  };
}

const HEADS = { running: 'Under way', stopped: 'Stopped', finished: 'Done' } as const;

export const BatchProgress = ({ runner }: { readonly runner: BatchRunner }) => {
  const { batch, stop } = runner;
  if (batch === null) return null;
  const { total, done, refused, state } = batch;
  return (
    <div class="stack tight" role="status">
      <div class="row between">
        <span>
          <strong>{HEADS[state]}</strong>: {done} of {total}
          {refused.length === 0 ? '' : `, ${refused.length} refused`}
        </span>
        {state === 'running' ? (
          <button type="button" class="button" onClick={stop}>
            Stop after this one
          </button>
        ) : null}
      </div>
      <progress max={total} value={done} aria-label="Done so far" />
      {refused.length === 0 ? null : (
        <TableScroll label="Refused">
          <table class="table">
            <tbody>
              {refused.map(({ item, why }) => (
                <tr key={item}>
                  <th scope="row">{item}</th>
                  <td>{why}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableScroll>
      )}
    </div>
  );
};
