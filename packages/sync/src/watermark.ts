import { ZERO_HASH } from '@tillwire/contract';

/** How far one epoch of a store's journal is known to be whole at Head Office. */
export interface Watermark {
  /** Every seq up to here is held or parked. */
  readonly heldThrough: number;
  /** As `heldThrough`, and every link fits. */
  readonly completeThrough: number;
  /** Hash of the event at `heldThrough`; null at 0. What the next one has to name as its predecessor. */
  readonly heldHash: string | null;
  /** Hash of the event at `completeThrough`; null at 0. */
  readonly hash: string | null;
  /** The first seq whose link does not fit: the claim stops before it, the lane goes on. */
  readonly frozenAt: number | null;
}

/**
 * What Head Office has of one place: an event, or something parked there, which names no predecessor. Of a place that
 * counts as restored nobody knows the hash where what follows it is not there to name it: zeros then.
 */
export interface HeldPlace {
  readonly seq: number;
  readonly hash: string;
  readonly prevHash: string | null;
}

export const NO_WATERMARK: Watermark = {
  heldThrough: 0,
  completeThrough: 0,
  heldHash: null,
  hash: null,
  frozenAt: null,
};

/**
 * The watermark after looking at `places`, ascending from anywhere at or below the next seq. It passes over
 * every place that follows without a gap. `opens` decides whether an event may be an epoch's first.
 */
export function advanceWatermark(
  watermark: Watermark,
  places: Iterable<HeldPlace>,
  opens: (prevHash: string) => boolean,
): Watermark {
  let { heldThrough, completeThrough, heldHash, hash, frozenAt } = watermark;
  for (const place of places) {
    if (place.seq <= heldThrough) continue;
    if (place.seq !== heldThrough + 1) break;
    if (frozenAt === null && !follows(place, heldHash, opens)) frozenAt = place.seq;
    heldThrough = place.seq;
    heldHash = place.hash;
    if (frozenAt === null) {
      completeThrough = place.seq;
      hash = place.hash;
    }
  }
  return { heldThrough, completeThrough, heldHash, hash, frozenAt };
}

const follows = (
  { prevHash }: HeldPlace,
  before: string | null,
  opens: (prevHash: string) => boolean,
): boolean =>
  prevHash === null ||
  before === ZERO_HASH ||
  (before === null ? opens(prevHash) : prevHash === before);
