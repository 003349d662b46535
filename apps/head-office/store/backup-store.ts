import type { PoolClient } from 'pg';
import type { Database } from './database.ts';

/** What a backup holds, as a restore of it is compared: rows by table, and how far each journal goes. */
export interface BackupContents {
  readonly rows: Readonly<Record<string, number>>;
  readonly journals: readonly {
    readonly store: string;
    readonly epoch: number;
    /** Every place up to here is held. */
    readonly heldThrough: number;
    readonly head: string | null;
  }[];
}

const TABLES = `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1`;

/** Counts everything, in the transaction of `client`. */
export async function readContents(client: PoolClient | Database): Promise<BackupContents> {
  const tables = await client.query<{ name: string }>(TABLES);
  const rows: Record<string, number> = {};
  for (const { name } of tables.rows) {
    const counted = await client.query<{ count: number }>(
      `SELECT count(*) AS count FROM "${name.replaceAll('"', '""')}"`,
    );
    rows[name] = counted.rows[0]?.count ?? 0;
  }
  const journals = await client.query<BackupContents['journals'][number]>(
    `SELECT store, journal_epoch AS epoch, held_through AS "heldThrough",
       encode(held_hash, 'hex') AS head
     FROM journal_epochs ORDER BY store, journal_epoch`,
  );
  return { rows, journals: journals.rows };
}

/** Whether nothing was ever put into the database. */
export const isEmpty = async (db: Database): Promise<boolean> =>
  (await db.query(TABLES)).rows.length === 0;

/** Begins a transaction that sees one moment, and names it for other connections. */
export async function beginSnapshot(client: PoolClient): Promise<string> {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  const { rows } = await client.query<{ name: string }>('SELECT pg_export_snapshot() AS name');
  return rows[0]?.name ?? '';
}

export const endSnapshot = (client: PoolClient): Promise<unknown> => client.query('COMMIT');

/** From now on the stores may let go of what a verified backup holds. */
export async function markBackedUp(
  db: Database,
  { journals }: Pick<BackupContents, 'journals'>,
): Promise<void> {
  await db.query(
    `UPDATE journal_epochs e SET backed_up_through = b.through
     FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS b (store, epoch, through)
     WHERE e.store = b.store AND e.journal_epoch = b.epoch AND e.backed_up_through < b.through`,
    [
      journals.map(({ store }) => store),
      journals.map(({ epoch }) => epoch),
      journals.map(({ heldThrough }) => heldThrough),
    ],
  );
}

export const createScratch = (db: Database, name: string): Promise<unknown> =>
  db.query(`CREATE DATABASE "${name}"`);

export const dropScratch = (db: Database, name: string): Promise<unknown> =>
  db.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);

/** 18 for PostgreSQL 18.4. */
export async function serverMajor(db: Database): Promise<number> {
  const { rows } = await db.query<{ version: number }>(
    "SELECT current_setting('server_version_num')::int / 10000 AS version",
  );
  return rows[0]?.version ?? 0;
}
