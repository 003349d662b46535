import type { Database } from './database.ts';

/** A day of a store whose rollups are not what its orders sum to. */
export interface RollupDifference {
  readonly rollup: 'hourly' | 'channel' | 'product' | 'vat';
  readonly store: string;
  readonly date: string;
  /** The rest of the key: the hour, the product, … */
  readonly key: string;
  readonly rolledUp: readonly number[];
  readonly orders: readonly number[];
}

/** Business dates, ends included. */
export interface DateRange {
  readonly from: string;
  readonly to: string;
}

/** Differences told, at most. */
const MAX_TOLD = 1000;

/** The highest date an order_key has room for, as `yyyymmdd`. */
const LAST_KEY_DATE = 92_230_000;

/** order_key of the first possible order of $1 and the last possible one of $2. */
const IN_RANGE = `o.order_key >= least(replace($1, '-', '')::bigint, ${LAST_KEY_DATE}) * 100000000000
  AND o.order_key < least(replace($2, '-', '')::bigint + 1, ${LAST_KEY_DATE}) * 100000000000`;
const COUNTED = `o.kind = 'sale' AND o.status <> 'voided' AND ${IN_RANGE}`;

interface Rule {
  readonly rollup: RollupDifference['rollup'];
  readonly table: string;
  /** Columns of the rollup's key behind store and date, as one text. */
  readonly key: string;
  readonly sums: readonly string[];
  /** The same key and sums out of the orders. */
  readonly orders: string;
}

const RULES: readonly Rule[] = [
  {
    rollup: 'hourly',
    table: 'rollup_hourly',
    key: 'utc_hour::text',
    sums: ['orders', 'gross', 'net', 'vat'],
    orders: `SELECT store, business_date, (floor(extract(epoch FROM created_at) / 3600)::integer)::text AS key,
        count(*)::bigint AS s1, sum(gross) AS s2, sum(net) AS s3, sum(vat) AS s4
      FROM orders o WHERE ${COUNTED} GROUP BY 1, 2, 3`,
  },
  {
    rollup: 'channel',
    table: 'rollup_channel',
    key: "channel || ' ' || payment_method",
    sums: ['orders', 'gross'],
    orders: `SELECT store, business_date, channel || ' ' || payment_method AS key,
        count(*)::bigint AS s1, sum(gross) AS s2
      FROM orders o WHERE ${COUNTED} GROUP BY 1, 2, 3`,
  },
  {
    rollup: 'product',
    table: 'rollup_product',
    key: "item_type || ' ' || item_code",
    sums: ['qty', 'gross'],
    orders: `SELECT store, business_date, item_type || ' ' || item_code AS key,
        sum(l.qty)::bigint AS s1, sum(l.line_total_gross) AS s2
      FROM orders o JOIN order_lines l USING (order_key) WHERE ${COUNTED} GROUP BY 1, 2, 3`,
  },
  {
    rollup: 'vat',
    table: 'rollup_vat',
    key: "vat_class || ' ' || vat_rate",
    sums: ['net', 'vat'],
    orders: `SELECT store, business_date, vat_classes[at] || ' ' || vat_classes[at + 1] AS key,
        sum(vat_classes[at + 2])::bigint AS s1, sum(vat_classes[at + 3]) AS s2
      FROM orders o, generate_series(1, cardinality(vat_classes), 4) AS at
      WHERE ${COUNTED} GROUP BY 1, 2, 3`,
  },
];

/**
 * Proves that the rollups of these days are what their orders sum to: the differences, none
 * when they are. Rows that sum to nothing count as missing ones. Reads one consistent state of the database.
 */
export async function verifyRollups(
  db: Database,
  { from, to }: DateRange,
): Promise<readonly RollupDifference[]> {
  const client = await db.connect();
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const differences: RollupDifference[] = [];
    for (const rule of RULES) {
      const { rows } = await client.query<RollupDifference>(comparison(rule), [from, to, MAX_TOLD]);
      differences.push(...rows);
    }
    return differences;
  } finally {
    await client.query('ROLLBACK').then(
      () => client.release(),
      (broken: Error) => client.release(broken),
    );
  }
}

function comparison({ rollup, table, key, sums, orders }: Rule): string {
  const names = sums.map((_, at) => `s${at + 1}`);
  const list = (of: string): string => names.map((name) => `coalesce(${of}.${name}, 0)`).join(', ');
  return `
    SELECT '${rollup}' AS rollup, store, business_date AS date, key,
      array[${list('r')}] AS "rolledUp", array[${list('o')}] AS orders
    FROM (
      SELECT store, business_date, ${key} AS key,
        ${sums.map((sum, at) => `${sum}::bigint AS s${at + 1}`).join(', ')}
      FROM ${table} WHERE business_date BETWEEN $1::text::date AND $2::text::date
    ) r FULL JOIN (${orders}) o USING (store, business_date, key)
    WHERE (${list('r')}) IS DISTINCT FROM (${list('o')})
    ORDER BY store, business_date, key LIMIT $3`;
}
