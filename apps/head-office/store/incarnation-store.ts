import type { PoolClient } from 'pg';
import type { RememberedIncarnation, StateDir } from '../state-dir.ts';
import { type Database, inTransaction } from './database.ts';

const INCARNATION_LOCK = 7_455_002;

/**
 * What a database is told apart by: a copy put elsewhere, one rolled back along its log, and one whose tables were made
 * anew out of a dump, even where the old ones stood, differ.
 */
interface Fingerprint {
  readonly text: string;
  readonly logPosition: string;
}

/**
 * The timeline is that of the log being written: the control file tells a promoted standby's only once the first
 * checkpoint is through, up to five minutes later.
 */
async function fingerprintOf(client: PoolClient): Promise<Fingerprint> {
  const { rows } = await client.query<{ text: string; position: string }>(
    `SELECT (SELECT system_identifier FROM pg_control_system())::text || ' '
       || (SELECT oid FROM pg_database WHERE datname = current_database())::text || ' '
       || ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint || ' '
       || pg_relation_filenode('meta')::text AS text,
     pg_current_wal_lsn()::text AS position`,
  );
  return { text: rows[0]?.text ?? '', logPosition: rows[0]?.position ?? '0/0' };
}

/** A log position `16/B374D848` as a number to compare. */
const positionOf = (text: string): bigint => {
  const [high = '0', low = '0'] = text.split('/');
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
};

/**
 * Head Office's incarnation: the one both the database and the state directory know, or a new one, max(last + 1,
 * Unix seconds), when the database is new or was restored. Asked again from time to time, for
 * a database may be restored under a running process.
 */
export const settleIncarnation = (
  db: Database,
  stateDir: Pick<StateDir, 'readIncarnation' | 'writeIncarnation'>,
  nowMs: number,
): Promise<number> =>
  inTransaction(db, async (client) => {
    await client.query('SELECT pg_advisory_xact_lock($1)', [INCARNATION_LOCK]);
    const remembered = stateDir.readIncarnation();
    const own = await readOwn(client);
    const now = await fingerprintOf(client);
    const restored =
      own.incarnation === 0 ||
      own.fingerprint !== now.text ||
      own.incarnation < remembered.incarnation ||
      isBehind(now.logPosition, remembered);
    const incarnation = restored
      ? Math.max(own.incarnation + 1, remembered.incarnation + 1, Math.floor(nowMs / 1000))
      : own.incarnation;
    // First where a restore can't reach it: dying here begins another new one, which costs nothing but resending.
    stateDir.writeIncarnation({ incarnation, log_position: now.logPosition });
    if (restored) await writeOwn(client, incarnation, now.text);
    return incarnation;
  });

const isBehind = (position: string, { log_position }: RememberedIncarnation): boolean =>
  log_position !== null && positionOf(position) < positionOf(log_position);

async function readOwn(
  client: PoolClient,
): Promise<{ readonly incarnation: number; readonly fingerprint: string }> {
  const { rows } = await client.query<{ name: string; value: string }>(
    "SELECT name, value FROM meta WHERE name IN ('incarnation', 'fingerprint')",
  );
  const values = new Map(rows.map(({ name, value }) => [name, value]));
  return {
    incarnation: Number(values.get('incarnation') ?? 0),
    fingerprint: values.get('fingerprint') ?? '',
  };
}

const writeOwn = (client: PoolClient, incarnation: number, fingerprint: string): Promise<unknown> =>
  client.query(
    `INSERT INTO meta (name, value) VALUES ('incarnation', $1), ('fingerprint', $2)
     ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
    [String(incarnation), fingerprint],
  );
