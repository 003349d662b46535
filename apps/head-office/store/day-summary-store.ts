import type { DayRow } from '../ingest/read-event.ts';
import { type Database, inTransaction } from './database.ts';
import { markClosed } from './day-store.ts';
import type { EventOutcome } from './late-events.ts';

/**
 * Stores day summaries, each exactly once: journal entry and summary together. Another one at the same place,
 * or of the same day, epoch and revision, is a fork and stored nowhere.
 */
export const storeDaySummaries = (
  db: Database,
  summaries: readonly DayRow[],
  receivedAt: Date,
): Promise<readonly EventOutcome[]> =>
  inTransaction(db, async (client) => {
    const outcomes: EventOutcome[] = [];
    for (const day of summaries) {
      const held = await client.query<{ hash: string }>(
        `SELECT encode(hash, 'hex') AS hash FROM journal
         WHERE store = $1 AND journal_epoch = $2 AND journal_seq = $3
         UNION ALL
         SELECT encode(hash, 'hex') FROM day_summaries
         WHERE store = $1 AND journal_epoch = $2 AND business_date = $4 AND revision = $5`,
        [day.store, day.journal_epoch, day.journal_seq, day.business_date, day.revision],
      );
      const heldHash = held.rows.find(({ hash }) => hash !== day.hash)?.hash;
      if (heldHash !== undefined) outcomes.push({ type: 'fork', heldHash });
      else if (held.rows.length > 0) outcomes.push({ type: 'duplicate' });
      else {
        await client.query(
          `WITH placed AS (
             INSERT INTO journal (
               store, journal_epoch, journal_seq, kind, subject, revision, business_date, hash, prev_hash,
               payload, received_at
             ) VALUES ($1, $2, $3, 'day', $4::text, $5, $4::text::date, decode($6, 'hex'), decode($7, 'hex'), $8, $9)
           )
           INSERT INTO day_summaries (
             store, business_date, revision, journal_epoch, journal_seq, hash, payload, received_at
           ) VALUES ($1, $4::text::date, $5, $2, $3, decode($6, 'hex'), $8, $9)`,
          [
            day.store,
            day.journal_epoch,
            day.journal_seq,
            day.business_date,
            day.revision,
            day.hash,
            day.prev_hash,
            day.payload,
            receivedAt,
          ],
        );
        await markClosed(client, { store: day.store, date: day.business_date });
        outcomes.push({ type: 'stored' });
      }
    }
    return outcomes;
  });
