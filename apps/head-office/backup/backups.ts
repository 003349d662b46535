import { execFile, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import {
  type Clock,
  type Ids,
  type Log,
  openedFile,
  Problem,
  sealing,
  SealedFileError,
  type SealKey,
} from '@tillwire/runtime';
import {
  type BackupContents,
  beginSnapshot,
  createScratch,
  dropScratch,
  endSnapshot,
  isEmpty,
  markBackedUp,
  readContents,
  serverMajor,
} from '../store/backup-store.ts';
import { type Database, openDatabase } from '../store/database.ts';

const run = promisify(execFile);
/** Characters of what a tool complains that are told on. */
const SAID_AT_MOST = 4000;

export interface BackupDeps {
  readonly db: Database;
  readonly databaseUrl: string;
  /** Where PostgreSQL's own tools are looked for, as `PATH` has it. */
  readonly searchPath: string;
  /** What backups are sealed by; null: they are not. */
  readonly key: SealKey | null;
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
  const { db, clock, key } = deps;
  await checkVersion(deps);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const stamp = new Date(clock.nowMs()).toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
  const file = join(folder, `head-office-${stamp}Z.dump${key === null ? '' : '.sealed'}`);
  const half = `${file}.part`;
  let contents: BackupContents;
  try {
    contents = await dump(deps, half);
    await compare(deps, half, contents);
  } catch (error) {
    await rm(half, { force: true });
    throw error;
  }
  await writeFile(contentsFile(file), `${JSON.stringify(contents)}\n`, { mode: 0o600 });
  await rename(half, file);
  await markBackedUp(db, contents);
  return { file, bytes: (await stat(file)).size, contents };
}

/** Dumps one moment into `half`, which is on disk for good then; what it holds. */
async function dump(deps: BackupDeps, half: string): Promise<BackupContents> {
  const client = await deps.db.connect();
  try {
    const snapshot = await beginSnapshot(client);
    const contents = await readContents(client);
    const args = ['--format=custom', '--no-owner', `--snapshot=${snapshot}`];
    const to = createWriteStream(half, { mode: 0o600, flush: true });
    await postgresTool('pg_dump', deps, args, async ({ stdout }) => {
      // Sealed on its way: the dump is nowhere on disk in the clear.
      if (deps.key === null) await pipeline(stdout, to);
      else await pipeline(stdout, sealing(deps.key), to);
    });
    await endSnapshot(client);
    return contents;
  } finally {
    client.release();
  }
}

/** @throws {Problem} when the dump of this server can't be made by the tool that is here. */
async function checkVersion({ db, searchPath }: BackupDeps): Promise<void> {
  const server = await serverMajor(db);
  const said = await run('pg_dump', ['--version'], { env: { PATH: searchPath } }).catch(
    (error: unknown) => {
      throw new Problem(500, 'backup-failed', `pg_dump: ${toolFault('pg_dump', error)}`);
    },
  );
  const tool = Number(/(\d+)\./.exec(said.stdout)?.[1] ?? 0);
  if (tool >= server) return;
  throw new Problem(
    500,
    'backup-failed',
    `pg_dump is of PostgreSQL ${tool} and the server of ${server}: it dumps no newer one. Install postgresql-client-${server} and put it first in PATH, or run this on the server's machine`,
  );
}

/** Puts a backup into the database at `databaseUrl`; a sealed one is opened on its way. @throws {Problem} */
async function putBack({ databaseUrl, searchPath, key }: BackupDeps, file: string): Promise<void> {
  try {
    const dumped = await openedFile(file, key);
    const args = ['--no-owner', '--exit-on-error'];
    await postgresTool('pg_restore', { databaseUrl, searchPath }, args, ({ stdin }) =>
      pipeline(dumped, stdin),
    );
  } catch (error) {
    if (!(error instanceof SealedFileError)) throw error;
    throw new Problem(422, 'backup-sealed', error.message);
  }
}

/** Restores a backup into a scratch database and compares it with what it was made of. @throws {Problem} */
export async function verifyOfficeBackup(deps: BackupDeps, file: string): Promise<BackupContents> {
  const contents = await contentsOf(file);
  await compare(deps, file, contents);
  return contents;
}

/**
 * Puts a backup into the empty database of `db` and compares it with what it was made of. Head Office begins a new
 * incarnation on it by itself, and the stores send what it lacks. @throws {Problem}
 */
export async function restoreOffice(deps: BackupDeps, file: string): Promise<BackupContents> {
  const { db } = deps;
  const contents = await contentsOf(file);
  if (!(await isEmpty(db))) {
    throw new Problem(
      409,
      'database-not-empty',
      'the database is not empty: name a new one in DATABASE_URL, or drop what is in it',
    );
  }
  await putBack(deps, file);
  checkContents(file, contents, await readContents(db));
  return contents;
}

async function contentsOf(file: string): Promise<BackupContents> {
  const path = contentsFile(file);
  try {
    return JSON.parse(await readFile(path, 'utf8')) as BackupContents;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Problem(
      400,
      'not-a-backup',
      `${path}, which tells what is in it, cannot be read: ${why}`,
    );
  }
}

/** @throws {Problem} naming every table that is not as it was. */
function checkContents(file: string, expected: BackupContents, found: BackupContents): void {
  const wrong = differences(expected, found);
  if (wrong.length === 0) return;
  throw new Problem(500, 'backup-differs', `${file} is not what it should be: ${wrong.join('; ')}`);
}

async function compare(deps: BackupDeps, file: string, expected: BackupContents): Promise<void> {
  const { db, databaseUrl, ids, log } = deps;
  const name = `tillwire_verify_${ids.uuid().replaceAll('-', '')}`;
  const url = new URL(databaseUrl);
  url.pathname = `/${name}`;
  await createScratch(db, name);
  try {
    await putBack({ ...deps, databaseUrl: url.href }, file);
    const scratch = openDatabase(url.href, { log, connections: 1 });
    try {
      checkContents(file, expected, await readContents(scratch));
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
  exchange: (streams: { readonly stdin: Writable; readonly stdout: Readable }) => Promise<void>,
): Promise<void> {
  const url = new URL(databaseUrl);
  const password = decodeURIComponent(url.password);
  url.password = '';
  const child = spawn(tool, [...args, `--dbname=${url.href}`], {
    env: { PATH: searchPath, PGPASSWORD: password },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    said = (said + chunk).slice(-SAID_AT_MOST);
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  // Node throws away what a child wrote and nobody reads yet when it ends: deriving a key takes longer than that.
  const stdout = child.stdout.pipe(new PassThrough());
  const [exchanged, exit] = await Promise.allSettled([
    exchange({ stdin: child.stdin, stdout }),
    ended,
  ]);
  if (exit.status === 'rejected') {
    throw new Problem(500, 'backup-failed', `${tool}: ${toolFault(tool, exit.reason)}`);
  }
  // A tool that fails closes its side first: what it said is the reason, not that.
  if (exit.value !== 0 && said.trim() !== '' && !isSealedFault(exchanged)) {
    throw new Problem(500, 'backup-failed', `${tool}: ${said.trim()}`);
  }
  if (exchanged.status === 'rejected') throw exchanged.reason;
  if (exit.value !== 0) throw new Problem(500, 'backup-failed', `${tool} ended with ${exit.value}`);
}

const isSealedFault = (exchanged: PromiseSettledResult<void>): boolean =>
  exchanged.status === 'rejected' && exchanged.reason instanceof SealedFileError;

function toolFault(tool: string, error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
    return `${tool} is not installed: it comes with PostgreSQL's client tools, of the server's version or newer`;
  }
  return error instanceof Error ? error.message : String(error);
}
