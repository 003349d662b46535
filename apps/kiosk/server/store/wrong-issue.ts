import { booksOfSummary, ordersDigest } from '@tillwire/contract';
import { addDays, type BusinessDate, type ClassVat } from '@tillwire/domain';
import type { KioskTransaction } from './database.ts';
import { readIssue } from './day-store.ts';

/**
 * The first closed day of the week of `monday` whose last issue does not say what is held now: of its own orders, or
 * of the VAT of the days before it, which its K_WK_VAT holds; null where all do.
 */
export async function firstWrongIssue(
  on: KioskTransaction,
  monday: BusinessDate,
): Promise<BusinessDate | null> {
  const earlier: string[] = [];
  for (let day = 0; day < 7; day++) {
    const date = addDays(monday, day);
    const issue = await readIssue(on, date);
    if (issue !== null) {
      const { weekVat } = booksOfSummary(issue.summary);
      const saysWeek = weekVat.slice(0, day).map(vatByClass).join() === earlier.join();
      if (!saysWeek || (await heldDigest(on, date)) !== issue.summary.orders.digest) return date;
    }
    const own = issue === null ? [] : booksOfSummary(issue.summary).statistics.vat;
    earlier.push(vatByClass(own));
  }
  return null;
}

/** What was booked in each class, as text to compare; a rate that changed since is not told. */
function vatByClass(booked: readonly ClassVat[]): string {
  const classes = new Map<number, readonly [number, number]>();
  for (const { vatClass, net, vat } of booked) {
    const [nets, vats] = classes.get(vatClass) ?? [0, 0];
    classes.set(vatClass, [nets + net, vats + vat]);
  }
  return JSON.stringify([...classes].sort(([a], [b]) => a - b));
}

/** The digest of a date's orders as they are held now. */
async function heldDigest(on: KioskTransaction, date: BusinessDate): Promise<string> {
  const rows = await on
    .selectFrom('orders')
    .innerJoin('journal', 'journal.row', 'orders.row')
    .select(['order_id as id', 'orders.revision', 'journal.hash'])
    .where('business_date', '=', date)
    .orderBy('sequence')
    .execute();
  return ordersDigest(rows);
}
