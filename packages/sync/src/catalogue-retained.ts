import { parseTopic, versionOfFullTopic } from '@tillwire/contract';

/** A retained message as it is to be. */
export interface WantedMessage {
  readonly version: number;
  readonly payload: string;
}

/** A retained message as a subscription gave it; only Head Office's own, believed ones have a version. */
export interface SeenMessage {
  readonly version: number | null;
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
  /** Topics whose retained message is as new as the wanted one, or newer, and another: to be issued anew. */
  readonly outrun: readonly { readonly topic: string; readonly version: number }[];
}

/** Fulls that stay though nothing names them: the newest. */
const SPARE_FULLS = 2;

/**
 * What makes the broker's retained set the wanted one (protocol.md §5.2, §5.6). `wanted` and `seen` are by topic;
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
  for (const [topic, { version, payload }] of wanted) {
    const now = seen.get(topic);
    if (now?.hash === hashOf(payload)) continue;
    // The same version signed anew is the same document; another document under it is not ours to replace.
    const newer = now?.version != null && now.version > version;
    if (newer && versionOfFullTopic(topic) === null)
      outrun.push({ topic, version: now.version ?? 0 });
    else publish.push(topic);
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

const RANKS = ['full', 'delta', 'config'] as const;
const rankOf = (topic: string): number => {
  if (versionOfFullTopic(topic) !== null) return RANKS.indexOf('full');
  return parseTopic(topic)?.name === 'delta' ? RANKS.indexOf('delta') : RANKS.indexOf('config');
};

const byPublishingOrder = (a: string, b: string): number =>
  rankOf(a) - rankOf(b) || (a < b ? -1 : 1);
