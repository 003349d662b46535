import type { Database } from './database.ts';

/** What is parked: its bytes with the reason, and the journal place it claims or fills. */
export interface ParkedRow {
  readonly store: string;
  readonly topic: string;
  /** Stable, kebab-case. */
  readonly reason: string;
  readonly detail: string;
  readonly payload: Uint8Array;
  readonly hash: string;
  readonly place: { readonly epoch: number; readonly seq: number } | null;
}

/** Parks rows for good; the same bytes on the same topic are one row, however often they come. */
export async function park(db: Database, rows: readonly ParkedRow[], at: Date): Promise<void> {
  const distinct = new Map(rows.map((row) => [`${row.topic} ${row.hash}`, row]));
  if (distinct.size === 0) return;
  const all = [...distinct.values()].sort((a, b) => (a.hash < b.hash ? -1 : 1));
  const column = <T>(of: (row: ParkedRow) => T): T[] => all.map(of);
  await db.query(
    `INSERT INTO quarantine AS q (
       store, topic, reason, detail, payload, payload_hash, journal_epoch, journal_seq, first_seen, last_seen
     )
     SELECT store, topic, reason, detail, payload, decode(hash, 'hex'), epoch, seq, $1, $1
     FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::text[], $8::bigint[], $9::bigint[])
       AS p (store, topic, reason, detail, payload, hash, epoch, seq)
     ON CONFLICT (topic, payload_hash) DO UPDATE SET
       last_seen = excluded.last_seen, times_seen = q.times_seen + 1`,
    [
      at,
      column(({ store }) => store),
      column(({ topic }) => topic),
      column(({ reason }) => reason),
      column(({ detail }) => detail),
      column(({ payload }) => Buffer.from(payload)),
      column(({ hash }) => hash),
      column(({ place }) => place?.epoch ?? null),
      column(({ place }) => place?.seq ?? null),
    ],
  );
}
