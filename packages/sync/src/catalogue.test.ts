import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CatalogueEffect,
  type CatalogueEvent,
  type CatalogueMachine,
  createCatalogueMachine,
  type DeltaFacts,
  type PartName,
  type SavedCatalogues,
} from './catalogue.ts';
import { fuzzEffort } from '../../../test/fuzz/runs.ts';

const NOTHING: SavedCatalogues = { inForce: null, delta: null, fulls: new Map(), staged: [] };
const MONDAY_MS = 1_000_000;

const deltaOf = (
  version: number,
  nowBase: number,
  next: DeltaFacts['next'] = null,
  checksum = `d${version}`,
): DeltaFacts => ({ version, checksum, nowBase, next });
const full = (version: number, checksum = `f${version}`): CatalogueEvent => ({
  type: 'full',
  version,
  checksum,
});
const delta = (...args: Parameters<typeof deltaOf>): CatalogueEvent => ({
  type: 'delta',
  delta: deltaOf(...args),
});
const refusedDelta = (version: number | null): CatalogueEvent => ({
  type: 'refused',
  kind: 'delta',
  version,
  reason: 'bad-signature',
  detail: '',
});

/** A store's disk and the driver that does what the machine says. */
function createStore(fails: (name: PartName) => boolean = () => false) {
  let saved: SavedCatalogues = NOTHING;
  const offered = new Map<number, DeltaFacts>();
  const sums = new Map<number, string>();
  let machine: CatalogueMachine = createCatalogueMachine(saved);
  let at = { nowMs: 0, monotonicMs: 0 };
  const effects: CatalogueEffect[] = [];
  const onDisk = { staged: new Set<string>(), history: [] as PartName[] };

  const perform = (effect: CatalogueEffect): CatalogueEvent[] => {
    const key = 'part' in effect ? `${effect.version} ${effect.part}` : '';
    switch (effect.type) {
      case 'keep-full':
        saved = {
          ...saved,
          fulls: new Map([...saved.fulls, [effect.version, sums.get(effect.version) ?? '']]),
        };
        return [];
      case 'drop-fulls':
        saved = {
          ...saved,
          fulls: new Map([...saved.fulls].filter(([v]) => !effect.versions.includes(v))),
        };
        return [];
      case 'keep-delta':
        saved = { ...saved, delta: offered.get(effect.version) ?? null, staged: [] };
        onDisk.staged.clear();
        return [];
      case 'stage':
        expect(saved.fulls.has(effect.base), 'stages only on a base that is kept').toBe(true);
        if (fails(effect)) {
          const { version, part } = effect;
          return [{ type: 'staging-failed', version, part, reason: 'bad-result', detail: '' }];
        }
        onDisk.staged.add(key);
        saved = { ...saved, staged: [...saved.staged, effect] };
        return [
          { type: 'verified', version: effect.version, part: effect.part },
          { type: 'staged', version: effect.version, part: effect.part },
        ];
      case 'switch': {
        expect(onDisk.staged.has(key), 'switches only to what is staged').toBe(true);
        const { version, part } = effect;
        const base = part === 'next' ? saved.delta?.next?.base : saved.delta?.nowBase;
        saved = { ...saved, inForce: { version, part, base: base ?? 0 } };
        onDisk.history.push({ version, part });
        return [{ type: 'switched', version, part }];
      }
      case 'alert':
      case 'report':
      case 'subscribe-anew':
        return [];
    }
  };

  const handle = (event: CatalogueEvent): void => {
    if (event.type === 'delta' && !offered.has(event.delta.version)) {
      offered.set(event.delta.version, event.delta);
    }
    if (event.type === 'full' && !sums.has(event.version)) sums.set(event.version, event.checksum);
    const queue = [event];
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      for (const effect of machine.handle(next, at)) {
        effects.push(effect);
        queue.push(...perform(effect));
      }
    }
  };

  return {
    handle,
    to: (nowMs: number, monotonicMs = nowMs) => {
      at = { nowMs, monotonicMs };
      handle({ type: 'tick' });
    },
    restart: () => {
      machine = createCatalogueMachine(saved);
      handle({ type: 'up' });
    },
    inForce: () => machine.standing().inForce,
    newest: () => machine.standing().newest,
    effects,
    count: (type: CatalogueEffect['type']) => effects.filter((e) => e.type === type).length,
    states: () =>
      effects.flatMap((effect) =>
        effect.type === 'report' ? [effect.standing.newest?.state ?? 'none'] : [],
      ),
    alerts: () => effects.flatMap((effect) => (effect.type === 'alert' ? [effect.code] : [])),
    keptFulls: () => [...saved.fulls.keys()].sort((a, b) => a - b),
    history: onDisk.history,
  };
}

