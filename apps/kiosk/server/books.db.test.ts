import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  asManager,
  cheeseburgers,
  type RunningKiosk,
  startKiosk,
  STORE,
} from './test/kiosk-rig.ts';
import { catalogVersion, clockDate, DEFAULT_DAY_RULES } from '@tillwire/domain';
import { systemIds } from '@tillwire/runtime';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { catalogue, product, selling } from '../../../packages/domain/test/builders.ts';
import { createBooks } from './books.ts';
import { createEventBus } from './events.ts';
import { clockWitnesses } from './store/clock-store.ts';
import { type KioskDatabase, openKioskDatabase } from './store/database.ts';
import { createDayStore } from './store/day-store.ts';
import { createOrderStore } from './store/order-store.ts';
import { createShiftStore } from './store/shift-store.ts';

let folder: string;
let nowMs: number;
let shop: RunningKiosk;
let requests = 0;
const clock = { nowMs: () => nowMs, monotonicMs: () => performance.now() };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillwire-clock-'));
  nowMs = Date.parse('2026-03-02T12:00:00Z');
  shop = await startKiosk({ path: join(folder, 'kiosk.db') }, { clock });
});
afterEach(async () => {
  await shop.stop();
  await rm(folder, { recursive: true });
});

async function dateOfSale(): Promise<string> {
  const request = cheeseburgers(`clock ${++requests}`);
  return (await shop.post('/api/orders', request, asManager)).body.order.businessDate;
}

const openDatabase = (): Promise<KioskDatabase> =>
  openKioskDatabase({ path: join(folder, 'kiosk.db') }, { store: STORE, clock, ids: systemIds });

/** The codes of what the shop has told Head Office of. */
async function errorCodes(): Promise<readonly string[]> {
  const db = await openDatabase();
  try {
    return (await db.selectFrom('error_events').select('code').execute()).map(({ code }) => code);
  } finally {
    await db.destroy();
  }
}

/** What the scheduler would close now. */
async function closeForgotten(): Promise<readonly string[]> {
  const db = await openDatabase();
  const own = { store: STORE, crashPoint: () => undefined };
  const menu = catalogue([product(1, 600)]);
  const inForce = { version: catalogVersion(7), catalogue: menu, index: selling(menu).index };
  try {
    const books = createBooks({
      days: createDayStore(db, own),
      shifts: createShiftStore(db),
      orders: createOrderStore(db, own),
      catalogue: { current: () => inForce, subscribe: () => () => undefined },
      day: () => DEFAULT_DAY_RULES,
      clockWitnesses: () => clockWitnesses(db),
      clock,
      ids: systemIds,
      events: createEventBus(),
      onCommitted: () => undefined,
    });
    return await books.closeForgotten();
  } finally {
    await db.destroy();
  }
}

it('A clock far ahead books on the last date, and closes no day by itself, until a manager stands for it', async () => {
  expect(await dateOfSale()).toBe('2026-03-02');
  nowMs = Date.parse('2099-06-01T12:00:00Z');
  expect(await dateOfSale()).toBe('2026-03-02');
  expect((await shop.get('/api/diagnostics', asManager)).body.clockAhead).toBe(true);
  expect(await closeForgotten()).toEqual([]);
  expect((await shop.post('/api/clock/confirm', {}, asManager)).status).toBe(200);
  expect((await shop.get('/api/diagnostics', asManager)).body.clockAhead).toBe(false);
  expect(await closeForgotten()).toEqual(['2026-03-02']);
  expect(await dateOfSale()).toBe('2099-06-01');
});

it('A manager’s word is for the clock as it stood: set elsewhere again it needs another', async () => {
  expect(await dateOfSale()).toBe('2026-03-02');
  expect((await shop.post('/api/clock/confirm', {}, asManager)).status).toBe(200);
  nowMs = Date.parse('2026-03-14T12:00:00Z');
  expect(clockDate(nowMs, DEFAULT_DAY_RULES)).toBe('2026-03-14');
  expect(await dateOfSale()).toBe('2026-03-02');
});

it('A forgotten Z is done once the next day has begun by the clock on the wall, not before', async () => {
  expect(await dateOfSale()).toBe('2026-03-02');
  nowMs = Date.parse('2026-03-03T03:59:59Z');
  expect(await closeForgotten()).toEqual([]);
  nowMs = Date.parse('2026-03-03T04:00:00Z');
  expect(await closeForgotten()).toEqual(['2026-03-02']);
  expect(await closeForgotten()).toEqual([]);
});

it('Who sells on after an early Z has a clock that is right; before that Z the same clock is behind', async () => {
  expect(await dateOfSale()).toBe('2026-03-02');
  nowMs = Date.parse('2026-03-02T22:00:00Z');
  expect((await shop.post('/api/day/close', {}, asManager)).body.businessDate).toBe('2026-03-02');
  nowMs += 60_000;
  for (let sale = 1; sale <= 3; sale++) expect(await dateOfSale()).toBe('2026-03-03');
  // And once more the same evening.
  expect((await shop.post('/api/day/close', {}, asManager)).body.businessDate).toBe('2026-03-03');
  expect(await dateOfSale()).toBe('2026-03-04');
  expect(await errorCodes()).toEqual([]);
  nowMs = Date.parse('2026-03-02T21:00:00Z');
  expect(await dateOfSale()).toBe('2026-03-04');
  expect(await errorCodes()).toEqual(['clock-behind']);
});
