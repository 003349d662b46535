import type { PoolClient } from 'pg';
import { lockStores } from './ingest-statement.ts';
import { type OrderRow, type OrderRows, rollupDeltas } from './order-rows.ts';

/** What became of one event. A fork is another event than the one held at its place, or another sale under its number. */
export type EventOutcome =
  | {
      readonly type: 'stored';
      /** The revision of an earlier epoch that it replaced without having known it. */
      readonly overrode?: { readonly epoch: number; readonly revision: number };
    }
  | { readonly type: 'duplicate' }
  | { readonly type: 'fork'; readonly heldHash: string };

/** Reads an event's stored bytes back into its rows. */
export type ReadRows = (payload: string) => OrderRows;

/** `a` supersedes `b`: the highest (epoch, revision) wins (protocol.md §3.2). */
export const supersedes = (
  a: Pick<OrderRow, 'journal_epoch' | 'revision'>,
  b: Pick<OrderRow, 'journal_epoch' | 'revision'>,
): boolean =>
  a.journal_epoch > b.journal_epoch ||
  (a.journal_epoch === b.journal_epoch && a.revision > b.revision);

/**
 * Whether two events are states of one sale. Two machines with one identity can both come to sell under the same
 * number; nothing of the one may then take the other's place (protocol.md §3.8).
 */
export const isSameSale = (
  a: Pick<OrderRow, 'request_id' | 'created_at'>,
  b: Pick<OrderRow, 'request_id' | 'created_at'>,
): boolean => a.request_id === b.request_id && a.created_at === b.created_at;

const revisionOf = ({ global_order_id, journal_epoch, revision }: OrderRow): string =>
  `${global_order_id} ${journal_epoch} ${revision}`;

const placeOf = ({ store, journal_epoch, journal_seq }: OrderRow): string =>
  `${store} ${journal_epoch} ${journal_seq}`;

/**
 * Stores events whose order is already there, or whose place in the journal is: duplicates change nothing,
 * higher revisions replace what is held and move the rollups by the difference, lower ones enter the journal
 * only, and forks are left to the caller to park. Runs inside the caller's transaction, which holds the stores' locks
 * from here on. Outcomes are in the order of `events`.
 */
export async function storeLateEvents(
  client: PoolClient,
  events: readonly OrderRows[],
  receivedAt: Date,
  readRows: ReadRows,
): Promise<readonly EventOutcome[]> {
  await client.query(lockStores('SELECT unnest($1::text[]) AS store'), [
    events.map(({ order }) => order.store),
  ]);
  const outcomes = new Map<OrderRows, EventOutcome>();
  const fresh = await withoutHeld(client, events, outcomes);
  if (fresh.length === 0) return outcomesOf(events, outcomes);
  const held = await currentOrders(client, fresh, readRows);
  const revisions = await heldRevisions(client, fresh);
  const replaced = new Map<string, OrderRows>();
  const journaled: OrderRows[] = [];
  for (const event of fresh.toSorted(byRevision)) {
    const { order_key } = event.order;
    const current = replaced.get(order_key) ?? held.get(order_key);
    const isOther = current !== undefined && !isSameSale(event.order, current.order);
    const twin = isOther ? current.order.hash : revisions.get(revisionOf(event.order));
    if (twin !== undefined) {
      outcomes.set(event, { type: 'fork', heldHash: twin });
      continue;
    }
    revisions.set(revisionOf(event.order), event.order.hash);
    outcomes.set(event, stored(event, current));
    journaled.push(event);
    if (current === undefined || supersedes(event.order, current.order)) {
      replaced.set(order_key, event);
    }
  }
  await insertJournal(client, journaled, receivedAt);
  const before = [...replaced.keys()].flatMap((key) => held.get(key) ?? []);
  const after = [...replaced.values()];
  await replaceOrders(client, { before, after }, receivedAt);
  await moveRollups(client, before, after);
  return outcomesOf(events, outcomes);
}

const outcomesOf = (
  events: readonly OrderRows[],
  outcomes: ReadonlyMap<OrderRows, EventOutcome>,
): readonly EventOutcome[] => events.map((event) => outcomes.get(event) ?? { type: 'duplicate' });

/** A later epoch at a revision that is not above the one held: its store made it without knowing that one. */
const stored = ({ order }: OrderRows, current: OrderRows | undefined): EventOutcome =>
  current !== undefined &&
  order.journal_epoch > current.order.journal_epoch &&
  order.revision <= current.order.revision
    ? {
        type: 'stored',
        overrode: { epoch: current.order.journal_epoch, revision: current.order.revision },
      }
    : { type: 'stored' };

