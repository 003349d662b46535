import type { OfficeBooks } from './office-books.ts';

/**
 * Fills Head Office's books with `orders` orders of two lines each, over `days` days up to `lastDay` and shops
 * S51 to S65, made by the server itself; the rollups are what they sum to.
 */
export async function makeOrders(
  books: OfficeBooks,
  {
    orders,
    days,
    lastDay,
  }: { readonly orders: number; readonly days: number; readonly lastDay: string },
): Promise<void> {
  const place = `
    SELECT i, 51 + i % 15 AS shop, $2::date - (i / 15 % $3)::integer AS day, i / 15 / $3 + 1 AS number
    FROM generate_series(0::bigint, $1::bigint - 1) AS i`;
  const values = [orders, lastDay, days];
  const key = "to_char(day, 'YYYYMMDD')::bigint * 100000000000 + shop * 10000000 + number";
  await books.query(
    `INSERT INTO orders
     SELECT ${key}, 'S' || shop || '-' || to_char(day, 'YYYYMMDD') || '-' || lpad(number::text, 6, '0'),
       'S' || shop, day, 1, i + 1, 1, '\\x00'::bytea, 'completed', 'sale', 'OT-C', 1, 'take',
       CASE i % 3 WHEN 0 THEN 'Cash' ELSE 'Card' END, NULL, 600 + i % 900, 500 + (i % 900) - (i % 900) / 6,
       100 + (i % 900) / 6, ARRAY[1, 2000, 500, 100], 0, 0, 1,
       day + interval '11 hours' + (number % 600) * interval '1 minute', now()
     FROM (${place}) AS made`,
    values,
  );
  await books.query(
    `INSERT INTO order_lines
     SELECT ${key}, line, 'product', 1 + (i + line * 7) % 120, 'Something', 1, false, 300, 300
     FROM (${place}) AS made, generate_series(1, 2) AS line`,
    values,
  );
  for (const statement of ROLLUPS) await books.query(statement);
  await books.query('ANALYZE');
}

const MADE = "FROM orders WHERE store BETWEEN 'S51' AND 'S65'";
const ROLLUPS = [
  `INSERT INTO rollup_hourly
   SELECT store, business_date, floor(extract(epoch FROM created_at) / 3600)::integer, count(*), sum(gross), sum(net), sum(vat)
   ${MADE} GROUP BY 1, 2, 3`,
  `INSERT INTO rollup_channel
   SELECT store, business_date, channel, payment_method, count(*), sum(gross) ${MADE} GROUP BY 1, 2, 3, 4`,
  `INSERT INTO rollup_vat
   SELECT store, business_date, 1, 2000, sum(net), sum(vat) ${MADE} GROUP BY 1, 2`,
  `INSERT INTO rollup_product
   SELECT o.store, o.business_date, l.item_type, l.item_code, sum(l.qty), sum(l.line_total_gross)
   FROM orders o JOIN order_lines l USING (order_key) WHERE o.store BETWEEN 'S51' AND 'S65' GROUP BY 1, 2, 3, 4`,
];

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
