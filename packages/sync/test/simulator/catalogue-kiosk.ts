import { type CatalogueReport, topicOf } from '@tillwire/contract';
import { type StoreCode, utcInstant } from '@tillwire/domain';
import {
  type CatalogueEffect,
  type CatalogueEvent,
  type CatalogueMachine,
  type CatalogueStanding,
  createCatalogueMachine,
  DAMAGED_BASE,
  type PartName,
} from '../../src/index.ts';
import type { BrokerClient } from './catalogue-broker.ts';
import {
  checksumOfDelta,
  type Reading,
  readSigned,
  resultOf,
  type SimDelta,
  type SimDocument,
  type SimFull,
  UNSELLABLE,
} from './catalogue-documents.ts';
import type { World } from './world.ts';

interface Staged extends PartName {
  readonly base: number;
  readonly content: string;
}

/** What survives a crash. */
interface Disk {
  inForce: PartName | null;
  delta: SimDelta | null;
  readonly fulls: Map<number, SimFull>;
  readonly staged: Map<string, Staged>;
  session: number;
}

/** What a store sells from. */
export interface Selling extends PartName {
  readonly content: string;
}

export interface CatalogueKioskOptions {
  readonly name: string;
  readonly believesAll: boolean;
  readonly verifiesNothing: boolean;
  readonly switchesEarly: boolean;
  readonly pointsFirst: boolean;
  readonly neverAsksAgain: boolean;
  readonly cut: () => void;
  readonly subscribeAgain: () => void;
  readonly tell: (report: CatalogueReport) => void;
  /** Called at every change of what is sold, with when a scheduled part was due and the store's own clock. */
  readonly selling: (
    selling: Selling,
    due: { readonly fromMs: number; readonly nowMs: number } | null,
  ) => void;
  readonly staged: (name: PartName) => void;
}

class Crashed extends Error {}

const keyOf = ({ version, part }: PartName): string => `${version} ${part}`;
const TICK_MS = 2000;
const TELL_AGAIN_MS = 60_000;

/** One store: the real machine, driven as the real line drives it, on a disk that is a few maps. */
export type CatalogueKiosk = ReturnType<typeof createCatalogueKiosk>;

