import { type Database, inTransaction, isRetryable } from './database.ts';
import { INSERT_NEW_ORDERS, parametersOfBatch } from './ingest-statement.ts';
import {
  type EventOutcome,
  heldAlready,
  isSameSale,
  type ReadRows,
  storeLateEvents,
  supersedes,
} from './late-events.ts';
import type { OrderRows } from './order-rows.ts';

/**
 * Stores a batch of order events of any stores and revisions, each exactly once however often it comes: in one
 * statement where all is new; what was only sent again is told by one question, and the rest is a transaction of its
 * own. Resolves once it is committed, with an outcome for each event in the order given; forks are
 * stored nowhere.
 */
export async function storeOrderEvents(
  db: Database,
  events: readonly OrderRows[],
  receivedAt: Date,
  readRows: ReadRows,
): Promise<readonly EventOutcome[]> {
  const placed = await placeNewOrders(db, events, receivedAt);
  const old = events.filter(({ order }) => !placed.has(order.order_key));
  if (old.length === 0) return events.map(() => ({ type: 'stored' }));
  const held = await heldAlready(
    db,
    old.map(({ order }) => order),
  );
  const late = old.filter(({ order }) => !held.has(order));
  const outcomes = new Map<OrderRows, EventOutcome>();
  for (const event of old) if (held.has(event.order)) outcomes.set(event, { type: 'duplicate' });
  if (late.length > 0) {
    const settled = await inTransaction(db, (client) =>
      storeLateEvents(client, late, receivedAt, readRows),
    );
    for (const [at, event] of late.entries()) outcomes.set(event, settled[at] as EventOutcome);
  }
  return events.map((event) => outcomes.get(event) ?? { type: 'stored' });
}

/** The keys of the orders nobody had, now stored with all their events of this batch. */
async function placeNewOrders(
  db: Database,
  events: readonly OrderRows[],
  receivedAt: Date,
): Promise<ReadonlySet<string>> {
  const latest = new Map<string, OrderRows>();
  const repeated = new Set<string>();
  const seen = new Set<string>();
  for (const event of events) {
    const { order_key, revision, journal_epoch } = event.order;
    const known = latest.get(order_key);
    // An order of two epochs is not for the hot path: the later may not have known the earlier, or be another sale.
    const isPlain =
      known === undefined ||
      (known.order.journal_epoch === journal_epoch && isSameSale(known.order, event.order));
    if (!isPlain) repeated.add(order_key);
    if (known === undefined || supersedes(event.order, known.order)) latest.set(order_key, event);
    // The same revision twice in one batch is a duplicate or a fork: not a matter for the hot path.
    const id = `${order_key} ${journal_epoch} ${revision}`;
    if (seen.has(id)) repeated.add(order_key);
    seen.add(id);
  }
  const plain = events.filter(({ order }) => !repeated.has(order.order_key));
  if (plain.length === 0) return new Set();
  try {
    const { rows } = await db.query<{ order_key: string }>({
      name: 'insert-new-orders',
      text: INSERT_NEW_ORDERS,
      values: parametersOfBatch(
        plain.map((event) => ({
          rows: event,
          latest: latest.get(event.order.order_key) === event,
        })),
        receivedAt,
      ),
    });
    return new Set(rows.map(({ order_key }) => order_key));
  } catch (error) {
    // Nothing of the statement remains; the careful path finds out which event was in the way.
    if (isRetryable(error)) return new Set();
    throw error;
  }
}
