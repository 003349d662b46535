import type { BrokerAuth } from '@tillwire/head-office/broker/rights';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseEnv } from 'node:util';
import process from 'node:process';
import { systemClock } from '@tillwire/runtime';
import { runCommand } from '../../apps/cli/src/command.ts';
import { loadCommands } from '../../apps/cli/src/commands.ts';
import { withEnvFile } from '../../apps/cli/src/env-file.ts';
import { findTool } from './tools.ts';
import { freePort } from './ports.ts';
import { type FreshDatabase, freshDatabase } from './postgres.ts';
import { type Started, start, startTillwire } from './process.ts';
import { waitFor } from './wait.ts';

const MENU = join(import.meta.dirname, '../../sample-menu');
const READY_WITHIN_MS = 60_000;

/** What a command said, and how it ended. */
export interface Told {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

type Environment = Readonly<Record<string, string>>;

/** An installation made by nothing but the product's own commands. */
export interface Installation {
  readonly folder: string;
  readonly database: FreshDatabase;
  /** What commands of Head Office are run with. */
  readonly office: Environment;
  readonly brokerFolder: string;
  readonly port: number;
  readonly tillwire: (args: readonly string[], env?: Environment) => Promise<Told>;
  /** The same, which must succeed; its answer. */
  readonly must: (args: readonly string[], env?: Environment) => Promise<string>;
  readonly startBroker: () => Promise<Started>;
  readonly startOffice: (env?: Environment) => Promise<Started>;
  /** Provisions and joins a store; its folder. */
  readonly join: (store: string, options?: readonly string[]) => Promise<string>;
  readonly startKiosk: (folder: string, env?: Environment) => Promise<RunningShop>;
  readonly remove: () => Promise<void>;
}

/** A kiosk that listens. */
export interface RunningShop {
  readonly process: Started;
  readonly get: (path: string) => Promise<{ readonly status: number; readonly body: unknown }>;
  /** Sells one of the first product there is; the order's id. */
  readonly sell: (request: string) => Promise<string>;
  /** Until Head Office has acknowledged everything. */
  readonly allSent: () => Promise<void>;
}

/**
 * Broker and Head Office configured in a folder of their own, not started yet. Its commands are processes of their own
 * while `isAlone` says so.
 */
export async function newInstallation({
  auth = 'dynsec',
  isAlone = () => false,
}: {
  readonly auth?: BrokerAuth;
  readonly isAlone?: () => boolean;
} = {}): Promise<Installation> {
  const folder = await mkdtemp(join(tmpdir(), 'tillwire-installation-'));
  // Mosquitto becomes a user of its own when started by root.
  await chmod(folder, 0o755);
  const [port, database] = [await freePort(), await freshDatabase()];
  const brokerFolder = join(folder, 'broker');
  const started: Started[] = [];
  const running = (one: Started): Started => {
    started.push(one);
    return one;
  };
  const tillwire: Installation['tillwire'] = async (args, env = {}) => {
    // One that is to die takes its process with it.
    if (env['TILLWIRE_CRASH_AT'] === undefined && !isAlone()) return runHere(args, env);
    const command = startTillwire(args, { env, cwd: folder });
    const { code } = await command.exited;
    return { code, stdout: command.stdout(), stderr: command.stderr() };
  };
  const must: Installation['must'] = async (args, env) => {
    const { code, stdout, stderr } = await tillwire(args, env);
    if (code !== 0) throw new Error(`${args.join(' ')}: ${stdout}${stderr}`);
    return stdout;
  };
  const where = ['--host', 'localhost', '--port', String(port)];
  await must(['broker', 'init', brokerFolder, '--auth', auth, ...where]);
  const account = join(brokerFolder, 'accounts', 'head-office.env');
  const office: Environment = {
    ...(parseEnv(await readFile(account, 'utf8')) as Environment),
    MQTT_ADMIN: join(brokerFolder, 'accounts', 'admin.env'),
    DATABASE_URL: database.url,
    HO_STATE_DIR: join(folder, 'state'),
    HTTP_PORT: '0',
    LOG_LEVEL: 'info',
  };
  return {
    folder,
    database,
    office,
    brokerFolder,
    port,
    tillwire,
    must,
    startBroker: async () => {
      const conf = join(brokerFolder, 'mosquitto', 'mosquitto.conf');
      const broker = running(start(findTool('mosquitto'), ['-c', conf]));
      await broker.says(/mosquitto version \S+ running/);
      return broker;
    },
    startOffice: async (env = {}) => {
      const one = running(startTillwire(['head-office'], { env: { ...office, ...env } }));
      await one.says(/Head Office is at/, READY_WITHIN_MS);
      return one;
    },
    join: async (store, options = []) => {
      const file = join(folder, `${store}-${started.length}-${options.length}.json`);
      const told = await must(
        ['store', 'provision', store, '--out', file, '--json', ...options],
        office,
      );
      const { code } = JSON.parse(told) as { code: string };
      const own = await mkdtemp(join(folder, `${store}-`));
      const shop = join(own, 'kiosk');
      await must(['kiosk', 'join', file, '--code', code, '--dir', shop, '--port', '0']);
      return shop;
    },
    startKiosk: async (shop, env = {}) => {
      const file = join(shop, 'kiosk.env');
      const { API_TOKEN } = parseEnv(await readFile(file, 'utf8'));
      const kiosk = running(startTillwire(['kiosk', '--env', file], { env, cwd: dirname(shop) }));
      const [, url = ''] = await kiosk.says(/sells at (\S+)/, READY_WITHIN_MS);
      return shopAt(kiosk, url, API_TOKEN ?? '');
    },
    remove: async () => {
      for (const one of started.toReversed()) {
        if (one.isRunning()) await one.stop();
      }
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A command as its own program runs it, in this process: starting Node takes longer than most commands. */
async function runHere(args: readonly string[], given: Environment): Promise<Told> {
  const { env, argv, fault } = withEnvFile(args, { PATH: process.env['PATH'], ...given });
  if (fault !== null) throw new Error(fault);
  const [printed, complained]: [string[], string[]] = [[], []];
  const signal = new AbortController().signal;
  const commands = await loadCommands(argv, { env, signal, clock: systemClock });
  const code = await runCommand(commands, argv, {
    print: (line) => void printed.push(`${line}\n`),
    complain: (line) => void complained.push(`${line}\n`),
  });
  return { code, stdout: printed.join(''), stderr: complained.join('') };
}

/** Publishes the sample menu to every store there is and will be. */
export async function publishMenu({ must, office }: Installation): Promise<void> {
  await must(['catalogue', 'import', MENU, '--shop', '1', '--by', 'anna'], office);
  await must(['catalogue', 'publish', '1', '--by', 'anna'], office);
}

function shopAt(process: Started, url: string, token: string): RunningShop {
  const authorization = `Bearer ${token}`;
  const get: RunningShop['get'] = async (path) => {
    const response = await fetch(url + path, { headers: { authorization } });
    return { status: response.status, body: await response.json() };
  };
  return {
    process,
    get,
    sell: async (request) => {
      const menu = (await get('/api/catalogue')).body as {
        catalogue: { products: { code: number }[] };
      };
      const response = await fetch(`${url}/api/orders`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body: JSON.stringify({
          requestId: request,
          channel: 'OT-C',
          vatBasis: 'take',
          lines: [{ kind: 'product', code: menu.catalogue.products[0]?.code, quantity: 1 }],
          tenders: [{ method: 'card' }],
        }),
      });
      const body = (await response.json()) as { order?: { globalOrderId: string } };
      if (body.order === undefined) throw new Error(JSON.stringify(body));
      return body.order.globalOrderId;
    },
    allSent: async () => {
      await waitFor('everything to be sent', async () => {
        const { body } = await get('/api/sync');
        return (body as { unsent: { count: number } }).unsent.count === 0;
      });
    },
  };
}
