import type { Heartbeat } from '@tillwire/contract';
import type { Database } from './database.ts';

/**
 * A store's own events of ended epochs that its heartbeat shows it lacks, in journal order, at most `limit`: what is
 * held behind its heads there, in its holes, and of epochs it does not even know.
 */
export async function eventsLacking(
  db: Database,
  { store_code: store, journal }: Pick<Heartbeat, 'store_code' | 'journal'>,
  limit: number,
): Promise<readonly string[]> {
  const running = Math.max(0, ...journal.map(({ journal_epoch }) => journal_epoch));
  const { rows } = await db.query<{ payload: string }>(
    `WITH told AS (
       SELECT journal_epoch, journal_seq AS head, holes
       FROM jsonb_to_recordset($2::jsonb) AS t (journal_epoch bigint, journal_seq bigint, holes jsonb)
     )
     SELECT j.payload FROM journal j LEFT JOIN told USING (journal_epoch)
     WHERE j.store = $1 AND j.journal_epoch < $3 AND (
       j.journal_seq > coalesce(told.head, 0) OR EXISTS (
         SELECT 1 FROM jsonb_to_recordset(told.holes) AS h ("from" bigint, "to" bigint)
         WHERE j.journal_seq BETWEEN h."from" AND h."to"
       )
     )
     ORDER BY j.journal_epoch, j.journal_seq LIMIT $4`,
    [store, JSON.stringify(journal), running, limit],
  );
  return rows.map(({ payload }) => payload);
}
