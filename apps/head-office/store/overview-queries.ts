import type { Database } from './database.ts';

/** Which day is shown and which it is compared with. */
export interface OverviewPeriod {
  readonly today: string;
  /** The same weekday a week before. */
  readonly compared: string;
  /** The last hour of `compared` that counts for "until now", in hours since 1970-01-01T00:00Z. */
  readonly comparedThroughHour: number;
}

/** What a store sold; amounts in pence. */
export interface StoreSales {
  readonly orders: number;
  readonly gross: number;
  readonly comparedOrders: number;
  /** The compared day until now, and the whole of it. */
  readonly comparedGross: number;
  readonly comparedGrossOfDay: number;
}

export const NO_SALES: StoreSales = {
  orders: 0,
  gross: 0,
  comparedOrders: 0,
  comparedGross: 0,
  comparedGrossOfDay: 0,
};

/** By store and not by date alone: the rollups are keyed so. */
const SALES = `
SELECT s.store, r.*
FROM stores s, LATERAL (
  SELECT coalesce(sum(orders) FILTER (WHERE business_date = $2), 0) AS orders,
    coalesce(sum(gross) FILTER (WHERE business_date = $2), 0) AS gross,
    coalesce(sum(orders) FILTER (WHERE business_date = $3 AND utc_hour <= $4), 0) AS "comparedOrders",
    coalesce(sum(gross) FILTER (WHERE business_date = $3 AND utc_hour <= $4), 0) AS "comparedGross",
    coalesce(sum(gross) FILTER (WHERE business_date = $3), 0) AS "comparedGrossOfDay"
  FROM rollup_hourly WHERE store = s.store AND business_date IN ($2, $3)
) r
WHERE $1::text IS NULL OR s.store = $1`;

/** What each store, or one, sold in the period. */
export async function readSales(
  db: Database,
  { today, compared, comparedThroughHour }: OverviewPeriod,
  store: string | null,
): Promise<ReadonlyMap<string, StoreSales>> {
  const { rows } = await db.query<StoreSales & { readonly store: string }>(SALES, [
    store,
    today,
    compared,
    comparedThroughHour,
  ]);
  return new Map(rows.map(({ store, ...sales }) => [store, sales]));
}

/** The newest day a store closed, and what was made of it. */
export interface LastDay {
  readonly date: string;
  readonly state: string;
}

export async function readLastDays(
  db: Database,
  store: string | null,
): Promise<ReadonlyMap<string, LastDay>> {
  const { rows } = await db.query<LastDay & { readonly store: string }>(
    `SELECT s.store, d.date, d.state FROM stores s, LATERAL (
       SELECT business_date AS date, state FROM days WHERE store = s.store
       ORDER BY business_date DESC LIMIT 1
     ) d WHERE $1::text IS NULL OR s.store = $1`,
    [store],
  );
  return new Map(rows.map(({ store, ...day }) => [store, day]));
}

/** Sales of one hour, in hours since 1970-01-01T00:00Z. */
export interface HourSales {
  readonly date: string;
  readonly utcHour: number;
  readonly orders: number;
  readonly gross: number;
}

/** The hours of some days, of all stores or one. */
export async function readHours(
  db: Database,
  dates: readonly string[],
  store: string | null = null,
): Promise<readonly HourSales[]> {
  const { rows } = await db.query<HourSales>(
    `SELECT r.business_date AS date, r.utc_hour AS "utcHour", sum(r.orders) AS orders, sum(r.gross) AS gross
     FROM stores s JOIN rollup_hourly r ON r.store = s.store AND r.business_date = ANY ($1::date[])
     WHERE $2::text IS NULL OR s.store = $2
     GROUP BY 1, 2 ORDER BY 1, 2`,
    [dates, store],
  );
  return rows;
}

/** One error event of a store, newest first. */
export interface StoreError {
  readonly store: string;
  readonly errorId: string;
  readonly receivedAt: string;
  readonly payload: unknown;
}

export async function readErrors(
  db: Database,
  store: string | null,
  limit: number,
): Promise<readonly StoreError[]> {
  const { rows } = await db.query<Omit<StoreError, 'receivedAt'> & { readonly receivedAt: Date }>(
    `SELECT store, error_id AS "errorId", received_at AS "receivedAt", payload FROM error_events
     WHERE $1::text IS NULL OR store = $1 ORDER BY received_at DESC LIMIT $2`,
    [store, limit],
  );
  return rows.map((row) => ({ ...row, receivedAt: row.receivedAt.toISOString() }));
}
