import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type StoreCode } from '@tillwire/domain';
import { createKiosk, KIOSK_ROLES, parseKioskConfig } from '@tillwire/kiosk';
import { createLog, runServices, systemClock, systemIds } from '@tillwire/runtime';
import {
  type CatalogueOffice,
  createCatalogueOffice,
  createCommandDesk,
  createConfigDesk,
  openDatabase,
  registerStore,
} from '../../apps/head-office/index.ts';
import { startMosquitto, type TestBroker } from './mosquitto.ts';
import { type FreshDatabase, freshDatabase } from './postgres.ts';
import { type Started, startTillwire } from './process.ts';
import { waitFor } from './wait.ts';

const TOKEN = 'a-token-of-the-tests';
/** Many processes start at once here, on few cores. */
const START_WITHIN_MS = 90_000;

/** A kiosk of the chain, run by its command as a process. */
export interface ChainKiosk {
  readonly store: StoreCode;
  readonly url: () => string;
  /** What its processes and commands are configured with. */
  readonly environment: () => Promise<Readonly<Record<string, string>>>;
  readonly start: (env?: Readonly<Record<string, string>>) => Promise<void>;
  readonly stop: () => Promise<void>;
  readonly kill9: () => Promise<void>;
  /** Once it ended by itself, or was made to. */
  readonly exited: () => Promise<unknown>;
  /** False once it died, or was ended. */
  readonly isRunning: () => boolean;
  readonly get: (path: string) => Promise<Answer>;
  readonly post: (path: string, body: unknown) => Promise<Answer>;
  readonly log: () => string;
}

export interface Answer {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers by name
  readonly body: any;
}

