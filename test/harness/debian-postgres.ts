import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import pg from 'pg';
import { freePort } from './ports.ts';
import type { FreshDatabase } from './postgres.ts';
import { start } from './process.ts';
import { findTool } from './tools.ts';

// The suite's PostgreSQL comes out of npm without the client's tools. What dumps and restores is tried on a server of
// Debian's, whose `pg_dump` fits it.

const ALL = '/usr/lib/postgresql';
const USER = 'postgres';

/** The folder of the newest server with its tools. */
function newestServer(): string {
  findTool('pg_dump');
  const versions = existsSync(ALL) ? readdirSync(ALL).map(Number) : [];
  const folder = join(ALL, String(Math.max(...versions)), 'bin');
  if (existsSync(join(folder, 'postgres'))) return folder;
  throw new Error(`there is no server in ${folder}: apt-get install postgresql`);
}

/** Root may not run the server: `args` as the user it has. */
const asServer = (args: readonly string[]): readonly [string, readonly string[]] =>
  process.getuid?.() === 0
    ? ['setpriv', [`--reuid=${USER}`, `--regid=${USER}`, '--clear-groups', ...args]]
    : [args[0] ?? '', args.slice(1)];

const idOf = (kind: '-u' | '-g'): number => Number(execFileSync('id', [kind, USER]).toString());

/** A database on a server of its own; dropping it stops the server. */
export async function debianDatabase(): Promise<FreshDatabase> {
  const bin = newestServer();
  const folder = await mkdtemp(join(tmpdir(), 'tillwire-debian-postgres-'));
  if (process.getuid?.() === 0) chownSync(folder, idOf('-u'), idOf('-g'));
  chmodSync(folder, 0o755);
  const data = join(folder, 'data');
  const port = await freePort();
  const [initdb, initdbArgs] = asServer([
    join(bin, 'initdb'),
    `--pgdata=${data}`,
    '--auth=trust',
    '--encoding=UTF8',
    '--locale=C.UTF-8',
    `--username=${USER}`,
  ]);
  execFileSync(initdb, initdbArgs, { stdio: 'ignore' });
  const [postgres, postgresArgs] = asServer([
    join(bin, 'postgres'),
    `-D${data}`,
    `-p${port}`,
    `-k${folder}`,
    '--listen_addresses=127.0.0.1',
  ]);
  const server = start(postgres, postgresArgs);
  await server.says(/ready to accept connections/);
  const url = (name: string): string => `postgres://${USER}@127.0.0.1:${port}/${name}`;
  const client = new pg.Client({ connectionString: url('postgres') });
  await client.connect();
  await client.query('CREATE DATABASE office');
  await client.end();
  return {
    url: url('office'),
    drop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