/** A store that runs version 101 on base 100. */
function selling(fails?: (name: PartName) => boolean) {
  const store = createStore(fails);
  for (const event of [{ type: 'up' } as const, full(100), delta(101, 100)]) store.handle(event);
  store.effects.length = 0;
  return store;
}

describe('A store with nothing but its credential', () => {
  it('becomes a selling till from what is retained, in either order', () => {
    for (const order of [
      [full(100), delta(101, 100)],
      [delta(101, 100), full(100)],
    ]) {
      const store = createStore();
      store.handle({ type: 'up' });
      for (const event of order) store.handle(event);
      expect(store.inForce()).toEqual({ version: 101, part: 'now' });
      expect(store.newest()).toMatchObject({ version: 101, state: 'applied' });
    }
  });

  it('never runs a full by itself', () => {
    const store = createStore();
    store.handle({ type: 'up' });
    store.handle(full(100));
    expect(store.inForce()).toBeNull();
    expect(store.count('stage')).toBe(0);
  });

  it('reports received, verified, staged, applied', () => {
    const store = createStore();
    for (const event of [{ type: 'up' } as const, full(100), delta(101, 100)]) store.handle(event);
    expect(store.states()).toEqual(['none', 'received', 'verified', 'staged', 'applied']);
  });

  it('takes the one its delta names out of five retained at once, and keeps the others', () => {
    const store = createStore();
    store.handle({ type: 'up' });
    for (const version of [103, 100, 104, 101, 102]) store.handle(full(version));
    store.handle(delta(110, 100));
    expect(store.inForce()).toEqual({ version: 110, part: 'now' });
    expect(store.keptFulls()).toEqual([100, 101, 102, 103, 104]);
  });

  it('keeps ten fulls, and those that are named', () => {
    const store = createStore();
    store.handle({ type: 'up' });
    store.handle(full(1));
    store.handle(delta(110, 1));
    for (let version = 2; version <= 20; version++) store.handle(full(version));
    expect(store.keptFulls()).toEqual([1, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]);
  });
});

