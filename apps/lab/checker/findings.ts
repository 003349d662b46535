import type { OrderAnswer } from '../load/history.ts';

/** What is wrong, and where; the first one is printed. */
export interface Finding {
  readonly check: string;
  readonly what: string;
}

export interface Verdict {
  readonly orders: number;
  readonly days: number;
  /** Accepted orders that are nowhere at Head Office. */
  readonly lost: number;
  /** Orders nobody asked for, and requests that made two. */
  readonly duplicated: number;
  /** Orders that were only on a disk that died, and had not been sent. */
  readonly died: number;
  /** Orders that were sent, and whose disk died before anybody was answered. */
  readonly unanswered: number;
  /** Orders of a store's second machine, or of its first, that are parked: the other's stand in their place. */
  readonly forks: number;
  readonly findings: readonly Finding[];
}

/** Where two values part, as a path and both; null where they are the same. Keys in `ignored` are not looked at. */
export function difference(
  expected: unknown,
  found: unknown,
  ignored: ReadonlySet<string> = new Set(),
  path = '',
): string | null {
  if (expected === found) return null;
  const isBranch = (value: unknown): value is object => typeof value === 'object' && value !== null;
  if (!isBranch(expected) || !isBranch(found)) {
    return `${path || '.'}: ${JSON.stringify(expected)} was answered, ${JSON.stringify(found)} is there`;
  }
  const keys = new Set([...Object.keys(expected), ...Object.keys(found)]);
  for (const key of keys) {
    if (ignored.has(key)) continue;
    const [one, other] = [expected, found] as readonly Readonly<Record<string, unknown>>[];
    const parts = difference(one?.[key], other?.[key], ignored, `${path}.${key}`);
    if (parts !== null) return parts;
  }
  return null;
}

const WORDS: Readonly<Record<string, string>> = {
  cash: 'Cash',
  card: 'Card',
  cheque: 'Cheque',
  'on-account': 'On Account',
  voucher: 'Voucher',
  'crew-food': 'Crew Food',
  'cooked-waste': 'Cooked Waste',
  'paid-out': 'Paid Out',
  split: 'Split',
};

/** An order's answer in the words of the wire, as far as the books at Head Office are held against it. */
export const wireOf = (order: OrderAnswer): object => ({
  global_order_id: order.globalOrderId,
  store_code: order.store,
  business_date: order.businessDate,
  created_at: order.createdAt,
  revision: order.revision,
  status: order.status,
  kind: order.kind,
  channel: order.channel,
  payment_method: WORDS[order.paymentMethod],
  totals: order.totals,
  tenders: order.tenders,
  voucher_overage: order.voucherOverage,
  vat: order.vat.map(({ vatClass, vatRate, net, vat }) => ({
    vat_class: vatClass,
    vat_rate_bp: vatRate,
    net,
    vat,
  })),
  lines: order.lines.map((line) => ({
    item_code: line.code,
    item_type: line.kind,
    qty: line.quantity,
    is_meal: line.isMeal,
    unit_price_gross: line.unitPrice,
    line_total_gross: line.total,
  })),
  crew_id: order.crewId,
  reason: order.reason,
  catalog_version: order.catalogVersion,
});

/** Only what `wireOf` tells of an event. */
export function wireOfEvent(event: Readonly<Record<string, unknown>>, like: object): object {
  const pick = (value: unknown, shape: unknown): unknown => {
    if (Array.isArray(shape) && Array.isArray(value)) {
      return value.map((one, at) => pick(one, shape[Math.min(at, shape.length - 1)]));
    }
    if (
      typeof shape !== 'object' ||
      shape === null ||
      typeof value !== 'object' ||
      value === null
    ) {
      return value;
    }
    return Object.fromEntries(
      Object.keys(shape).map((key) => [
        key,
        pick((value as Record<string, unknown>)[key], (shape as Record<string, unknown>)[key]),
      ]),
    );
  };
  return pick(event, like) as object;
}
