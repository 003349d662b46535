import { type OrderEvent, orderEventOf } from '@tillwire/contract';
import {
  addDays,
  type BusinessDate,
  businessDate,
  businessDateFor,
  type CatalogVersion,
  type DateOddity,
  globalOrderId,
  type GlobalOrderId,
  invariant,
  isExplainedByZs,
  type Order,
  type StoreCode,
  type TakenOrder,
  type UtcInstant,
} from '@tillwire/domain';
import type { CrashPoint } from '@tillwire/runtime';
import { type KioskDatabase, type KioskTransaction, write } from './database.ts';
import {
  appendEvent,
  EventTooLargeError,
  type JournalTail,
  lockJournal,
} from './journal-append.ts';
import { reissueFrom } from './day-store.ts';
import { orderOfBytes } from './order-bytes.ts';
import { isBeyondCorrection } from './pruned-through.ts';
import { firstSequenceOf } from './number-floor.ts';
import { prepared } from './prepared.ts';
import type { KioskTables, KitchenStatus } from './schema.ts';

/** An order with what the kitchen did of it. */
export interface StoredOrder {
  readonly order: Order;
  readonly kitchen: KitchenStatus;
}

/** What a commit adds to an order that was priced and paid. */
export interface Sale {
  readonly requestId: string;
  readonly taken: TakenOrder;
  readonly createdAt: UtcInstant;
  /** The date the clock alone would give. */
  readonly clockDate: BusinessDate;
  /** Whether a clock far ahead is confirmed by Head Office's time or a manager. */
  readonly clockConfirmed: boolean;
  readonly catalogVersion: CatalogVersion;
  readonly configVersion: number | null;
}

export type CommitOutcome =
  | {
      readonly type: 'committed';
      readonly stored: StoredOrder;
      readonly row: number;
      readonly oddity: DateOddity | null;
    }
  /** This request was answered before: the same order again. */
  | { readonly type: 'repeated'; readonly stored: StoredOrder }
  | { readonly type: 'too-large'; readonly bytes: number };

export interface OrderStore {
  /** Order, number, journal event and request id in one durable transaction; each request once. */
  readonly commit: (sale: Sale) => Promise<CommitOutcome>;
  /**
   * Replaces an order by what `change` makes of it, journalled as the next revision. `change` sees the order as
   * it is inside the transaction; a refusal of its changes nothing.
   */
  readonly revise: <E>(
    id: GlobalOrderId,
    nowMs: number,
    change: (
      order: Order,
    ) => { readonly ok: true; readonly value: Order } | { readonly ok: false; readonly error: E },
  ) => Promise<
    | { readonly type: 'revised'; readonly stored: StoredOrder; readonly row: number }
    | { readonly type: 'refused'; readonly error: E }
    /** Orders of its day were pruned: the day cannot be issued anew. */
    | { readonly type: 'too-old' }
    | { readonly type: 'unknown-order' }
  >;
  /** Moves an order through the kitchen; no journal event: Head Office has no part in it. */
  readonly setKitchen: (
    id: GlobalOrderId,
    kitchen: Exclude<KitchenStatus, 'none'>,
  ) => Promise<
    | { readonly type: 'set'; readonly stored: StoredOrder }
    | { readonly type: 'not-for-kitchen'; readonly reason: 'voided' | 'nothing-to-cook' }
    | { readonly type: 'unknown-order' }
  >;
  readonly read: (id: GlobalOrderId) => Promise<StoredOrder | null>;
  /** Every state of an order, oldest first. */
  readonly revisions: (id: GlobalOrderId) => Promise<readonly Order[]>;
  readonly findRequest: (requestId: string) => Promise<StoredOrder | null>;
  /** Orders of a date, newest first. */
  readonly list: (filter: OrderFilter) => Promise<readonly StoredOrder[]>;
  /** The date a sale would be booked on now. */
  readonly currentDate: (clockDate: BusinessDate) => Promise<BusinessDate>;
  /** The last day that had its Z. */
  readonly lastClosed: () => Promise<BusinessDate | null>;
}

export interface OrderFilter {
  readonly date: BusinessDate;
  readonly status?: 'completed' | 'voided' | undefined;
  readonly kitchen?: KitchenStatus | undefined;
  /** Orders with a lower sequence than this. */
  readonly before?: number | undefined;
  readonly limit: number;
}