export function createCatalogueKiosk(world: World, options: CatalogueKioskOptions) {
  const { name } = options;
  let disk: Disk = { inForce: null, delta: null, fulls: new Map(), staged: new Map(), session: 0 };
  let backup = disk;
  let machine: CatalogueMachine | null = null;
  let up = false;
  let skewMs = 0;
  let stepsToCrash = 0;
  let told = 0;
  let toldAtMs = 0;
  let incoming: SimDocument | null = null;

  const nowMs = (): number => world.nowMs() + skewMs;
  /** A place in the code where the process may die. */
  const step = (): void => {
    if (stepsToCrash > 0 && --stepsToCrash === 0) throw new Crashed();
  };

  const crash = (): void => {
    world.note(() => `${name} crashes`);
    const isWhole = disk.inForce === null || disk.staged.has(keyOf(disk.inForce));
    world.hold(isWhole, () => `${name} is left selling from a part that is not there`);
    machine = null;
    stepsToCrash = 0;
    up = false;
    // The connection goes with the process.
    options.cut();
  };

  const saved = () => {
    const { inForce, delta, fulls, staged } = disk;
    const current = inForce === null ? undefined : staged.get(keyOf(inForce));
    return {
      inForce: current ?? null,
      delta: delta === null ? null : factsOf(delta),
      fulls: new Map([...fulls].map(([version, full]) => [version, JSON.stringify(full)])),
      staged: [...staged.values()].filter(({ version }) => version === delta?.version),
    };
  };
  /** The pointer moves, to something whole. */
  const point = (to: PartName): void => {
    disk.inForce = { version: to.version, part: to.part };
    const staged = disk.staged.get(keyOf(to));
    world.note(() => `${name} sells ${to.version} ${to.part}: ${staged?.content}`);
    world.hold(staged !== undefined, () => `${name} sells from a part that is not there`);
    const fromMs = to.part === 'next' ? disk.delta?.next?.effectiveFromMs : undefined;
    const content = staged?.content ?? '';
    options.selling({ ...to, content }, fromMs === undefined ? null : { fromMs, nowMs: nowMs() });
  };

  const handle = (event: CatalogueEvent): CatalogueMachine => {
    const queue: CatalogueEvent[] =
      machine === null && up && event.type !== 'up' ? [{ type: 'up' }, event] : [event];
    const current = (machine ??= createCatalogueMachine(saved()));
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const at = { nowMs: nowMs(), monotonicMs: world.nowMs() };
      for (const effect of current.handle(next, at)) {
        step();
        queue.push(...perform(effect));
      }
    }
    return current;
  };

  const perform = (effect: CatalogueEffect): readonly CatalogueEvent[] => {
    switch (effect.type) {
      case 'keep-full':
        if (incoming?.kind === 'full') disk.fulls.set(effect.version, incoming);
        return [];
      case 'drop-fulls':
        for (const version of effect.versions) disk.fulls.delete(version);
        return [];
      case 'keep-delta':
        if (incoming?.kind !== 'delta') return [];
        disk.delta = incoming;
        for (const [key, one] of disk.staged) if (!isInForce(one)) disk.staged.delete(key);
        return [];
      case 'stage':
        return stage(effect, effect.base);
      case 'switch':
        if (!isInForce(effect)) point(effect);
        return [{ type: 'switched', version: effect.version, part: effect.part }];
      case 'subscribe-anew':
        if (!options.neverAsksAgain) options.subscribeAgain();
        return [];
      case 'report':
        report(effect.standing);
        return [];
      case 'alert':
        world.note(() => `${name} alerts: ${effect.code}, ${effect.detail}`);
        return [];
    }
  };

  const isInForce = ({ version, part }: PartName): boolean =>
    disk.inForce?.version === version && disk.inForce.part === part;

  const stage = ({ version, part }: PartName, base: number): readonly CatalogueEvent[] => {
    const failed = (reason: string): readonly CatalogueEvent[] => [
      { type: 'staging-failed', version, part, reason, detail: '' },
    ];
    const wanted = part === 'now' ? disk.delta?.now : disk.delta?.next;
    if (disk.delta?.version !== version || wanted == null) return failed('delta-gone');
    const full = disk.fulls.get(base);
    if (full === undefined) return failed(DAMAGED_BASE);
    const content = resultOf(full.content, wanted.override);
    if (!options.verifiesNothing) {
      if (content !== wanted.checksum) return failed('bad-result');
      if (content.startsWith(UNSELLABLE)) return failed('bad-catalogue');
    }
    if (options.pointsFirst) {
      disk.inForce = { version, part };
      step();
    }
    disk.staged.set(keyOf({ version, part }), { version, part, base, content });
    options.staged({ version, part });
    step();
    return [
      { type: 'verified', version, part },
      { type: 'staged', version, part },
    ];
  };

  const report = ({ inForce, newest }: CatalogueStanding): void => {
    if (!up) return;
    toldAtMs = world.nowMs();
    options.tell({
      store_code: name,
      at: utcInstant(0),
      session: disk.session,
      number: ++told,
      in_force: inForce === null ? null : { catalog_version: inForce.version, part: inForce.part },
      newest: newest === null ? null : { catalog_version: newest.version, ...newest },
    });
  };

  const guarded = (run: () => void): void => {
    try {
      run();
    } catch (error) {
      if (!(error instanceof Crashed)) throw error;
      crash();
    }
  };

  const take = (topic: string, payload: string): void => {
    world.note(() => `${name} receives ${topic} ${payload.slice(0, 80)}`);
    const kind = topic === deltaTopic ? 'delta' : 'full';
    const read = readSigned(topic, payload);
    const document = read.ok || !options.believesAll ? read : believedAnyway(payload);
    if (payload === '') handle({ type: 'cleared' });
    else if (!document.ok) {
      const { version } = document;
      handle({ type: 'refused', kind, version, reason: 'bad-signature', detail: '' });
    } else {
      incoming = document.document;
      if (incoming.kind === 'delta') handle({ type: 'delta', delta: factsOf(incoming) });
      else handle({ type: 'full', version: incoming.version, checksum: JSON.stringify(incoming) });
    }
    incoming = null;
  };

  const deltaTopic = topicOf('delta', name as StoreCode);
  const client: BrokerClient = {
    name,
    matches: (topic) => topic === deltaTopic,
    take: (topic, payload) => guarded(() => take(topic, payload)),
    lose: () => {
      if (!up) return;
      up = false;
      guarded(() => void handle({ type: 'down' }));
    },
  };

  const tick = (): void => {
    world.after(TICK_MS, tick);
    guarded(() => {
      const current = handle({ type: 'tick' });
      if (up && world.nowMs() - toldAtMs >= TELL_AGAIN_MS) report(current.standing());
    });
  };
  /** Another process of the store looks for what is due, and switches to it as well. */
  const look = (): void => {
    world.after(TICK_MS, look);
    const next = disk.delta?.next ?? null;
    if (disk.delta === null || next === null) return;
    const name: PartName = { version: disk.delta.version, part: 'next' };
    const isDue = options.switchesEarly || next.effectiveFromMs <= nowMs();
    if (isDue && disk.staged.has(keyOf(name)) && !isInForce(name)) point(name);
  };
  tick();
  look();

  return {
    name,
    client,
    /** Told once what the client subscribed to is on its way. */
    up: () => {
      up = true;
      told = 0;
      disk.session = Math.max(disk.session + 1, Math.floor(nowMs() / 1000));
      guarded(() => void handle({ type: 'up' }));
    },
    isUp: () => up,
    crash,
    crashWithin: (steps: number) => {
      stepsToCrash = steps;
    },
    stepClock: (ms: number) => {
      skewMs += ms;
      world.note(() => `the clock of ${name} jumps by ${ms} ms`);
    },
    nowMs,
    spoilFull: () => {
      const [version] = [...disk.fulls.keys()];
      if (version !== undefined) disk.fulls.delete(version);
    },
    backUp: () => {
      backup = copyOf(disk);
    },
    restore: () => {
      world.note(() => `${name} is restored from its backup`);
      crash();
      disk = copyOf(backup);
      // Nothing is sold before somebody confirmed the clock.
      skewMs = 0;
    },
    selling: (): Selling | null => {
      const staged = disk.inForce === null ? undefined : disk.staged.get(keyOf(disk.inForce));
      return staged ?? null;
    },
  };
}

const copyOf = (disk: Disk): Disk => ({
  ...disk,
  fulls: new Map(disk.fulls),
  staged: new Map(disk.staged),
});

function believedAnyway(payload: string): Reading {
  try {
    return { ok: true, document: JSON.parse(payload).document };
  } catch {
    return { ok: false, version: null };
  }
}

const factsOf = (delta: SimDelta) => ({
  version: delta.version,
  checksum: checksumOfDelta(delta),
  nowBase: delta.now.base,
  next:
    delta.next === null
      ? null
      : { base: delta.next.base, effectiveFromMs: delta.next.effectiveFromMs },
});
