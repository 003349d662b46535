import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import type { StoreCode } from '@tillwire/domain';
import { type BrokerAddress, systemClock, systemIds } from '@tillwire/runtime';
import { initBroker } from '../../apps/head-office/fleet/broker/broker-init.ts';
import type { BrokerAuth } from '../../apps/head-office/fleet/broker/rights.ts';
import { freePort } from './ports.ts';
import { type Started, start } from './process.ts';
import { findTool } from './tools.ts';

/** A Mosquitto of the test's own, over TLS, set up as `tillwire broker init` does. */
export interface TestBroker {
  readonly port: number;
  /** Path of the certificate it is known by. */
  readonly ca: string;
  /** What a process of `user` is configured with: `MQTT_URL`, `MQTT_USER`, … */
  readonly env: (user: string) => Promise<Readonly<Record<string, string>>>;
  /** The same for a link of the test's own; without a user one that has no credential. */
  readonly address: (user?: string) => Promise<BrokerAddress>;
  /** Starts it again after `stop` or `kill9`. */
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
  /** Has it read its certificates again, as `systemctl reload` does. */
  readonly reload: () => void;
  readonly kill9: () => Promise<void>;
  /** Takes away what it kept: retained messages and sessions. Only while it is down. */
  readonly wipe: () => Promise<void>;
  /** Stops it and removes its folder. */
  readonly remove: () => Promise<void>;
  readonly log: () => string;
}

export interface TestBrokerOptions {
  readonly stores: readonly StoreCode[];
  readonly auth?: BrokerAuth;
}

/** Starts Mosquitto on a free port in a folder of its own. */
export async function startMosquitto({
  stores,
  auth = 'dynsec',
}: TestBrokerOptions): Promise<TestBroker> {
  const mosquitto = findTool('mosquitto');
  const folder = await mkdtemp(join(tmpdir(), 'tillwire-broker-'));
  // Mosquitto becomes a user of its own when started by root.
  await chmod(folder, 0o755);
  const port = await freePort();
  const files = await initBroker(
    { folder, hosts: ['localhost', '127.0.0.1'], port, bind: '127.0.0.1', stores, auth },
    { clock: systemClock, ids: systemIds },
  );
  let running: Started | undefined;
  let earlier = '';
  const begin = async (): Promise<void> => {
    earlier += running?.stderr() ?? '';
    running = start(mosquitto, ['-c', files.configuration]);
    await running.says(/mosquitto version \S+ running/);
  };
  const env = async (user: string): Promise<Readonly<Record<string, string>>> => {
    const file = files.accounts[user];
    if (file === undefined) throw new Error(`the broker knows no ${user}`);
    const lines = (await readFile(file, 'utf8')).trim().split('\n');
    return Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    ) as Record<string, string>;
  };
  await begin();
  return {
    port,
    ca: files.ca,
    env,
    address: async (user) => {
      const ca = await readFile(files.ca, 'utf8');
      if (user === undefined) return { url: `mqtts://localhost:${port}`, ca };
      const { MQTT_URL, MQTT_USER, MQTT_PASS, MQTT_CERT, MQTT_KEY } = await env(user);
      return {
        url: MQTT_URL ?? '',
        ca,
        username: MQTT_USER,
        password: MQTT_PASS,
        cert: MQTT_CERT === undefined ? undefined : await readFile(MQTT_CERT, 'utf8'),
        key: MQTT_KEY === undefined ? undefined : await readFile(MQTT_KEY, 'utf8'),
      };
    },
    start: begin,
    stop: async () => {
      if (running !== undefined) await stopMosquitto(running);
    },
    reload: () => {
      if (running !== undefined) process.kill(running.pid, 'SIGHUP');
    },
    kill9: async () => {
      await running?.kill9();
    },
    wipe: async () => {
      const data = join(dirname(files.configuration), 'data');
      await rm(join(data, 'mosquitto.db'), { force: true });
    },
    remove: async () => {
      if (running !== undefined) await stopMosquitto(running);
      await rm(folder, { recursive: true, force: true });
    },
    log: () => earlier + (running?.stderr() ?? ''),
  };
}

/** Mosquitto 2.0.11 forgets a signal that comes right after it says that it runs: then it is asked again. */
const stopMosquitto = (broker: Started): Promise<unknown> =>
  broker.stop(3000).catch(() => broker.stop());
