import process from 'node:process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  close,
  must,
  officeFiles,
  seenOf,
  sell,
  shopFiles,
  untilDay,
  untilSent,
  wrongRollups,
} from '../harness/books.ts';
import { createShopClock, DAY_MS, HOUR_MS, type ShopClock } from '../harness/shop-clock.ts';
import { closeChain, openChain, type SellingChain } from '../harness/selling-chain.ts';
import { waitFor } from '../harness/wait.ts';

// A shop's wall clock goes through both changes of the hour and is set wrong in every way; the dates are those
// of the trading day, and Head Office has the same days. The shop is a process on Mosquitto; its clock is a file.

let chain: SellingChain;
let folder = '';
let clock: ShopClock;

beforeAll(async () => {
  chain = await openChain();
  folder = await mkdtemp(`${tmpdir()}/tillwire-clocks-`);
  clock = createShopClock(folder, 'S01');
  await chain.shops[0].stop();
});
afterAll(async () => {
  await closeChain(chain);
  await rm(folder, { recursive: true });
});

const tell = (line: string): void => void process.stderr.write(`${line}\n`);
const start = (): Promise<void> => chain.startFirst(clock.env);
/** Sells now; the date it was booked on. */
async function dateOfSale(): Promise<string> {
  const [, date = ''] = (await sell(chain.shops[0])).split('-');
  return `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}`;
}
const errorsOf = async (): Promise<readonly string[]> => {
  const { body } = await chain.shops[0].get('/api/diagnostics');
  return body.errors.map(({ code }: { code: string }) => code);
};
const untilTold = (code: string): Promise<unknown> =>
  waitFor(`Head Office to be told ${code}`, async () =>
    (await seenOf(chain, 'S01')).includes(code),
  );
const sameFiles = async (date: string): Promise<void> => {
  const here = await shopFiles(chain.shops[0], date);
  expect(await officeFiles(chain, 'S01', date, Object.keys(here))).toEqual(here);
};

describe('The trading day of a shop in London', () => {
  it.each([
    ['October, when 01:00 comes twice', '2025-10-25', '2025-10-26T04:00:00Z'],
    ['March, when 01:00 never comes', '2026-03-28', '2026-03-29T03:00:00Z'],
  ])('rolls over at 04:00 by the clock on the wall in %s', async (_when, evening, rollover) => {
    const next = rollover.slice(0, 10);
    const atMs = Date.parse(rollover);
    clock.set(`${evening}T20:00:00Z`);
    await start();
    // Months after the last day of trade a manager has to stand for the clock.
    await must(chain.shops[0], '/api/clock/confirm', {});
    expect(await dateOfSale()).toBe(evening);
    // Through the changed hour in steps of half an hour, up to the last minute.
    for (let ms = atMs - 4 * HOUR_MS; ms < atMs; ms += HOUR_MS / 2) {
      clock.set(new Date(ms).toISOString());
      expect(await dateOfSale()).toBe(evening);
    }
    clock.set(new Date(atMs - 20_000).toISOString());
    expect(await dateOfSale()).toBe(evening);
    clock.set(rollover);
    expect(await dateOfSale()).toBe(next);
    // Nobody did the Z of the evening: the scheduler does, within its half minute.
    await untilDay(chain, 'S01', evening, { state: 'reconciled', orders: 10 });
    await sameFiles(evening);
    expect(await close(chain.shops[0])).toBe(next);
    await untilDay(chain, 'S01', next, { state: 'reconciled', orders: 1 });
    expect(await errorsOf()).toEqual([]);
    await chain.shops[0].stop();
  });
});

describe('A clock that is wrong', () => {
  it('by an hour back over the rollover books on the date that has begun, and says so', async () => {
    clock.set('2026-04-10T10:00:00Z');
    await start();
    // Two weeks after the last sale: Head Office is half a year away and confirms nothing, a manager does.
    expect(await dateOfSale()).toBe('2026-03-30');
    expect((await chain.shops[0].get('/api/diagnostics')).body.clockAhead).toBe(true);
    await untilTold('clock-far-ahead');
    await must(chain.shops[0], '/api/clock/confirm', {});
    expect((await chain.shops[0].get('/api/diagnostics')).body.clockAhead).toBe(false);
    expect(await dateOfSale()).toBe('2026-04-10');
    clock.set('2026-04-11T03:05:00Z');
    expect(await dateOfSale()).toBe('2026-04-11');
    clock.moveBy(-HOUR_MS);
    expect(await dateOfSale()).toBe('2026-04-11');
    await untilTold('clock-behind');
  });

  it('by a day back goes on with the date it had, and the Z is of that date', async () => {
    clock.moveBy(-DAY_MS);
    expect(await dateOfSale()).toBe('2026-04-11');
    expect(await close(chain.shops[0])).toBe('2026-04-11');
    // The day is closed, so the next sale is of the one after, whatever the clock says.
    expect(await dateOfSale()).toBe('2026-04-12');
    await untilDay(chain, 'S01', '2026-04-11', { state: 'reconciled', orders: 3 });
    await sameFiles('2026-04-11');
  });

  it('in 2099 changes no date, and its scheduler closes nothing by it', async () => {
    clock.set('2099-06-01T12:00:00Z');
    expect(await dateOfSale()).toBe('2026-04-12');
    await chain.shops[0].stop();
    await start();
    // The scheduler looks at once and every half minute.
    const { body } = await chain.shops[0].get('/api/diagnostics');
    await waitFor(
      'two looks of the scheduler',
      async () => (await chain.shops[0].get('/api/diagnostics')).body.upS >= body.upS + 35,
      { withinMs: 60_000 },
    );
    expect(await dateOfSale()).toBe('2026-04-12');
    expect((await chain.shops[0].get('/api/days?limit=3')).body.days[0]).toMatchObject({
      date: '2026-04-12',
      closedAtMs: null,
    });
    expect(await seenOf(chain, 'S01')).toContain('clock-far-ahead');
  });

  it('counts once it is right again: Head Office’s time stands for it, months after the books’ last date', async () => {
    clock.setRight();
    const today = new Date().toISOString().slice(0, 10);
    await chain.shops[0].stop();
    await start();
    await untilSent(chain.shops[0]);
    const date = await waitFor('a sale of today', async () => {
      const booked = await dateOfSale();
      return booked > '2026-04-12' && booked;
    });
    tell(`booked on ${date}, today is ${today}`);
    await untilDay(chain, 'S01', '2026-04-12', { state: 'reconciled' });
    await untilSent(chain.shops[0]);
    expect(await wrongRollups(chain)).toEqual([]);
    const { rows } = await chain.db.query<{ date: string; state: string }>(
      "SELECT business_date::text AS date, state FROM days WHERE store = 'S01' ORDER BY 1",
    );
    tell(rows.map((row) => `${row.date} ${row.state}`).join(', '));
    expect(rows.every(({ state }) => state === 'reconciled')).toBe(true);
  });
});
