import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createHistory } from '../load/history.ts';
import { runTill } from '../load/till.ts';
import { createLightJournal } from '../light/events.ts';
import { createLightKiosk } from '../light/light-kiosk.ts';
import { createRandom } from '../random.ts';
import {
  COPIED_TABLES,
  copyIn,
  copyOut,
  countOrders,
  makeCopyTable,
  readEvents,
} from '../store/many-orders.ts';
import { countParked } from '../store/end-state.ts';
import { until } from '../waiting.ts';
import { findProgram } from '../world/program.ts';
import type { World } from '../world/world.ts';
import { residentMB } from './resident.ts';
import { ms, quantile, type Row, spread } from './rows.ts';

export interface ChainDeps {
  readonly world: World;
  readonly isQuick: boolean;
  readonly now: () => string;
  readonly tell: (line: string) => void;
}

const took = async (work: () => Promise<unknown>): Promise<number> => {
  const began = performance.now();
  await work();
  return performance.now() - began;
};

const ORDER = {
  channel: 'OT-C',
  vatBasis: 'take',
  lines: [
    { kind: 'product', code: 5, quantity: 1, meal: { drink: 49 } },
    { kind: 'product', code: 30, quantity: 2 },
    { kind: 'product', code: 1, quantity: 1 },
  ],
  tenders: [{ method: 'cash', tendered: 5000 }],
};

async function sell(world: World, requestId: string): Promise<string> {
  const { status, body } = await shopOf(world).face.post('/api/orders', { requestId, ...ORDER });
  if (status !== 201) throw new Error(`not sold: ${status} ${JSON.stringify(body)}`);
  return body.order.globalOrderId as string;
}

function shopOf({ shops }: World) {
  const [shop] = shops;
  if (shop === undefined) throw new Error('the bench needs a shop');
  return shop;
}

/** From the request to sell until Head Office's API shows the order, which is asked for every `everyMs`. */
async function saleToVisible(world: World, requestId: string, everyMs = 5): Promise<number> {
  return took(async () => {
    const id = await sell(world, requestId);
    await until(
      `${id} at Head Office`,
      async () => (await world.office.face.get(`/api/orders/${id}`)).status === 200,
      { withinMs: 30_000, everyMs },
    );
  });
}

export async function visibility({ world, isQuick }: ChainDeps): Promise<readonly Row[]> {
  const count = isQuick ? 100 : 500;
  const times: number[] = [];
  for (let at = 0; at < 20; at++) await saleToVisible(world, `warm-${at}`);
  for (let at = 0; at < count; at++) times.push(await saleToVisible(world, `seen-${at}`));
  const p99 = quantile(times, 0.99);
  return [
    {
      what: `sale to visible at Head Office, line up, p99 of ${count}`,
      measured: `${ms(p99)} (p50 ${ms(quantile(times, 0.5))})`,
      limit: '',
      budget: '≤ 500 ms',
      isKept: p99 <= 500,
    },
  ];
}

/** Shops of the chain. */
const FLUSHING = 15;

/** Real events, sold again by 15 light kiosks at once, against COPY of the same rows. */
export async function flush({ world, isQuick, now, tell }: ChainDeps): Promise<readonly Row[]> {
  const each = isQuick ? 600 : 2400;
  // What the light kiosks sell is what a real shop sold.
  for (let sale = 0; sale < 50; sale++) await saleToVisible(world, `template-${sale}`);
  const templates = await readEvents(world.books, shopOf(world).store, 200);
  const at = now();
  const kiosks = await Promise.all(
    world.lightStores.slice(0, FLUSHING).map(async (store) => {
      const journal = createLightJournal(store, templates);
      for (let sold = 0; sold < each; sold++) journal.sell(at.slice(0, 10), at);
      return createLightKiosk({ store, account: await world.broker.account(store), journal, now });
    }),
  );
  tell(`flushing ${kiosks.length} × ${each} orders over TLS`);
  const live: number[] = [];
  const began = performance.now();
  let isFlushing = true;
  const selling = (async () => {
    // Asked for seldom: every question takes from the cores that drain the backlog.
    for (let sale = 0; isFlushing; sale++)
      live.push(await saleToVisible(world, `live-${sale}`, 25));
  })();
  // Should the flush fail it fails too, and that is told once.
  selling.catch(() => undefined);
  await Promise.all(kiosks.map((kiosk) => kiosk.connect()));
  await until('the flush to be drained', () => kiosks.every((kiosk) => kiosk.unsent() === 0), {
    withinMs: 300_000,
    everyMs: 5,
  });
  const seconds = (performance.now() - began) / 1000;
  isFlushing = false;
  await selling;
  const orders = kiosks.length * each;
  await assertInBooks(world, orders);
  const copy = await copyRate(world);
  await Promise.all(kiosks.map((kiosk) => kiosk.disconnect()));
  const rate = orders / seconds;
  const p99 = quantile(live, 0.99);
  return [
    {
      what: `whole chain: ${kiosks.length} kiosks × ${each} orders flushed over TLS`,
      measured: `${seconds.toFixed(1)} s, ${Math.round(rate)}/s`,
      limit: `raw COPY ${Math.round(copy)}/s: ${(rate / copy).toFixed(2)} ×`,
      budget: isQuick ? '≥ 0.4 × COPY' : '≥ 0.4 × COPY, ≤ 5 s',
      isKept: rate >= 0.4 * copy && (isQuick || seconds <= 5),
    },
    {
      what: `a new sale during that flush, to visible, p99 of ${live.length}`,
      measured: `${ms(p99)} (p50 ${ms(quantile(live, 0.5))})`,
      limit: '',
      budget: '≤ 2 s',
      isKept: p99 <= 2000,
    },
  ];
}

