import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';

/**
 * Kysely on Node's own SQLite: one connection for the process, one user at a time. Two write connections in one
 * process would freeze each other, and so would the outer handle used inside a transaction.
 */
export const createSqliteDialect = (database: DatabaseSync): Dialect => ({
  createAdapter: () => new SqliteAdapter(),
  createDriver: () => createDriver(database),
  createIntrospector: (kysely) => new SqliteIntrospector(kysely),
  createQueryCompiler: () => new SqliteQueryCompiler(),
});

/** Opens a database file with the settings every connection of a kiosk has. */
export function openSqlite(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  database.exec(`
    PRAGMA busy_timeout = 5000;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
  `);
  return database;
}

function createDriver(database: DatabaseSync): Driver {
  const statements = new Map<
    string,
    { readonly statement: StatementSync; readonly gives: boolean }
  >();
  const prepare = (sql: string) => {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const statement = database.prepare(sql);
    const made = { statement, gives: statement.columns().length > 0 };
    statements.set(sql, made);
    return made;
  };
  const connection: DatabaseConnection = {
    executeQuery: <R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> => {
      const { statement, gives } = prepare(sql);
      const values = parameters as readonly SQLInputValue[];
      if (gives) {
        return Promise.resolve({ rows: statement.all(...values) as R[] });
      }
      const { changes } = statement.run(...values);
      return Promise.resolve({ rows: [], numAffectedRows: BigInt(changes) });
    },
    streamQuery: () => {
      throw new Error('not needed');
    },
  };
  let free: Promise<void> = Promise.resolve();
  const releases: (() => void)[] = [];
  const run = (sql: string): Promise<void> => {
    database.exec(sql);
    return Promise.resolve();
  };
  return {
    init: () => Promise.resolve(),
    acquireConnection: async () => {
      const before = free;
      free = new Promise((resolve) => releases.push(resolve));
      await before;
      return connection;
    },
    releaseConnection: () => {
      releases.shift()?.();
      return Promise.resolve();
    },
    beginTransaction: () => run('BEGIN IMMEDIATE'),
    commitTransaction: () => run('COMMIT'),
    // A full disk rolls back by itself: asking again would hide why.
    rollbackTransaction: () => (database.isTransaction ? run('ROLLBACK') : Promise.resolve()),
    destroy: () => {
      database.close();
      return Promise.resolve();
    },
  };
}
