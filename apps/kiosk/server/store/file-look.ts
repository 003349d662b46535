import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pendingMigrations, readMigrations } from '@tillwire/runtime';

/** What a database file tells of itself, read without changing it. */
export interface FileLook {
  /** What SQLite finds wrong with its pages; empty when nothing is. */
  readonly faults: readonly string[];
  /** Migrations that run when the kiosk starts. */
  readonly pending: number;
}

/** Null: there is none. @throws {MigrationError} for one of a newer version; when it is no database at all. */
export function lookAtFile(path: string): FileLook | null {
  if (!existsSync(path)) return null;
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    const faults = db
      .prepare('PRAGMA quick_check(5)')
      .all()
      .map(({ quick_check: found }) => String(found))
      .filter((found) => found !== 'ok');
    if (faults.length > 0) return { faults, pending: 0 };
    const known = readMigrations(join(import.meta.dirname, 'migrations'), 'sqlite');
    const applied = db.prepare('SELECT name, checksum FROM migrations ORDER BY name').all() as {
      readonly name: string;
      readonly checksum: string;
    }[];
    return { faults, pending: pendingMigrations(known, applied).length };
  } finally {
    db.close();
  }
}
