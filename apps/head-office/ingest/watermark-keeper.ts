import type { StoreCode } from '@tillwire/domain';
import { type Clock, type Log, pause } from '@tillwire/runtime';
import type { Database } from '../store/database.ts';
import { advanceWatermarks, readEpochMarks } from '../store/watermark-store.ts';
import { type Acknowledge, NAMES_NOTHING } from './acknowledger.ts';

/** Commits of a store within this are looked at together. */
const GATHER_MS = 50;
/** While much comes, looking takes this share of the time at most: the commits it waits for need the rest. */
const SHARE = 1 / 5;
const RETRY_MS = 1000;

export interface WatermarkKeeper {
  /** Events of the store's epochs were stored or parked. */
  readonly touched: (store: StoreCode, epochs: Iterable<number>) => void;
  readonly run: (signal: AbortSignal) => Promise<void>;
}

/** Moves watermarks behind the commits, off their path, and tells the store where one advanced. */
export function createWatermarkKeeper({
  db,
  acknowledge,
  clock,
  log,
}: {
  readonly db: Database;
  readonly acknowledge: Acknowledge;
  readonly clock: Clock;
  readonly log: Log;
}): WatermarkKeeper {
  let waiting = new Map<StoreCode, Set<number>>();
  let wake: (() => void) | null = null;

  const touched = (store: StoreCode, epochs: Iterable<number>): void => {
    const known = waiting.get(store) ?? new Set();
    for (const epoch of epochs) known.add(epoch);
    waiting.set(store, known);
    wake?.();
  };

  const somethingWaits = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (waiting.size > 0 || signal.aborted) return resolve();
      const done = (): void => {
        wake = null;
        signal.removeEventListener('abort', done);
        resolve();
      };
      wake = done;
      signal.addEventListener('abort', done, { once: true });
    });

  const look = async (store: StoreCode, epochs: ReadonlySet<number>): Promise<void> => {
    const at = new Date(clock.nowMs());
    const moved = await advanceWatermarks(db, store, [...epochs], { again: false, at });
    if (!moved) return;
    const marks = (await readEpochMarks(db, [store])).get(store) ?? [];
    await acknowledge(store, marks, NAMES_NOTHING);
  };

  return {
    touched,
    run: async (signal) => {
      let tookMs = 0;
      while (!signal.aborted) {
        await somethingWaits(signal);
        await pause(Math.max(GATHER_MS, tookMs / SHARE - tookMs), signal);
        const begunMs = clock.monotonicMs();
        const batch = waiting;
        waiting = new Map();
        for (const [store, epochs] of batch) {
          try {
            await look(store, epochs);
          } catch (error) {
            log.warn({ store, err: error }, 'the watermark could not be moved');
            touched(store, epochs);
            await pause(RETRY_MS, signal);
          }
        }
        tookMs = clock.monotonicMs() - begunMs;
      }
    },
  };
}