const byRevision = (a: OrderRows, b: OrderRows): number =>
  a.order.journal_epoch - b.order.journal_epoch || a.order.revision - b.order.revision;

/** Those of `rows` that are in the journal already, byte for byte: one question tells what was only sent again. */
export async function heldAlready<
  Row extends Pick<OrderRow, 'store' | 'journal_epoch' | 'journal_seq' | 'hash'>,
>(db: Pick<PoolClient, 'query'>, rows: readonly Row[]): Promise<ReadonlySet<Row>> {
  if (rows.length === 0) return new Set();
  const found = await db.query<{ at: number }>(
    `SELECT e.at::integer AS at
     FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[]) WITH ORDINALITY
       AS e (store, journal_epoch, journal_seq, hash, at)
     JOIN journal j USING (store, journal_epoch, journal_seq) WHERE j.hash = decode(e.hash, 'hex')`,
    [
      rows.map(({ store }) => store),
      rows.map(({ journal_epoch }) => journal_epoch),
      rows.map(({ journal_seq }) => journal_seq),
      rows.map(({ hash }) => hash),
    ],
  );
  return new Set(found.rows.flatMap(({ at }) => rows[at - 1] ?? []));
}

/** The events whose journal place is free, each place once; the others get their outcome. */
async function withoutHeld(
  client: PoolClient,
  events: readonly OrderRows[],
  outcomes: Map<OrderRows, EventOutcome>,
): Promise<readonly OrderRows[]> {
  const places = await client.query<{ place: string; hash: string }>(
    `SELECT j.store || ' ' || j.journal_epoch || ' ' || j.journal_seq AS place, encode(j.hash, 'hex') AS hash
     FROM jsonb_to_recordset($1::jsonb) AS e (store text, journal_epoch bigint, journal_seq bigint)
     JOIN journal j USING (store, journal_epoch, journal_seq)`,
    [JSON.stringify(events.map(({ order }) => placeColumns(order)))],
  );
  const taken = new Map(places.rows.map(({ place, hash }) => [place, hash]));
  return events.filter((event) => {
    const place = placeOf(event.order);
    const heldHash = taken.get(place);
    if (heldHash === undefined) {
      taken.set(place, event.order.hash);
      return true;
    }
    const same = heldHash === event.order.hash;
    outcomes.set(event, same ? { type: 'duplicate' } : { type: 'fork', heldHash });
    return false;
  });
}

const placeColumns = ({ store, journal_epoch, journal_seq }: OrderRow): object => ({
  store,
  journal_epoch,
  journal_seq,
});

const keysOf = (events: readonly OrderRows[]): readonly string[] =>
  events.map(({ order }) => order.order_key);

/**
 * The current revisions of the events' orders, by order key. One whose journal row was deleted by hand is known by the
 * event that comes to fill the place.
 */
async function currentOrders(
  client: PoolClient,
  events: readonly OrderRows[],
  readRows: ReadRows,
): Promise<ReadonlyMap<string, OrderRows>> {
  const { rows } = await client.query<{ order_key: string; hash: string; payload: string | null }>(
    `SELECT o.order_key::text AS order_key, encode(o.hash, 'hex') AS hash, j.payload
     FROM orders o LEFT JOIN journal j USING (store, journal_epoch, journal_seq)
     WHERE o.order_key = ANY ($1::bigint[])`,
    [[...new Set(keysOf(events))]],
  );
  return new Map(
    rows.flatMap(({ order_key, hash, payload }) => {
      const held =
        payload === null ? events.find(({ order }) => order.hash === hash) : readRows(payload);
      return held === undefined ? [] : [[order_key, held] as const];
    }),
  );
}

/** The hash of every revision already in the journal of the events' orders. */
async function heldRevisions(
  client: PoolClient,
  events: readonly OrderRows[],
): Promise<Map<string, string>> {
  const { rows } = await client.query<{ revision: string; hash: string }>(
    `SELECT j.subject || ' ' || j.journal_epoch || ' ' || j.revision AS revision, encode(j.hash, 'hex') AS hash
     FROM jsonb_to_recordset($1::jsonb) AS e (store text, global_order_id text)
     JOIN journal j ON j.store = e.store AND j.subject = e.global_order_id`,
    [JSON.stringify(events.map(({ order }) => order))],
  );
  return new Map(rows.map(({ revision, hash }) => [revision, hash]));
}

