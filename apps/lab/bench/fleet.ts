import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { storeCode } from '@tillwire/domain';
import { createLightJournal, type LightJournal } from '../light/events.ts';
import { createLightKiosk, type LightKiosk } from '../light/light-kiosk.ts';
import { createLightMenu, createLightShelf, type LightMenu } from '../light/light-menu.ts';
import { countFiredAlerts, readEvents } from '../store/many-orders.ts';
import { pause, until } from '../waiting.ts';
import type { World } from '../world/world.ts';
import type { OpenWorld } from './bench.ts';
import { residentMB } from './resident.ts';
import { ms, quantile, type Row } from './rows.ts';

export interface FleetDeps {
  readonly open: OpenWorld;
  readonly isQuick: boolean;
  readonly now: () => string;
  readonly tell: (line: string) => void;
}

interface Light {
  readonly store: string;
  readonly journal: LightJournal;
  readonly menu: LightMenu;
  readonly kiosk: LightKiosk;
}

const SAMPLE_MENU = join(import.meta.dirname, '../../../sample-menu');
/** Kiosks connected at once, by the chain they are of: what has never come would alert, and is told of every menu. */
const CHAINS = [[15, 100, 1000], [5000]];
/** With so many they trade for a while, and all come back at once. */
const TRADING = 1000;
const PRODUCTS = 1000;
const ORDERS_PER_S = 5;
const TRADING_S = 600;
const BEAT_EVERY_S = 60;
const CONNECT_AT_ONCE = 50;
const SALES_TIMED = 200;

/** Many kiosks that are only their lines: how long they take to connect, to get a menu and to be acknowledged. */
export async function fleet(deps: FleetDeps): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const sizes of deps.isQuick ? [[15, 100]] : CHAINS) rows.push(...(await chain(sizes, deps)));
  return rows;
}

async function chain(
  sizes: readonly number[],
  { open, isQuick, now, tell }: FleetDeps,
): Promise<readonly Row[]> {
  const world = await open({ lightStores: sizes.at(-1) ?? 0 });
  try {
    const all = await makeLights(world, now);
    const rows: Row[] = [];
    let connected = 0;
    for (const size of sizes) {
      const up = all.slice(0, size);
      tell(`connecting ${size} kiosks`);
      const connectS = await secondsOf(() =>
        eachOf(up.slice(connected), (one) => one.kiosk.connect()),
      );
      rows.push(connectRow(size, size - connected, connectS));
      connected = size;
      rows.push(await menuRow(world, up, tell), await saleRow(up, now));
      if (size === (isQuick ? sizes.at(-1) : TRADING)) {
        rows.push(...(await trading(world, up, { seconds: isQuick ? 30 : TRADING_S, now, tell })));
      }
    }
    await eachOf(all.slice(0, connected), (one) => one.kiosk.disconnect());
    return rows;
  } finally {
    await world.stop();
  }
}

async function makeLights(world: World, now: () => string): Promise<readonly Light[]> {
  const [shop] = world.shops;
  if (shop === undefined) throw new Error('the bench needs a shop');
  const sale = {
    channel: 'OT-C',
    vatBasis: 'take',
    lines: [{ kind: 'product', code: 5, quantity: 1, meal: { drink: 49 } }],
    tenders: [{ method: 'cash' }],
  };
  for (let at = 0; at < 10; at++)
    await shop.face.post('/api/orders', { requestId: `${at}`, ...sale });
  let templates: Awaited<ReturnType<typeof readEvents>> = [];
  await until(
    'sales to sell again',
    async () => (templates = await readEvents(world.books, shop.store, 10)).length === 10,
    { withinMs: 30_000 },
  );
  const shelf = createLightShelf(world.office.anchors);
  const [port = 0] = world.broker.ports;
  return Promise.all(
    world.lightStores.map(async (store) => {
      const journal = createLightJournal(store, templates);
      const menu = createLightMenu(storeCode(store), shelf);
      const account = await world.broker.account(store, port);
      return {
        store,
        journal,
        menu,
        kiosk: createLightKiosk({ store, account, journal, menu, now }),
      };
    }),
  );
}

const secondsOf = async (work: () => Promise<unknown>): Promise<number> => {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
};

async function eachOf(
  lights: readonly Light[],
  work: (light: Light) => Promise<void>,
): Promise<void> {
  const left = lights.values();
  const one = async (): Promise<void> => {
    for (const light of left) await work(light);
  };
  await Promise.all(Array.from({ length: CONNECT_AT_ONCE }, one));
}

const connectRow = (size: number, joining: number, seconds: number): Row => ({
  what: `${size} kiosks connected over TLS, the last ${joining} of them in`,
  measured: `${seconds.toFixed(1)} s, ${Math.round(joining / seconds)}/s`,
  limit: '',
  budget: '',
  isKept: null,
});

let menus = 0;

/** A menu no one has yet, of a thousand products: from `tillwire catalogue publish` until all have it. */
async function menuRow(
  world: World,
  up: readonly Light[],
  tell: (line: string) => void,
): Promise<Row> {
  const folder = join(world.folder, `menu-${++menus}`);
  enlargeMenu(folder, PRODUCTS + menus);
  const imported = await world.office.run(['catalogue', 'import', folder, '--shop', '1', '--json']);
  const { draftId } = JSON.parse(imported) as { readonly draftId: number };
  const before = Math.max(...up.map(({ menu }) => menu.version()));
  tell(`publishing a menu of ${PRODUCTS} products to ${up.length} kiosks`);
  const applied: number[] = [];
  const began = performance.now();
  await world.office.run(['catalogue', 'publish', String(draftId), '--json']);
  const left = new Set(up);
  await until(
    'everybody to have the menu',
    () => {
      for (const one of left) {
        if (one.menu.version() <= before) continue;
        applied.push((performance.now() - began) / 1000);
        left.delete(one);
      }
      return left.size === 0;
    },
    { withinMs: 120_000, everyMs: 20 },
  );
  const last = applied.at(-1) ?? Number.NaN;
  const budgetS = up.length <= 15 ? null : up.length <= TRADING ? 10 : null;
  return {
    what: `a menu of ${PRODUCTS} products: from the command to publish until ${up.length} kiosks have it`,
    measured: `${last.toFixed(1)} s (half of them after ${quantile(applied, 0.5).toFixed(1)} s)`,
    limit: '',
    budget: budgetS === null ? '' : `≤ ${budgetS} s`,
    isKept: budgetS === null ? null : last <= budgetS,
  };
}

