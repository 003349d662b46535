import { afterAll, beforeAll, expect, it } from 'vitest';
import { readReport, REPORTS } from '../store/report-queries.ts';
import { readHours, readLastDays, readSales } from '../store/overview-queries.ts';
import { listOrders } from '../store/order-queries.ts';
import type { Database } from '../store/database.ts';
import { readErrorCounts, readSignals } from '../store/signal-queries.ts';
import { createDashboardRig, type DashboardRig } from '../test/dashboard-rig.ts';

const SHOPS = 15;
const DAYS = 400;
const ORDERS = 60_000;

let rig: DashboardRig;
let db: Database;

/** Rollups of a year and enough raw orders that scanning them would be the worse plan. */
beforeAll(async () => {
  rig = await createDashboardRig();
  ({ db } = rig);
  const days = `generate_series(date '2025-07-23' - ${DAYS - 1}, date '2025-07-23', interval '1 day')`;
  const shops = `(SELECT 'S' || lpad(n::text, 2, '0') AS store FROM generate_series(1, ${SHOPS}) n) s`;
  await db.query(
    `INSERT INTO stores (store, first_seen_at, provisioned_at) SELECT store, now(), now() FROM ${shops}`,
  );
  await db.query(
    `INSERT INTO rollup_hourly SELECT store, d::date, extract(epoch FROM d)::int / 3600 + h, 10, 1200, 1000, 200
     FROM ${shops}, ${days} d, generate_series(9, 21) h`,
  );
  await db.query(
    `INSERT INTO rollup_product SELECT store, d::date, 'product', p, 5, 500
     FROM ${shops}, ${days} d, generate_series(1, 20) p`,
  );
  await db.query(
    `INSERT INTO rollup_channel SELECT store, d::date, 'OT-C', m, 5, 500
     FROM ${shops}, ${days} d, unnest(ARRAY['Cash', 'Card']) m`,
  );
  await db.query(
    `INSERT INTO rollup_vat SELECT store, d::date, 1, 2000, 500, 100 FROM ${shops}, ${days} d`,
  );
  await db.query(
    `INSERT INTO orders (order_key, global_order_id, store, business_date, journal_epoch, journal_seq, revision,
       hash, status, kind, channel, price_band, vat_basis, payment_method, gross, net, vat, vat_classes,
       meal_discount, combo_discount, catalog_version, created_at, received_at)
     SELECT 20250723 * 100000000000 + shop * 10000000 + n,
       'S' || lpad(shop::text, 2, '0') || '-20250723-' || lpad(n::text, 6, '0'), 'S' || lpad(shop::text, 2, '0'),
       '2025-07-23', 1, n, 1, '\\x00', 'completed', 'sale', 'OT-C', 1, 'take', 'Cash', 120, 100, 20,
       '{1,2000,100,20}', 0, 0, 1, now(), now()
     FROM generate_series(1, ${SHOPS}) shop, generate_series(1, ${ORDERS / SHOPS}) n`,
  );
  await db.query(
    `INSERT INTO order_lines SELECT order_key, line, 'product', line, 'Something', 1, false, 60, 60
     FROM orders, generate_series(1, 2) line`,
  );
  await db.query(
    `INSERT INTO journal
     SELECT store, 1, journal_seq, 'order', global_order_id, 1, business_date, hash, hash, '{}', now() FROM orders`,
  );
  await db.query(
    `INSERT INTO journal_epochs (store, journal_epoch, held_through) SELECT store, 1, ${ORDERS / SHOPS} FROM ${shops}`,
  );
  await db.query(
    `INSERT INTO days (store, business_date) SELECT store, d::date FROM ${shops}, ${days} d`,
  );
  await db.query(
    `INSERT INTO day_summaries
     SELECT store, d::date, r, 1, 1, '\\x00', '{"krev":{"TWASTEVAL":70,"TONACCOUNT":0}}', now()
     FROM ${shops}, ${days} d, generate_series(1, 2) r`,
  );
  await db.query('ANALYZE');
});
afterAll(() => rig.stop());

type Query = (text: string, values: unknown[]) => Promise<unknown>;

/** `query` with the plans of what it is asked, as PostgreSQL explains them, added to `plans`. */
function explaining(plans: string[], query: Query): Query {
  return async (text, values) => {
    const explained = (await query(`EXPLAIN ${text}`, values)) as {
      readonly rows: readonly { readonly 'QUERY PLAN': string }[];
    };
    plans.push(...explained.rows.map((row) => row['QUERY PLAN']));
    return query(text, values);
  };
}

/** Every plan of the statements `work` runs. */
async function plansOf(work: (db: Database) => Promise<unknown>): Promise<string> {
  const plans: string[] = [];
  await work({ query: explaining(plans, db.query.bind(db) as Query) } as unknown as Database);
  expect(plans.length).toBeGreaterThan(0);
  return plans.join('\n');
}

