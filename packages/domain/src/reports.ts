import type { CatalogueIndex } from './catalogue-index.ts';
import type { ChannelCode, ComboCode, ProductCode } from './ids.ts';
import { epochMsOf } from './ids.ts';
import { type Pence, pence } from './money.ts';
import type { Order } from './order.ts';
import { isCustomerOrder } from './taking-orders.ts';
import { localTimeOf } from './trading-day.ts';

/** Customer orders of something, pence gross. */
export interface SalesEntry {
  readonly orders: number;
  readonly gross: Pence;
}

const counts = (order: Order): boolean => order.status !== 'voided' && isCustomerOrder(order);

function grouped<Key>(
  orders: Iterable<Order>,
  keyOf: (order: Order) => Key,
  amountOf: (order: Order) => number,
): Map<Key, SalesEntry> {
  const groups = new Map<Key, SalesEntry>();
  for (const order of orders) {
    const amount = counts(order) ? amountOf(order) : null;
    if (amount === null) continue;
    const key = keyOf(order);
    const group = groups.get(key);
    groups.set(key, {
      orders: (group?.orders ?? 0) + 1,
      gross: pence((group?.gross ?? 0) + amount),
    });
  }
  return groups;
}

/** Sales by the shop's wall-clock hour, 0 to 23, in the order the trading day runs. */
export function salesByHour(
  orders: Iterable<Order>,
  { timeZone, rolloverMinutes }: { readonly timeZone: string; readonly rolloverMinutes: number },
): readonly (SalesEntry & { readonly hour: number })[] {
  const firstHour = Math.floor(rolloverMinutes / 60);
  const inDay = (hour: number): number => (hour - firstHour + 24) % 24;
  return [
    ...grouped(
      orders,
      (order) => localTimeOf(epochMsOf(order.createdAt), timeZone).hour,
      (order) => order.totals.gross,
    ),
  ]
    .sort(([a], [b]) => inDay(a) - inDay(b))
    .map(([hour, entry]) => ({ hour, ...entry }));
}

/** Sales by channel, with the company each belongs to; a channel no longer in the catalogue has company 0. */
export const salesByChannel = (
  orders: Iterable<Order>,
  index: CatalogueIndex,
): readonly (SalesEntry & {
  readonly channel: ChannelCode;
  readonly name: string;
  readonly company: number;
})[] =>
  [
    ...grouped(
      orders,
      (order) => order.channel,
      (order) => order.totals.gross,
    ),
  ]
    .map(([channel, entry]) => {
      const known = index.channels.get(channel);
      return { channel, name: known?.name ?? channel, company: known?.company ?? 0, ...entry };
    })
    .sort((a, b) => a.company - b.company || (a.channel < b.channel ? -1 : 1));

/** What was sold on account, by company. */
export const onAccountByCompany = (
  orders: Iterable<Order>,
  index: CatalogueIndex,
): readonly (SalesEntry & { readonly company: number; readonly names: readonly string[] })[] => {
  const onAccount = [...orders].filter(({ tenders }) =>
    tenders.some(({ method }) => method === 'on-account'),
  );
  const companyOf = (order: Order): number => index.channels.get(order.channel)?.company ?? 0;
  return [
    ...grouped(onAccount, companyOf, ({ tenders }) =>
      tenders.reduce((sum, { method, amount }) => sum + (method === 'on-account' ? amount : 0), 0),
    ),
  ]
    .sort(([a], [b]) => a - b)
    .map(([company, entry]) => ({
      company,
      names: index.catalogue.channels
        .filter((channel) => channel.company === company)
        .map(({ name }) => name),
      ...entry,
    }));
};

/** Units of a line's code and what they came to, extras included, pence gross. */
export interface ProductSales {
  readonly kind: 'product' | 'combo';
  readonly code: ProductCode | ComboCode;
  readonly name: string;
  readonly quantity: number;
  readonly gross: Pence;
}

/** Customer sales by what the lines sold, best seller first. */
export function salesByProduct(orders: Iterable<Order>): readonly ProductSales[] {
  const sales = new Map<string, ProductSales>();
  for (const order of orders) {
    if (!counts(order)) continue;
    for (const { kind, code, name, quantity, total } of order.lines) {
      const key = `${kind}-${code}`;
      const known = sales.get(key);
      sales.set(key, {
        kind,
        code,
        name,
        quantity: (known?.quantity ?? 0) + quantity,
        gross: pence((known?.gross ?? 0) + total),
      });
    }
  }
  return [...sales.values()].sort(
    (a, b) => b.gross - a.gross || a.code - b.code || (a.kind < b.kind ? 1 : -1),
  );
}
