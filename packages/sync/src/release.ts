import type { Acknowledgement, EpochState } from '@tillwire/contract';

/** A place in the store's own journal. */
export interface Place {
  readonly epoch: number;
  readonly seq: number;
}

/** What the store itself knows of its journal. */
export interface OwnJournal {
  /** The incarnation of Head Office last believed; 0 none yet. */
  readonly incarnation: number;
  /** Last seq of each epoch it holds or has begun; the highest epoch is the one it writes to. */
  readonly heads: ReadonlyMap<number, number>;
  /** The hash of the store's own event at a place; undefined where it holds none (pruned, or never was). */
  readonly hashAt: (place: Place) => string | undefined;
}

/** What an acknowledgement lets the store do, and what about it is wrong. */
export interface Release {
  readonly released: readonly Place[];
  /** Everything up to `seq` of `epoch` is released. */
  readonly releasedThrough: readonly Place[];
  readonly parked: readonly Place[];
  /** Head Office began anew: everything its watermarks do not cover is to be sent again. */
  readonly beganAnew: boolean;
  readonly alarms: readonly ReleaseAlarm[];
  /**
   * The journal being written is not the one Head Office knows: a new epoch has to begin. What
   * is wrong with an ended epoch is told and no more, or every acknowledgement would begin another one.
   */
  readonly startsNewEpoch: boolean;
}

export type ReleaseAlarm =
  /** Head Office holds another event at this place: two tills with one identity, or an old disk put back. */
  | { readonly type: 'hash-mismatch'; readonly place: Place; readonly theirs: string }
  /** Head Office holds a place beyond the head of the epoch being written, or a later epoch: an old disk was put back. */
  | { readonly type: 'ahead-of-us'; readonly place: Place };

/** The places whose own hashes `releaseBy` will ask for. */
export const placesOf = ({ epochs }: Acknowledgement): readonly Place[] =>
  epochs.flatMap((state) => [
    ...[...state.acked, ...state.parked].map(({ seq }) => ({ epoch: state.journal_epoch, seq })),
    { epoch: state.journal_epoch, seq: state.complete_through },
  ]);

/**
 * What an acknowledgement releases: only a row whose hash it names, or rows up to a watermark whose hash is the
 * store's own there. One of a lower incarnation releases nothing; null then.
 */
export function releaseBy(ack: Acknowledgement, own: OwnJournal): Release | null {
  if (ack.incarnation < own.incarnation) return null;
  const alarms: ReleaseAlarm[] = [];
  const current = Math.max(0, ...own.heads.keys());
  const matching = (state: EpochState, held: EpochState['acked']): readonly Place[] =>
    held.flatMap(({ seq, hash }) => {
      const place = { epoch: state.journal_epoch, seq };
      const ours = own.hashAt(place);
      if (ours === hash) return [place];
      if (ours !== undefined) alarms.push({ type: 'hash-mismatch', place, theirs: hash });
      // A restored store lacks the end of ended epochs, and gets it back; that is no fault of its disk.
      else if (place.epoch >= current && seq > (own.heads.get(place.epoch) ?? 0)) {
        alarms.push({ type: 'ahead-of-us', place });
      }
      return [];
    });
  const released = ack.epochs.flatMap((state) => matching(state, state.acked));
  const parked = ack.epochs.flatMap((state) => matching(state, state.parked));
  const releasedThrough = ack.epochs.flatMap((state) =>
    state.complete_through === 0 || state.watermark_hash === null
      ? []
      : matching(state, [{ seq: state.complete_through, hash: state.watermark_hash }]),
  );
  return {
    released,
    releasedThrough,
    parked,
    beganAnew: own.incarnation > 0 && ack.incarnation > own.incarnation,
    alarms,
    startsNewEpoch: alarms.some(({ place }) => place.epoch >= current),
  };
}

/**
 * Up to where rows of each epoch may be pruned as far as Head Office is concerned, once they are old enough: what its
 * watermark covers, by a hash that is the store's own, and no restore of it can go behind. The
 * row at the watermark stays, to be compared with the next one.
 */
export const prunableBy = (ack: Acknowledgement, own: OwnJournal): readonly Place[] =>
  ack.incarnation < own.incarnation
    ? []
    : ack.epochs.flatMap(({ journal_epoch: epoch, ...state }) => {
        const { complete_through: complete, watermark_hash: hash } = state;
        const seq = Math.min(complete - 1, state.backed_up_through);
        const fits = hash !== null && own.hashAt({ epoch, seq: complete }) === hash;
        return fits && seq > 0 ? [{ epoch, seq }] : [];
      });