export function createOrderStore(
  db: KioskDatabase,
  { store, crashPoint }: { readonly store: StoreCode; readonly crashPoint: CrashPoint },
): OrderStore {
  const read = async (
    on: KioskDatabase | KioskTransaction,
    id: GlobalOrderId,
  ): Promise<StoredOrder | null> => {
    const found = await orders(on).where('order_id', '=', id).executeTakeFirst();
    return found === undefined ? null : storedOrder(found);
  };

  return {
    commit: async (sale) => {
      try {
        const outcome = await write(db, async (tx) => {
          const done = await commitSale(tx, store, sale);
          crashPoint('web.before-commit');
          return done;
        });
        crashPoint('web.after-commit');
        return outcome;
      } catch (error) {
        if (error instanceof EventTooLargeError) return { type: 'too-large', bytes: error.bytes };
        throw error;
      }
    },
    revise: async (id, nowMs, change) => {
      const outcome = await write(db, async (tx) => {
        const head = await lockJournal(tx);
        const held = await read(tx, id);
        if (held === null) return { type: 'unknown-order' as const };
        if (await isBeyondCorrection(tx, held.order.businessDate)) {
          return { type: 'too-old' as const };
        }
        const changed = change(held.order);
        if (!changed.ok) return { type: 'refused' as const, error: changed.error };
        const order = changed.value;
        invariant(order.revision === held.order.revision + 1, 'revisions have no gap');
        const tail = await appendOrder(tx, head, {
          order,
          requestId: await requestOf(tx, id),
          createdAtMs: nowMs,
        });
        const row = tail.last_row;
        await tx
          .updateTable('orders')
          .set({ row, revision: order.revision, status: order.status })
          .where('order_id', '=', id)
          .execute();
        await reissueFrom(tx, tail, { store, date: order.businessDate, nowMs });
        return { type: 'revised' as const, stored: { order, kitchen: held.kitchen }, row };
      });
      crashPoint('web.after-revise');
      return outcome;
    },
    setKitchen: async (id, kitchen) => {
      const set = await db
        .updateTable('orders')
        .set({ kitchen })
        .where('order_id', '=', id)
        .where('kitchen', '!=', 'none')
        .where('status', '=', 'completed')
        .returning('order_id')
        .executeTakeFirst();
      const stored = await read(db, id);
      if (stored === null) return { type: 'unknown-order' };
      if (set !== undefined) return { type: 'set', stored };
      const reason = stored.order.status === 'voided' ? 'voided' : 'nothing-to-cook';
      return { type: 'not-for-kitchen', reason };
    },
    read: (id) => read(db, id),
    revisions: async (id) => {
      const rows = await db
        .selectFrom('journal')
        .select(['payload', 'hash'])
        .where('subject', '=', id)
        .where('kind', '=', 'order')
        .orderBy('row')
        .execute();
      return rows.map(({ payload, hash }) => orderOfBytes(payload, hash));
    },
    findRequest: (requestId) => findRequest(db, requestId),
    list: async ({ date, status, kitchen, before, limit }) => {
      let query = orders(db).where('business_date', '=', date);
      if (status !== undefined) query = query.where('status', '=', status);
      if (kitchen !== undefined) query = query.where('orders.kitchen', '=', kitchen);
      if (before !== undefined) query = query.where('sequence', '<', before);
      const rows = await query.orderBy('sequence', 'desc').limit(limit).execute();
      return rows.map(storedOrder);
    },
    lastClosed: async () => {
      const day = await db
        .selectFrom('trading_days')
        .select('business_date')
        .where('closed_at_ms', 'is not', null)
        .orderBy('business_date', 'desc')
        .limit(1)
        .executeTakeFirst();
      return day === undefined ? null : businessDate(day.business_date);
    },
    currentDate: async (clock) => businessDateFor(clock, dayStateOf(await lastDay(db)), false).date,
  };
}

const storedOrder = ({
  payload,
  hash,
  kitchen,
}: {
  readonly payload: string;
  readonly hash: string;
  readonly kitchen: KitchenStatus;
}): StoredOrder => ({ order: orderOfBytes(payload, hash), kitchen });

const orders = (on: KioskDatabase | KioskTransaction) =>
  on
    .selectFrom('orders')
    .innerJoin('journal', 'journal.row', 'orders.row')
    .select(['orders.kitchen', 'journal.payload', 'journal.hash']);

const byRequest = prepared((on, { requestId }: { readonly requestId: string }) =>
  orders(on).where('request_id', '=', requestId),
);

async function findRequest(
  on: KioskDatabase | KioskTransaction,
  requestId: string,
): Promise<StoredOrder | null> {
  const [found] = await byRequest(on, { requestId });
  return found === undefined ? null : storedOrder(found);
}