describe('A store that sells', () => {
  it('waits for a base that has not come, selling on', () => {
    const store = selling();
    store.handle(delta(103, 102));
    expect(store.inForce()).toEqual({ version: 101, part: 'now' });
    expect(store.newest()).toMatchObject({ state: 'waiting', reason: 'base-missing' });
    store.handle(full(102));
    expect(store.inForce()).toEqual({ version: 103, part: 'now' });
  });

  it('subscribes anew when a base is a minute in coming, and again a minute later', () => {
    const store = selling();
    store.handle(delta(103, 102));
    store.to(59_000);
    expect(store.count('subscribe-anew')).toBe(0);
    store.to(60_000);
    store.to(119_000);
    expect(store.count('subscribe-anew')).toBe(1);
    store.to(120_000);
    expect(store.count('subscribe-anew')).toBe(2);
    expect(store.alerts()).toContain('catalogue-base-missing');
  });

  it('does so for a delta it could not believe though a full came since: the good one may never have come', () => {
    const store = selling();
    store.handle(refusedDelta(103));
    store.handle(full(102));
    store.to(61_000);
    expect(store.count('subscribe-anew')).toBe(1);
    store.handle(delta(103, 102));
    store.to(200_000);
    expect(store.count('subscribe-anew')).toBe(1);
    expect(store.inForce()).toEqual({ version: 103, part: 'now' });
  });

  it('does so when it could not believe what is retained, but not while the line is down', () => {
    const store = selling();
    store.handle(refusedDelta(103));
    store.handle({ type: 'down' });
    store.to(100_000);
    expect(store.count('subscribe-anew')).toBe(0);
    store.handle({ type: 'up' });
    store.handle(refusedDelta(103));
    store.to(161_000);
    expect(store.count('subscribe-anew')).toBe(1);
  });

  it('ignores an older delta', () => {
    const store = selling();
    store.handle(full(98));
    store.handle(delta(99, 98));
    expect(store.effects.filter(({ type }) => type !== 'keep-full')).toEqual([]);
    expect(store.inForce()).toEqual({ version: 101, part: 'now' });
  });

  it('does nothing about the same delta again', () => {
    const store = selling();
    store.handle(delta(101, 100));
    expect(store.effects).toEqual([]);
  });

  it.each([
    ['delta', delta(101, 100, null, 'other')],
    ['full', full(100, 'other')],
  ])(
    'raises the alarm about another %s under the same version, and keeps the first',
    (_, event) => {
      const store = selling();
      store.handle(event);
      expect(store.alerts()).toEqual(['catalogue-forked']);
      expect(store.inForce()).toEqual({ version: 101, part: 'now' });
      expect(store.keptFulls()).toEqual([100]);
    },
  );

  it('is not impressed by a cleared message', () => {
    const store = selling();
    store.handle({ type: 'cleared' });
    expect(store.effects).toEqual([]);
    expect(store.inForce()).toEqual({ version: 101, part: 'now' });
  });

  it('reports what it does not believe, and that it was mended', () => {
    const store = selling();
    store.handle(refusedDelta(103));
    expect(store.newest()).toEqual({
      version: 103,
      state: 'refused',
      reason: 'bad-signature',
      detail: '',
    });
    expect(store.inForce()).toEqual({ version: 101, part: 'now' });
    store.handle(delta(103, 100));
    expect(store.newest()).toMatchObject({ version: 103, state: 'applied' });
  });

  it('keeps the last good catalogue when a new one is not what it says, across restarts', () => {
    const store = selling(({ version }) => version === 103);
    store.handle(delta(103, 100));
    expect(store.newest()).toMatchObject({ version: 103, state: 'refused', reason: 'bad-result' });
    expect(store.inForce()).toEqual({ version: 101, part: 'now' });
    store.restart();
    expect(store.newest()).toMatchObject({ version: 103, state: 'refused' });
    store.handle(delta(104, 100));
    expect(store.inForce()).toEqual({ version: 104, part: 'now' });
  });

  it('asks again for a base that its disk has spoilt', () => {
    const machine = createCatalogueMachine({ ...NOTHING, fulls: new Map([[100, 'f100']]) });
    const at = { nowMs: 0, monotonicMs: 0 };
    machine.handle({ type: 'up' }, at);
    machine.handle(delta(101, 100), at);
    const effects = machine.handle(
      { type: 'staging-failed', version: 101, part: 'now', reason: 'base-damaged', detail: '' },
      at,
    );
    expect(effects).toContainEqual({ type: 'drop-fulls', versions: [100] });
    expect(machine.standing().newest).toMatchObject({ state: 'waiting' });
    const again = machine.handle(full(100), at);
    expect(again.map(({ type }) => type)).toEqual(expect.arrayContaining(['keep-full', 'stage']));
  });

  it('reads everything again when Head Office asks', () => {
    const store = selling();
    store.handle({ type: 'resync' });
    expect(store.count('subscribe-anew')).toBe(1);
  });
});

