import {
  canonicalText,
  dayCatalogueOf,
  type DaySections,
  daySectionsOf,
  type DaySummary,
  orderEventSchema,
  orderOfEvent,
  ordersDigest,
  sha256,
} from '@tillwire/contract';
import {
  businessDate,
  type ClassVat,
  type DayBooks,
  dayStatistics,
  type Order,
  pence,
} from '@tillwire/domain';
import { storedOrderRows } from '../ingest/read-event.ts';
import type { Difference, HeldOrder } from '../store/day-store.ts';

/** Columns that say when and where Head Office stored an order, not what was sold. */
const OWN_COLUMNS = new Set(['received_at', 'order_key']);

/**
 * What differs between a day as its store closed it and as Head Office holds it: the orders by name, or where every
 * order is what it was, the sections of the files. `weekVat`: the earlier days of the week as
 * Head Office has them, Monday first. Empty: reconciled to the penny.
 */
export function compareDay(
  summary: DaySummary,
  held: readonly HeldOrder[],
  weekVat: readonly (readonly ClassVat[])[],
): readonly Difference[] {
  const differences: Difference[] = [];
  const orders: Order[] = [];
  for (const one of held) {
    const { order, what } = readHeld(one);
    if (what !== null) differences.push({ order: one.id, what });
    if (order !== null) orders.push(order);
  }
  differences.push(...digestDifference(summary, held, orders, differences.length > 0));
  const statistics = dayStatistics(orders);
  const books: DayBooks = {
    businessDate: businessDate(summary.date),
    statistics,
    catalogue: dayCatalogueOf(summary),
    counted: countedOf(summary),
    weekVat: [...weekVat, statistics.vat],
  };
  return [...differences, ...sectionDifferences(summary, daySectionsOf(books))];
}

const countedOf = ({ counted }: DaySummary): DayBooks['counted'] =>
  counted === null
    ? null
    : { cash: pence(counted.cash), cheque: pence(counted.cheque), card: pence(counted.card) };

/** An order out of the bytes its store sent, and what of the columns beside them says something else. */
function readHeld({ hash, payload, columns, lines }: HeldOrder): {
  readonly order: Order | null;
  readonly what: string | null;
} {
  if (payload === null) return { order: null, what: 'its event is not in the journal' };
  if (sha256(payload) !== hash)
    return { order: null, what: 'its event is not what the store sent' };
  const rows = storedOrderRows(payload);
  const order = orderOfEvent(orderEventSchema.parse(JSON.parse(payload)));
  const changed = Object.entries(columns).flatMap(([name, value]) => {
    if (OWN_COLUMNS.has(name) || !(name in rows.order)) return [];
    const sent = rows.order[name as keyof typeof rows.order];
    return sameValue(value, sent, name) ? [] : [`${name} is ${text(value)}, was ${text(sent)}`];
  });
  if (lines.length !== rows.lines.length) {
    changed.push(`${lines.length} lines, were ${rows.lines.length}`);
  }
  for (const [at, line] of rows.lines.entries()) {
    for (const [name, sent] of Object.entries(line)) {
      const value = lines[at]?.[name];
      if (name === 'order_key' || value === undefined || sameValue(value, sent, name)) continue;
      changed.push(`line ${at + 1}: ${name} is ${text(value)}, was ${text(sent)}`);
    }
  }
  return { order, what: changed.length === 0 ? null : changed.join('; ') };
}

const text = (value: unknown): string => JSON.stringify(value) ?? 'missing';

/** JSON of PostgreSQL writes moments and bytes its own way. */
function sameValue(value: unknown, sent: unknown, name: string): boolean {
  if (name === 'created_at') return Date.parse(String(value)) === Date.parse(String(sent));
  if (name === 'hash') return value === `\\x${String(sent)}`;
  return text(value) === text(sent);
}

function digestDifference(
  { orders: closed }: DaySummary,
  held: readonly HeldOrder[],
  orders: readonly Order[],
  explained: boolean,
): readonly Difference[] {
  if (held.length !== closed.count) {
    return [{ order: null, what: `${held.length} orders are held, ${closed.count} were closed` }];
  }
  if (explained) return [];
  const revisions = new Map<string, number>(orders.map(({ id, revision }) => [id, revision]));
  const digest = ordersDigest(
    held.map(({ id, hash }) => ({ id, hash, revision: revisions.get(id) ?? 0 })),
  );
  return digest === closed.digest
    ? []
    : [{ order: null, what: 'the orders held are not those that were closed' }];
}

const SECTION_FILES = { krev: 'RV', kpro: 'PD', kmeal: 'MP', kwkvat: 'K_WK_VAT' } as const;

function sectionDifferences(summary: DaySections, own: DaySections): readonly Difference[] {
  return (Object.keys(SECTION_FILES) as (keyof DaySections)[]).flatMap((section) => {
    if (canonicalText(own[section]) === canonicalText(summary[section])) return [];
    return [
      { order: null, what: `${SECTION_FILES[section]} comes out otherwise from the orders held` },
    ];
  });
}
