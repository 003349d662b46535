import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ZERO_HASH } from '@tillwire/contract';
import type { StoreCode } from '@tillwire/domain';
import {
  type Clock,
  type CrashPoint,
  type Ids,
  pendingMigrations,
  readMigrations,
} from '@tillwire/runtime';
import { Kysely, PostgresDialect, sql, type Transaction } from 'kysely';
import pg from 'pg';
import type { KioskTables } from './schema.ts';
import { createSqliteDialect, openSqlite } from './sqlite-dialect.ts';

export type KioskDatabase = Kysely<KioskTables>;
export type KioskTransaction = Transaction<KioskTables>;

export type DatabaseAddress =
  { readonly path: string } | { readonly url: string; readonly maxConnections?: number };

/** The database belongs to another store than the one configured. */
export class WrongStoreError extends Error {
  override readonly name = 'WrongStoreError';
}

/** pg gives bigint and sums as text; every number of ours is a safe integer. */
const INT8 = 20;
const wholeNumbers = {
  getTypeParser: (oid: number, format?: 'text' | 'binary'): unknown =>
    oid === INT8 ? Number : pg.types.getTypeParser(oid, format),
} as pg.CustomTypesConfig;

/**
 * Opens the kiosk's database, SQLite or PostgreSQL, brings it to this version and makes sure it is this store's.
 * @throws {MigrationError} when it is newer, {WrongStoreError} when it is another's.
 */
export async function openKioskDatabase(
  address: DatabaseAddress,
  {
    store,
    clock,
    ids,
    crashPoint = () => undefined,
    onMigrated = () => undefined,
  }: {
    readonly store: StoreCode;
    readonly clock: Clock;
    readonly ids: Ids;
    readonly crashPoint?: CrashPoint;
    /** Told the migrations that were still to be applied. */
    readonly onMigrated?: (names: readonly string[]) => void;
  },
): Promise<KioskDatabase> {
  const dialect = 'path' in address ? 'sqlite' : 'postgres';
  const db = new Kysely<KioskTables>({ dialect: openDialect(address) });
  try {
    onMigrated(await migrate(db, dialect, crashPoint));
    await settleIn(db, store, clock, ids);
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return db;
}

function openDialect(address: DatabaseAddress) {
  if ('path' in address) {
    mkdirSync(dirname(address.path), { recursive: true, mode: 0o700 });
    return createSqliteDialect(openSqlite(address.path));
  }
  const pool = new pg.Pool({
    connectionString: address.url,
    max: address.maxConnections ?? 4,
    types: wholeNumbers,
  });
  // An idle connection that breaks is replaced at its next use.
  pool.on('error', () => undefined);
  return new PostgresDialect({ pool });
}

/** Any number that two kiosk processes agree on. */
const MIGRATION_LOCK = 8_155_394;

/** The names of those it applied. */
function migrate(
  db: KioskDatabase,
  dialect: 'sqlite' | 'postgres',
  crashPoint: CrashPoint,
): Promise<readonly string[]> {
  const known = readMigrations(join(import.meta.dirname, 'migrations'), dialect);
  return db.transaction().execute(async (tx) => {
    if (dialect === 'postgres')
      await sql`SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})`.execute(tx);
    await sql`CREATE TABLE IF NOT EXISTS migrations (
      name text PRIMARY KEY, checksum text NOT NULL
    )`.execute(tx);
    const { rows } = await sql<{
      name: string;
      checksum: string;
    }>`SELECT name, checksum FROM migrations ORDER BY name`.execute(tx);
    const pending = pendingMigrations(known, rows);
    for (const { name, sql: text, checksum } of pending) {
      for (const statement of statementsOf(text)) await sql.raw(statement).execute(tx);
      await sql`INSERT INTO migrations (name, checksum) VALUES (${name}, ${checksum})`.execute(tx);
    }
    if (pending.length > 0) crashPoint('migration.before-commit');
    return pending.map(({ name }) => name);
  });
}

/** Brings a kiosk's database to this version and closes it; the names of the migrations applied. */
export async function migrateKioskDatabase(
  address: DatabaseAddress,
  deps: { readonly store: StoreCode; readonly clock: Clock; readonly ids: Ids },
): Promise<readonly string[]> {
  let applied: readonly string[] = [];
  const db = await openKioskDatabase(address, {
    ...deps,
    onMigrated: (names) => {
      applied = names;
    },
  });
  await db.destroy();
  return applied;
}

/** Our own migrations hold no semicolon but at a statement's end. */
const statementsOf = (text: string): readonly string[] =>
  text
    .replaceAll(/--.*$/gm, '')
    .split(';')
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');

async function settleIn(
  db: KioskDatabase,
  store: StoreCode,
  clock: Clock,
  ids: Ids,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await tx
      .insertInto('journal_head')
      .values({ id: 1, epoch: 1, seq: 0, hash: ZERO_HASH, last_row: 0 })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    const facts = {
      store,
      install_id: ids.uuid().slice(0, 8),
      installed_at: String(clock.nowMs()),
    };
    for (const [name, value] of Object.entries(facts)) {
      await tx
        .insertInto('meta')
        .values({ name, value })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    }
    const owner = await readMeta(tx, 'store');
    if (owner !== store) {
      throw new WrongStoreError(`the database is the one of ${owner}, not of ${store}`);
    }
  });
}

export async function readMeta(
  db: KioskDatabase | KioskTransaction,
  name: string,
): Promise<string | null> {
  const row = await db
    .selectFrom('meta')
    .select('value')
    .where('name', '=', name)
    .executeTakeFirst();
  return row?.value ?? null;
}

export async function writeMeta(
  db: KioskDatabase | KioskTransaction,
  name: string,
  value: string,
): Promise<void> {
  await db
    .insertInto('meta')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute();
}

/** Whether a failed transaction may simply be run again. */
const isRetryable = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === '40001' || error.code === '40P01');

/** A write transaction; run again when PostgreSQL had to choose a victim. */
export async function write<T>(
  db: KioskDatabase,
  work: (tx: KioskTransaction) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.transaction().execute(work);
    } catch (error) {
      if (attempt >= 5 || !isRetryable(error)) throw error;
    }
  }
}

/** Resolves when the database answers. */
export async function pingDatabase(db: KioskDatabase): Promise<void> {
  await db.selectFrom('journal_head').select('last_row').executeTakeFirstOrThrow();
}
