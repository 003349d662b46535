import type { OfficeBooks } from './office-books.ts';

/** Shops S51 to S65 sold this many orders a day each. */
const SHOPS = { first: 51, last: 65 } as const;
const A_DAY = 800;
export const MADE_A_DAY = (SHOPS.last - SHOPS.first + 1) * A_DAY;
/** So many days are made by one statement, and so many statements run at once. */
const AT_ONCE = 30;
const LANES = 2;

/** Days before `lastDay`: from `newest` on, 0 being that day itself, and before `oldest`. */
export interface MadeDays {
  readonly lastDay: string;
  readonly newest: number;
  readonly oldest: number;
}

/**
 * Fills Head Office's books with days of orders, made by the server itself: one to five lines each, several channels
 * and payments, crew food and voided ones among them, in the journal with hardly any payload; the rollups are what they
 * sum to.
 */
export async function makeDays(books: OfficeBooks, days: MadeDays): Promise<void> {
  await books.query(STORES, [SHOPS.first, SHOPS.last]);
  await makePartitions(books, [days.lastDay, days.newest, days.oldest]);
  const parts = Array.from(
    { length: Math.ceil((days.oldest - days.newest) / AT_ONCE) },
    (_, at) => {
      const newest = days.newest + at * AT_ONCE;
      return [days.lastDay, newest, Math.min(newest + AT_ONCE, days.oldest)];
    },
  ).values();
  const lane = async (): Promise<void> => {
    for (const values of parts) {
      for (const statement of [ORDERS, LINES, JOURNAL, ...ROLLUPS]) {
        await books.query(statement, values);
      }
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  await books.query(EPOCHS);
  await books.query('ANALYZE');
}

/**
 * Their days were closed too: summaries like the one that `likeStore` sent, judged as reconciled, and heartbeats like
 * its own.
 */
export async function closeDays(
  books: OfficeBooks,
  days: MadeDays,
  likeStore: string,
): Promise<void> {
  const values = [days.lastDay, days.newest, days.oldest, likeStore];
  await books.query(SUMMARIES, values);
  await books.query(JUDGED, values.slice(0, 3));
  await books.query(HEARTBEATS, [likeStore]);
  await books.query('ANALYZE day_summaries, days');
}

const STORES = `
INSERT INTO stores (store, name, first_seen_at, provisioned_at)
SELECT 'S' || shop, 'Shop ' || shop, now(), now() FROM generate_series($1::integer, $2::integer) AS shop
ON CONFLICT DO NOTHING`;

/** By key: what is written goes to the end of every index. */
const MADE = `(
  SELECT key, shop, 'S' || shop AS store, day, number, back * ${A_DAY} + number AS seq, key % 1009 AS dice,
    day + interval '11 hours' + number * interval '50 seconds' AS at
  FROM (
    SELECT back, $1::date - back AS day, shop, number,
      to_char($1::date - back, 'YYYYMMDD')::bigint * 100000000000 + shop * 10000000 + number AS key
    FROM generate_series($3::integer - 1, $2::integer, -1) AS back,
      generate_series(${SHOPS.first}, ${SHOPS.last}) AS shop, generate_series(1, ${A_DAY}) AS number
  ) AS numbered
) AS made`;
/** One to five lines. */
const LINE_COUNT = '1 + dice % 5';
const ID = "store || '-' || to_char(day, 'YYYYMMDD') || '-' || lpad(number::text, 6, '0')";

const ORDERS = `
INSERT INTO orders
SELECT key, ${ID}, store, day, 1, seq, 1, sha256(key::text::bytea),
  CASE WHEN dice % 97 = 0 THEN 'voided' ELSE 'completed' END,
  CASE WHEN dice % 89 = 0 THEN 'crew-food' ELSE 'sale' END,
  (ARRAY['OT-C', 'OT-C', 'OT-C', 'PHONE', 'FLEET'])[1 + dice % 5], 1, CASE WHEN dice % 3 = 0 THEN 'eat' ELSE 'take' END,
  CASE WHEN dice % 89 = 0 THEN 'Crew Food' ELSE (ARRAY['Cash', 'Card', 'Card', 'On Account'])[1 + dice % 4] END, NULL,
  360 * (${LINE_COUNT}), 300 * (${LINE_COUNT}), 60 * (${LINE_COUNT}),
  ARRAY[1, 2000, 300 * (${LINE_COUNT}), 60 * (${LINE_COUNT})], 0, 0, 1, at, at + interval '1 second'
FROM ${MADE}`;

const LINES = `
INSERT INTO order_lines
SELECT key, line, 'product', 1 + (dice * line) % 120, 'Something to eat', 1, false, 360, 360
FROM ${MADE}, generate_series(1, ${LINE_COUNT}) AS line`;

const JOURNAL = `
INSERT INTO journal
SELECT store, 1, seq, 'order', ${ID}, 1, day, sha256(key::text::bytea), sha256(key::text::bytea),
  '{"made":"by the lab"}', at + interval '1 second'
FROM ${MADE} ORDER BY store, seq`;

const EPOCHS = `
INSERT INTO journal_epochs (store, journal_epoch, held_through, held_hash, complete_through, watermark_hash)
SELECT s.store, 1, head.journal_seq, head.hash, head.journal_seq, head.hash
FROM stores s CROSS JOIN LATERAL (
  SELECT journal_seq, hash FROM journal WHERE store = s.store AND journal_epoch = 1 ORDER BY journal_seq DESC LIMIT 1
) head WHERE s.store BETWEEN 'S${SHOPS.first}' AND 'S${SHOPS.last}' AND length(s.store) = 3
ON CONFLICT (store, journal_epoch) DO UPDATE SET held_through = excluded.held_through,
  held_hash = excluded.held_hash, complete_through = excluded.complete_through,
  watermark_hash = excluded.watermark_hash`;

const COUNTED = `
FROM orders o JOIN (SELECT to_char($1::date - $3::integer + 1, 'YYYYMMDD')::bigint * 100000000000 AS first,
    to_char($1::date - $2::integer + 1, 'YYYYMMDD')::bigint * 100000000000 AS last) AS made
  ON o.order_key >= made.first AND o.order_key < made.last
WHERE o.store BETWEEN 'S${SHOPS.first}' AND 'S${SHOPS.last}' AND o.kind = 'sale' AND o.status <> 'voided'`;
const ROLLUPS = [
  `INSERT INTO rollup_hourly
   SELECT store, business_date, floor(extract(epoch FROM created_at) / 3600)::integer, count(*), sum(gross),
     sum(net), sum(vat) ${COUNTED} GROUP BY 1, 2, 3`,
  `INSERT INTO rollup_channel
   SELECT store, business_date, channel, payment_method, count(*), sum(gross) ${COUNTED} GROUP BY 1, 2, 3, 4`,
  `INSERT INTO rollup_vat
   SELECT store, business_date, 1, 2000, sum(net), sum(vat) ${COUNTED} GROUP BY 1, 2`,
  `INSERT INTO rollup_product
   SELECT o.store, o.business_date, l.item_type, l.item_code, sum(l.qty), sum(l.line_total_gross)
   ${COUNTED.replace('orders o', 'orders o JOIN order_lines l USING (order_key)')} GROUP BY 1, 2, 3, 4`,
];

const DAYS = `
FROM generate_series($1::date - ($3::integer - 1), $1::date - greatest($2::integer, 1), interval '1 day') AS day,
  stores WHERE store BETWEEN 'S${SHOPS.first}' AND 'S${SHOPS.last}' AND length(store) = 3`;

const SUMMARIES = `
INSERT INTO day_summaries
SELECT store, day::date, 1, 1, 1, '\\x00', (
    SELECT payload FROM day_summaries WHERE store = $4 ORDER BY received_at DESC LIMIT 1
  ), now() ${DAYS}`;
const JUDGED = `
INSERT INTO days (store, business_date, stale, state, judged_at) SELECT store, day::date, false, 'reconciled', now()
${DAYS}`;
const HEARTBEATS = `
INSERT INTO heartbeats SELECT s.store, now(), h.payload FROM stores s, heartbeats h
WHERE s.store BETWEEN 'S${SHOPS.first}' AND 'S${SHOPS.last}' AND length(s.store) = 3 AND h.store = $1
ON CONFLICT (store) DO UPDATE SET received_at = excluded.received_at`;

/** The product makes them once orders of a month came; these come before it can. */
async function makePartitions(
  books: OfficeBooks,
  values: readonly (string | number)[],
): Promise<void> {
  const months = await books.query<{ month: string; from: string; to: string }>(
    `SELECT to_char(month, 'YYYYMM') AS month, to_char(month, 'YYYYMM') || '0100000000000' AS from,
       to_char(month + interval '1 month', 'YYYYMM') || '0100000000000' AS to
     FROM generate_series(date_trunc('month', $1::date - ($3::integer - 1)), $1::date - $2::integer, interval '1 month')
       AS month`,
    values,
  );
  for (const { month, from, to } of months) {
    for (const table of ['orders', 'order_lines']) {
      await books.query(
        `CREATE TABLE IF NOT EXISTS ${table}_${month} PARTITION OF ${table} FOR VALUES FROM (${from}) TO (${to})`,
      );
    }
  }
}

/** Bytes of everything in the database. */
export const databaseBytes = async (books: OfficeBooks): Promise<number> => {
  const [row] = await books.query<{ bytes: number }>(
    'SELECT pg_database_size(current_database()) AS bytes',
  );
  return row?.bytes ?? 0;
};

/** Events of a shop's journal as they came, to be sold again by others. */
export const readEvents = async (
  books: OfficeBooks,
  store: string,
  limit: number,
): Promise<readonly Readonly<Record<string, unknown>>[]> => {
  const rows = await books.query<{ payload: string }>(
    `SELECT payload FROM journal WHERE store = $1 AND kind = 'order' ORDER BY journal_seq LIMIT $2`,
    [store, limit],
  );
  return rows.map(({ payload }) => JSON.parse(payload) as Readonly<Record<string, unknown>>);
};

export const COPIED_TABLES = ['orders', 'order_lines', 'journal'] as const;

/** An empty table like one of the books', indexes included, to copy the same rows into. */
export const makeCopyTable = async (books: OfficeBooks, name: string): Promise<void> => {
  await books.query(`DROP TABLE IF EXISTS copied_${name}`);
  await books.query(`CREATE TABLE copied_${name} (LIKE ${name} INCLUDING ALL)`);
};

export const copyOut = (name: string): string => `COPY (SELECT * FROM ${name}) TO STDOUT`;
export const copyIn = (name: string): string => `COPY copied_${name} FROM STDIN`;

export const countOrders = async (
  books: OfficeBooks,
  stores: readonly string[],
): Promise<number> => {
  const [row] = await books.query<{ count: number }>(
    'SELECT count(*) AS count FROM orders WHERE store = ANY($1)',
    [stores],
  );
  return row?.count ?? 0;
};

/** Alerts that fired, over or not. */
export const countFiredAlerts = async (books: OfficeBooks): Promise<number> => {
  const [row] = await books.query<{ count: number }>(
    'SELECT count(*) AS count FROM alerts WHERE fired_at IS NOT NULL',
  );
  return row?.count ?? 0;
};

/** Whether a day of the store was closed, and Head Office knows it. */
export const hasSummary = async (books: OfficeBooks, store: string): Promise<boolean> =>
  (await books.query('SELECT 1 FROM day_summaries WHERE store = $1 LIMIT 1', [store])).length > 0;
