import type { CatalogueProgress } from '@tillwire/contract';

/**
 * How a store comes from what Head Office retains to what it sells from. Documents are known
 * here by version and checksum; whoever drives this has read and believed them, keeps their bytes, and does what
 * the effects say, in order, telling each outcome back. Wall-clock and monotonic time in milliseconds.
 */
export type CataloguePart = 'now' | 'next';

/** A delta that was believed. */
export interface DeltaFacts {
  readonly version: number;
  readonly checksum: string;
  readonly nowBase: number;
  readonly next: { readonly base: number; readonly effectiveFromMs: number } | null;
}

export interface PartName {
  readonly version: number;
  readonly part: CataloguePart;
}

/** What the store has on disk when it starts. */
export interface SavedCatalogues {
  readonly inForce: (PartName & { readonly base: number }) | null;
  /** The newest delta believed; the one in force, or above it. */
  readonly delta: DeltaFacts | null;
  /** Checksums of the fulls kept, by version. */
  readonly fulls: ReadonlyMap<number, string>;
  readonly staged: readonly PartName[];
}

/** The reason of a `staging-failed` whose base is not what its checksum says. */
export const DAMAGED_BASE = 'base-damaged';

export interface CatalogueSettings {
  /** A base that is this long in coming is asked for anew. */
  readonly patienceMs: number;
  /** Fulls kept beside those that are named, the newest: a delta to come may name them. */
  readonly keptFulls: number;
}

const CATALOGUE_SETTINGS: CatalogueSettings = { patienceMs: 60_000, keptFulls: 10 };

export type CatalogueEvent =
  /** Everything retained is subscribed to. */
  | { readonly type: 'up' }
  | { readonly type: 'down' }
  | { readonly type: 'full'; readonly version: number; readonly checksum: string }
  | { readonly type: 'delta'; readonly delta: DeltaFacts }
  /** A message that is not believed; its version, where it claims one. */
  | {
      readonly type: 'refused';
      readonly kind: 'full' | 'delta';
      readonly version: number | null;
      readonly reason: string;
      readonly detail: string;
    }
  /** Head Office took a retained message away: what the store has of it stays. */
  | { readonly type: 'cleared' }
  /** The content of a part was made and is what its checksum says. */
  | ({ readonly type: 'verified' } & PartName)
  | ({ readonly type: 'staged' } & PartName)
  | ({
      readonly type: 'staging-failed';
      readonly reason: string;
      readonly detail: string;
    } & PartName)
  | ({ readonly type: 'switched' } & PartName)
  /** Head Office asks for everything retained to be read again. */
  | { readonly type: 'resync' }
  | { readonly type: 'tick' };

export type CatalogueEffect =
  | { readonly type: 'keep-full'; readonly version: number }
  | { readonly type: 'drop-fulls'; readonly versions: readonly number[] }
  /** Replaces the delta kept; what was staged for lower versions and is not in force goes. */
  | { readonly type: 'keep-delta'; readonly version: number }
  /** Make the part's content out of its base, verify it, and write it beside what is in force. */
  | ({ readonly type: 'stage'; readonly base: number } & PartName)
  /** Sell from it: one transaction, between orders. */
  | ({ readonly type: 'switch' } & PartName)
  | { readonly type: 'subscribe-anew' }
  | { readonly type: 'report'; readonly standing: CatalogueStanding }
  /** Something an operator should know. */
  | {
      readonly type: 'alert';
      readonly code: CatalogueAlert;
      readonly version: number | null;
      readonly detail: string;
    };

export type CatalogueAlert = 'catalogue-refused' | 'catalogue-forked' | 'catalogue-base-missing';

/** What the store sells from and how far the newest delta came. */
export interface CatalogueStanding {
  readonly inForce: PartName | null;
  readonly newest: {
    readonly version: number | null;
    readonly state: CatalogueProgress;
    readonly reason: string | null;
    readonly detail: string;
  } | null;
}

export interface Moment {
  /** Wall clock: when a scheduled part is due. */
  readonly nowMs: number;
  /** Never goes back: how long something has been awaited. */
  readonly monotonicMs: number;
}

export interface CatalogueMachine {
  readonly handle: (event: CatalogueEvent, at: Moment) => readonly CatalogueEffect[];
  readonly standing: () => CatalogueStanding;
}

type Newest = NonNullable<CatalogueStanding['newest']>;

