import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { storeCode } from '@tillwire/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  command,
  diskFiles,
  heldIds,
  officeFiles,
  SAMPLE_MENU,
  sell,
  sellSome,
  shopFiles,
  untilDay,
  untilHeld,
  untilSent,
} from './harness/books.ts';
import { type Chain, type ChainKiosk, startChain } from './harness/chain.ts';
import { waitFor } from './harness/wait.ts';

// Days closed, corrected, lost and found again, with real processes on Mosquitto over TLS.

const STORES = ['S01', 'S02'].map(storeCode);
let chain: Chain;

beforeAll(async () => {
  chain = await startChain(STORES);
  for (const kiosk of chain.kiosks) {
    await kiosk.stop();
    await kiosk.start(SAMPLE_MENU);
  }
});
afterAll(() => chain.stop());

const shop = (at: number): ChainKiosk => {
  const kiosk = chain.kiosks[at];
  if (kiosk === undefined) throw new Error(`no shop ${at}`);
  return kiosk;
};

describe('A closed day', () => {
  let date = '';

  it('is reconciled at Head Office, its files on disk and over HTTP the same bytes', async () => {
    await sellSome(shop(0), 8);
    const { body } = await shop(0).post('/api/day/close', {});
    date = body.businessDate;
    await untilDay(chain, 'S01', date, { state: 'reconciled', revision: 1, orders: 8 });
    const served = await shopFiles(shop(0), date);
    expect(Object.keys(served)).toEqual(body.files);
    await waitFor('the files on disk', async () => {
      const onDisk = await diskFiles(shop(0), date);
      return (
        Object.keys(onDisk).length === 4 &&
        !Object.keys(onDisk).some((name) => name.endsWith('.part'))
      );
    });
    expect(await diskFiles(shop(0), date)).toEqual(served);
    expect(await officeFiles(chain, 'S01', date, body.files)).toEqual(served);
  });

  it('is issued anew by a void and by a payment moved, and reconciled again', async () => {
    const [voided = '', moved = ''] = await heldIds(chain, 'S01');
    await shop(0).post(`/api/orders/${voided}/void`, { crewId: '0', reason: 'mistake' });
    const { status } = await shop(0).post(`/api/orders/${moved}/payment`, { method: 'cash' });
    expect(status).toBe(200);
    await untilDay(chain, 'S01', date, { state: 'reconciled', revision: 3, orders: 7 });
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
    await untilHeld(chain, 'S02', sold);
    await kiosk.kill9();
    const { DB_PATH = '' } = await kiosk.environment();
    for (const ending of ['', '-wal', '-shm']) await rm(DB_PATH + ending, { force: true });
    expect((await command(kiosk, ['restore', backup])).said).toMatch(/restored: epoch \d{10}/);
    await kiosk.start(SAMPLE_MENU);
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
    await untilHeld(chain, 'S02', sold);
  });

  it('is closed with all of it, and reconciled', async () => {
    const { status, body } = await shop(1).post('/api/day/close', {});
    expect(status).toBe(200);
    await untilDay(chain, 'S02', body.businessDate, { state: 'reconciled', orders: sold.length });
  });
});

describe('A Head Office whose database is lost', () => {
  it('is refilled by the shops, and certifies what it certified before', async () => {
    for (const kiosk of chain.kiosks) await untilSent(kiosk);
    const certified = await certificates();
    expect(certified.map(({ totals }) => totals.orders > 0)).toEqual([true, true]);
    const before = [await heldIds(chain, 'S01'), await heldIds(chain, 'S02')];
    await chain.stopHeadOffice();
    await chain.db.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    await (await chain.startHeadOffice()).says(/Head Office is at/, 60_000);
    await untilHeld(chain, 'S01', before[0] ?? []);
    await untilHeld(chain, 'S02', before[1] ?? []);
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
