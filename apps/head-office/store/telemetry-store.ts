import type { ErrorEvent, Heartbeat, StoreState } from '@tillwire/contract';
import { type Database, inTransaction } from './database.ts';
import type { SeqRange } from './watermark-store.ts';

/** Makes stores known; true for those nobody had provisioned or seen before. */
export async function noteStores(
  db: Database,
  stores: readonly string[],
  at: Date,
): Promise<readonly string[]> {
  const { rows } = await db.query<{ store: string }>(
    `INSERT INTO stores (store, first_seen_at)
     SELECT store, $2 FROM unnest($1::text[]) AS s (store) ORDER BY store
     ON CONFLICT DO NOTHING RETURNING store`,
    [stores, at],
  );
  return rows.map(({ store }) => store);
}

/** Heartbeats overtake each other on their way to several workers by less than this. */
const OVERTAKEN_WITHIN_S = 120;

/**
 * Keeps a store's latest heartbeat and what it says of its journal's epochs. The latest is so by session and uptime,
 * not by the store's clock, which may be put back.
 */
export const storeHeartbeat = (db: Database, heartbeat: Heartbeat, at: Date): Promise<void> =>
  inTransaction(db, async (client) => {
    const { store_code: store, journal } = heartbeat;
    await client.query('SELECT 1 FROM stores WHERE store = $1 FOR UPDATE', [store]);
    const kept = await client.query(
      `INSERT INTO heartbeats AS h (store, received_at, payload) VALUES ($1, $2, $3)
       ON CONFLICT (store) DO UPDATE SET received_at = excluded.received_at, payload = excluded.payload
       WHERE h.received_at < $2::timestamptz - $4 * interval '1 second'
         OR ((h.payload ->> 'session')::bigint, (h.payload ->> 'uptime_s')::bigint)
           <= ((excluded.payload ->> 'session')::bigint, (excluded.payload ->> 'uptime_s')::bigint)`,
      [store, at, heartbeat, OVERTAKEN_WITHIN_S],
    );
    // One that was overtaken on its way says nothing new.
    if (kept.rowCount === 0) return;
    const current = Math.max(...journal.map(({ journal_epoch }) => journal_epoch));
    await client.query(
      `INSERT INTO journal_epochs (store, journal_epoch, head_seq, head_hash, holes, ended)
       SELECT $1, journal_epoch, journal_seq, decode(hash, 'hex'), holes, journal_epoch < $3
       FROM jsonb_to_recordset($2::jsonb) AS e (
         journal_epoch bigint, journal_seq bigint, hash text, holes jsonb
       )
       ON CONFLICT (store, journal_epoch) DO UPDATE SET
         head_seq = excluded.head_seq, head_hash = excluded.head_hash, holes = excluded.holes,
         ended = excluded.ended`,
      [store, JSON.stringify(journal), Number.isFinite(current) ? current : 0],
    );
  });

/** Keeps birth or last will, unless a later session of the store is known. */
export const storeState = (db: Database, { store_code, state, session }: StoreState, at: Date) =>
  db.query(
    `INSERT INTO store_states AS s (store, online, session, changed_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (store) DO UPDATE SET
       online = excluded.online, session = excluded.session, changed_at = excluded.changed_at
     WHERE excluded.session > s.session OR (excluded.session = s.session AND NOT excluded.online)`,
    [store_code, state === 'online', session, at],
  );

export const storeErrorEvent = (db: Database, event: ErrorEvent, at: Date) =>
  db.query(
    `INSERT INTO error_events (store, error_id, received_at, payload) VALUES ($1, $2, $3, $4)
     ON CONFLICT DO NOTHING`,
    [event.store_code, event.error_id, at, event],
  );

/** Places of (from, through) that are neither held nor parked, ascending, at most `limit` ranges. */
export async function missingRanges(
  db: Database,
  store: string,
  epoch: number,
  { from, to }: SeqRange,
  limit: number,
): Promise<readonly SeqRange[]> {
  const { rows } = await db.query<SeqRange>(
    `SELECT seq + 1 AS "from", next - 1 AS "to" FROM (
       SELECT seq, lead(seq, 1, $4::bigint + 1) OVER (ORDER BY seq) AS next FROM (
         SELECT $3::bigint - 1 AS seq
         UNION SELECT journal_seq FROM journal
           WHERE store = $1 AND journal_epoch = $2 AND journal_seq BETWEEN $3 AND $4
         UNION SELECT journal_seq FROM quarantine
           WHERE store = $1 AND journal_epoch = $2 AND journal_seq BETWEEN $3 AND $4
       ) held
     ) gaps WHERE next > seq + 1 ORDER BY seq LIMIT $5`,
    [store, epoch, from, to, limit],
  );
  return rows;
}
