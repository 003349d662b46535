import { createHash } from 'node:crypto';
import { storeCode, utcInstant } from '@tillwire/domain';
import type { Finding } from '../checker/findings.ts';
import { createLightJournal, type LightJournal } from '../light/events.ts';
import { createLightKiosk, type LightKiosk } from '../light/light-kiosk.ts';
import { createLightMenu, createLightShelf } from '../light/light-menu.ts';
import { readJournal } from '../store/end-state.ts';
import { readEvents } from '../store/many-orders.ts';
import { pause, until } from '../waiting.ts';
import type { World } from '../world/world.ts';
import type { Plan, PlannedLight } from './plan.ts';
import type { Reins } from './simulated-time.ts';
import { untilTime } from './shop-day.ts';

/** Kiosks that are only their line, by the hundred. */
export interface LightFleet {
  readonly connected: () => number;
  readonly sold: () => number;
  readonly unsent: () => number;
  /** Everybody sells by plan, until the last sale. */
  readonly run: (stopping: AbortSignal) => Promise<void>;
  /** Lines up for good, everything acknowledged; what Head Office holds is held against what they sold. */
  readonly settle: (withinMs: number) => Promise<readonly Finding[]>;
  readonly stop: () => Promise<void>;
}

interface Light {
  readonly store: string;
  readonly plan: PlannedLight;
  readonly journal: LightJournal;
  readonly kiosk: LightKiosk;
  isUp: boolean;
}

/** What light kiosks sell is what a real shop sold: so many events of its own it has to have sent before. */
const TEMPLATES = 20;
const MOST_TEMPLATES = 200;
const CONNECT_AT_ONCE = 25;
const BEAT_EVERY_MS = 60_000;
const LOOK_EVERY_MS = 50;

export function createLightFleet(
  world: World,
  { plan, reins }: { readonly plan: Plan; readonly reins: Reins },
): LightFleet {
  const { books, broker, shops } = world;
  const all: Light[] = [];
  const now = (): string => utcInstant(reins.nowMs());

  const gather = async (stopping: AbortSignal): Promise<void> => {
    const [shop] = shops;
    let templates: Awaited<ReturnType<typeof readEvents>> = [];
    await until(
      'a real shop to have sold something to sell again',
      async () => {
        templates = await readEvents(books, shop?.store ?? '', MOST_TEMPLATES);
        return templates.length >= TEMPLATES;
      },
      { withinMs: 600_000, everyMs: 500, signal: stopping },
    );
    const shelf = createLightShelf(world.office.anchors);
    for (const one of plan.light) {
      const journal = createLightJournal(one.store, templates);
      const account = await broker.account(one.store);
      const menu = createLightMenu(storeCode(one.store), shelf);
      const kiosk = createLightKiosk({ store: one.store, account, journal, menu, now });
      all.push({ store: one.store, plan: one, journal, kiosk, isUp: false });
    }
    await eachOf(all, connect);
  };

  const trade = async (stopping: AbortSignal): Promise<void> => {
    for (const { atMs, light, what } of happenings(all, plan)) {
      if (atMs > reins.nowMs()) await untilTime(reins, atMs, stopping);
      stopping.throwIfAborted();
      if (what === 'sale') {
        light.journal.sell(dateOf(plan, atMs), now());
        if (light.isUp) light.kiosk.committed();
      } else if (what === 'down') await disconnect(light);
      // Not waited for: a thousand come back at once.
      else void connect(light).catch(() => undefined);
    }
  };

  return {
    connected: () => all.filter(({ isUp }) => isUp).length,
    sold: () => all.reduce((sum, { journal }) => sum + journal.head(), 0),
    unsent: () => all.reduce((sum, { kiosk }) => sum + kiosk.unsent(), 0),
    run: async (stopping) => {
      await gather(stopping);
      const trading = new AbortController();
      const beating = beat(all, AbortSignal.any([stopping, trading.signal]));
      try {
        await trade(stopping);
      } finally {
        trading.abort();
        await beating;
      }
    },
    settle: async (withinMs) => {
      await eachOf(
        all.filter(({ isUp }) => !isUp),
        connect,
      );
      await until(
        'the light kiosks to be acknowledged',
        () =>
          all.every(
            ({ kiosk, journal }) =>
              kiosk.unsent() === 0 && kiosk.completeThrough() === journal.head(),
          ),
        { withinMs, everyMs: 200 },
      );
      return (await Promise.all(all.map((light) => checkLight(light, books)))).flat();
    },
    stop: () => eachOf(all, disconnect),
  };
}

async function connect(light: Light): Promise<void> {
  await light.kiosk.connect();
  light.isUp = true;
}

async function disconnect(light: Light): Promise<void> {
  light.isUp = false;
  await light.kiosk.disconnect();
}

async function eachOf(
  lights: readonly Light[],
  work: (light: Light) => Promise<void>,
): Promise<void> {
  for (let at = 0; at < lights.length; at += CONNECT_AT_ONCE) {
    await Promise.all(lights.slice(at, at + CONNECT_AT_ONCE).map(work));
  }
}

/** Everything that happens to them, in order. */
function happenings(
  lights: readonly Light[],
  { massReconnect }: Plan,
): readonly { readonly atMs: number; readonly light: Light; readonly what: string }[] {
  return lights
    .flatMap((light) => [
      ...light.plan.salesMs.map((atMs) => ({ atMs, light, what: 'sale' })),
      ...[...light.plan.offline, ...(massReconnect === null ? [] : [massReconnect])].flatMap(
        ({ fromMs, toMs }) => [
          { atMs: fromMs, light, what: 'down' },
          { atMs: toMs, light, what: 'up' },
        ],
      ),
    ])
    .toSorted((a, b) => a.atMs - b.atMs);
}

const dateOf = ({ dates, hours }: Plan, ms: number): string =>
  dates[hours.findLastIndex(({ fromMs }) => fromMs <= ms)] ?? dates[0] ?? '';

/** A heartbeat of each in every real minute, one after the other. */
async function beat(lights: readonly Light[], stopping: AbortSignal): Promise<void> {
  const everyMs = Math.max(LOOK_EVERY_MS, BEAT_EVERY_MS / Math.max(1, lights.length));
  const many = Math.max(1, Math.round((lights.length * everyMs) / BEAT_EVERY_MS));
  for (let at = 0; !stopping.aborted; at += many) {
    for (let one = at; one < at + many; one++) {
      const light = lights[one % lights.length];
      // One that is cut off meanwhile beats the next time.
      if (light?.isUp === true) await light.kiosk.beat().catch(() => undefined);
    }
    await pause(everyMs, stopping);
  }
}

/** Head Office holds of a light kiosk what it sold: every event at its place, to the byte, and nothing else. */
async function checkLight(
  { store, journal }: Light,
  books: World['books'],
): Promise<readonly Finding[]> {
  const held = await readJournal(books, store);
  const tell = (what: string): readonly Finding[] => [{ check: 'light kiosk', what }];
  if (held.length !== journal.head()) {
    return tell(`${store} sold ${journal.head()}, Head Office holds ${held.length}`);
  }
  const wrong = held.find(({ journal_seq, hash, payload }) => {
    const bytes = createHash('sha256').update(payload).digest('hex');
    return journal.at(journal_seq)?.hash !== hash || bytes !== hash;
  });
  return wrong === undefined ? [] : tell(`${store} ${wrong.journal_seq} is not what was sold`);
}
