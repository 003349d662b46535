import { execFile } from 'node:child_process';
import { chmod, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Clock, type Ids, type Log, Problem } from '@tillwire/runtime';
import {
  type BackupContents,
  beginSnapshot,
  createScratch,
  dropScratch,
  endSnapshot,
  markBackedUp,
  readContents,
} from '../store/backup-store.ts';
import { type Database, openDatabase } from '../store/database.ts';

const run = promisify(execFile);

export interface BackupDeps {
  readonly db: Database;
  readonly databaseUrl: string;
  /** Where PostgreSQL's own tools are looked for, as `PATH` has it. */
  readonly searchPath: string;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

/** A backup that was restored and found to be what it should. */
export interface OfficeBackup {
  readonly file: string;
  readonly bytes: number;
  readonly contents: BackupContents;
}

/** What a backup holds, beside it: a later `verify` compares with it. */
const contentsFile = (file: string): string => `${file}.contents.json`;

/**
 * Dumps one moment of the database, restores the dump into a scratch database, compares every count and journal head,
 * and only then calls it a backup and lets the stores prune behind it. @throws {Problem}
 */
export async function backUpOffice(deps: BackupDeps, folder: string): Promise<OfficeBackup> {
  const { db, clock } = deps;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const stamp = new Date(clock.nowMs()).toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
  const file = join(folder, `head-office-${stamp}Z.dump`);
  const half = `${file}.part`;
  const client = await db.connect();
  let contents: BackupContents;
  try {
    const snapshot = await beginSnapshot(client);
    contents = await readContents(client);
    await postgresTool('pg_dump', deps, [
      '--format=custom',
      '--no-owner',
      `--snapshot=${snapshot}`,
      `--file=${half}`,
    ]);
    await endSnapshot(client);
  } finally {
    client.release();
  }
  try {
    await compare(deps, half, contents);
  } catch (error) {
    await rm(half);
    throw error;
  }
  await chmod(half, 0o600);
  const written = await open(half, 'r+');
  await written.sync();
  await written.close();
  await writeFile(contentsFile(file), `${JSON.stringify(contents)}\n`, { mode: 0o600 });
  await rename(half, file);
  await markBackedUp(db, contents);
  return { file, bytes: (await stat(file)).size, contents };
}

/** Restores a backup into a scratch database and compares it with what it was made of. @throws {Problem} */
export async function verifyOfficeBackup(deps: BackupDeps, file: string): Promise<BackupContents> {
  const contents = JSON.parse(await readFile(contentsFile(file), 'utf8')) as BackupContents;
  await compare(deps, file, contents);
  return contents;
}

async function compare(
  { db, databaseUrl, searchPath, ids, log }: BackupDeps,
  file: string,
  expected: BackupContents,
): Promise<void> {
  const name = `tillwire_verify_${ids.uuid().replaceAll('-', '')}`;
  const url = new URL(databaseUrl);
  url.pathname = `/${name}`;
  await createScratch(db, name);
  try {
    await postgresTool('pg_restore', { databaseUrl: url.href, searchPath }, [
      '--no-owner',
      '--exit-on-error',
      file,
    ]);
    const scratch = openDatabase(url.href, { log, connections: 1 });
    try {
      const found = await readContents(scratch);
      const wrong = differences(expected, found);
      if (wrong.length > 0) {
        throw new Problem(
          500,
          'backup-differs',
          `${file} is not what it should be: ${wrong.join('; ')}`,
        );
      }
    } finally {
      await scratch.end();
    }
  } finally {
    await dropScratch(db, name);
  }
}

function differences(expected: BackupContents, found: BackupContents): readonly string[] {
  const tables = Object.entries(expected.rows).flatMap(([table, count]) =>
    found.rows[table] === count
      ? []
      : [`${table} has ${found.rows[table] ?? 'no'} rows instead of ${count}`],
  );
  const same = JSON.stringify(expected.journals) === JSON.stringify(found.journals);
  return same ? tables : [...tables, 'the heads of the journals are others'];
}

/** Runs one of PostgreSQL's own tools; the password travels by its environment, never its arguments. */
async function postgresTool(
  tool: 'pg_dump' | 'pg_restore',
  { databaseUrl, searchPath }: Pick<BackupDeps, 'databaseUrl' | 'searchPath'>,
  args: readonly string[],
): Promise<void> {
  const url = new URL(databaseUrl);
  const password = decodeURIComponent(url.password);
  url.password = '';
  try {
    await run(tool, [...args.slice(0, -1), `--dbname=${url.href}`, ...args.slice(-1)], {
      env: { PATH: searchPath, PGPASSWORD: password },
      maxBuffer: 64 * 1024 * 1024,
    });
  } catch (error) {
    const { code, stderr = '', message } = error as Error & { code?: unknown; stderr?: string };
    const why =
      code === 'ENOENT'
        ? `${tool} is not installed: it comes with PostgreSQL's client tools, of the server's version or newer`
        : stderr.trim() === ''
          ? message
          : stderr.trim();
    throw new Problem(500, 'backup-failed', `${tool}: ${why}`);
  }
}
