import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { storeCode } from '@tillwire/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Chain, type ChainKiosk, startChain } from './harness/chain.ts';
import { startTillwire } from './harness/process.ts';
import { waitFor } from './harness/wait.ts';

// Days closed, corrected, lost and found again, with real processes on Mosquitto over TLS.

const MENU = {
  CATALOGUE_PATH: join(import.meta.dirname, '..', 'sample-menu'),
  CATALOGUE_SHOP: '1',
};
const STORES = ['S01', 'S02'].map(storeCode);
let chain: Chain;
let requests = 0;

beforeAll(async () => {
  chain = await startChain(STORES);
  for (const kiosk of chain.kiosks) {
    await kiosk.stop();
    await kiosk.start(MENU);
  }
});
afterAll(() => chain.stop());

const shop = (at: number): ChainKiosk => {
  const kiosk = chain.kiosks[at];
  if (kiosk === undefined) throw new Error(`no shop ${at}`);
  return kiosk;
};

/** Sells a burger and returns the order's id. */
async function sell(kiosk: ChainKiosk, method = 'cash'): Promise<string> {
  const { status, body } = await kiosk.post('/api/orders', {
    requestId: `disaster ${++requests}`,
    channel: 'OT-C',
    vatBasis: 'take',
    lines: [{ kind: 'product', code: 1, quantity: 1 }],
    tenders: [{ method }],
  });
  if (status !== 201) throw new Error(`not sold: ${JSON.stringify(body)}`);
  return body.order.globalOrderId;
}

async function sellSome(kiosk: ChainKiosk, count: number): Promise<readonly string[]> {
  const ids: string[] = [];
  while (ids.length < count) ids.push(await sell(kiosk, ids.length % 2 === 0 ? 'cash' : 'card'));
  return ids;
}

const heldBy = async (store: string): Promise<readonly string[]> => {
  const { rows } = await chain.db.query<{ id: string }>(
    'SELECT global_order_id AS id FROM orders WHERE store = $1 ORDER BY order_key',
    [store],
  );
  return rows.map(({ id }) => id);
};

/** Waits until Head Office holds exactly these orders of a store. */
const untilHeld = (store: string, ids: readonly string[]): Promise<unknown> =>
  waitFor(
    `${ids.length} orders of ${store}`,
    async () => JSON.stringify(await heldBy(store)) === JSON.stringify([...ids].sort()),
    { withinMs: 60_000 },
  );

const untilDay = (store: string, date: string, wanted: object): Promise<unknown> =>
  waitFor(
    `${store} ${date} ${JSON.stringify(wanted)}`,
    async () => {
      const { rows } = await chain.db.query<{ state: string; revision: number; orders: number }>(
        'SELECT state, revision, orders FROM days WHERE store = $1 AND business_date = $2',
        [store, date],
      );
      return Object.entries(wanted).every(([key, value]) => rows[0]?.[key as 'state'] === value);
    },
    { withinMs: 60_000 },
  );

const untilSent = (kiosk: ChainKiosk): Promise<unknown> =>
  waitFor(
    'everything sent and whole',
    async () => {
      const { body } = await kiosk.get('/api/sync');
      const [last] = body.epochs.toReversed();
      return body.safeToPowerOff && last.completeThrough === last.head;
    },
    { withinMs: 60_000 },
  );

const command = async (kiosk: ChainKiosk, args: readonly string[]) => {
  const started = startTillwire(args, { env: await kiosk.environment() });
  const { code } = await started.exited;
  return { code, said: started.stdout() + started.stderr() };
};

