import type { Database } from './database.ts';

/** What the figures of sales are broken down by. */
const SALES_REPORTS = [
  'shop',
  'day',
  'hour',
  'product',
  'channel',
  'payment',
  'vat',
  'account',
] as const;
export type SalesReport = (typeof SALES_REPORTS)[number];

/** Sums of the books of closed days that no rollup has: the column of K_REV each is. */
const BOOK_COLUMNS = {
  'meal-discount': 'TMEAL_DISCNT',
  'combo-discount': 'TDISCNTVA',
  'crew-food': 'TSTAFFVAL',
  waste: 'TWASTEVAL',
  'on-account': 'TONACCOUNT',
} as const;
export type BookReport = keyof typeof BOOK_COLUMNS;
const BOOK_REPORTS = Object.keys(BOOK_COLUMNS) as BookReport[];

export const REPORTS = [...SALES_REPORTS, ...BOOK_REPORTS] as const;
export type ReportKind = SalesReport | BookReport;

export interface ReportFilter {
  readonly from: string;
  readonly to: string;
  readonly store: string | null;
  /** Hours of the day are told in this zone. */
  readonly timeZone: string;
}

/** One line of a report; amounts in pence, null where the breakdown does not have the figure. */
export interface ReportRow {
  /** What the line is of: `S03`, `2025-11-27`, `13`, `product 44`, `OT-C`, `Cash`, `1 2000`, `S03 2025-11-27`. */
  readonly key: string;
  readonly orders: number | null;
  readonly quantity: number | null;
  readonly gross: number;
  readonly net: number | null;
  readonly vat: number | null;
}

/** Rollups are keyed by store and date: going through the stores reads just the days asked for. */
const of = (table: string): string =>
  `FROM stores s JOIN ${table} r ON r.store = s.store AND r.business_date BETWEEN $1 AND $2
   WHERE ($3::text IS NULL OR s.store = $3)`;

const HOURLY = `sum(r.orders) AS orders, NULL::bigint AS quantity, sum(r.gross) AS gross, sum(r.net) AS net, sum(r.vat) AS vat`;
const SALES = `sum(r.orders) AS orders, NULL::bigint AS quantity, sum(r.gross) AS gross, NULL::bigint AS net, NULL::bigint AS vat`;

const STATEMENTS: Readonly<Record<SalesReport, string>> = {
  shop: `SELECT r.store AS key, ${HOURLY} ${of('rollup_hourly')} GROUP BY r.store ORDER BY r.store`,
  day: `SELECT r.business_date::text AS key, ${HOURLY} ${of('rollup_hourly')} GROUP BY r.business_date
        ORDER BY r.business_date`,
  hour: `SELECT to_char(to_timestamp(r.utc_hour * 3600.0) AT TIME ZONE $4, 'HH24') AS key, ${HOURLY}
         ${of('rollup_hourly')} GROUP BY 1 ORDER BY 1`,
  product: `SELECT r.item_type || ' ' || r.item_code AS key, NULL::bigint AS orders, sum(r.qty) AS quantity,
              sum(r.gross) AS gross, NULL::bigint AS net, NULL::bigint AS vat
            ${of('rollup_product')} GROUP BY r.item_type, r.item_code ORDER BY sum(r.gross) DESC, 1`,
  channel: `SELECT r.channel AS key, ${SALES} ${of('rollup_channel')} GROUP BY r.channel
            ORDER BY sum(r.gross) DESC, 1`,
  payment: `SELECT r.payment_method AS key, ${SALES} ${of('rollup_channel')} GROUP BY r.payment_method
            ORDER BY sum(r.gross) DESC, 1`,
  account: `SELECT r.channel AS key, ${SALES} ${of('rollup_channel')} AND r.payment_method = 'On Account'
            GROUP BY r.channel ORDER BY r.channel`,
  vat: `SELECT r.vat_class || ' ' || r.vat_rate AS key, NULL::bigint AS orders, NULL::bigint AS quantity,
          sum(r.net + r.vat) AS gross, sum(r.net) AS net, sum(r.vat) AS vat
        ${of('rollup_vat')} GROUP BY r.vat_class, r.vat_rate ORDER BY r.vat_class, r.vat_rate`,
};

/** Of each closed day its newest summary, shop by shop and day by day; days without any such sum are left out. */
const BOOKS = `SELECT s.store || ' ' || d.business_date AS key, NULL::bigint AS orders, NULL::bigint AS quantity,
    newest.sum AS gross, NULL::bigint AS net, NULL::bigint AS vat
  FROM stores s JOIN days d ON d.store = s.store AND d.business_date BETWEEN $1 AND $2
  CROSS JOIN LATERAL (
    SELECT (p.payload::jsonb -> 'krev' ->> $4)::bigint AS sum FROM day_summaries p
    WHERE p.store = d.store AND p.business_date = d.business_date
    ORDER BY p.journal_epoch DESC, p.revision DESC LIMIT 1
  ) newest
  WHERE ($3::text IS NULL OR s.store = $3) AND newest.sum <> 0
  ORDER BY d.business_date, s.store`;

export const isBookReport = (kind: ReportKind): kind is BookReport => kind in BOOK_COLUMNS;

export async function readReport(
  db: Database,
  kind: ReportKind,
  { from, to, store, timeZone }: ReportFilter,
): Promise<readonly ReportRow[]> {
  const values: (string | null)[] = [from, to, store];
  if (isBookReport(kind)) values.push(BOOK_COLUMNS[kind]);
  if (kind === 'hour') values.push(timeZone);
  const statement = isBookReport(kind) ? BOOKS : STATEMENTS[kind];
  const { rows } = await db.query<ReportRow>(statement, values);
  return rows;
}
