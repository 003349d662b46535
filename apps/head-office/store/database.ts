import pg from 'pg';
import { type CrashPoint, type Log, type Migration, pendingMigrations } from '@tillwire/runtime';
import { invariant } from '@tillwire/domain';

export type Database = pg.Pool;

const INT8 = 20;
const NUMERIC = 1700;
const DATE = 1082;

/** Counts, versions and sums of pence stay exact; an order key does not fit and is asked for as text. */
const wholeNumber = (text: string): number => {
  const value = Number(text);
  invariant(Number.isSafeInteger(value), `not a whole number that stays exact: ${text}`);
  return value;
};

const asItIs = (text: string): string => text;

const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') => {
    if (oid === INT8 || oid === NUMERIC) return wholeNumber;
    if (oid === DATE) return asItIs;
    return format === undefined ? pg.types.getTypeParser(oid) : pg.types.getTypeParser(oid, format);
  },
};

/** A pool of connections to Head Office's database; nothing connects before it is used. */
export function openDatabase(
  url: string,
  { log, connections = 10 }: { readonly log: Log; readonly connections?: number },
): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    types,
    connectionTimeoutMillis: 10_000,
    application_name: 'tillwire-head-office',
  });
  // An idle connection that breaks is replaced by the next one asked for.
  pool.on('error', (error) => log.warn({ reason: error.message }, 'database connection lost'));
  // One that breaks while somebody has it fails that somebody's query; unheard it would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** Any number all processes of ours agree on. */
const MIGRATION_LOCK = 7_455_001;

/** Brings the database to this version, one process at a time, all of it or nothing; the names of those it applied. */
export const migrate = (
  db: Database,
  migrations: readonly Migration[],
  crashPoint: CrashPoint = () => undefined,
): Promise<readonly string[]> =>
  inTransaction(db, async (client) => {
    await client.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    await client.query(
      `CREATE TABLE IF NOT EXISTS migrations (
         name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now()
       )`,
    );
    const applied = await client.query<{ name: string; checksum: string }>(
      'SELECT name, checksum FROM migrations ORDER BY name',
    );
    const pending = pendingMigrations(migrations, applied.rows);
    for (const { name, sql, checksum } of pending) {
      await client.query(sql);
      await client.query('INSERT INTO migrations (name, checksum) VALUES ($1, $2)', [
        name,
        checksum,
      ]);
    }
    if (pending.length > 0) crashPoint('migration.before-commit');
    return pending.map(({ name }) => name);
  });

const UNIQUE_VIOLATION = '23505';
/** Deadlock, serialization failure, and another worker having been quicker: nothing was done, take it again. */
const RETRYABLE = new Set(['40P01', '40001', UNIQUE_VIOLATION]);
const MAX_ATTEMPTS = 8;

/** An error's SQLSTATE, or ''. */
export const sqlStateOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

const CHECK_VIOLATION = '23514';
/**
 * A row was on its way into the default partition while its month got one: it finds that the next time. Checks of the
 * tables' own have names.
 */
const isOfNewPartition = (error: unknown): boolean =>
  error instanceof pg.DatabaseError &&
  error.code === CHECK_VIOLATION &&
  error.constraint === undefined;

export const isRetryable = (error: unknown): boolean =>
  RETRYABLE.has(sqlStateOf(error)) || isOfNewPartition(error);

/** Runs `work` in a transaction, again when another worker got in its way. */
export async function inTransaction<T>(
  db: Database,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const client = await db.connect();
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
      if (attempt >= MAX_ATTEMPTS || !isRetryable(error)) throw error;
    }
  }
}