describe('A closed day', () => {
  let date = '';

  it('is reconciled at Head Office, its files on disk and over HTTP the same bytes', async () => {
    await sellSome(shop(0), 8);
    const { body } = await shop(0).post('/api/day/close', {});
    date = body.businessDate;
    await untilDay('S01', date, { state: 'reconciled', revision: 1, orders: 8 });
    const { EXPORT_DIR = '' } = await shop(0).environment();
    for (const file of body.files as readonly string[]) {
      const served = await fetch(`${shop(0).url()}/api/days/${date}/exports/${file}`, {
        headers: { authorization: 'Bearer a-token-of-the-tests' },
      });
      const onDisk = await waitFor(file, () => readFile(join(EXPORT_DIR, date, file), 'utf8'));
      expect(await served.text()).toBe(onDisk);
    }
  });

  it('is issued anew by a void and by a payment moved, and reconciled again', async () => {
    const [voided = '', moved = ''] = await heldBy('S01');
    await shop(0).post(`/api/orders/${voided}/void`, { crewId: '0', reason: 'mistake' });
    const { status } = await shop(0).post(`/api/orders/${moved}/payment`, { method: 'cash' });
    expect(status).toBe(200);
    await untilDay('S01', date, { state: 'reconciled', revision: 3, orders: 7 });
    expect((await command(shop(0), ['day', 'rebuild', date])).said).toContain('the same bytes');
  });
});

describe('A kiosk whose disk is lost', () => {
  let sold: readonly string[] = [];
  let backup = '';

  it('is restored with the line up: its own orders come back and no number is used twice', async () => {
    const kiosk = shop(1);
    sold = await sellSome(kiosk, 5);
    const { code, said } = await command(kiosk, ['backup']);
    expect({ code, said }).toMatchObject({
      code: 0,
      said: expect.stringMatching(/5 orders, whole/),
    });
    backup = /^\S+\.db/m.exec(said)?.[0] ?? '';
    sold = [...sold, ...(await sellSome(kiosk, 4))];
    await untilHeld('S02', sold);
    await kiosk.kill9();
    const { DB_PATH = '' } = await kiosk.environment();
    for (const ending of ['', '-wal', '-shm']) await rm(DB_PATH + ending, { force: true });
    expect((await command(kiosk, ['restore', backup])).said).toMatch(/restored: epoch \d{10}/);
    await kiosk.start(MENU);
    // Head Office's word confirms the clock; until then nothing is sold.
    const again = await waitFor('a sale', () => sell(kiosk), { withinMs: 60_000 });
    expect(sold).not.toContain(again);
    expect(Number(again.slice(-6))).toBeGreaterThanOrEqual(10_000);
    sold = [...sold, again];
    await waitFor(
      'its own orders back',
      async () => {
        const { body } = await kiosk.get('/api/orders?limit=100');
        return body.orders.length === sold.length;
      },
      { withinMs: 60_000 },
    );
    await untilSent(kiosk);
    await untilHeld('S02', sold);
  });

  it('is closed with all of it, and reconciled', async () => {
    const { status, body } = await shop(1).post('/api/day/close', {});
    expect(status).toBe(200);
    await untilDay('S02', body.businessDate, { state: 'reconciled', orders: sold.length });
  });
});

describe('A Head Office whose database is lost', () => {
  it('is refilled by the shops, and certifies what it certified before', async () => {
    for (const kiosk of chain.kiosks) await untilSent(kiosk);
    const certified = await certificates();
    expect(certified.map(({ totals }) => totals.orders > 0)).toEqual([true, true]);
    const before = [await heldBy('S01'), await heldBy('S02')];
    await chain.stopHeadOffice();
    await chain.db.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    await (await chain.startHeadOffice()).says(/Head Office is at/, 60_000);
    await untilHeld('S01', before[0] ?? []);
    await untilHeld('S02', before[1] ?? []);
    for (const kiosk of chain.kiosks) await untilSent(kiosk);
    expect(await certificates()).toEqual(certified);
    const { rows } = await chain.db.query<{ state: string }>('SELECT state FROM days');
    expect(rows.length).toBeGreaterThanOrEqual(2);
  });
});

const certificates = (): Promise<readonly { readonly totals: { readonly orders: number } }[]> =>
  Promise.all(STORES.map(async (store) => (await chain.ask(`/api/certificates/${store}`)).body));

it('Every backup folder holds whole backups only', async () => {
  const { BACKUP_DIR = '' } = await shop(1).environment();
  for (const file of await readdir(BACKUP_DIR)) {
    expect((await command(shop(1), ['verify', join(BACKUP_DIR, file)])).code).toBe(0);
  }
});