/** The sample menu as another set, its products repeated under other codes. */
function enlargeMenu(folder: string, products: number): void {
  cpSync(SAMPLE_MENU, folder, { recursive: true });
  const file = readdirSync(folder).find((name) => /^PDITEM1\.CSV$/i.test(name)) ?? '';
  const [header = '', ...rows] = readFileSync(join(folder, file), 'utf8').trim().split(/\r?\n/);
  const more = Array.from({ length: Math.max(0, products - rows.length) }, (_, at) => {
    const [, ...rest] = (rows[at % rows.length] ?? '').split(',');
    return [20_000 + at, ...rest].join(',');
  });
  writeFileSync(join(folder, file), [header, ...rows, ...more, ''].join('\r\n'));
}

/** Sales one after the other at kiosks in turn, until Head Office has acknowledged each. */
async function saleRow(up: readonly Light[], now: () => string): Promise<Row> {
  const times: number[] = [];
  for (let sale = 0; sale < SALES_TIMED; sale++) {
    const { journal, kiosk } = up[(sale * 7) % up.length] ?? raise();
    const began = performance.now();
    journal.sell(now().slice(0, 10), now());
    kiosk.committed();
    await until('a sale to be acknowledged', () => kiosk.unsent() === 0, {
      withinMs: 30_000,
      everyMs: 1,
    });
    times.push(performance.now() - began);
  }
  return {
    what: `a sale at one of ${up.length} kiosks, until Head Office acknowledged it, p99 of ${SALES_TIMED}`,
    measured: `${ms(quantile(times, 0.99))} (p50 ${ms(quantile(times, 0.5))})`,
    limit: '',
    budget: '',
    isKept: null,
  };
}

function raise(): never {
  throw new Error('there are no kiosks');
}

interface Trading {
  readonly seconds: number;
  readonly now: () => string;
  readonly tell: (line: string) => void;
}

/** A while of sales and heartbeats of everybody, then every line is lost and comes back at once. */
async function trading(
  world: World,
  up: readonly Light[],
  { seconds, now, tell }: Trading,
): Promise<readonly Row[]> {
  const before = residentOf(world);
  const alertsBefore = await countFiredAlerts(world.books);
  tell(`${up.length} kiosks trade for ${seconds} s`);
  let sold = 0;
  for (let second = 0; second < seconds; second++) {
    const nextAt = performance.now() + 1000;
    for (let one = second % BEAT_EVERY_S; one < up.length; one += BEAT_EVERY_S) {
      await up[one]?.kiosk.beat();
    }
    for (let sale = 0; sale < ORDERS_PER_S; sale++, sold++) {
      const { journal, kiosk } = up[(sold * 13) % up.length] ?? raise();
      journal.sell(now().slice(0, 10), now());
      kiosk.committed();
    }
    await pause(Math.max(0, nextAt - performance.now()));
  }
  const acknowledged = (): boolean => up.every(({ kiosk }) => kiosk.unsent() === 0);
  await until('everything to be acknowledged', acknowledged, { withinMs: 60_000 });
  const after = residentOf(world);
  tell('every line is lost');
  await Promise.all(up.map(({ kiosk }) => kiosk.disconnect()));
  for (const { journal } of up) journal.sell(now().slice(0, 10), now());
  const backS = await secondsOf(async () => {
    await Promise.all(up.map(({ kiosk }) => kiosk.connect()));
    await until('what was sold meanwhile to be acknowledged', acknowledged, { withinMs: 300_000 });
  });
  const alerts = (await countFiredAlerts(world.books)) - alertsBefore;
  const last = residentOf(world);
  const grown = Object.keys(last).map((name) => (last[name] ?? 0) - (before[name] ?? 0));
  return [
    {
      what: `memory of Head Office and the broker through ${seconds} s of ${up.length} kiosks at ${ORDERS_PER_S} orders/s, and after they all came back at once`,
      measured: Object.keys(last)
        .map(
          (name) =>
            `${name} ${[before, after, last].map((one) => Math.round(one[name] ?? 0)).join(', ')} MB`,
        )
        .join('; '),
      limit: '',
      budget: 'bounded',
      isKept: Math.max(...grown) <= MEMORY_GROWTH_MB,
    },
    {
      what: `${up.length} lines lost, each with a sale made meanwhile, all back at once: until all is acknowledged`,
      measured: `${backS.toFixed(1)} s`,
      limit: '',
      budget: '',
      isKept: null,
    },
    {
      what: 'alerts raised by all that',
      measured: String(alerts),
      limit: '',
      budget: 'no storm: 0',
      isKept: alerts === 0,
    },
  ];
}

const MEMORY_GROWTH_MB = 200;

const residentOf = ({ programs, shops }: World): Readonly<Record<string, number>> =>
  Object.fromEntries(
    programs
      .filter((program) => !shops.some(({ all }) => all.includes(program)))
      .map((program) => [program.name, residentMB(program.pid())]),
  );
