import { chmod, readFile, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseEnv } from 'node:util';
import { freePort } from './line.ts';
import { createProgram, findProgram, type Program } from './program.ts';
import { tillwire } from './tillwire.ts';

type Environment = Readonly<Record<string, string>>;

/** What messages go through, over TLS, with an account for everyone: one machine or several. */
export interface LabBroker {
  readonly nodes: readonly Program[];
  /** Of each node. */
  readonly ports: readonly number[];
  /** Of MQTT: 5, or 4 for 3.1.1. */
  readonly version: '4' | '5';
  /** The environment file of its admin, who makes the shops' accounts live; null: they are made with it. */
  readonly adminFile: string | null;
  /** Its certificate, key and authority: for a line that stands in its place. */
  readonly identity: { readonly key: string; readonly cert: string; readonly ca: string };
  /** The environment of an account made with it, on its own first port or that of a line to it. */
  readonly account: (user: string, port?: number) => Promise<Environment>;
  /** Takes away what a node keeps: retained messages and sessions. Only while it is down. */
  readonly wipe: (node: number) => Promise<void> | void;
}

export interface BrokerOptions {
  readonly folder: string;
  /** Shops that get an account by name. */
  readonly stores: readonly string[];
  readonly logs: string;
  readonly env: Environment;
}

/** What `tillwire broker init` made. */
export interface BrokerFiles {
  readonly configuration: string;
  readonly ca: string;
  readonly accounts: Environment;
}

export async function initBroker(
  { folder, stores, env }: BrokerOptions,
  port: number,
): Promise<BrokerFiles> {
  const words = ['broker', 'init', folder, '--port', String(port), '--json'];
  const shops = stores.length === 0 ? [] : ['--stores', stores.join(',')];
  const made = JSON.parse(await tillwire([...words, ...shops], env)) as BrokerFiles;
  // Mosquitto becomes a user of its own when started by root.
  await chmod(folder, 0o755);
  return made;
}

/** The environment an account's file holds. */
export const accountOf = (file: string): Environment =>
  parseEnv(readFileSync(file, 'utf8')) as Environment;

/** Mosquitto, set up by `tillwire broker init`. */
export async function startMosquitto(options: BrokerOptions): Promise<LabBroker> {
  const port = await freePort();
  const files = await initBroker(options, port);
  const program = createProgram({
    name: 'broker',
    command: findProgram('mosquitto'),
    args: ['-c', files.configuration],
    env: options.env,
    ready: /mosquitto version \S+ running/,
    logs: options.logs,
  });
  await program.start();
  const own = dirname(files.configuration);
  return {
    nodes: [program],
    ports: [port],
    version: '5',
    adminFile: files.accounts['admin'] ?? '',
    identity: {
      key: await readFile(join(own, 'server.key'), 'utf8'),
      cert: await readFile(join(own, 'server.crt'), 'utf8'),
      ca: await readFile(files.ca, 'utf8'),
    },
    account: async (user, through = port) => ({
      ...accountOf(files.accounts[user] ?? ''),
      MQTT_URL: `mqtts://localhost:${through}`,
    }),
    wipe: () => rm(join(own, 'data', 'mosquitto.db'), { force: true }),
  };
}