const period = { today: '2025-07-23', compared: '2025-07-16', comparedThroughHour: 486_900 };
/** The tables that grow with every order, and the parts of those that are split by month. */
const TABLE = String.raw`(?:orders|order_lines|journal)(?:_other|_\d{6})?\b`;
const RAW = new RegExp(`\\bon ${TABLE}`);
const RAW_SCAN = new RegExp(`Seq Scan on ${TABLE}`);
const WHOLE_ROLLUP = /Seq Scan on (rollup_|day_summaries)/;

it.each<[string, (db: Database) => Promise<unknown>]>([
  ['the overview', (on) => readSales(on, period, null)],
  ['the hours of today', (on) => readHours(on, [period.today, period.compared])],
  ['the last days', (on) => readLastDays(on, null)],
  ['a shop of today', (on) => readSales(on, period, 'S07')],
])('%s reads neither raw orders nor a whole rollup', async (_, work) => {
  const plan = await plansOf(work);
  expect(plan).not.toMatch(RAW);
  expect(plan).not.toMatch(WHOLE_ROLLUP);
});

it.each(REPORTS)('a week by %s reads neither raw orders nor a whole rollup', async (kind) => {
  const filter = { from: '2025-07-17', to: '2025-07-23', store: null, timeZone: 'Europe/London' };
  const plan = await plansOf((on) => readReport(on, kind, filter));
  expect(plan).not.toMatch(RAW);
  expect(plan).not.toMatch(WHOLE_ROLLUP);
});

it('the books of a week are summed from the newest summary of each day', async () => {
  const filter = { from: '2025-07-17', to: '2025-07-23', store: null, timeZone: 'Europe/London' };
  const waste = await readReport(db, 'waste', filter);
  expect(waste).toHaveLength(7 * SHOPS);
  expect(waste[0]).toMatchObject({ key: 'S01 2025-07-17', gross: 70 });
  expect(await readReport(db, 'on-account', { ...filter, store: 'S02' })).toEqual([]);
});

it.each([
  ['of all', {}],
  ['of a day', { date: '2025-07-23' }],
  ['of a shop', { store: 'S07' }],
  ['newest first', { date: '2025-07-23', descending: true, after: '2025072300070000100' }],
])('a page of orders %s comes by an index, in its order', async (_, filter) => {
  const plan = await plansOf((on) => listOrders(on, { ...filter, limit: 50 }));
  expect(plan).toMatch(/Index Scan/);
  expect(plan).not.toMatch(/Seq Scan on orders|Sort/);
});

it('what alerts are judged by comes by an index: the newest sales and the head of each journal', async () => {
  const nowMs = Date.parse('2025-07-23T12:00:00Z');
  const plan = await plansOf(async (on) => {
    await readSignals(on, nowMs);
    await readErrorCounts(on, nowMs - 60_000);
  });
  expect(plan).toMatch(RAW);
  expect(plan).not.toMatch(RAW_SCAN);
});

interface Described {
  readonly paths: Readonly<
    Record<
      string,
      {
        readonly get?: {
          readonly parameters?: readonly {
            readonly name: string;
            readonly in: 'path' | 'query';
            readonly required?: boolean;
          }[];
        };
      }
    >
  >;
}

const ASKED: Readonly<Record<string, string>> = {
  store: 'S07',
  date: '2025-07-23',
  from: '2025-07-17',
  to: '2025-07-23',
  globalOrderId: 'S07-20250723-000100',
  kind: 'product',
};
/** It answers for as long as somebody listens. */
const ENDLESS = '/api/events';

it('no page of the dashboard scans raw orders: each route that is described is asked', async () => {
  const described = (await (await rig.call('GET', '/openapi.json')).json()) as Described;
  const pages = Object.entries(described.paths).flatMap(([path, { get }]) => {
    if (get === undefined || path === ENDLESS) return [];
    const wanted = get.parameters ?? [];
    const value = (name: string): string => ASKED[name] ?? '1';
    const query = wanted
      .filter(
        (parameter) => parameter.in === 'query' && (parameter.required || parameter.name in ASKED),
      )
      .map(({ name }) => `${name}=${value(name)}`);
    return [
      `${path.replaceAll(/\{(\w+)\}/g, (_, name: string) => value(name))}?${query.join('&')}`,
    ];
  });
  expect(pages.length).toBeGreaterThan(30);
  const plain = db.query.bind(db) as Query;
  const explained: string[] = [];
  const scans: string[] = [];
  try {
    for (const page of pages) {
      const plans: string[] = [];
      Object.assign(db, { query: explaining(plans, plain) });
      await (await rig.admin('GET', page)).text();
      if (RAW_SCAN.test(plans.join('\n'))) scans.push(`${page}\n${plans.join('\n')}`);
      explained.push(...plans);
    }
  } finally {
    Object.assign(db, { query: plain });
  }
  expect(scans).toEqual([]);
  expect(explained.join('\n')).toMatch(RAW);
  expect(explained.length).toBeGreaterThan(pages.length);
});
