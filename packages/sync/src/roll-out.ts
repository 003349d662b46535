import type { CatalogueReport } from '@tillwire/contract';
import type { StoreCode } from '@tillwire/domain';

/** How a release reaches the shops: the canaries first, then waves of at most `waveSize`. */
export interface RollOutPlan {
  readonly canaries: readonly StoreCode[];
  /** Null: all that are left at once. */
  readonly waveSize: number | null;
}

/** `stores` in the order they are told; empty waves are left out. */
export function wavesOf(
  stores: readonly StoreCode[],
  { canaries, waveSize }: RollOutPlan,
): readonly (readonly StoreCode[])[] {
  const first = stores.filter((store) => canaries.includes(store));
  const rest = stores.filter((store) => !canaries.includes(store));
  const size = waveSize ?? Math.max(1, rest.length);
  const waves = [first];
  for (let at = 0; at < rest.length; at += size) waves.push(rest.slice(at, at + size));
  return waves.filter((wave) => wave.length > 0);
}

/** What is known of a store that was told of a release. */
export interface ToldStore {
  readonly store: StoreCode;
  /** The version it was told under. */
  readonly version: number;
  readonly toldAtMs: number;
  /** Its last word about its catalogue; null: none yet. */
  readonly report: CatalogueReport | null;
  readonly online: boolean;
}

export type StoreProgress =
  'unheard' | 'received' | 'waiting' | 'verified' | 'staged' | 'applied' | 'refused';

/** How far a store came with what it was told. */
export function progressOf({
  version,
  report,
}: Pick<ToldStore, 'version' | 'report'>): StoreProgress {
  const newest = report?.newest ?? null;
  if (newest?.catalog_version === version) return newest.state;
  // A refused message whose version can't be read says nothing of this one, unless it runs it already.
  return report?.in_force?.catalog_version === version ? 'applied' : 'unheard';
}

export type RollOutStep =
  | { readonly type: 'wait' }
  | { readonly type: 'next-wave' }
  | { readonly type: 'complete' }
  | { readonly type: 'halt'; readonly reason: string };

export interface RollOutState {
  /** The stores of the last wave told; those revoked since left out. */
  readonly told: readonly ToldStore[];
  readonly isCanaryWave: boolean;
  readonly isLastWave: boolean;
  /** Scheduled: staged is as far as a store can come. */
  readonly scheduled: boolean;
}

/** A store with its line up that says nothing for this long has something wrong with it. */
export const SILENCE_MS = 120_000;

/**
 * What follows from the stores' reports: any refusal halts; a wave follows when the one before
 * has applied it. Canaries must all have; in later waves shops whose line is down are not waited for: what is
 * retained reaches them when they come back.
 */
export function stepRollOut(
  { told, isCanaryWave, isLastWave, scheduled }: RollOutState,
  nowMs: number,
): RollOutStep {
  for (const one of told) {
    const newest = one.report?.newest ?? null;
    if (progressOf(one) === 'refused') {
      const reason = newest?.reason?.replaceAll('-', ' ');
      const why = [reason, newest?.detail].filter((text) => text != null && text !== '');
      return {
        type: 'halt',
        reason: `${one.store} refused version ${one.version}: ${why.join(', ')}`,
      };
    }
  }
  const isDone = (one: ToldStore): boolean => {
    const progress = progressOf(one);
    return progress === 'applied' || (scheduled && progress === 'staged');
  };
  const pending = told.filter((one) => !isDone(one) && (isCanaryWave || one.online));
  if (pending.length === 0) return { type: isLastWave ? 'complete' : 'next-wave' };
  const silent = pending.find((one) => one.online && nowMs - one.toldAtMs > SILENCE_MS);
  return silent === undefined
    ? { type: 'wait' }
    : {
        type: 'halt',
        reason: `${silent.store} has not come past "${progressOf(silent)}" in ${SILENCE_MS / 1000} s`,
      };
}
