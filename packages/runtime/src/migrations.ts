import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Migration {
  /** `0001-orders`. */
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

/**
 * The numbered SQL files of a folder in order. Where one serves two databases it is two files,
 * `0001-orders.sqlite.sql` beside `0001-orders.postgres.sql`; `dialect` picks.
 */
export function readMigrations(
  folder: string,
  dialect?: 'sqlite' | 'postgres',
): readonly Migration[] {
  const ending = dialect === undefined ? '.sql' : `.${dialect}.sql`;
  return readdirSync(folder)
    .filter((file) => file.endsWith(ending))
    .toSorted()
    .map((file) => {
      const sql = readFileSync(join(folder, file), 'utf8');
      const checksum = createHash('sha256').update(sql).digest('hex');
      return { name: file.slice(0, -ending.length), sql, checksum };
    });
}

/** A database that this version of the software must not touch. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

/**
 * The migrations still to apply, given those applied: forward only, none changed since.
 * @throws {MigrationError} when the database is newer than the software, or an applied file was edited.
 */
export function pendingMigrations(
  known: readonly Migration[],
  applied: readonly { readonly name: string; readonly checksum: string }[],
): readonly Migration[] {
  for (const [at, { name, checksum }] of applied.entries()) {
    const migration = known[at];
    if (migration?.name !== name) {
      throw new MigrationError(`the database has migration ${name}, which this version lacks`);
    }
    if (migration.checksum !== checksum) {
      throw new MigrationError(`migration ${name} was changed after it had been applied`);
    }
  }
  return known.slice(applied.length);
}
