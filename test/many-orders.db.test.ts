import { afterAll, beforeAll, expect, it } from 'vitest';
import { headOfficeDatabase } from '../apps/head-office/test/head-office-database.ts';
import { verifyRollups } from '../apps/head-office/store/rollup-store.ts';
import { countOrders, MADE_A_DAY, makeDays } from '../apps/lab/store/many-orders.ts';
import { type OfficeBooks, openBooks } from '../apps/lab/store/office-books.ts';

let office: Awaited<ReturnType<typeof headOfficeDatabase>>;
let books: OfficeBooks;
beforeAll(async () => {
  office = await headOfficeDatabase();
  books = openBooks(office.url);
});
afterAll(async () => {
  await books.end();
  await office.drop();
});

it('The lab’s made days are what Head Office’s own verifier holds right, added to one another too', async () => {
  const lastDay = '2025-11-01';
  await makeDays(books, { lastDay, newest: 0, oldest: 1 });
  await makeDays(books, { lastDay, newest: 1, oldest: 2 });
  const stores = Array.from({ length: 15 }, (_, at) => `S${51 + at}`);
  expect(await countOrders(books, stores)).toBe(2 * MADE_A_DAY);
  expect(await verifyRollups(office.db, { from: '2025-10-31', to: lastDay })).toEqual([]);
  const [sums] = await books.query<{ orders: number; lines: number }>(
    `SELECT (SELECT sum(orders) FROM rollup_hourly) AS orders, (SELECT count(*) FROM order_lines) AS lines`,
  );
  expect(sums?.orders).toBeGreaterThan(1.9 * MADE_A_DAY);
  expect(sums?.lines).toBeGreaterThan(5 * MADE_A_DAY);
  const [epoch] = await books.query<{ through: number; count: number }>(
    `SELECT held_through AS through, (SELECT count(*) FROM journal WHERE store = 'S51') AS count
     FROM journal_epochs WHERE store = 'S51'`,
  );
  expect(epoch).toEqual({ through: 1600, count: 1600 });
});
