import type { StoreCode } from '@tillwire/domain';
import type { EpochMarks } from '../store/watermark-store.ts';

/** A place in a store's journal. */
export interface Place {
  readonly epoch: number;
  readonly seq: number;
}

/**
 * How far each journal was whole when it was last looked at. What comes from within was sent before, most likely: it is
 * looked for in the journal by its hash before anything is made of it. A guess, which nothing but speed rests on.
 */
export interface Reach {
  readonly note: (store: StoreCode, marks: readonly EpochMarks[]) => void;
  readonly isWithin: (store: StoreCode, place: Place) => boolean;
}

export function createReach(): Reach {
  const through = new Map<string, number>();
  return {
    note: (store, marks) => {
      for (const { journal_epoch, acked_through } of marks) {
        through.set(`${store} ${journal_epoch}`, acked_through);
      }
    },
    isWithin: (store, { epoch, seq }) => seq <= (through.get(`${store} ${epoch}`) ?? 0),
  };
}
