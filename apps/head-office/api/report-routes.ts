import { addDays, daysBetween, isBusinessDate } from '@tillwire/domain';
import { Problem } from '@tillwire/runtime';
import { z } from 'zod';
import type { Database } from '../store/database.ts';
import {
  isBookReport,
  readReport,
  type ReportKind,
  type ReportRow,
  REPORTS,
} from '../store/report-queries.ts';
import { csvOf } from './csv.ts';
import { HEAD_OFFICE_DAY } from './day-clock.ts';
import type { HeadOfficeApi } from './head-office-api.ts';
import type { ItemNames } from './item-names.ts';
import { storeCodeParam } from './store-routes.ts';

export const dateParam = z.string().refine(isBusinessDate, 'is a date such as 2025-11-27');
const MAX_DAYS = 1100;

const params = z.object({ kind: z.enum(REPORTS) });
const reportQuery = z.object({
  from: dateParam,
  to: dateParam,
  store: storeCodeParam.optional(),
  /** The period before, or the same weekdays a year before. */
  compare: z.enum(['none', 'previous', 'year']).default('none'),
  /** What the books of closed days are summed by; `both` is each shop's each day. */
  by: z.enum(['shop', 'day', 'both']).default('shop'),
  format: z.enum(['json', 'csv']).default('json'),
});
type Period = { readonly from: string; readonly to: string };

/** 52 weeks: the same weekdays. */
const YEAR_DAYS = 364;

function comparedPeriod({ from, to, compare }: z.infer<typeof reportQuery>): Period | null {
  if (compare === 'none') return null;
  const back = compare === 'year' ? YEAR_DAYS : weeksFor(daysBetween(from, to) + 1) * 7;
  return { from: addDays(from, -back), to: addDays(to, -back) };
}

/** Whole weeks, so that a Saturday is compared with a Saturday. */
const weeksFor = (days: number): number => Math.ceil(days / 7);

export interface ReportLine extends ReportRow {
  readonly label: string;
  readonly compared: ReportRow | null;
}

/** Sales from the rollups, by whatever one asks. */
export function registerReportRoutes(
  { read }: HeadOfficeApi,
  { db, names }: { readonly db: Database; readonly names: ItemNames },
): void {
  read({
    path: '/api/reports/:kind',
    summary:
      'sales by shop, day, hour, product, channel, payment, VAT or company on account; discounts, crew food, waste and accounts of closed days; as JSON or CSV',
    role: 'view',
    params,
    query: reportQuery,
    problems: { 400: ['bad-period'] },
    handle: async ({ params: { kind }, query, reply }) => {
      if (query.to < query.from || daysBetween(query.from, query.to) >= MAX_DAYS) {
        throw new Problem(400, 'bad-period', `a period has 1 to ${MAX_DAYS} days`);
      }
      const compared = comparedPeriod(query);
      const filter = { store: query.store ?? null, timeZone: HEAD_OFFICE_DAY.timeZone };
      const companyOf = await names.companies();
      const keyOf = (key: string): string =>
        kind === 'account' ? companyOf(key) : isBookReport(kind) ? bookKey(key, query.by) : key;
      const read = async (period: Period): Promise<readonly ReportRow[]> =>
        summedBy(await readReport(db, kind, { ...filter, ...period }), keyOf);
      const [rows, before] = await Promise.all([
        read({ from: query.from, to: query.to }),
        compared === null ? [] : read(compared),
      ]);
      const lines = await join(kind, rows, before, { query, compared, names });
      if (query.format === 'json') {
        return { kind, from: query.from, to: query.to, compared, lines };
      }
      const by = isBookReport(kind) ? `-by-${query.by}` : '';
      const name = `${kind}${by}-${query.from}-${query.to}${query.store ? `-${query.store}` : ''}.csv`;
      reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="${name}"`);
      return reportCsv(lines);
    },
  });
}

/** Both periods in one list, by key; of a day the one that stands at its place in the other period. */
async function join(
  kind: ReportKind,
  rows: readonly ReportRow[],
  before: readonly ReportRow[],
  {
    query,
    compared,
    names,
  }: {
    readonly query: z.infer<typeof reportQuery>;
    readonly compared: Period | null;
    readonly names: ItemNames;
  },
): Promise<readonly ReportLine[]> {
  const shift = compared === null ? 0 : daysBetween(compared.from as never, query.from);
  const isDated = kind === 'day' || (isBookReport(kind) && query.by !== 'shop');
  const keyNow = (key: string): string => (isDated ? shifted(key, shift) : key);
  const earlier = new Map(before.map((row) => [keyNow(row.key), row]));
  const label = await names.labels(kind);
  const gone = [...earlier]
    .filter(([key]) => !rows.some((row) => row.key === key))
    .map(([key, row]) => ({ ...nothing(row), key }));
  const all = [...rows, ...gone];
  if (isDated || kind === 'hour')
    all.sort((a, b) => (dateFirst(a.key) < dateFirst(b.key) ? -1 : 1));
  return all.map((row) => ({
    ...row,
    label: label(row.key),
    compared: earlier.get(row.key) ?? null,
  }));
}

const bookKey = (key: string, by: z.infer<typeof reportQuery>['by']): string => {
  const [store = '', date = ''] = key.split(' ');
  return by === 'both' ? key : by === 'shop' ? store : date;
};

/** `2025-11-27` or `S03 2025-11-27`, so many days later. */
const shifted = (key: string, days: number): string =>
  key.replace(/\S+$/, (date) => addDays(date as never, days));
const dateFirst = (key: string): string => key.split(' ').toReversed().join(' ');

/** Rows of the same key as one. */
function summedBy(
  rows: readonly ReportRow[],
  keyOf: (key: string) => string,
): readonly ReportRow[] {
  const sum = (a: number | null, b: number | null): number | null =>
    a === null || b === null ? null : a + b;
  const byKey = new Map<string, ReportRow>();
  for (const row of rows) {
    const key = keyOf(row.key);
    const held = byKey.get(key);
    byKey.set(key, {
      key,
      orders: held === undefined ? row.orders : sum(held.orders, row.orders),
      quantity: held === undefined ? row.quantity : sum(held.quantity, row.quantity),
      gross: (held?.gross ?? 0) + row.gross,
      net: held === undefined ? row.net : sum(held.net, row.net),
      vat: held === undefined ? row.vat : sum(held.vat, row.vat),
    });
  }
  return [...byKey.values()];
}

const zero = (figure: number | null): number | null => (figure === null ? null : 0);
const nothing = ({ key, orders, quantity, net, vat }: ReportRow): ReportRow => ({
  key,
  orders: zero(orders),
  quantity: zero(quantity),
  gross: 0,
  net: zero(net),
  vat: zero(vat),
});

const pounds = (pence: number | null | undefined): string | null => {
  if (pence === null || pence === undefined) return null;
  const digits = String(Math.abs(pence)).padStart(3, '0');
  return `${pence < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
};

const reportCsv = (lines: readonly ReportLine[]): string =>
  csvOf(
    ['Key', 'Name', 'Orders', 'Quantity', 'Gross', 'Net', 'VAT', 'Compared gross'],
    lines.map((line) => [
      line.key,
      line.label,
      line.orders,
      line.quantity,
      pounds(line.gross),
      pounds(line.net),
      pounds(line.vat),
      pounds(line.compared?.gross),
    ]),
  );