const newestDay = prepared((on) =>
  on
    .selectFrom('trading_days')
    .select(['business_date', 'last_sequence', 'closed_at_ms'])
    .orderBy('business_date', 'desc')
    .limit(1),
);
const lastDay = async (on: KioskDatabase | KioskTransaction) => (await newestDay(on, {}))[0];

const insertOrder = prepared((tx, sold: Omit<KioskTables['orders'], 'revision' | 'status'>) =>
  tx.insertInto('orders').values({
    order_id: sold.order_id,
    business_date: sold.business_date,
    sequence: sold.sequence,
    row: sold.row,
    revision: 1,
    status: 'completed',
    kind: sold.kind,
    kitchen: sold.kitchen,
    request_id: sold.request_id,
  }),
);

const countOrder = prepared(
  (tx, { business_date, last_sequence }: Omit<KioskTables['trading_days'], 'closed_at_ms'>) =>
    tx
      .insertInto('trading_days')
      .values({ business_date, last_sequence })
      .onConflict((conflict) => conflict.column('business_date').doUpdateSet({ last_sequence })),
);

const dayStateOf = (
  day: { readonly business_date: string; readonly closed_at_ms: number | null } | undefined,
) => ({
  last: day === undefined ? null : businessDate(day.business_date),
  lastClosed: day !== undefined && day.closed_at_ms !== null,
});

async function commitSale(
  tx: KioskTransaction,
  store: StoreCode,
  sale: Sale,
): Promise<CommitOutcome> {
  const head = await lockJournal(tx);
  const known = await findRequest(tx, sale.requestId);
  if (known !== null) return { type: 'repeated', stored: known };

  const day = await lastDay(tx);
  const { date, oddity } = businessDateFor(sale.clockDate, dayStateOf(day), sale.clockConfirmed);
  const isOdd = oddity !== null && !isExplainedByZs(oddity, await closedSince(tx, sale, date));
  const sequence =
    day?.business_date === date ? day.last_sequence + 1 : await firstSequenceOf(tx, date);
  invariant(day === undefined || addDays(businessDate(day.business_date), 0) <= date, 'days go on');
  const order: Order = {
    ...sale.taken,
    id: globalOrderId({ store, businessDate: date, sequence }),
    store,
    businessDate: date,
    createdAt: sale.createdAt,
    revision: 1,
    status: 'completed',
    catalogVersion: sale.catalogVersion,
    configVersion: sale.configVersion,
  };
  const { last_row: row } = await appendOrder(tx, head, {
    order,
    requestId: sale.requestId,
    createdAtMs: Date.parse(sale.createdAt),
  });
  const kitchen = order.kind === 'sale' || order.kind === 'crew-food' ? 'preparing' : 'none';
  await insertOrder(tx, {
    order_id: order.id,
    business_date: date,
    sequence,
    row,
    kind: order.kind,
    kitchen,
    request_id: sale.requestId,
  });
  await countOrder(tx, { business_date: date, last_sequence: sequence });
  return { type: 'committed', stored: { order, kitchen }, row, oddity: isOdd ? oddity : null };
}

/** How many dates from the clock's to the day before `used` had their Z when the sale was made. */
async function closedSince(
  tx: KioskTransaction,
  { clockDate, createdAt }: Sale,
  used: BusinessDate,
): Promise<number> {
  const { closed } = await tx
    .selectFrom('trading_days')
    .select((eb) => eb.fn.countAll<number>().as('closed'))
    .where('business_date', '>=', clockDate)
    .where('business_date', '<', used)
    .where('closed_at_ms', '<=', Date.parse(createdAt))
    .executeTakeFirstOrThrow();
  return closed;
}

/** Writes an order's event behind the tail; returns the new tail. @throws {EventTooLargeError} */
const appendOrder = (
  tx: KioskTransaction,
  tail: JournalTail,
  {
    order,
    requestId,
    createdAtMs,
  }: { readonly order: Order; readonly requestId: string | null; readonly createdAtMs: number },
): Promise<JournalTail> =>
  appendEvent(tx, tail, {
    kind: 'order',
    subject: order.id,
    createdAtMs,
    at: (place) => orderEventOf(order, place, requestId),
  });

/** The request that made an order, as its event has it: another order may have come to answer to it here. */
async function requestOf(tx: KioskTransaction, id: GlobalOrderId): Promise<string | null> {
  const { payload } = await tx
    .selectFrom('orders')
    .innerJoin('journal', 'journal.row', 'orders.row')
    .select('journal.payload')
    .where('order_id', '=', id)
    .executeTakeFirstOrThrow();
  return (JSON.parse(payload) as OrderEvent).request_id;
}
