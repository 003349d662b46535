import type { Pool, PoolClient } from 'pg';
import { INSERT_NEW_ORDERS } from './ingest-statement.ts';
import { type EventOutcome, type ReadRows, storeLateEvents, supersedes } from './late-events.ts';
import type { OrderRows } from './order-rows.ts';

const UNIQUE_VIOLATION = '23505';
/** Deadlock and serialization failure: nothing was done, take it again. */
const RETRYABLE = new Set(['40P01', '40001', UNIQUE_VIOLATION]);
const MAX_ATTEMPTS = 8;

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';

/** Runs `work` in a transaction, again when another worker got in its way. */
export async function inTransaction<T>(
  pool: Pool,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      const value = await work(client);
      await client.query('COMMIT');
      client.release();
      return value;
    } catch (error) {
      // A connection that can't roll back is not given to anybody else.
      await client.query('ROLLBACK').then(
        () => client.release(),
        (broken: Error) => client.release(broken),
      );
      if (attempt >= MAX_ATTEMPTS || !RETRYABLE.has(codeOf(error))) throw error;
    }
  }
}

/**
 * Stores a batch of order events of any stores and revisions, each exactly once however often it comes: in one
 * statement where all is new, else the rest in a second transaction (protocol.md §4.1). Resolves once it is
 * committed, with an outcome for each event in the order given; forks are stored nowhere.
 */
export async function storeOrderEvents(
  pool: Pool,
  events: readonly OrderRows[],
  receivedAt: Date,
  readRows: ReadRows,
): Promise<readonly EventOutcome[]> {
  const placed = await placeNewOrders(pool, events, receivedAt);
  const late = events.filter(({ order }) => !placed.has(order.order_key));
  if (late.length === 0) return events.map(() => ({ type: 'stored' }));
  const lateOutcomes = await inTransaction(pool, (client) =>
    storeLateEvents(client, late, receivedAt, readRows),
  );
  const outcomes = new Map(late.map((event, at) => [event, lateOutcomes[at] as EventOutcome]));
  return events.map((event) => outcomes.get(event) ?? { type: 'stored' });
}

/** The keys of the orders nobody had, now stored with all their events of this batch. */
async function placeNewOrders(
  pool: Pool,
  events: readonly OrderRows[],
  receivedAt: Date,
): Promise<ReadonlySet<string>> {
  const latest = new Map<string, OrderRows>();
  const repeated = new Set<string>();
  const seen = new Set<string>();
  for (const event of events) {
    const { order_key, revision, journal_epoch } = event.order;
    const known = latest.get(order_key);
    if (known === undefined || supersedes(event.order, known.order)) latest.set(order_key, event);
    // The same revision twice in one batch is a duplicate or a fork: not a matter for the hot path.
    const id = `${order_key} ${journal_epoch} ${revision}`;
    if (seen.has(id)) repeated.add(order_key);
    seen.add(id);
  }
  const plain = events.filter(({ order }) => !repeated.has(order.order_key));
  if (plain.length === 0) return new Set();
  const current = plain.filter((event) => latest.get(event.order.order_key) === event);
  try {
    const { rows } = await pool.query<{ order_key: string }>({
      name: 'insert-new-orders',
      text: INSERT_NEW_ORDERS,
      values: [
        JSON.stringify(
          plain.map((event) => ({
            ...event.order,
            latest: latest.get(event.order.order_key) === event,
          })),
        ),
        JSON.stringify(current.flatMap(({ lines }) => lines)),
        JSON.stringify(current.flatMap(({ vat }) => vat)),
        receivedAt,
      ],
    });
    return new Set(rows.map(({ order_key }) => order_key));
  } catch (error) {
    // Nothing of the statement remains; the careful path finds out which event was in the way.
    if (RETRYABLE.has(codeOf(error))) return new Set();
    throw error;
  }
}