export function createCatalogueMachine(
  saved: SavedCatalogues,
  settings: CatalogueSettings = CATALOGUE_SETTINGS,
): CatalogueMachine {
  const fulls = new Map(saved.fulls);
  let { inForce, delta } = saved;
  let staged = new Set(saved.staged.map(keyOf));
  let failed = new Map<string, { readonly reason: string; readonly detail: string }>();
  /** Parts whose `stage` or `switch` was asked for and not answered. */
  let asked = new Set<string>();
  let up = false;
  /** Since when something retained is missing or not believed; null: nothing is. */
  let lackingSinceMs: number | null = null;
  /** Kinds of which a message on this connection was not believed, and nothing better of the kind came since. */
  const disbelieved = new Set<'full' | 'delta'>();
  /** Told of a refused message until the next one that is believed. */
  let refusal: Newest | null = null;
  let step: Extract<CatalogueProgress, 'received' | 'verified'> = 'received';
  let told: string | null = null;

  const baseOf = (wanted: DeltaFacts, part: CataloguePart): number =>
    part === 'now' ? wanted.nowBase : (wanted.next?.base ?? wanted.nowBase);

  /** The part that should be in force: a part once in force is never left for an earlier one of its version. */
  const dueOf = (wanted: DeltaFacts, nowMs: number): CataloguePart => {
    if (inForce?.version === wanted.version && inForce.part === 'next') return 'next';
    return wanted.next !== null && nowMs >= wanted.next.effectiveFromMs ? 'next' : 'now';
  };

  const isInForce = ({ version, part }: PartName): boolean =>
    inForce?.version === version && inForce.part === part;

  /** The parts that are, or will be, sold from: what was due before is not made any more. */
  const neededParts = (wanted: DeltaFacts, nowMs: number): readonly PartName[] => {
    const due = dueOf(wanted, nowMs);
    const parts: readonly CataloguePart[] =
      due === 'now' && wanted.next !== null ? ['now', 'next'] : [due];
    return parts.map((part) => ({ version: wanted.version, part }));
  };

  const newestOf = (nowMs: number): Newest | null => {
    if (refusal !== null) return refusal;
    if (delta === null) return null;
    const { version } = delta;
    const told = (state: CatalogueProgress, reason: string | null = null, detail = ''): Newest => ({
      version,
      state,
      reason,
      detail,
    });
    const needed = neededParts(delta, nowMs);
    for (const part of needed) {
      const fault = failed.get(keyOf(part));
      if (fault !== undefined) return told('refused', fault.reason, fault.detail);
    }
    const wanted = delta;
    const lacking = needed.find(
      (part) => !hasContent(part) && !fulls.has(baseOf(wanted, part.part)),
    );
    if (lacking !== undefined) {
      return told('waiting', 'base-missing', `version ${baseOf(wanted, lacking.part)}`);
    }
    if (!needed.every(hasContent)) return told(step);
    return told(needed.every(isInForce) ? 'applied' : 'staged');
  };

  const hasContent = (part: PartName): boolean => isInForce(part) || staged.has(keyOf(part));

  const standing = (nowMs: number): CatalogueStanding => ({
    inForce: inForce === null ? null : { version: inForce.version, part: inForce.part },
    newest: newestOf(nowMs),
  });

  const takeFull = (version: number, checksum: string): readonly CatalogueEffect[] => {
    disbelieved.delete('full');
    const known = fulls.get(version);
    if (known === checksum) return [];
    if (known !== undefined) return [forked(version, 'full')];
    fulls.set(version, checksum);
    const spare = spareFulls();
    for (const old of spare) fulls.delete(old);
    // A full older than all that may be named is not even kept.
    return [
      ...(spare.includes(version) ? [] : [{ type: 'keep-full' as const, version }]),
      ...dropping(spare.filter((old) => old !== version)),
    ];
  };

  const dropping = (versions: readonly number[]): readonly CatalogueEffect[] =>
    versions.length === 0 ? [] : [{ type: 'drop-fulls', versions }];

  const spareFulls = (): readonly number[] => {
    const named = new Set<number>();
    if (inForce !== null) named.add(inForce.base);
    if (delta !== null) named.add(delta.nowBase);
    if (delta?.next != null) named.add(delta.next.base);
    const newestFirst = [...fulls.keys()].sort((a, b) => b - a);
    return newestFirst.slice(settings.keptFulls).filter((version) => !named.has(version));
  };

  const takeDelta = (offered: DeltaFacts): readonly CatalogueEffect[] => {
    const held = delta?.version ?? inForce?.version ?? 0;
    if (offered.version < held) return [];
    disbelieved.delete('delta');
    if (delta !== null && offered.version === delta.version) {
      if (offered.checksum !== delta.checksum) return [forked(offered.version, 'delta')];
      refusal = null;
      return [];
    }
    delta = offered;
    staged = new Set();
    failed = new Map();
    asked = new Set();
    refusal = null;
    step = 'received';
    lackingSinceMs = null;
    return [{ type: 'keep-delta', version: offered.version }];
  };

  const forked = (version: number, kind: 'full' | 'delta'): CatalogueEffect => ({
    type: 'alert',
    code: 'catalogue-forked',
    version,
    detail: `another ${kind} came under version ${version}; the first stays`,
  });

  const refuse = (event: Extract<CatalogueEvent, { type: 'refused' }>): CatalogueEffect => {
    const { kind, version, reason, detail } = event;
    disbelieved.add(kind);
    if (kind === 'delta') refusal = { version, state: 'refused', reason, detail };
    return {
      type: 'alert',
      code: 'catalogue-refused',
      version,
      detail: `a ${kind} was refused, ${reason}: ${detail}`,
    };
  };

  const settle = (event: PartName): boolean => {
    asked.delete(keyOf(event));
    return event.version === delta?.version;
  };

  const fail = (
    event: Extract<CatalogueEvent, { type: 'staging-failed' }>,
  ): readonly CatalogueEffect[] => {
    if (!settle(event)) return [];
    const { version, part, reason, detail } = event;
    if (reason === DAMAGED_BASE && delta !== null) {
      // Head Office still retains it: as good as never come.
      const base = baseOf(delta, part);
      fulls.delete(base);
      return [{ type: 'drop-fulls', versions: [base] }];
    }
    failed.set(keyOf(event), { reason, detail });
    return [
      {
        type: 'alert',
        code: 'catalogue-refused',
        version,
        detail: `its part "${part}" was refused, ${reason}: ${detail}`,
      },
    ];
  };

  const takeSwitched = (event: PartName): readonly CatalogueEffect[] => {
    if (!settle(event) || delta === null) return [];
    inForce = { version: event.version, part: event.part, base: baseOf(delta, event.part) };
    const spare = spareFulls();
    for (const version of spare) fulls.delete(version);
    return dropping(spare);
  };

  const apply = (event: CatalogueEvent): readonly CatalogueEffect[] => {
    switch (event.type) {
      case 'up':
        up = true;
        disbelieved.clear();
        lackingSinceMs = null;
        told = null;
        return [];
      case 'down':
        up = false;
        return [];
      case 'full':
        return takeFull(event.version, event.checksum);
      case 'delta':
        return takeDelta(event.delta);
      case 'refused':
        return [refuse(event)];
      case 'verified':
        if (event.version === delta?.version) step = 'verified';
        return [];
      case 'staged':
        if (settle(event)) staged.add(keyOf(event));
        return [];
      case 'staging-failed':
        return fail(event);
      case 'switched':
        return takeSwitched(event);
      case 'resync':
        return up ? [{ type: 'subscribe-anew' }] : [];
      case 'cleared':
      case 'tick':
        return [];
    }
  };

  /** What can be made or switched to now. */
  const advance = (nowMs: number): readonly CatalogueEffect[] => {
    if (delta === null) return [];
    const effects: CatalogueEffect[] = [];
    const wanted = delta;
    for (const name of neededParts(wanted, nowMs)) {
      const key = keyOf(name);
      const base = baseOf(wanted, name.part);
      if (hasContent(name) || asked.has(key) || failed.has(key) || !fulls.has(base)) continue;
      asked.add(key);
      effects.push({ type: 'stage', ...name, base });
    }
    const due: PartName = { version: wanted.version, part: dueOf(wanted, nowMs) };
    if (!isInForce(due) && staged.has(keyOf(due)) && !asked.has(keyOf(due))) {
      asked.add(keyOf(due));
      effects.push({ type: 'switch', ...due });
    }
    return effects;
  };

  /** Whatever is missing for too long is asked for by subscribing anew. */
  const askAgain = ({ nowMs, monotonicMs }: Moment): readonly CatalogueEffect[] => {
    const waits = newestOf(nowMs)?.state === 'waiting';
    if (!up || !(waits || disbelieved.size > 0)) {
      lackingSinceMs = null;
      return [];
    }
    lackingSinceMs ??= monotonicMs;
    if (monotonicMs - lackingSinceMs < settings.patienceMs) return [];
    lackingSinceMs = monotonicMs;
    const missing: CatalogueEffect = {
      type: 'alert',
      code: 'catalogue-base-missing',
      version: delta?.version ?? null,
      detail: newestOf(nowMs)?.detail ?? '',
    };
    return waits ? [missing, { type: 'subscribe-anew' }] : [{ type: 'subscribe-anew' }];
  };

  const report = (nowMs: number): readonly CatalogueEffect[] => {
    const now = standing(nowMs);
    const text = JSON.stringify(now);
    if (text === told || !up) return [];
    told = text;
    return [{ type: 'report', standing: now }];
  };

  let lastNowMs = 0;
  return {
    handle: (event, at) => {
      lastNowMs = at.nowMs;
      const effects = apply(event);
      // Head Office hears that a delta came before it hears what became of it.
      const heard = event.type === 'delta' || event.type === 'verified' ? report(at.nowMs) : [];
      return [...effects, ...heard, ...advance(at.nowMs), ...askAgain(at), ...report(at.nowMs)];
    },
    standing: () => standing(lastNowMs),
  };
}

const keyOf = ({ version, part }: PartName): string => `${version} ${part}`;
