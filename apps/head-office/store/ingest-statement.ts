import type { OrderRows } from './order-rows.ts';

/** An event with whether it is the highest revision of its order in the batch. */
export interface BatchEvent {
  readonly rows: OrderRows;
  readonly latest: boolean;
}

type Cell = string | number | boolean | null;

interface Column<Row> {
  readonly name: string;
  /** The type its values are sent as. */
  readonly type: string;
  readonly of: (row: Row) => Cell;
}

const column = <Row>(name: string, type: string, of: (row: Row) => Cell): Column<Row> => ({
  name,
  type,
  of,
});

const orderColumn = (name: keyof OrderRows['order'], type: string): Column<BatchEvent> =>
  column(name, type, ({ rows }) => rows.order[name] as Cell);

const EVENT_COLUMNS: readonly Column<BatchEvent>[] = [
  column('latest', 'boolean', ({ latest }) => latest),
  column('vat_classes', 'text', ({ rows }) => `{${rows.order.vat_classes.join(',')}}`),
  orderColumn('order_key', 'bigint'),
  orderColumn('counts', 'boolean'),
  orderColumn('global_order_id', 'text'),
  orderColumn('store', 'text'),
  orderColumn('business_date', 'date'),
  orderColumn('journal_epoch', 'bigint'),
  orderColumn('journal_seq', 'bigint'),
  orderColumn('revision', 'integer'),
  orderColumn('hash', 'text'),
  orderColumn('prev_hash', 'text'),
  orderColumn('status', 'text'),
  orderColumn('kind', 'text'),
  orderColumn('channel', 'text'),
  orderColumn('price_band', 'smallint'),
  orderColumn('vat_basis', 'text'),
  orderColumn('payment_method', 'text'),
  orderColumn('crew_id', 'text'),
  orderColumn('gross', 'integer'),
  orderColumn('net', 'integer'),
  orderColumn('vat', 'integer'),
  orderColumn('meal_discount', 'integer'),
  orderColumn('combo_discount', 'integer'),
  orderColumn('catalog_version', 'bigint'),
  orderColumn('created_at', 'timestamptz'),
  orderColumn('utc_hour', 'integer'),
];

type Line = OrderRows['lines'][number];
const lineColumn = (name: keyof Line, type: string): Column<Line> =>
  column(name, type, (line) => line[name]);

const LINE_COLUMNS: readonly Column<Line>[] = [
  lineColumn('order_key', 'bigint'),
  lineColumn('line_no', 'smallint'),
  lineColumn('item_type', 'text'),
  lineColumn('item_code', 'integer'),
  lineColumn('name', 'text'),
  lineColumn('qty', 'integer'),
  lineColumn('is_meal', 'boolean'),
  lineColumn('unit_price_gross', 'integer'),
  lineColumn('line_total_gross', 'integer'),
];

type Vat = OrderRows['vat'][number];
const vatColumn = (name: keyof Vat, type: string): Column<Vat> =>
  column(name, type, (row) => row[name]);

const VAT_COLUMNS: readonly Column<Vat>[] = [
  vatColumn('order_key', 'bigint'),
  vatColumn('vat_class', 'smallint'),
  vatColumn('vat_rate', 'integer'),
  vatColumn('net', 'integer'),
  vatColumn('vat', 'integer'),
];

/** Names the locks of stores among the database's advisory locks. */
const STORE_LOCKS = 7_455_004;

/**
 * Locks stores' books until the transaction ends. Whoever changes orders or rollups holds their stores' locks, taken
 * in one order for all, before any row's: workers wait for each other and never in a circle, each of which would cost
 * PostgreSQL a second to find. `stores`: a query of `store`s.
 */
export const lockStores = (stores: string): string =>
  `SELECT pg_advisory_xact_lock(${STORE_LOCKS}, key)
   FROM (SELECT DISTINCT hashtext(store) AS key FROM (${stores}) AS of_stores ORDER BY key) AS keys`;

/** What the text of an event never holds unescaped, JSON being what it is. */
const SEPARATOR = '\u001f';
const FIRST_COLUMN = 3;
const FIRST_LINE_COLUMN = FIRST_COLUMN + EVENT_COLUMNS.length;
const FIRST_VAT_COLUMN = FIRST_LINE_COLUMN + LINE_COLUMNS.length;

const namesOf = (columns: readonly { readonly name: string }[]): string =>
  columns.map(({ name }) => name).join(', ');
const parametersOf = (columns: readonly { readonly type: string }[], first: number): string =>
  columns.map(({ type }, at) => `$${first + at}::${type}[]`).join(', ');

/** PostgreSQL's text form of an array; only what is text can need quoting. */
function arrayText<Row>({ type, of }: Column<Row>, rows: readonly Row[]): string {
  let text = '';
  for (const row of rows) {
    const cell = of(row);
    if (text !== '') text += ',';
    if (cell === null) text += 'NULL';
    else if (typeof cell !== 'string' || type !== 'text') text += String(cell);
    else text += `"${/["\\]/.test(cell) ? cell.replaceAll(/["\\]/g, '\\$&') : cell}"`;
  }
  return `{${text}}`;
}

