import { join } from 'node:path';
import { createLog, readMigrations } from '@tillwire/runtime';
import { freshDatabase } from '../../../test/harness/postgres.ts';
import { type Database, migrate, openDatabase } from '../store/database.ts';

export const MIGRATIONS = join(import.meta.dirname, '..', 'store', 'migrations');

/** A Head Office database of the test's own, brought to this version. */
export async function headOfficeDatabase(): Promise<{
  readonly db: Database;
  readonly url: string;
  readonly drop: () => Promise<void>;
}> {
  const { url, drop } = await freshDatabase();
  const db = openDatabase(url, { log: createLog('test', 'silent') });
  await migrate(db, readMigrations(MIGRATIONS));
  return {
    db,
    url,
    drop: async () => {
      await db.end();
      await drop();
    },
  };
}
