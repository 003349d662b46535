import { join, resolve } from 'node:path';
import { type StoreCode, storeCode } from '@tillwire/domain';
import { freePort } from '@tillwire/lab/line';
import {
  createLog,
  type Log,
  MigrationError,
  pause,
  Problem,
  runServices,
  type Service,
  systemClock,
  systemIds,
  untilAborted,
} from '@tillwire/runtime';
import { type Command, type Terminal, wholeNumber } from './command.ts';
import { assembleDemo, type DemoChain, OFFICE_USER } from './demo-chain.ts';
import { createCustomers, type DemoShop } from './demo-orders.ts';
import { DemoError, type DemoState, lockDemo, openDemoState } from './demo-state.ts';
import { canHoldPostgres, startOwnPostgres } from './embedded-postgres.ts';
import { buildPages } from './pages.ts';

interface DemoOptions {
  readonly folder: string;
  readonly stores: number;
  /** Folder or ZIP of legacy tables, and whose. */
  readonly menu: { readonly path: string; readonly shop: number };
  /** At each shop; 0: nobody comes. */
  readonly ordersPerMinute: number;
  /** Head Office's; the shops follow behind it. 0: free ones. */
  readonly port: number;
  readonly json: boolean;
}

const SAMPLE_MENU = join(import.meta.dirname, '../../../sample-menu');
const READY_WITHIN_MS = 60_000;
const MOST_STORES = 50;
/** For the database of a demo that root runs where nobody else gets: PostgreSQL refuses to be root. */
const PUBLIC_FOLDER = '/var/tmp';

/** Broker, Head Office and shops in this process until `signal` aborts; what they know stays in the folder. */
async function runDemo(
  options: DemoOptions,
  signal: AbortSignal,
  { print, complain }: Terminal,
): Promise<number> {
  const tell = (line: string): void => complain(`tillwire demo: ${line}`);
  let release = (): void => undefined;
  try {
    release = lockDemo(options.folder);
    await buildPages(tell);
    await runChain(options, signal, { print, complain: tell });
    return 0;
  } catch (error) {
    const line = explained(error, options);
    if (line === null) throw error;
    tell(line);
    return 1;
  } finally {
    release();
  }
}

/** What the user of the demo can do something about, in words; null: nothing. */
function explained(error: unknown, { folder, menu }: DemoOptions): string | null {
  if (error instanceof DemoError) return error.message;
  if (error instanceof MigrationError) {
    return `${folder} holds the data of another version (${error.message}): take another --data`;
  }
  if (error instanceof Problem) {
    const faults = error.faults.map(({ path, message }) => `\n  ${path}: ${message}`).join('');
    return `the menu of shop ${menu.shop} in ${menu.path} cannot be taken: ${error.message}${faults}`;
  }
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    const taken = 'port' in error ? `port ${String(error.port)}` : 'a port';
    return `${taken} is in use: name another with --port, or --port 0 for free ones`;
  }
  return null;
}

async function runChain(
  options: DemoOptions,
  signal: AbortSignal,
  { print, complain }: Terminal,
): Promise<void> {
  const { folder, json } = options;
  const log = createLog('demo', 'error');
  const stores = Array.from({ length: options.stores }, (_, at) => storeOf(at));
  const state = openDemoState(folder, {
    users: [OFFICE_USER],
    stores,
    postgresFolder: (await canHoldPostgres(folder))
      ? join(folder, 'postgres')
      : join(PUBLIC_FOLDER, `tillwire-demo-${systemIds.uuid()}`),
    ids: systemIds,
  });
  complain(`starting PostgreSQL on ${state.postgres.folder}`);
  const postgres = await startOwnPostgres({ ...state.postgres, port: await freePort() });
  const stopping = new AbortController();
  const onSignal = (): void => stopping.abort();
  signal.addEventListener('abort', onSignal, { once: true });
  if (signal.aborted) stopping.abort();
  let running: Promise<void> | undefined;
  try {
    complain(
      `starting the broker, Head Office and ${stores.length === 1 ? 'a shop' : `${stores.length} shops`}`,
    );
    const databaseUrl = await postgres.database('head_office');
    const demo = await assembleDemo({ ...options, state, stores, databaseUrl, log });
    const ready = Promise.withResolvers<void>();
    running = runServices([customersOf(options, demo, ready.promise, log), ...demo.services], {
      signal: stopping.signal,
      log,
    });
    const shown = awaitReady(demo, state, stopping.signal).then((facts) => {
      for (const line of json ? [JSON.stringify(facts)] : summary(facts, options)) print(line);
      ready.resolve();
    });
    await Promise.race([running, shown.then(() => running)]);
  } finally {
    stopping.abort();
    await Promise.allSettled([running]);
    await postgres.stop();
  }
}

const storeOf = (at: number): StoreCode => storeCode(`S${String(at + 1).padStart(2, '0')}`);

