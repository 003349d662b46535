import type { Heartbeat } from '@tillwire/contract';
import type { OrderPage, OrderSummary } from '../answers.ts';
import type { Database } from './database.ts';

export interface OrderFilter {
  readonly store?: string | undefined;
  readonly date?: string | undefined;
  readonly status?: string | undefined;
  readonly kind?: string | undefined;
  readonly channel?: string | undefined;
  readonly paymentMethod?: string | undefined;
  /** Newest first instead of oldest first. */
  readonly descending?: boolean | undefined;
  /** The `next` of the page before. */
  readonly after?: string | undefined;
  readonly limit: number;
}

const ORDER_COLUMNS = `order_key::text AS "orderKey", global_order_id AS "globalOrderId", store,
  business_date AS "businessDate", created_at AS "createdAt", received_at AS "receivedAt",
  journal_epoch AS "journalEpoch", journal_seq AS "journalSeq", revision, status, kind, channel,
  vat_basis AS "vatBasis", payment_method AS "paymentMethod", crew_id AS "crewId",
  catalog_version AS "catalogVersion", gross AS total, net, vat`;

interface OrderRecord extends Omit<OrderSummary, 'createdAt' | 'receivedAt'> {
  readonly orderKey: string;
  readonly createdAt: Date;
  readonly receivedAt: Date;
}

const summaryOf = ({ orderKey: _, createdAt, receivedAt, ...rest }: OrderRecord): OrderSummary => ({
  ...rest,
  createdAt: `${createdAt.toISOString().slice(0, 19)}Z`,
  receivedAt: receivedAt.toISOString(),
});

/** Keys of a date are yyyymmdd × 10^11 and up. */
const KEYS_OF_A_DATE = 11;
const keyRangeOf = (date: string): { readonly from: string; readonly to: string } => {
  const day = date.replaceAll('-', '');
  return { from: `${day}${'0'.repeat(KEYS_OF_A_DATE)}`, to: `${day}${'9'.repeat(KEYS_OF_A_DATE)}` };
};

/** Orders by date, store and sequence, a page at a time; only the conditions asked for are in the statement. */
export async function listOrders(db: Database, filter: OrderFilter): Promise<OrderPage> {
  const { store, date, after, limit, descending = false } = filter;
  const range = date === undefined ? null : keyRangeOf(date);
  const values: unknown[] = [];
  const conditions = (
    [
      ['store =', store],
      ['order_key >=', range?.from],
      ['order_key <=', range?.to],
      [descending ? 'order_key <' : 'order_key >', after],
      ['status =', filter.status],
      ['kind =', filter.kind],
      ['channel =', filter.channel],
      ['payment_method =', filter.paymentMethod],
    ] as const
  ).flatMap(([condition, value]) =>
    value === undefined ? [] : [`${condition} $${values.push(value)}`],
  );
  const { rows } = await db.query<OrderRecord>(
    `SELECT ${ORDER_COLUMNS} FROM orders
     ${conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''}
     ORDER BY orders.order_key ${descending ? 'DESC' : 'ASC'} LIMIT ${limit + 1}`,
    values,
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    orders: page.map(summaryOf),
    ...(rows.length > limit && last !== undefined ? { next: last.orderKey } : {}),
  };
}

/** One event of an order, with the very text it came in. */
export interface OrderRevision {
  readonly journalEpoch: number;
  readonly journalSeq: number;
  readonly revision: number;
  readonly hash: string;
  readonly prevHash: string;
  readonly receivedAt: string;
  readonly payload: string;
}

export interface OrderDetail {
  readonly order: OrderSummary;
  /** Every revision held, lowest first. */
  readonly revisions: readonly OrderRevision[];
}

