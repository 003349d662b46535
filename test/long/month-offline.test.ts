import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import process from 'node:process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  close,
  diskFiles,
  heldIds,
  must,
  officeFiles,
  sellSome,
  shopFiles,
  untilHeld,
  untilSent,
  wrongRollups,
} from '../harness/books.ts';
import { closeChain, openChain, type SellingChain } from '../harness/selling-chain.ts';
import { createShopClock, DAY_MS, type ShopClock } from '../harness/shop-clock.ts';
import { waitFor } from '../harness/wait.ts';

// A shop trades thirty days with its line cut, and then the line comes back.

const DAYS = 30;
const ORDERS_A_DAY = 40;
let chain: SellingChain;
let folder = '';
let clock: ShopClock;
const sold: string[] = [];
const dates: string[] = [];

beforeAll(async () => {
  chain = await openChain();
  folder = await mkdtemp(`${tmpdir()}/tillwire-month-`);
  clock = createShopClock(folder, 'S01');
});
afterAll(async () => {
  await closeChain(chain);
  await rm(folder, { recursive: true });
});

const tell = (line: string): void => void process.stderr.write(`${line}\n`);

it('trades thirty days offline: sales, voids, payments moved, a Z a day but for those nobody did', async () => {
  const [shop] = chain.shops;
  await shop.stop();
  chain.line.cut();
  // At noon of each day, so that the last one is yesterday.
  clock.moveBy(-DAYS * DAY_MS);
  await chain.startFirst(clock.env);
  const begun = performance.now();
  for (let day = 1; day <= DAYS; day++) {
    const ids = await sellSome(shop, ORDERS_A_DAY);
    sold.push(...ids);
    await must(shop, `/api/orders/${ids[3]}/void`, { crewId: '7', reason: 'mistake' });
    await must(shop, `/api/orders/${ids[4]}/payment`, { method: 'card' });
    // Of the day before, which is closed.
    const yesterday = sold.at(-ORDERS_A_DAY - 1);
    if (yesterday !== undefined && day % 3 === 0) {
      await must(shop, `/api/orders/${yesterday}/void`, { crewId: '7', reason: 'brought back' });
    }
    if (day % 5 !== 0) dates.push(await close(shop));
    else dates.push((await shop.get('/api/day/reading')).body.businessDate);
    clock.moveBy(DAY_MS);
  }
  // The one of the last day is done by the scheduler, which looks as soon as it is started.
  await shop.stop();
  await chain.startFirst(clock.env);
  await waitFor('the last day to be closed', async () => {
    const { body } = await shop.get('/api/days?limit=1');
    return body.days[0].closedAtMs !== null;
  });
  const { body } = await shop.get('/api/sync');
  tell(
    `${DAYS} days, ${sold.length} orders, ${body.unsent.count} events unsent, in ${seconds(begun)} s`,
  );
  expect(new Set(dates).size).toBe(DAYS);
  expect(body.safeToPowerOff).toBe(false);
  expect(await heldIds(chain, 'S01')).toEqual([]);
});

const seconds = (sinceMs: number): string => ((performance.now() - sinceMs) / 1000).toFixed(1);

it('is flushed when the line comes back: every day reconciled, every file the same bytes', async () => {
  const [shop] = chain.shops;
  clock.setRight();
  const begun = performance.now();
  chain.line.mend();
  await untilHeld(chain, 'S01', sold);
  await untilSent(shop);
  tell(`flushed in ${seconds(begun)} s`);
  const states = async (): Promise<readonly { date: string; state: string; orders: number }[]> =>
    (
      await chain.db.query<{ date: string; state: string; orders: number }>(
        "SELECT business_date::text AS date, state, orders FROM days WHERE store = 'S01' ORDER BY 1",
      )
    ).rows;
  await waitFor(
    'every day to be judged',
    async () => {
      const days = await states();
      return days.length === DAYS && days.every(({ state }) => state === 'reconciled');
    },
    { withinMs: 120_000 },
  );
  tell(`all ${DAYS} days reconciled ${seconds(begun)} s after the line came`);
  expect((await states()).map(({ date }) => date)).toEqual(dates);
  for (const date of dates) {
    const files = await shopFiles(shop, date);
    expect(await officeFiles(chain, 'S01', date, Object.keys(files))).toEqual(files);
    expect(await diskFiles(shop, date)).toEqual(files);
  }
  expect(await wrongRollups(chain)).toEqual([]);
});
