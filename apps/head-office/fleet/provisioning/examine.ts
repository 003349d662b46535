import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { type Log, pendingMigrations, readMigrations, systemIds } from '@tillwire/runtime';
import type { HeadOfficeConfig } from '../../config.ts';
import { openStateDir } from '../../state-dir.ts';
import { openDatabase } from '../../store/database.ts';
import { readStanding, type Standing } from '../../store/standing-store.ts';

/** What somebody who looks after Head Office wants to know of it. */
export interface HeadOfficeExamination extends Omit<Standing, 'applied'> {
  /** Migrations that have not run yet. */
  readonly pending: number;
  readonly signingKeys: number;
  readonly freeBytes: number;
}

const MIGRATIONS = join(import.meta.dirname, '..', '..', 'store', 'migrations');

/**
 * Looks into Head Office's database and state directory; it may be running meanwhile.
 * @throws {MigrationError} when the database is of a newer version.
 */
export async function examineHeadOffice(
  { databaseUrl, stateDir }: HeadOfficeConfig,
  { log }: { readonly log: Log },
): Promise<HeadOfficeExamination> {
  const signingKeys = openStateDir(stateDir, systemIds).keys().length;
  const db = openDatabase(databaseUrl, { log, connections: 1 });
  try {
    const { applied, ...standing } = await readStanding(db);
    const { bavail, bsize } = await statfs(stateDir);
    const pending = pendingMigrations(readMigrations(MIGRATIONS), applied).length;
    return { ...standing, pending, signingKeys, freeBytes: bavail * bsize };
  } finally {
    await db.end();
  }
}
