import type { OrderAnswer } from '../load/history.ts';
import { readRollups } from '../store/end-state.ts';
import type { OfficeBooks } from '../store/office-books.ts';
import { difference, type Finding } from './findings.ts';

type Figures = Record<string, number>;

/** Adds `figures` to those kept under `key`. */
function add(sums: Map<string, Figures>, key: string, figures: Figures): void {
  const known = sums.get(key) ?? {};
  for (const [name, value] of Object.entries(figures)) known[name] = (known[name] ?? 0) + value;
  sums.set(key, known);
}

/** What rollups leave out: rows that come to nothing are the same as no rows. */
const told = (sums: Map<string, Figures>): object =>
  Object.fromEntries(
    [...sums].filter(([, figures]) => Object.values(figures).some((one) => one !== 0)),
  );

/** The rollups are what the orders sum to: customers' ones, voided ones left out. */
export async function checkRollups(
  store: string,
  orders: readonly OrderAnswer[],
  books: OfficeBooks,
): Promise<readonly Finding[]> {
  const [days, channels, products, vat] = [
    new Map(),
    new Map(),
    new Map(),
    new Map(),
  ] as readonly Map<string, Figures>[] as [
    Map<string, Figures>,
    Map<string, Figures>,
    Map<string, Figures>,
    Map<string, Figures>,
  ];
  for (const order of orders) {
    if (order.kind !== 'sale' || order.status !== 'completed') continue;
    add(days, order.businessDate, { orders: 1, ...order.totals });
    add(channels, `${order.businessDate} ${order.channel}`, {
      orders: 1,
      gross: order.totals.gross,
    });
    for (const { kind, code, quantity, total } of order.lines) {
      add(products, `${kind} ${code}`, { qty: quantity, gross: total });
    }
    for (const one of order.vat) add(vat, String(one.vatClass), { net: one.net, vat: one.vat });
  }
  const held = await readRollups(books, store);
  const [heldDays, heldChannels, heldProducts, heldVat] = [
    new Map<string, Figures>(),
    new Map<string, Figures>(),
    new Map<string, Figures>(),
    new Map<string, Figures>(),
  ];
  for (const { business_date, ...figures } of held.hourly) add(heldDays, business_date, figures);
  for (const { business_date, channel, ...figures } of held.channel) {
    add(heldChannels, `${business_date} ${channel}`, figures);
  }
  for (const { item_type, item_code, ...figures } of held.product) {
    add(heldProducts, `${item_type} ${item_code}`, figures);
  }
  for (const { vat_class, ...figures } of held.vat) add(heldVat, String(vat_class), figures);
  return (
    [
      ['by day', days, heldDays],
      ['by channel', channels, heldChannels],
      ['by product', products, heldProducts],
      ['by VAT class', vat, heldVat],
    ] as const
  ).flatMap(([name, expected, found]) => {
    const parts = difference(told(expected), told(found));
    return parts === null ? [] : [{ check: 'rollups', what: `${store} ${name} ${parts}` }];
  });
}
