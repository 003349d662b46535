import type { Acknowledgement } from '@tillwire/contract';
import type { OwnJournal } from './release.ts';

/** Places of one epoch, ends included. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

export interface EpochRange extends Range {
  readonly epoch: number;
}

/** What a store's heartbeat says of one epoch of its journal. */
export interface StoreEpoch {
  readonly epoch: number;
  /** Its last seq; 0: it holds nothing of it yet. */
  readonly head: number;
  /** What it lacks below its head. */
  readonly holes: readonly Range[];
}

/** What Head Office holds of one epoch, parked places included: ascending ranges that don't touch. */
export interface HeldEpoch {
  readonly epoch: number;
  readonly held: readonly Range[];
  /** All of it is so old that the store may have pruned it: where the store does not name the epoch, it has. */
  readonly mayBePruned: boolean;
}

/** What a heartbeat shows to be amiss. */
export interface Refill {
  /** The store has it and Head Office lacks it: to be sent again. */
  readonly ask: readonly EpochRange[];
  /** Head Office has it and the store, restored, lacks it: to be returned. */
  readonly giveBack: readonly EpochRange[];
  /** Of ended epochs, and neither side has it: it counts as restored. */
  readonly restored: readonly EpochRange[];
  /** Head Office has more of the epoch being written than the store, or a later epoch: an old disk was put back. */
  readonly behind: boolean;
}

/** `ranges` without what is in `taken`; both ascending and without overlaps. */
export function subtractRanges(
  ranges: readonly Range[],
  taken: readonly Range[],
): readonly Range[] {
  const left: Range[] = [];
  let at = 0;
  for (const { from, to } of ranges) {
    let next = from;
    for (let gone = taken[at]; gone !== undefined && gone.from <= to; gone = taken[at]) {
      if (next < gone.from) left.push({ from: next, to: gone.from - 1 });
      next = Math.max(next, gone.to + 1);
      // What reaches past this range may reach into the one behind it.
      if (gone.to > to) break;
      at++;
    }
    if (next <= to) left.push({ from: next, to });
  }
  return left;
}

/** From 1 to `last`; nothing for 0. */
const upTo = (last: number): readonly Range[] => (last > 0 ? [{ from: 1, to: last }] : []);

/**
 * Compares a store's journal with what is held of it. An epoch the store does not name is one it lost, all of it, with
 * its disk, unless it may have been pruned.
 */
export function refillOf(store: readonly StoreEpoch[], held: readonly HeldEpoch[]): Refill {
  const named = store.map(({ epoch }) => epoch);
  const current = Math.max(0, ...named);
  const ask: EpochRange[] = [];
  const giveBack: EpochRange[] = [];
  const restored: EpochRange[] = [];
  let behind = false;
  const epochs = new Set([...named, ...held.map(({ epoch }) => epoch)]);
  for (const epoch of [...epochs].sort((a, b) => a - b)) {
    const theirs = store.find((one) => one.epoch === epoch);
    const own = held.find((one) => one.epoch === epoch);
    if (theirs === undefined && own?.mayBePruned === true) continue;
    const ours = own?.held ?? [];
    const head = theirs?.head ?? 0;
    const last = Math.max(head, ours.at(-1)?.to ?? 0);
    const theirRanges = subtractRanges(upTo(head), theirs?.holes ?? []);
    const inEpoch = ({ from, to }: Range): EpochRange => ({ epoch, from, to });
    ask.push(...subtractRanges(theirRanges, ours).map(inEpoch));
    const lacking = subtractRanges(ours, theirRanges);
    if (epoch < current) {
      giveBack.push(...lacking.map(inEpoch));
      const neither = subtractRanges(subtractRanges(upTo(last), ours), theirRanges);
      restored.push(...neither.map(inEpoch));
    } else if (lacking.length > 0) behind = true;
  }
  return { ask, giveBack, restored, behind };
}

/**
 * Of every epoch the part that a Head Office begun anew does not have by its own word: all past a watermark whose
 * hash is the store's own. What it holds beyond is sent twice, which does nothing.
 */
export const uncoveredBy = (ack: Acknowledgement, own: OwnJournal): readonly EpochRange[] =>
  [...own.heads].flatMap(([epoch, head]) => {
    const state = ack.epochs.find(({ journal_epoch }) => journal_epoch === epoch);
    const seq = state?.complete_through ?? 0;
    const fits = seq > 0 && own.hashAt({ epoch, seq }) === state?.watermark_hash;
    const from = fits ? seq + 1 : 1;
    return from <= head ? [{ epoch, from, to: head }] : [];
  });

/** The number of a new journal epoch, or of a restored Head Office's incarnation: above all before, even unknown ones. */
export const nextEpoch = (last: number, nowS: number): number => Math.max(last + 1, nowS);

/**
 * The sequence a restored store goes on from: no number that the lost disk printed comes again, as long as it sold
 * fewer than ten orders a second since the rollover.
 */
export const sequenceAfterRestore = (last: number, secondsSinceRollover: number): number =>
  Math.max(last + 1000, 10_000 + 10 * secondsSinceRollover);
