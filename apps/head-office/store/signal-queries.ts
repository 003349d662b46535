import type { ErrorCount, Reading } from '../fleet/alerts/signals.ts';
import type { Database } from './database.ts';

const seconds = (from: string, to = '$1::timestamptz'): string =>
  `greatest(0, floor(extract(epoch FROM ${to} - ${from})))::bigint`;

/** Shops that are the chain's; `$1` is now. */
const SERVED = `served AS (
  SELECT store, first_seen_at FROM stores WHERE provisioned_at IS NOT NULL AND revoked_at IS NULL
)`;

/** A row for each figure of each shop; what a shop never told is not there. */
const HEARTBEATS = `
SELECT h.store, f.signal, f.value FROM served s JOIN heartbeats h USING (store)
CROSS JOIN LATERAL (VALUES
  ('heartbeat-age', ${seconds('h.received_at')}),
  ('unsent', (h.payload #>> '{unsent,count}')::bigint),
  ('oldest-unsent', (h.payload #>> '{unsent,oldest_age_s}')::bigint),
  ('publish-errors', (h.payload ->> 'publish_error_ppm')::bigint),
  ('disk-free', (h.payload ->> 'disk_free_bytes')::bigint),
  ('clock-skew', abs(floor(extract(epoch FROM h.received_at - (h.payload ->> 'at')::timestamptz)))::bigint),
  ('backup-age', ${seconds(`coalesce((h.payload ->> 'last_backup_at')::timestamptz, s.first_seen_at)`)})
) f (signal, value)`;

/** Lines that are down; of a shop that never sent a heartbeat this is how long it is silent, too. */
const LINES = `
SELECT t.store, f.signal, f.value FROM served JOIN store_states t USING (store)
LEFT JOIN heartbeats h USING (store)
CROSS JOIN LATERAL (VALUES
  ('line-down', CASE WHEN t.online THEN 0 ELSE 1 + ${seconds('t.changed_at')} END),
  ('heartbeat-age', CASE WHEN h.store IS NULL THEN ${seconds('t.changed_at')} END)
) f (signal, value)`;

/** What a shop was told last against what it sells from by its own word. */
const CATALOGUES = `
SELECT s.store, f.signal, f.value FROM served s
CROSS JOIN LATERAL (
  SELECT catalog_version, issued_at FROM catalogue_deltas WHERE store = s.store
  ORDER BY catalog_version DESC LIMIT 1
) d
LEFT JOIN catalogue_reports r ON r.store = s.store
CROSS JOIN LATERAL (VALUES
  ('catalogue-drift', CASE
    WHEN (r.payload #>> '{in_force,catalog_version}')::bigint = d.catalog_version THEN 0
    ELSE ${seconds('d.issued_at')} END),
  ('catalogue-refused', CASE
    WHEN r.payload #>> '{newest,state}' = 'refused'
      AND (r.payload #>> '{newest,catalog_version}')::bigint = d.catalog_version THEN 1 ELSE 0 END)
) f (signal, value)`;

/** How long the newest sales were under way: the median of the last twenty that came lately. */
const LATENCIES = `
SELECT s.store, 'ingest-latency', l.value FROM served s
CROSS JOIN LATERAL (
  SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY ${seconds('created_at', 'received_at')}) AS value FROM (
    SELECT created_at, received_at FROM orders
    WHERE store = s.store AND order_key >= $2::bigint AND revision = 1
    ORDER BY order_key DESC LIMIT 20
  ) newest WHERE received_at > $1::timestamptz - interval '10 minutes'
) l`;

const JOURNALS = `
SELECT e.store, f.signal, sum(f.value)::bigint FROM served s JOIN journal_epochs e USING (store)
CROSS JOIN LATERAL (VALUES
  ('journal-gap', greatest(0, (
    SELECT max(journal_seq) FROM journal WHERE store = e.store AND journal_epoch = e.journal_epoch
  ) - e.held_through)),
  ('watermark-lag', greatest(0, e.head_seq - e.complete_through)),
  ('journal-broken', (e.frozen_at_seq IS NOT NULL)::int::bigint)
) f (signal, value) GROUP BY 1, 2`;

const QUARANTINE = `
SELECT coalesce(store, ''), 'quarantine', count(*) FROM quarantine WHERE resolved_at IS NULL GROUP BY 1`;

const DAYS = `
SELECT store, 'days-differing', count(*) FROM days WHERE state = 'differs' GROUP BY 1
UNION ALL
SELECT d.store, 'day-waiting', max(${seconds('c.received_at')}) FROM days d
CROSS JOIN LATERAL (
  SELECT max(received_at) AS received_at FROM day_summaries
  WHERE store = d.store AND business_date = d.business_date
) c
WHERE d.state IN ('waiting', 'superseded') AND c.received_at IS NOT NULL GROUP BY 1`;

/**
 * Where a shop is known by a certificate, how long it lives; normally another has taken its place long before. One of a
 * join file is short, and goes when its shop has come.
 */
const CERTIFICATES = `
SELECT store, 'certificate-life', ${seconds('$1::timestamptz', 'certificate_until')}
FROM store_credentials
WHERE state = 'in-use' AND origin = 'rotation' AND certificate_until IS NOT NULL`;

const STATEMENT = `WITH ${SERVED} SELECT store, signal, value FROM (
  ${[HEARTBEATS, LINES, CATALOGUES, LATENCIES, JOURNALS, QUARANTINE, DAYS, CERTIFICATES].join('\n  UNION ALL\n')}
) readings (store, signal, value)
WHERE value IS NOT NULL AND (store = '' OR store IN (SELECT store FROM served)
  -- What a stranger sends is parked like anybody's.
  OR signal = 'quarantine')`;

const DAY_MS = 86_400_000;
/** Sales older than this are not the newest ones of a shop that sells. */
const LATELY_MS = 2 * DAY_MS;
const KEYS_OF_A_DATE = 11;

/** Every figure of every shop of the chain at `nowMs`; a stranger's are left out. */
export async function readSignals(db: Database, nowMs: number): Promise<readonly Reading[]> {
  const date = new Date(nowMs - LATELY_MS).toISOString().slice(0, 10).replaceAll('-', '');
  const { rows } = await db.query<Reading>(STATEMENT, [
    new Date(nowMs),
    `${date}${'0'.repeat(KEYS_OF_A_DATE)}`,
  ]);
  return rows;
}

/** Error events that came after `sinceMs`, by shop and code. */
export async function readErrorCounts(
  db: Database,
  sinceMs: number,
): Promise<readonly ErrorCount[]> {
  const { rows } = await db.query<Omit<ErrorCount, 'receivedAtMs'> & { readonly at: Date }>(
    `SELECT store, payload ->> 'code' AS code, received_at AS at, (payload ->> 'count')::bigint AS count
     FROM error_events WHERE received_at > $1 ORDER BY received_at LIMIT 100000`,
    [new Date(sinceMs)],
  );
  return rows.map(({ at, ...rest }) => ({ ...rest, receivedAtMs: at.getTime() }));
}
