import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  close,
  command,
  heldIds,
  must,
  officeFiles,
  ordersOf,
  seenOf,
  sell,
  sellSome,
  shopFiles,
  untilDay,
  untilHeld,
  untilSent,
  wrongRollups,
  certificate,
} from '../harness/books.ts';
import { startTillwire } from '../harness/process.ts';
import { closeChain, openChain, S01, type SellingChain } from '../harness/selling-chain.ts';
import { waitFor } from '../harness/wait.ts';

// A shop loses its disk while its line is down, with events on it that nobody else had.

interface Hole {
  readonly from: number;
  readonly to: number;
}

const BACKUP = /^\S+\.db/m;
let chain: SellingChain;
let backup = '';
let held: readonly string[] = [];
let lost: readonly string[] = [];
let later: readonly string[] = [];
let date = '';

beforeAll(async () => {
  chain = await openChain();
});
afterAll(() => closeChain(chain));

const secondsSince = (atMs: number): string => ((performance.now() - atMs) / 1000).toFixed(1);
const tell = (line: string): void => void process.stderr.write(`${line}\n`);
const database = async (): Promise<string> => (await chain.shops[0].environment())['DB_PATH'] ?? '';
const lostDisk = async (): Promise<string> => `${await database()}.lost`;
const holesOf = (claim: { readonly journal: readonly { readonly restored: readonly Hole[] }[] }) =>
  claim.journal
    .flatMap(({ restored }) => restored)
    .reduce((count, { from, to }) => count + to - from + 1, 0);
const numberOf = (id: string): number => Number(id.slice(-6));

it('A backup, and more sales than it holds: some at Head Office, some nowhere else', async () => {
  const [shop] = chain.shops;
  held = await sellSome(shop, 5);
  const { said } = await command(shop, ['backup']);
  backup = BACKUP.exec(said)?.[0] ?? '';
  expect(said).toContain('5 orders, whole');
  held = [...held, ...(await sellSome(shop, 4))];
  await untilHeld(chain, 'S01', held);
  await untilSent(shop);
  // A dozen sales with the line cut, and a slow flush of them that a new sale overtakes: the disk dies before its end.
  await shop.stop();
  await chain.configs.change({
    stores: [S01],
    patch: { limits: { outbox_rate_per_s: 1 } } as never,
    note: 'a slow flush',
    by: 'editor',
  });
  await chain.startFirst();
  await waitFor('the limit', async () => {
    const { body } = await shop.get('/api/catalogue');
    return body.configVersion !== 0;
  });
  chain.line.cut();
  const offline = [...(await sellSome(shop, 12))];
  chain.line.mend();
  await waitFor('the flush', async () => (await heldIds(chain, 'S01')).length > held.length);
  offline.push(await sell(shop));
  const arrived = await waitFor('the newest sale', async () => {
    const ids = new Set(await heldIds(chain, 'S01'));
    return ids.has(offline.at(-1) ?? '') && ids;
  });
  chain.line.cut();
  await shop.kill9();
  lost = offline.filter((id) => !arrived.has(id));
  held = [...held, ...offline.filter((id) => arrived.has(id))];
  tell(`${held.length} orders at Head Office, ${lost.length} nowhere but on the disk`);
  expect(lost.length).toBeGreaterThan(3);
});

it('is restored with the line down: sells once a manager confirmed its clock, under numbers of its own', async () => {
  const [shop] = chain.shops;
  for (const ending of ['', '-wal', '-shm']) {
    await copyFile((await database()) + ending, (await lostDisk()) + ending).catch(() => undefined);
    await rm((await database()) + ending, { force: true });
  }
  const began = performance.now();
  const { said } = await command(shop, ['restore', backup]);
  expect(said).toMatch(/restored: epoch \d{10}, next order \d{5,6}/);
  await chain.startFirst();
  const refused = await shop.post('/api/orders', {
    requestId: 'too early',
    channel: 'OT-C',
    vatBasis: 'take',
    lines: [{ kind: 'product', code: 1, quantity: 1 }],
    tenders: [{ method: 'card' }],
  });
  expect(refused).toMatchObject({ status: 503, body: { code: 'clock-unconfirmed' } });
  await must(shop, '/api/clock/confirm', {});
  later = await sellSome(shop, 6);
  tell(`sells ${secondsSince(began)} s after the restore began, with 5 of its orders`);
  expect(Math.min(...later.map(numberOf))).toBeGreaterThanOrEqual(10_000);
  expect([...held, ...lost].filter((id) => later.includes(id))).toEqual([]);
  date = await close(shop);
  expect((await shop.get(`/api/days/${date}`)).body.orders.count).toBe(5 + later.length);
});

it('is merged when the line returns: own orders back, the day issued anew, the hole shown as restored', async () => {
  const [shop] = chain.shops;
  const began = performance.now();
  chain.line.mend();
  held = [...held, ...later].sort();
  await untilHeld(chain, 'S01', held);
  await waitFor(
    'its own orders back',
    async () => (await ordersOf(shop, date)).length === held.length,
    { withinMs: 120_000 },
  );
  tell(`its ${held.length} orders are back ${secondsSince(began)} s after the line returned`);
  await untilSent(shop);
  await untilDay(chain, 'S01', date, { state: 'reconciled', orders: held.length });
  const names = Object.keys(await shopFiles(shop, date));
  expect(await officeFiles(chain, 'S01', date, names)).toEqual(await shopFiles(shop, date));
  const claim = await certificate(chain, 'S01');
  tell(JSON.stringify(claim.journal));
  expect(claim.totals.orders).toBe(held.length);
  expect(holesOf(claim)).toBe(lost.length);
  expect((await command(shop, ['day', 'rebuild', date])).said).toContain('the same bytes');
});

it('What was lost turns up after all: the day is superseded, issued anew with it, and reconciled', async () => {
  const [shop] = chain.shops;
  const before = (await shop.get(`/api/days/${date}`)).body.revision;
  const stick = join(await database(), '..', 'stick.gz');
  const exported = startTillwire(['kiosk', 'export-journal', stick], {
    env: { ...(await shop.environment()), DB_PATH: await lostDisk() },
  });
  expect({ code: (await exported.exited).code, said: exported.stderr() }).toEqual({
    code: 0,
    said: '',
  });
  // While the shop is away nobody can issue the day anew.
  await shop.stop();
  const taken = startTillwire(['head-office', 'import-journal', stick], {
    env: { DATABASE_URL: chain.database.url, HO_STATE_DIR: join(stick, '..', 'state') },
  });
  expect({ code: (await taken.exited).code, said: taken.stderr() }).toEqual({ code: 0, said: '' });
  tell(taken.stdout().trim());
  held = [...held, ...lost].sort();
  await untilHeld(chain, 'S01', held);
  await untilDay(chain, 'S01', date, { state: 'superseded' });
  await chain.startFirst();
  await untilDay(chain, 'S01', date, { state: 'reconciled', orders: held.length });
  await untilSent(shop);
  const after = (await shop.get(`/api/days/${date}`)).body;
  expect(after.revision).toBeGreaterThan(before);
  expect(after.orders.count).toBe(held.length);
  expect(new Set(held).size).toBe(held.length);
  expect(await wrongRollups(chain)).toEqual([]);
  const claim = await certificate(chain, 'S01');
  expect(claim.totals.orders).toBe(held.length);
  expect(holesOf(claim)).toBe(0);
  expect(await seenOf(chain, 'S01')).toEqual([]);
  // And it sells on.
  await sell(shop);
  await untilSent(shop);
});