/** The demo's ready line. */
interface Ready {
  readonly ready: true;
  readonly headOffice: {
    readonly url: string;
    readonly user: string;
    readonly password: string;
    readonly token: string;
  };
  readonly kiosks: readonly DemoShop[];
  readonly mqtt: { readonly url: string };
}

/** Waits until Head Office answers and every shop sells. @throws {DemoError} when that does not come about. */
async function awaitReady(
  { headOffice, shops, mqtt }: DemoChain,
  { headOffice: office }: DemoState,
  signal: AbortSignal,
): Promise<Ready> {
  const url = await headOffice;
  const kiosks = await shops;
  await createUser(url, office);
  const deadline = systemClock.monotonicMs() + READY_WITHIN_MS;
  const waiting = new Set(kiosks.map((kiosk) => `${kiosk.url}/api/menu`));
  waiting.add(`${url}/readyz`);
  while (waiting.size > 0 && !signal.aborted) {
    await Promise.all(
      [...waiting].map(async (page) => {
        if ((await fetch(page, { signal })).ok) waiting.delete(page);
      }),
    );
    if (systemClock.monotonicMs() > deadline) {
      throw new DemoError(
        `not ready after ${READY_WITHIN_MS / 1000} s: ${[...waiting].join(', ')}`,
      );
    }
    await pause(25, signal);
  }
  return { ready: true, headOffice: { url, ...office }, kiosks, mqtt: { url: mqtt } };
}

/** Makes the user people sign in as, unless a demo before did. */
async function createUser(
  url: string,
  { user, password, token }: DemoState['headOffice'],
): Promise<void> {
  const answer = await fetch(`${url}/api/users`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: user, fullName: 'The demo', role: 'admin', password }),
  });
  if (!answer.ok && answer.status !== 409) {
    throw new DemoError(`Head Office takes no user: ${answer.status} ${await answer.text()}`);
  }
}

/** Who orders at the shops once they are open. */
const customersOf = (
  { ordersPerMinute }: DemoOptions,
  { shops }: DemoChain,
  open: Promise<void>,
  log: Log,
): Service => ({
  name: 'customers',
  run: async (signal) => {
    await Promise.race([open, untilAborted(signal)]);
    if (signal.aborted || ordersPerMinute === 0) return untilAborted(signal);
    await createCustomers(await shops, { perMinute: ordersPerMinute, ids: systemIds, log }).run(
      signal,
    );
  },
});

const summary = (
  { headOffice, kiosks, mqtt }: Ready,
  { folder, ordersPerMinute }: DemoOptions,
): readonly string[] => [
  '',
  `Head Office   ${headOffice.url}`,
  `              sign in as ${headOffice.user} with ${headOffice.password}`,
  ...kiosks.flatMap(({ store, url, token }) => [`Shop ${store.padEnd(9)}${url}/#token=${token}`]),
  '',
  ordersPerMinute === 0
    ? 'Nobody orders but you.'
    : `Customers order at every shop, about ${ordersPerMinute} times a minute.`,
  `The broker is at ${mqtt.url}. Everything is kept in ${folder}, passwords among it.`,
  'Ctrl-C stops it; the next start carries on.',
];

/** The command that shows all of it on one machine. */
export const demoCommand = ({ signal }: { readonly signal: AbortSignal }): Command => ({
  name: 'demo',
  summary: 'run a whole chain on this machine: broker, Head Office and shops, with customers',
  options: {
    data: { type: 'string', value: 'DIR', help: 'where everything is kept', default: '.tillwire' },
    stores: { type: 'string', value: 'N', help: `shops, 1 to ${MOST_STORES}`, default: '3' },
    catalogue: {
      type: 'string',
      value: 'PATH',
      help: 'legacy tables (a folder or a ZIP) to sell from instead of the sample menu',
    },
    shop: { type: 'string', value: 'N', help: 'whose tables of those', default: '1' },
    'orders-per-minute': {
      type: 'string',
      value: 'R',
      help: 'orders of customers at each shop; 0: nobody comes',
      default: '6',
    },
    port: {
      type: 'string',
      value: 'P',
      help: "Head Office's, the shops' follow; 0: free ones",
      default: '8700',
    },
    json: { type: 'boolean', help: 'print one line of JSON once everything is ready' },
  },
  run: (args, terminal) =>
    runDemo(
      {
        folder: resolve(args.text('data') ?? '.tillwire'),
        stores: wholeNumber(args, 'stores', { least: 1, most: MOST_STORES, fallback: 3 }),
        menu: {
          path: resolve(args.text('catalogue') ?? SAMPLE_MENU),
          shop: wholeNumber(args, 'shop', { least: 1, most: 9999, fallback: 1 }),
        },
        ordersPerMinute: wholeNumber(args, 'orders-per-minute', {
          least: 0,
          most: 600,
          fallback: 6,
        }),
        port: wholeNumber(args, 'port', { least: 0, most: 65_000, fallback: 8700 }),
        json: args.flag('json'),
      },
      signal,
      terminal,
    ),
});