const arraysOf = <Row>(columns: readonly Column<Row>[], rows: readonly Row[]): readonly string[] =>
  columns.map((column) => arrayText(column, rows));

/** The statement's parameters. Columns go as arrays and texts as one: JSON took half of PostgreSQL's time. */
export function parametersOfBatch(events: readonly BatchEvent[], receivedAt: Date): unknown[] {
  const current = events.filter(({ latest }) => latest).map(({ rows }) => rows);
  return [
    receivedAt,
    events.map(({ rows }) => rows.order.payload).join(SEPARATOR),
    ...arraysOf(EVENT_COLUMNS, events),
    ...arraysOf(
      LINE_COLUMNS,
      current.flatMap(({ lines }) => lines),
    ),
    ...arraysOf(
      VAT_COLUMNS,
      current.flatMap(({ vat }) => vat),
    ),
  ];
}

/**
 * The hot path of ingest, one statement for a whole batch: the orders nobody has yet, their journal rows with
 * the raw bytes, their lines and the rollups. An order that is already there is left alone with everything of
 * it and not returned; the caller takes it through `./late-events.ts`. A journal place that is already taken
 * by another order raises unique_violation and undoes the whole batch.
 */
export const INSERT_NEW_ORDERS = `
WITH event AS MATERIALIZED (
  SELECT * FROM unnest(
    string_to_array($2, chr(31)), ${parametersOf(EVENT_COLUMNS, FIRST_COLUMN)}
  ) AS e (payload, ${namesOf(EVENT_COLUMNS)})
), line AS MATERIALIZED (
  SELECT * FROM unnest(${parametersOf(LINE_COLUMNS, FIRST_LINE_COLUMN)}) AS l (${namesOf(LINE_COLUMNS)})
), locked AS MATERIALIZED (
  ${lockStores('SELECT store FROM event')}
), placed AS (
  INSERT INTO orders (
    order_key, global_order_id, store, business_date, journal_epoch, journal_seq, revision, hash, status, kind,
    channel, price_band, vat_basis, payment_method, crew_id, gross, net, vat, vat_classes, meal_discount,
    combo_discount, catalog_version, created_at, received_at
  )
  SELECT order_key, global_order_id, store, business_date, journal_epoch, journal_seq, revision,
    decode(hash, 'hex'), status, kind, channel, price_band, vat_basis, payment_method, crew_id, gross, net, vat,
    vat_classes::integer[], meal_discount, combo_discount, catalog_version, created_at, $1::timestamptz
  FROM event CROSS JOIN (SELECT count(*) FROM locked) AS held WHERE latest ORDER BY order_key
  ON CONFLICT (order_key) DO NOTHING
  RETURNING order_key
), journaled AS (
  INSERT INTO journal (
    store, journal_epoch, journal_seq, kind, subject, revision, business_date, hash, prev_hash, payload,
    received_at
  )
  SELECT store, journal_epoch, journal_seq, 'order', global_order_id, revision, business_date,
    decode(hash, 'hex'), decode(prev_hash, 'hex'), payload, $1::timestamptz
  FROM event JOIN placed USING (order_key)
), lined AS (
  INSERT INTO order_lines
  SELECT line.* FROM line JOIN placed USING (order_key)
), counted AS MATERIALIZED (
  SELECT order_key, store, business_date, utc_hour, channel, payment_method, gross, net, vat
  FROM event JOIN placed USING (order_key) WHERE latest AND counts
), hourly AS (
  INSERT INTO rollup_hourly AS r
  SELECT store, business_date, utc_hour, count(*), sum(gross), sum(net), sum(vat)
  FROM counted GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
  ON CONFLICT (store, business_date, utc_hour) DO UPDATE SET
    orders = r.orders + excluded.orders, gross = r.gross + excluded.gross,
    net = r.net + excluded.net, vat = r.vat + excluded.vat
), channels AS (
  INSERT INTO rollup_channel AS r
  SELECT store, business_date, channel, payment_method, count(*), sum(gross)
  FROM counted GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
  ON CONFLICT (store, business_date, channel, payment_method) DO UPDATE SET
    orders = r.orders + excluded.orders, gross = r.gross + excluded.gross
), products AS (
  INSERT INTO rollup_product AS r
  SELECT store, business_date, item_type, item_code, sum(qty), sum(line_total_gross)
  FROM line JOIN counted USING (order_key) GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
  ON CONFLICT (store, business_date, item_type, item_code) DO UPDATE SET
    qty = r.qty + excluded.qty, gross = r.gross + excluded.gross
), classes AS (
  INSERT INTO rollup_vat AS r
  SELECT store, business_date, vat_class, vat_rate, sum(v.net), sum(v.vat)
  FROM unnest(${parametersOf(VAT_COLUMNS, FIRST_VAT_COLUMN)}) AS v (${namesOf(VAT_COLUMNS)})
  JOIN counted USING (order_key) GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
  ON CONFLICT (store, business_date, vat_class, vat_rate) DO UPDATE SET
    net = r.net + excluded.net, vat = r.vat + excluded.vat
)
SELECT order_key::text FROM placed`;