describe('A change scheduled for Monday', () => {
  const scheduled = delta(103, 100, { base: 102, effectiveFromMs: MONDAY_MS });

  it('is staged at once and switched to on time with the line down', () => {
    const store = selling();
    store.handle(full(102));
    store.handle(scheduled);
    expect(store.inForce()).toEqual({ version: 103, part: 'now' });
    expect(store.newest()).toMatchObject({ state: 'staged' });
    store.handle({ type: 'down' });
    store.to(MONDAY_MS - 1);
    expect(store.inForce()).toEqual({ version: 103, part: 'now' });
    store.to(MONDAY_MS);
    expect(store.inForce()).toEqual({ version: 103, part: 'next' });
    expect(store.newest()).toMatchObject({ state: 'applied' });
  });

  it('is not taken back when the clock goes back', () => {
    const store = selling();
    store.handle(full(102));
    store.handle(scheduled);
    store.to(MONDAY_MS);
    store.to(MONDAY_MS - 500_000, MONDAY_MS + 1);
    store.restart();
    expect(store.inForce()).toEqual({ version: 103, part: 'next' });
  });

  it('is run straight away by a store that hears of it on Tuesday, without the base of before', () => {
    const store = createStore();
    store.to(MONDAY_MS + 1);
    store.handle({ type: 'up' });
    store.handle(full(102));
    store.handle(scheduled);
    expect(store.history).toEqual([{ version: 103, part: 'next' }]);
  });

  it('gives way, staged as it is, to a higher version', () => {
    const store = selling();
    store.handle(full(102));
    store.handle(scheduled);
    store.handle(delta(104, 100));
    store.to(MONDAY_MS + 1);
    expect(store.inForce()).toEqual({ version: 104, part: 'now' });
  });

  it('survives a restart between staging and Monday', () => {
    const store = selling();
    store.handle(full(102));
    store.handle(scheduled);
    store.restart();
    store.to(MONDAY_MS);
    expect(store.inForce()).toEqual({ version: 103, part: 'next' });
    expect(store.history.filter(({ part }) => part === 'next')).toHaveLength(1);
  });

  it('whose base has not come lets what runs now be switched to', () => {
    const store = selling();
    store.handle(scheduled);
    expect(store.inForce()).toEqual({ version: 103, part: 'now' });
    expect(store.newest()).toMatchObject({ state: 'waiting', detail: 'version 102' });
  });
});

describe('Whatever is lost, doubled, reordered, refused or restarted', () => {
  // Head Office's history: each delta names a full published before it.
  const history = fc
    .array(
      fc.record({
        base: fc.nat(5),
        next: fc.option(
          fc.record({ base: fc.nat(5), effectiveFromMs: fc.integer({ min: 0, max: 2000 }) }),
        ),
      }),
      { minLength: 1, maxLength: 6 },
    )
    .map((entries) =>
      entries.map(({ base, next }, at) =>
        deltaOf(100 + at, base + 1, next === null ? null : { ...next, base: next.base + 1 }),
      ),
    );
  const step = fc.oneof(
    fc.record({ do: fc.constant('full' as const), n: fc.nat(5) }),
    fc.record({ do: fc.constant('delta' as const), n: fc.nat(5) }),
    fc.record({ do: fc.constant('refuse' as const), n: fc.nat(5) }),
    fc.record({ do: fc.constant('restart' as const), n: fc.constant(0) }),
    fc.record({ do: fc.constant('down' as const), n: fc.constant(0) }),
    fc.record({ do: fc.constant('time' as const), n: fc.nat(500) }),
  );

  it('a store’s version never goes back, and what is retained in the end is what it runs', () => {
    fc.assert(
      fc.property(history, fc.array(step, { maxLength: 40 }), (deltas, steps) => {
        const store = createStore();
        let time = 0;
        store.handle({ type: 'up' });
        for (const { do: what, n } of steps) {
          const offered = deltas[n % deltas.length];
          if (what === 'full') store.handle(full(n + 1));
          else if (what === 'delta' && offered !== undefined) {
            store.handle({ type: 'delta', delta: offered });
          } else if (what === 'refuse') store.handle(refusedDelta(100 + n));
          else if (what === 'restart') store.restart();
          else if (what === 'down') store.handle({ type: 'down' });
          else store.to((time += n));
        }
        // The line comes back: the broker gives what is retained.
        const last = deltas.at(-1) as DeltaFacts;
        store.handle({ type: 'up' });
        store.handle({ type: 'delta', delta: last });
        for (const version of new Set([last.nowBase, last.next?.base ?? last.nowBase])) {
          store.handle(full(version));
        }
        const due = last.next !== null && last.next.effectiveFromMs <= time ? 'next' : 'now';
        expect(store.inForce()).toEqual({ version: last.version, part: due });
        store.to(Math.max(time, 3000));
        expect(store.inForce()).toEqual({
          version: last.version,
          part: last.next === null ? 'now' : 'next',
        });
        const ranks = store.history.map(
          ({ version, part }) => version * 2 + Number(part === 'next'),
        );
        expect(ranks).toEqual([...new Set(ranks)].sort((a, b) => a - b));
      }),
      fuzzEffort(200),
    );
  });
});
