import { chmod, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { freePort } from './line.ts';
import { createProgram, findProgram, type Program } from './program.ts';
import { tillwire } from './tillwire.ts';

/** Mosquitto over TLS with an account for everyone, set up by `tillwire broker init`. */
export interface LabBroker {
  readonly program: Program;
  readonly port: number;
  /** The environment of an account, on the broker's own port or on that of a line to it. */
  readonly account: (user: string, port?: number) => Promise<Readonly<Record<string, string>>>;
  /** The environment file of its admin, who makes the shops' accounts. */
  readonly adminFile: string;
  /** Its certificate, key and authority: for a line that stands in its place. */
  readonly identity: { readonly key: string; readonly cert: string; readonly ca: string };
  /** Takes away its retained messages and sessions. Only while it is down. */
  readonly wipe: () => Promise<void>;
}

export async function startBroker({
  folder,
  stores,
  logs,
  env,
}: {
  readonly folder: string;
  /** Those that get an account by name; shops are provisioned. */
  readonly stores: readonly string[];
  readonly logs: string;
  readonly env: Readonly<Record<string, string>>;
}): Promise<LabBroker> {
  const port = await freePort();
  const made = await tillwire(
    ['broker', 'init', folder, '--port', String(port), '--json'].concat(
      stores.length === 0 ? [] : ['--stores', stores.join(',')],
    ),
    env,
  );
  // Mosquitto becomes a user of its own when started by root.
  await chmod(folder, 0o755);
  const files = JSON.parse(made) as {
    readonly configuration: string;
    readonly ca: string;
    readonly accounts: Readonly<Record<string, string>>;
  };
  const program = createProgram({
    name: 'broker',
    command: findProgram('mosquitto'),
    args: ['-c', files.configuration],
    env,
    ready: /mosquitto version \S+ running/,
    logs,
  });
  await program.start();
  const own = dirname(files.configuration);
  return {
    program,
    port,
    adminFile: files.accounts['admin'] ?? '',
    identity: {
      key: await readFile(join(own, 'server.key'), 'utf8'),
      cert: await readFile(join(own, 'server.crt'), 'utf8'),
      ca: await readFile(files.ca, 'utf8'),
    },
    account: async (user, through = port) => {
      const file = files.accounts[user];
      if (file === undefined) throw new Error(`the broker knows no ${user}`);
      const lines = (await readFile(file, 'utf8')).trim().split('\n');
      const account = Object.fromEntries(
        lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
      ) as Record<string, string>;
      const url = new URL(account['MQTT_URL'] ?? '');
      url.port = String(through);
      return { ...account, MQTT_URL: url.href.replace(/\/$/, '') };
    },
    wipe: () => rm(join(own, 'data', 'mosquitto.db'), { force: true }),
  };
}