/** An order with all its revisions; null for one nobody knows. `key` as `orderKeyOf` makes it of the id. */
export async function readOrder(db: Database, key: string): Promise<OrderDetail | null> {
  const found = await db.query<OrderRecord>(
    `SELECT ${ORDER_COLUMNS} FROM orders WHERE order_key = $1`,
    [key],
  );
  const [record] = found.rows;
  if (record === undefined) return null;
  const { rows } = await db.query<Omit<OrderRevision, 'receivedAt'> & { receivedAt: Date }>(
    `SELECT journal_epoch AS "journalEpoch", journal_seq AS "journalSeq", revision,
       encode(hash, 'hex') AS hash, encode(prev_hash, 'hex') AS "prevHash", received_at AS "receivedAt", payload
     FROM journal WHERE store = $1 AND subject = $2 AND kind = 'order'
     ORDER BY journal_epoch, revision`,
    [record.store, record.globalOrderId],
  );
  return {
    order: summaryOf(record),
    revisions: rows.map((row) => ({ ...row, receivedAt: row.receivedAt.toISOString() })),
  };
}

/** One epoch of a store's journal: how far it is whole here, and how far the store says it goes. */
export interface EpochView {
  readonly journalEpoch: number;
  readonly heldThrough: number;
  readonly completeThrough: number;
  readonly watermarkHash: string | null;
  readonly headSeq: number;
  readonly headHash: string | null;
  readonly backedUpThrough: number;
  readonly frozenAtSeq: number | null;
  readonly ended: boolean;
}

/** A store as Head Office knows it. */
export interface StoreView {
  readonly store: string;
  readonly name: string;
  readonly firstSeenAt: string;
  readonly provisionedAt: string | null;
  readonly revokedAt: string | null;
  readonly online: boolean;
  /** Since when it is online or offline; null before its first birth. */
  readonly changedAt: string | null;
  readonly heartbeatAt: string | null;
  readonly heartbeat: Heartbeat | null;
  /** Parked messages nobody dealt with. */
  readonly quarantined: number;
  readonly epochs: readonly EpochView[];
}

type StoreRecord = Omit<
  StoreView,
  'firstSeenAt' | 'provisionedAt' | 'revokedAt' | 'changedAt' | 'heartbeatAt'
> & {
  readonly firstSeenAt: Date;
  readonly provisionedAt: Date | null;
  readonly revokedAt: Date | null;
  readonly changedAt: Date | null;
  readonly heartbeatAt: Date | null;
};

async function findStores(db: Database, store: string | null): Promise<readonly StoreView[]> {
  const { rows } = await db.query<StoreRecord>(
    `SELECT s.store, s.name, s.first_seen_at AS "firstSeenAt", s.provisioned_at AS "provisionedAt",
       s.revoked_at AS "revokedAt", coalesce(t.online, false) AS online, t.changed_at AS "changedAt",
       h.received_at AS "heartbeatAt", h.payload AS heartbeat,
       (SELECT count(*) FROM quarantine q WHERE q.store = s.store AND q.resolved_at IS NULL) AS quarantined,
       coalesce((
         SELECT jsonb_agg(jsonb_build_object(
           'journalEpoch', e.journal_epoch, 'heldThrough', e.held_through,
           'completeThrough', e.complete_through, 'watermarkHash', encode(e.watermark_hash, 'hex'),
           'headSeq', e.head_seq, 'headHash', encode(e.head_hash, 'hex'),
           'backedUpThrough', e.backed_up_through, 'frozenAtSeq', e.frozen_at_seq, 'ended', e.ended
         ) ORDER BY e.journal_epoch) FROM journal_epochs e WHERE e.store = s.store
       ), '[]') AS epochs
     FROM stores s LEFT JOIN store_states t USING (store) LEFT JOIN heartbeats h USING (store)
     WHERE $1::text IS NULL OR s.store = $1
     ORDER BY length(s.store), s.store`,
    [store],
  );
  const text = (date: Date | null): string | null => date?.toISOString() ?? null;
  return rows.map((row) => ({
    ...row,
    firstSeenAt: row.firstSeenAt.toISOString(),
    provisionedAt: text(row.provisionedAt),
    revokedAt: text(row.revokedAt),
    changedAt: text(row.changedAt),
    heartbeatAt: text(row.heartbeatAt),
  }));
}

/** Every store, by number. */
export const listStores = (db: Database): Promise<readonly StoreView[]> => findStores(db, null);

export const readStore = async (db: Database, store: string): Promise<StoreView | null> =>
  (await findStores(db, store))[0] ?? null;
