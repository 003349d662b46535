import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Order } from '@tillwire/domain';
import { verifyRollups } from '../../apps/head-office/store/rollup-store.ts';
import type { Answer, Chain, ChainKiosk } from './chain.ts';
import { startTillwire } from './process.ts';
import { waitFor } from './wait.ts';

// What suites about days, backups and lost disks do again and again, by the product's public faces.

export const SAMPLE_MENU = {
  CATALOGUE_PATH: join(import.meta.dirname, '../../sample-menu'),
  CATALOGUE_SHOP: '1',
};
const TOKEN = 'Bearer a-token-of-the-tests';
const LONG = { withinMs: 90_000 };
let requests = 0;

/** Sells one of the first product; the order's id. @throws when the till refuses. */
export async function sell(kiosk: ChainKiosk, method = 'cash'): Promise<string> {
  const { status, body } = await kiosk.post('/api/orders', {
    requestId: `books ${++requests}`,
    channel: 'OT-C',
    vatBasis: 'take',
    lines: [{ kind: 'product', code: 1, quantity: 1 + (requests % 3) }],
    tenders: [{ method }],
  });
  if (status !== 201) throw new Error(`not sold: ${JSON.stringify(body)}`);
  return body.order.globalOrderId;
}

export async function sellSome(kiosk: ChainKiosk, count: number): Promise<readonly string[]> {
  const ids: string[] = [];
  while (ids.length < count) ids.push(await sell(kiosk, ids.length % 2 === 0 ? 'cash' : 'card'));
  return ids;
}

/** Posts, and gives the answer. @throws unless it is a good one. */
export async function must(kiosk: ChainKiosk, path: string, body: unknown): Promise<Answer> {
  const answer = await kiosk.post(path, body);
  if (answer.status >= 300) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
  return answer;
}

/** The Z; its date. */
export const close = async (kiosk: ChainKiosk): Promise<string> =>
  (await must(kiosk, '/api/day/close', {})).body.businessDate;

/** Ids of the orders Head Office holds of a store, ascending. */
export async function heldIds({ db }: Chain, store: string): Promise<readonly string[]> {
  const { rows } = await db.query<{ id: string }>(
    'SELECT global_order_id AS id FROM orders WHERE store = $1 ORDER BY order_key',
    [store],
  );
  return rows.map(({ id }) => id);
}

/** Waits until Head Office holds exactly these orders of a store. */
export const untilHeld = (chain: Chain, store: string, ids: readonly string[]): Promise<unknown> =>
  waitFor(
    `${ids.length} orders of ${store}`,
    async () => JSON.stringify(await heldIds(chain, store)) === JSON.stringify([...ids].sort()),
    LONG,
  );

/** A day as Head Office judges it. */
export interface JudgedDay {
  readonly state: string;
  readonly revision: number | null;
  readonly orders: number;
  readonly detail: string;
}

export async function judged({ db }: Chain, store: string, date: string): Promise<JudgedDay> {
  const { rows } = await db.query<JudgedDay>(
    'SELECT state, revision, orders, detail FROM days WHERE store = $1 AND business_date = $2',
    [store, date],
  );
  return rows[0] ?? { state: 'unknown', revision: null, orders: 0, detail: '' };
}

export const untilDay = (
  chain: Chain,
  store: string,
  date: string,
  wanted: Partial<JudgedDay>,
): Promise<unknown> => {
  let last: JudgedDay | undefined;
  return waitFor(
    `${store} ${date} ${JSON.stringify(wanted)}`,
    async () => {
      last = await judged(chain, store, date);
      const now: Readonly<Record<string, unknown>> = { ...last };
      if (Object.entries(wanted).every(([key, value]) => now[key] === value)) return true;
      throw new Error(`it is ${JSON.stringify(last)}`);
    },
    LONG,
  );
};

/** Waits until Head Office holds all of the shop's journal and the shop knows it. */
export const untilSent = (kiosk: ChainKiosk): Promise<unknown> =>
  waitFor(
    'everything sent and whole',
    async () => {
      const { body } = await kiosk.get('/api/sync');
      const [last] = body.epochs.toReversed();
      return body.safeToPowerOff && last.completeThrough === last.head;
    },
    LONG,
  );

/** Runs a command of the shop's machine; how it ended, and all it said. */
export async function command(
  kiosk: ChainKiosk,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number | null; readonly said: string }> {
  const started = startTillwire(args, { env: { ...(await kiosk.environment()), ...env } });
  const { code } = await started.exited;
  return { code, said: started.stdout() + started.stderr() };
}

const textAt = async (url: string): Promise<string> => {
  const response = await fetch(url, { headers: { authorization: TOKEN } });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url}: ${text}`);
  return text;
};

/** The four files of a closed day by name, as its shop serves them. */
export async function shopFiles(
  kiosk: ChainKiosk,
  date: string,
): Promise<Readonly<Record<string, string>>> {
  const { body } = await kiosk.get(`/api/days/${date}`);
  const files: Record<string, string> = {};
  for (const name of body.files as readonly string[]) {
    files[name] = await textAt(`${kiosk.url()}/api/days/${date}/exports/${name}`);
  }
  return files;
}

/** The same files as Head Office serves them. */
export async function officeFiles(
  chain: Chain,
  store: string,
  date: string,
  names: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const url = await chain.headOfficeUrl();
  const files: Record<string, string> = {};
  for (const name of names) {
    files[name] = await textAt(`${url}/api/days/${store}/${date}/exports/${name}`);
  }
  return files;
}

/** What lies on the shop's disk for a day. */
export async function diskFiles(
  kiosk: ChainKiosk,
  date: string,
): Promise<Readonly<Record<string, string>>> {
  const { EXPORT_DIR = '' } = await kiosk.environment();
  const files: Record<string, string> = {};
  for (const name of await readdir(join(EXPORT_DIR, date))) {
    files[name] = await readFile(join(EXPORT_DIR, date, name), 'utf8');
  }
  return files;
}

/** Every order of a date as the shop's API tells it, in the domain's shape, by number. */
export async function ordersOf(kiosk: ChainKiosk, date: string): Promise<readonly Order[]> {
  const orders: Order[] = [];
  for (let before = ''; ;) {
    const { body } = await kiosk.get(`/api/orders?date=${date}&limit=500${before}`);
    for (const { globalOrderId, ...order } of body.orders) {
      orders.unshift({ ...order, id: globalOrderId });
    }
    if (body.next === undefined) return orders;
    before = `&before=${body.next}`;
  }
}

/** A store's certificate without its signatures. */
export async function certificate(chain: Chain, store: string): Promise<Answer['body']> {
  const { signatures: _, ...claim } = (await chain.ask(`/api/certificates/${store}`)).body;
  return claim;
}

/** Rollups that are not what the orders sum to, over all days. */
export const wrongRollups = ({ db }: Chain): ReturnType<typeof verifyRollups> =>
  verifyRollups(db, { from: '2000-01-01', to: '2199-12-31' });

/** What Head Office saw of a store, or was told by it, that somebody should know: the codes. */
export async function seenOf({ db }: Chain, store: string): Promise<readonly string[]> {
  const { rows } = await db.query<{ code: string }>(
    "SELECT DISTINCT payload ->> 'code' AS code FROM error_events WHERE store = $1 ORDER BY 1",
    [store],
  );
  return rows.map(({ code }) => code);
}