/** Broker, Head Office and kiosks as processes over TLS, and Head Office's desks in the test's own. */
export interface Chain {
  readonly broker: TestBroker;
  readonly database: FreshDatabase;
  readonly db: ReturnType<typeof openDatabase>;
  readonly office: CatalogueOffice;
  readonly commands: ReturnType<typeof createCommandDesk>;
  readonly configs: ReturnType<typeof createConfigDesk>;
  readonly kiosks: readonly ChainKiosk[];
  /** What Head Office answers, once the one started last is ready. */
  readonly ask: (path: string) => Promise<Answer>;
  /** Posts to it likewise. */
  readonly tell: (path: string, body: unknown) => Promise<Answer>;
  /** Its address, once the one started last is ready. */
  readonly headOfficeUrl: () => Promise<string>;
  /** Starts Head Office; again after it died. */
  readonly startHeadOffice: (env?: Readonly<Record<string, string>>) => Promise<Started>;
  readonly stopHeadOffice: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/**
 * Starts broker, Head Office and a kiosk for each of `stores`, all provisioned, without any catalogue. Head Office
 * keeps its data in `database`, or in one of its own on the suite's PostgreSQL.
 */
export async function startChain(
  stores: readonly StoreCode[],
  {
    database: given,
    inThisProcess = false,
  }: {
    readonly database?: FreshDatabase;
    /** Many shops on few cores: kiosks share the test's own process and cannot be killed. */
    readonly inThisProcess?: boolean;
  } = {},
): Promise<Chain> {
  const folder = await mkdtemp(join(tmpdir(), 'tillwire-chain-'));
  const [broker, database] = [await startMosquitto({ stores }), given ?? (await freshDatabase())];
  const stateDir = join(folder, 'state');
  let headOffice: Started | undefined;

  const startHeadOffice = async (env: Readonly<Record<string, string>> = {}): Promise<Started> => {
    headOffice = startTillwire(['head-office'], {
      env: {
        ...(await broker.env('head-office')),
        DATABASE_URL: database.url,
        HO_STATE_DIR: stateDir,
        HTTP_PORT: '0',
        ADMIN_TOKEN: TOKEN,
        ...env,
      },
    });
    return headOffice;
  };
  await (await startHeadOffice()).says(/Head Office is at/, START_WITHIN_MS);
  const db = openDatabase(database.url, { log: createLog('test', 'silent'), connections: 3 });
  for (const store of stores) {
    await registerStore(db, { store, name: `Shop ${store}`, atMs: systemClock.nowMs() });
  }
  const anchors = join(stateDir, 'trust-anchors.pem');
  const kiosks = stores.map((store) => kioskOf(store, { broker, folder, anchors, inThisProcess }));
  await Promise.all(kiosks.map((kiosk) => kiosk.start()));
  const deps = { db, clock: systemClock, ids: systemIds };
  const headOfficeUrl = async (): Promise<string> => {
    const said = await headOffice?.says(/Head Office is at (\S+)/, 90_000);
    return said?.[1] ?? '';
  };
  return {
    broker,
    database,
    db,
    office: createCatalogueOffice(deps),
    commands: createCommandDesk(deps),
    configs: createConfigDesk(deps),
    kiosks,
    ask: async (path) => call(await headOfficeUrl(), path),
    tell: async (path, body) => call(await headOfficeUrl(), path, body),
    headOfficeUrl,
    startHeadOffice,
    stopHeadOffice: async () => {
      await headOffice?.stop();
    },
    stop: async () => {
      await Promise.all(kiosks.map((kiosk) => kiosk.stop()));
      await headOffice?.stop();
      await db.end();
      await broker.remove();
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function call(url: string, path: string, body?: unknown): Promise<Answer> {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const response = await fetch(
    url + path,
    body === undefined
      ? { headers }
      : {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json' },
          body: JSON.stringify(body),
        },
  );
  const text = await response.text();
  return { status: response.status, body: text === '' ? null : JSON.parse(text) };
}

function kioskOf(
  store: StoreCode,
  {
    broker,
    folder,
    anchors,
    inThisProcess,
  }: {
    readonly broker: TestBroker;
    readonly folder: string;
    readonly anchors: string;
    readonly inThisProcess: boolean;
  },
): ChainKiosk {
  let process: Started | undefined;
  let here: KioskHere | undefined;
  let url = '';
  const environment = async (): Promise<Readonly<Record<string, string>>> => ({
    ...(await broker.env(store)),
    STORE_CODE: store,
    DB_PATH: join(folder, `${store}.db`),
    EXPORT_DIR: join(folder, `${store}-exports`),
    BACKUP_DIR: join(folder, `${store}-backups`),
    TRUST_ANCHORS: anchors,
    HTTP_PORT: '0',
    API_TOKEN: TOKEN,
  });
  return {
    store,
    url: () => url,
    environment,
    start: async (env = {}) => {
      if (inThisProcess) {
        here = await runHere({ ...(await environment()), ...env });
        url = here.url;
        return;
      }
      process = startTillwire(['kiosk'], { env: { ...(await environment()), ...env } });
      [, url = ''] = await process.says(/sells at (\S+)/, START_WITHIN_MS);
    },
    stop: async () => {
      await here?.stop();
      await process?.stop();
    },
    exited: async () => process?.exited,
    kill9: async () => {
      await process?.kill9();
    },
    isRunning: () => process?.isRunning() === true,
    get: (path) => call(url, path),
    post: (path, body) => call(url, path, body),
    log: () => process?.stderr() ?? '',
  };
}

interface KioskHere {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

async function runHere(env: Readonly<Record<string, string>>): Promise<KioskHere> {
  const log = createLog('test', 'silent');
  const stopping = new AbortController();
  const kiosk = await createKiosk(parseKioskConfig(env), {
    roles: KIOSK_ROLES,
    clock: systemClock,
    ids: systemIds,
    log,
    crashPoint: () => undefined,
    version: 'test',
  });
  const running = runServices(kiosk.services, { signal: stopping.signal, log });
  return {
    url: await kiosk.listening,
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

/** What a kiosk asks for a product on the counter, and under which version; null: it has no catalogue. */
export async function priceAt(
  kiosk: ChainKiosk,
  code: number,
): Promise<{ readonly price: number; readonly version: number } | null> {
  const { status, body } = await kiosk.get('/api/catalogue');
  if (status !== 200) return null;
  const product = body.catalogue.products.find((one: { code: number }) => one.code === code);
  return { price: product?.prices[0] ?? 0, version: body.catalogVersion };
}

/** Waits until each kiosk asks the price named for it. */
export const untilPrices = (
  kiosks: readonly ChainKiosk[],
  code: number,
  prices: readonly number[],
): Promise<unknown> =>
  waitFor(`prices ${prices.join(', ')}`, async () => {
    const found = await Promise.all(kiosks.map((kiosk) => priceAt(kiosk, code)));
    return found.every((one, at) => one?.price === prices[at]);
  });