const insertJournal = (
  client: PoolClient,
  events: readonly OrderRows[],
  receivedAt: Date,
): Promise<unknown> =>
  client.query(
    `INSERT INTO journal (
       store, journal_epoch, journal_seq, kind, subject, revision, business_date, hash, prev_hash, payload,
       received_at
     )
     SELECT store, journal_epoch, journal_seq, 'order', global_order_id, revision, business_date,
       decode(hash, 'hex'), decode(prev_hash, 'hex'), payload, $2
     FROM jsonb_to_recordset($1::jsonb) AS e (
       store text, journal_epoch bigint, journal_seq bigint, global_order_id text, revision integer,
       business_date date, hash text, prev_hash text, payload text
     )`,
    [JSON.stringify(events.map(({ order }) => order)), receivedAt],
  );

async function replaceOrders(
  client: PoolClient,
  {
    before,
    after,
  }: { readonly before: readonly OrderRows[]; readonly after: readonly OrderRows[] },
  receivedAt: Date,
): Promise<void> {
  // Only what was read goes, for only that is what the rollups are moved from: were another in its place, it would be in
  // the way of ours.
  await client.query('DELETE FROM orders WHERE order_key = ANY ($1::bigint[])', [keysOf(before)]);
  // Of every order: an order that was deleted by hand left its lines.
  await client.query('DELETE FROM order_lines WHERE order_key = ANY ($1::bigint[])', [
    keysOf(after),
  ]);
  await client.query(
    `INSERT INTO orders
     SELECT order_key, global_order_id, store, business_date, journal_epoch, journal_seq, revision,
       decode(hash, 'hex'), status, kind, channel, price_band, vat_basis, payment_method, crew_id, gross, net,
       vat, vat_classes, meal_discount, combo_discount, catalog_version, created_at, $2
     FROM jsonb_to_recordset($1::jsonb) AS e (
       order_key bigint, global_order_id text, store text, business_date date, journal_epoch bigint,
       journal_seq bigint, revision integer, hash text, status text, kind text, channel text,
       price_band smallint, vat_basis text, payment_method text, crew_id text, gross integer, net integer,
       vat integer, vat_classes integer[], meal_discount integer, combo_discount integer, catalog_version bigint,
       created_at timestamptz
     ) ORDER BY order_key`,
    [JSON.stringify(after.map(({ order }) => order)), receivedAt],
  );
  await client.query(
    `INSERT INTO order_lines
     SELECT * FROM jsonb_to_recordset($1::jsonb) AS l (
       order_key bigint, line_no smallint, item_type text, item_code integer, name text, qty integer,
       is_meal boolean, unit_price_gross integer, line_total_gross integer
     )`,
    [JSON.stringify(after.flatMap(({ lines }) => lines))],
  );
}

type Columns = Readonly<Record<string, 'text' | 'date' | 'smallint' | 'integer' | 'bigint'>>;

const DAY_OF_STORE: Columns = { store: 'text', business_date: 'date' };

/** Adds rows of sums to a rollup, by its key; columns in the table's order. */
function adding(table: string, key: Columns, sums: Columns): string {
  const columns = { ...DAY_OF_STORE, ...key, ...sums };
  const typed = Object.entries(columns).map(([name, type]) => `${name} ${type}`);
  const added = Object.keys(sums).map((name) => `${name} = r.${name} + excluded.${name}`);
  return `INSERT INTO ${table} AS r SELECT * FROM jsonb_to_recordset($1::jsonb) AS d (${typed.join(', ')})
    ON CONFLICT (${Object.keys({ ...DAY_OF_STORE, ...key }).join(', ')}) DO UPDATE SET ${added.join(', ')}`;
}

const ADD_TO = {
  hourly: adding(
    'rollup_hourly',
    { utc_hour: 'integer' },
    { orders: 'integer', gross: 'bigint', net: 'bigint', vat: 'bigint' },
  ),
  channels: adding(
    'rollup_channel',
    { channel: 'text', payment_method: 'text' },
    { orders: 'integer', gross: 'bigint' },
  ),
  products: adding(
    'rollup_product',
    { item_type: 'text', item_code: 'integer' },
    { qty: 'bigint', gross: 'bigint' },
  ),
  vat: adding(
    'rollup_vat',
    { vat_class: 'smallint', vat_rate: 'integer' },
    { net: 'bigint', vat: 'bigint' },
  ),
} as const;

/** Moves the rollups from what `before` summed to to what `after` does. */
export async function moveRollups(
  client: PoolClient,
  before: readonly OrderRows[],
  after: readonly OrderRows[],
): Promise<void> {
  const deltas = rollupDeltas(before, after);
  for (const rollup of ['hourly', 'channels', 'products', 'vat'] as const) {
    await client.query(ADD_TO[rollup], [JSON.stringify(deltas[rollup])]);
  }
}