/** @throws when a light kiosk's orders were acknowledged without being booked: parked ones measure nothing. */
async function assertInBooks({ books, lightStores }: World, orders: number): Promise<void> {
  const [booked, parked] = [await countOrders(books, lightStores), await countParked(books, [])];
  if (booked !== orders || parked > 0) {
    throw new Error(`${orders} orders were flushed, ${booked} are booked and ${parked} are parked`);
  }
}

/** Orders a second of one connection that copies in what the books hold, lines and journal included. */
async function copyRate({ books, databaseUrl, env }: World): Promise<number> {
  const [counted] = await books.query<{ count: number }>('SELECT count(*) AS count FROM orders');
  let copiedMs = 0;
  for (const table of COPIED_TABLES) {
    await makeCopyTable(books, table);
    const rows = await psql(databaseUrl, env, copyOut(table));
    copiedMs += await took(() => psql(databaseUrl, env, copyIn(table), rows));
  }
  return (counted?.count ?? 0) / (copiedMs / 1000);
}

async function psql(
  url: string,
  env: Readonly<Record<string, string>>,
  command: string,
  input: Buffer = Buffer.alloc(0),
): Promise<Buffer> {
  const child = spawn(
    findProgram('psql'),
    ['-qX', '-v', 'ON_ERROR_STOP=1', '-d', url, '-c', command],
    {
      env,
    },
  );
  const pieces: Buffer[] = [];
  child.stdout.on('data', (piece: Buffer) => pieces.push(piece));
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`psql ended with ${code}: ${command}`);
  return Buffer.concat(pieces);
}

/** Kiosk memory and the Z, after a day of 5,000 orders by many tills. */
export async function longDay({ world, isQuick, tell }: ChainDeps): Promise<readonly Row[]> {
  const wanted = isQuick ? 1000 : 5000;
  const { face, programs, store } = shopOf(world);
  const history = createHistory(`${world.folder}/bench.jsonl`);
  const enough = new AbortController();
  tell(`selling ${wanted} orders at one shop`);
  const tills = Promise.all(
    Array.from({ length: 4 }, (_, till) =>
      runTill(
        {
          store,
          face,
          history,
          random: createRandom(`bench ${till}`),
          perMinute: 60_000,
          refused: () => undefined,
          stopping: enough.signal,
        },
        enough.signal,
      ),
    ),
  );
  await until('the day to be sold', () => history.orders().size >= wanted, { withinMs: 600_000 });
  enough.abort();
  await tills.catch(() => undefined);
  const memoryMB = residentMB(programs.web.pid());
  const closing = await took(async () => {
    const { status } = await face.post('/api/day/close', {});
    if (status !== 200) throw new Error(`the day was not closed: ${status}`);
  });
  return [
    {
      what: `Z of a day of ${wanted} orders`,
      measured: ms(closing),
      limit: '',
      budget: '≤ 1 s',
      isKept: closing <= 1000,
    },
    {
      what: `memory of a kiosk, all services in one process, after ${wanted} orders`,
      measured: `${Math.round(memoryMB)} MB`,
      limit: '',
      budget: '≤ 200 MB',
      isKept: memoryMB <= 200,
    },
  ];
}

/** From the start of a kiosk's process until it sells, after it was killed. */
export async function starts({ world, isQuick }: ChainDeps): Promise<readonly Row[]> {
  const { face, programs } = shopOf(world);
  const times: number[] = [];
  for (let round = 0; round < (isQuick ? 3 : 9); round++) {
    await programs.web.knock('SIGKILL', 200, async () => {
      times.push(-performance.now());
    });
    await until('the kiosk to sell', async () => (await face.get('/readyz')).status === 200, {
      withinMs: 60_000,
      everyMs: 5,
    });
    times.push((times.pop() ?? 0) + performance.now());
  }
  const worst = Math.max(...times);
  return [
    {
      what: 'kiosk killed and started: until it sells',
      measured: `${spread(times)}, worst ${ms(worst)}`,
      limit: '',
      budget: '≤ 2 s',
      isKept: worst <= 2000,
    },
  ];
}
