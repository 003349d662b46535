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

/** A parked message as lists show it. */
export interface Parked {
  readonly id: number;
  readonly store: string | null;
  readonly topic: string;
  readonly reason: string;
  readonly detail: string;
  readonly bytes: number;
  readonly hash: string;
  readonly journalEpoch: number | null;
  readonly journalSeq: number | null;
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly timesSeen: number;
  readonly resolvedAt: string | null;
  readonly resolution: 'replayed' | 'discarded' | null;
  readonly resolutionReason: string | null;
}

const PARKED_COLUMNS = `id, store, topic, reason, detail, length(payload) AS bytes, encode(payload_hash, 'hex') AS hash,
  journal_epoch AS "journalEpoch", journal_seq AS "journalSeq", first_seen AS "firstSeen", last_seen AS "lastSeen",
  times_seen AS "timesSeen", resolved_at AS "resolvedAt", resolution, resolution_reason AS "resolutionReason"`;

type ParkedRecord = Omit<Parked, 'firstSeen' | 'lastSeen' | 'resolvedAt'> & {
  readonly firstSeen: Date;
  readonly lastSeen: Date;
  readonly resolvedAt: Date | null;
};

const parkedOf = (row: ParkedRecord): Parked => ({
  ...row,
  firstSeen: row.firstSeen.toISOString(),
  lastSeen: row.lastSeen.toISOString(),
  resolvedAt: row.resolvedAt?.toISOString() ?? null,
});

export interface ParkedFilter {
  readonly store?: string | undefined;
  /** Whether somebody has dealt with it. */
  readonly resolved: boolean;
  /** The lowest id of the page before. */
  readonly before?: number | undefined;
  readonly limit: number;
}

/** Parked messages, newest first. */
export async function listParked(
  db: Database,
  { store, resolved, before, limit }: ParkedFilter,
): Promise<readonly Parked[]> {
  const { rows } = await db.query<ParkedRecord>(
    `SELECT ${PARKED_COLUMNS} FROM quarantine
     WHERE ($1::text IS NULL OR store = $1) AND (resolved_at IS NOT NULL) = $2
       AND ($3::bigint IS NULL OR id < $3)
     ORDER BY id DESC LIMIT $4`,
    [store ?? null, resolved, before ?? null, limit],
  );
  return rows.map(parkedOf);
}

/** A parked message with its bytes; null for one nobody knows. */
export async function readParked(
  db: Database,
  id: number,
): Promise<(Parked & { readonly payload: Buffer }) | null> {
  const { rows } = await db.query<ParkedRecord & { readonly payload: Buffer }>(
    `SELECT ${PARKED_COLUMNS}, payload FROM quarantine WHERE id = $1`,
    [id],
  );
  const [row] = rows;
  return row === undefined ? null : { ...parkedOf(row), payload: row.payload };
}

/** Says what was done about a parked message; false where somebody was quicker. */
export async function resolveParked(
  db: Database,
  id: number,
  {
    resolution,
    reason,
    at,
  }: { readonly resolution: 'replayed' | 'discarded'; readonly reason: string; readonly at: Date },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `UPDATE quarantine SET resolved_at = $2, resolution = $3, resolution_reason = $4
     WHERE id = $1 AND resolved_at IS NULL`,
    [id, at, resolution, reason],
  );
  return rowCount === 1;
}
