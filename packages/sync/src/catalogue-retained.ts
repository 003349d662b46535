import { type CatalogueReport, parseTopic, versionOfFullTopic } from '@tillwire/contract';

/** A retained message as it is to be. */
export interface WantedMessage {
  readonly version: number;
  /** Of the document, whoever signed it. */
  readonly checksum: string;
  readonly payload: string;
}

/** A retained message as a subscription gave it; only Head Office's own, believed ones have a version and a checksum. */
export interface SeenMessage {
  readonly version: number | null;
  readonly checksum: string | null;
  /** Of the payload. */
  readonly hash: string;
  /** Fulls a believed delta names. */
  readonly bases: readonly number[];
}

export interface RetainedPlan {
  /** In this order: fulls before the deltas that name them. */
  readonly publish: readonly string[];
  /** After all that. */
  readonly clear: readonly string[];
  /**
   * Topics whose retained message is newer than the wanted one, or another of the same version, which a store would
   * rather believe: to be issued anew.
   */
  readonly outrun: readonly { readonly topic: string; readonly version: number }[];
}

/** Fulls that stay though nothing names them: the newest. */
const SPARE_FULLS = 2;

/**
 * What makes the broker's retained set the wanted one. `wanted` and `seen` are by topic;
 * `hashOf` a payload's hash. A full is cleared only when no delta names it, wanted or retained, and it is not
 * among the newest.
 */
export function planRetained(
  wanted: ReadonlyMap<string, WantedMessage>,
  seen: ReadonlyMap<string, SeenMessage>,
  hashOf: (payload: string) => string,
): RetainedPlan {
  const publish: string[] = [];
  const outrun: RetainedPlan['outrun'][number][] = [];
  for (const [topic, message] of wanted) {
    const now = seen.get(topic);
    if (now?.hash === hashOf(message.payload)) continue;
    if (now?.version != null && outruns(now, message) && versionOfFullTopic(topic) === null) {
      outrun.push({ topic, version: now.version });
    } else publish.push(topic);
  }
  const named = new Set([...seen.values()].flatMap(({ bases }) => bases));
  const fulls = [...wanted.keys(), ...seen.keys()].flatMap(
    (topic) => versionOfFullTopic(topic) ?? [],
  );
  const newest = new Set([...new Set(fulls)].sort((a, b) => b - a).slice(0, SPARE_FULLS));
  const clear = [...seen.keys()].filter((topic) => {
    if (wanted.has(topic)) return false;
    const full = versionOfFullTopic(topic);
    return full === null || !(named.has(full) || newest.has(full));
  });
  return { publish: publish.toSorted(byPublishingOrder), clear, outrun };
}

/** The same version signed anew is the same document; another document under it is what a store would stay with. */
const outruns = ({ version, checksum }: SeenMessage, wanted: WantedMessage): boolean =>
  version !== null &&
  (version > wanted.version || (version === wanted.version && checksum !== wanted.checksum));

const RANKS = ['full', 'delta', 'config'] as const;
const rankOf = (topic: string): number => {
  if (versionOfFullTopic(topic) !== null) return RANKS.indexOf('full');
  return parseTopic(topic)?.name === 'delta' ? RANKS.indexOf('delta') : RANKS.indexOf('config');
};

const byPublishingOrder = (a: string, b: string): number =>
  rankOf(a) - rankOf(b) || (a < b ? -1 : 1);

/** A store tells its standing each minute; where it has not for so long, its next word counts whatever its session. */
export const REPORT_OUTLIVED_MS = 180_000;

/** What a store was told last, and its last word about its catalogue. */
export interface StoreWord {
  /** The version of the delta it was told, and when. */
  readonly version: number;
  readonly toldAtMs: number;
  readonly report: CatalogueReport;
  readonly heardAtMs: number;
}

/** So long after it was told a store that is there says that it heard of it. */
export const HEARD_WITHIN_MS = 30_000;

/**
 * What is amiss between what a store was told and what it says: *behind*, it was told and heard
 * nothing of it, as when a broker let it fall: to be told again. *Ahead*, it knows a version above what was issued,
 * as after a restore of Head Office with the broker wiped: to be issued anew above `version`.
 */
export function amissOf({
  version,
  toldAtMs,
  report: { in_force: inForce, newest },
  heardAtMs,
}: StoreWord):
  { readonly type: 'behind' } | { readonly type: 'ahead'; readonly version: number } | null {
  // What it refused may be a stranger's, and the version with it.
  const believed = newest?.state === 'refused' ? null : (newest?.catalog_version ?? null);
  const known = Math.max(inForce?.catalog_version ?? 0, believed ?? 0);
  if (known > version) return { type: 'ahead', version: known };
  const hasHeard = known === version || newest?.catalog_version === version;
  return hasHeard || heardAtMs - toldAtMs < HEARD_WITHIN_MS ? null : { type: 'behind' };
}
