import { type Pence, pence } from './money.ts';
import type { Order } from './order.ts';
import { paymentOf } from './taking-orders.ts';

/** How often and for how much, pence. */
export interface ReadingEntry {
  readonly count: number;
  readonly amount: Pence;
}

/** The till reading. `deleted` holds voided orders of every kind at what they had come to. */
export interface TillReading {
  readonly cash: ReadingEntry;
  readonly cheque: ReadingEntry;
  readonly card: ReadingEntry;
  readonly onAccount: ReadingEntry;
  readonly voucher: ReadingEntry;
  readonly paidOut: ReadingEntry;
  readonly crewFood: ReadingEntry;
  readonly cookedWaste: ReadingEntry;
  readonly deleted: ReadingEntry;
}

const ENTRY_OF = {
  cash: 'cash',
  cheque: 'cheque',
  card: 'card',
  'on-account': 'onAccount',
  voucher: 'voucher',
  'crew-food': 'crewFood',
  'cooked-waste': 'cookedWaste',
} as const;

/** Counts tenders, not orders: a split order is one of each of its tenders. Paid outs read positive. */
export function tillReading(orders: Iterable<Order>): TillReading {
  const entries: Record<keyof TillReading, { count: number; amount: number }> = {
    cash: { count: 0, amount: 0 },
    cheque: { count: 0, amount: 0 },
    card: { count: 0, amount: 0 },
    onAccount: { count: 0, amount: 0 },
    voucher: { count: 0, amount: 0 },
    paidOut: { count: 0, amount: 0 },
    crewFood: { count: 0, amount: 0 },
    cookedWaste: { count: 0, amount: 0 },
    deleted: { count: 0, amount: 0 },
  };
  const add = (name: keyof TillReading, amount: number): void => {
    entries[name].count += 1;
    entries[name].amount += amount;
  };
  for (const order of orders) {
    const paid = order.tenders.reduce((sum, { amount }) => sum + amount, 0);
    if (order.status === 'voided') add('deleted', Math.abs(paid));
    else if (paymentOf(order) === 'paid-out') add('paidOut', -paid);
    else for (const { method, amount } of order.tenders) add(ENTRY_OF[method], amount);
  }
  return Object.fromEntries(
    Object.entries(entries).map(([name, { count, amount }]) => [
      name,
      { count, amount: pence(amount) },
    ]),
  ) as unknown as TillReading;
}
