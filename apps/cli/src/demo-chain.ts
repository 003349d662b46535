import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoreCode } from '@tillwire/domain';
import {
  createCatalogueOffice,
  createHeadOffice,
  HEAD_OFFICE_ROLES,
  type HeadOffice,
  openDatabase,
  parseHeadOfficeConfig,
  registerStore,
} from '@tillwire/head-office';
import { rightsOfUser } from '@tillwire/head-office/broker/rights';
import { createKiosk, type Kiosk, KIOSK_ROLES, parseKioskConfig } from '@tillwire/kiosk';
import {
  createCrashPoints,
  createMetrics,
  type Log,
  type Service,
  systemClock,
  systemIds,
  untilAborted,
} from '@tillwire/runtime';
import type { DemoShop } from './demo-orders.ts';
import { type DemoState, writeDemoState } from './demo-state.ts';
import { type EmbeddedBroker, startEmbeddedBroker } from './embedded-broker.ts';
import { VERSION } from './version.ts';

/** What a demo's chain is made of. */
export interface DemoPlan {
  readonly folder: string;
  readonly stores: readonly StoreCode[];
  /** Folder or ZIP of legacy tables, and whose. */
  readonly menu: { readonly path: string; readonly shop: number };
  /** Head Office's; the shops follow behind it. 0: free ones. */
  readonly port: number;
  readonly databaseUrl: string;
  readonly state: DemoState;
  readonly log: Log;
}

/** Everything that runs, and what to say of it once it is ready. */
export interface DemoChain {
  /** In the order they are to be stopped. */
  readonly services: readonly Service[];
  readonly shops: Promise<readonly DemoShop[]>;
  readonly headOffice: Promise<string>;
  readonly mqtt: string;
}

/** The account by which all of Head Office's parts talk to the broker. */
export const OFFICE_USER = 'head-office';
/** The broker's port is that of Head Office and so many. */
const BROKER_OFFSET = 99;
const SHOP_NAMES = [
  'High Street',
  'Station',
  'Retail Park',
  'Market Square',
  'Riverside',
  'Ring Road',
];

/** Broker, Head Office with its menu published, and shops, ready to run. The broker runs already. */
export async function assembleDemo(plan: DemoPlan): Promise<DemoChain> {
  const { port, stores, state } = plan;
  const broker = await startEmbeddedBroker({
    port: port === 0 ? 0 : port + BROKER_OFFSET,
    users: new Map(
      [OFFICE_USER, ...stores].map((user) => [
        user,
        { password: state.broker[user] ?? '', rights: rightsOfUser(user) },
      ]),
    ),
  });
  try {
    const headOffice = await officeOf(plan, broker);
    await prepareOffice(plan);
    const kiosks = await Promise.all(stores.map((store, at) => kioskOf(plan, broker, store, at)));
    return {
      services: [
        ...kiosks.flatMap(({ services }) => services),
        ...headOffice.services,
        {
          name: 'broker',
          run: async (signal) => {
            await untilAborted(signal);
            await broker.stop();
          },
        },
      ],
      shops: Promise.all(
        kiosks.map(async ({ listening }, at) => {
          const store = stores[at] ?? '';
          return { store, url: await listening, token: state.kiosks[store]?.token ?? '' };
        }),
      ),
      headOffice: headOffice.listening,
      mqtt: broker.url,
    };
  } catch (error) {
    await broker.stop();
    throw error;
  }
}

const deps = {
  clock: systemClock,
  ids: systemIds,
  crashPoint: createCrashPoints(undefined),
};

const environment = ({ state }: DemoPlan, { url }: EmbeddedBroker, user: string) => ({
  MQTT_URL: url,
  // All that the embedded broker speaks.
  MQTT_VERSION: '4',
  MQTT_USER: user,
  MQTT_PASS: state.broker[user],
  HTTP_HOST: '127.0.0.1',
});

const stateDirOf = ({ folder }: DemoPlan): string => join(folder, 'head-office');

const officeOf = (plan: DemoPlan, broker: EmbeddedBroker): Promise<HeadOffice> =>
  createHeadOffice(
    parseHeadOfficeConfig({
      ...environment(plan, broker, OFFICE_USER),
      DATABASE_URL: plan.databaseUrl,
      HO_STATE_DIR: stateDirOf(plan),
      HTTP_PORT: String(plan.port),
      ADMIN_TOKEN: plan.state.headOffice.token,
    }),
    {
      ...deps,
      log: plan.log,
      roles: HEAD_OFFICE_ROLES,
      metrics: createMetrics({ process: true }),
    },
  );

async function kioskOf(
  plan: DemoPlan,
  broker: EmbeddedBroker,
  store: StoreCode,
  at: number,
): Promise<Kiosk> {
  const { folder, port, state } = plan;
  const own = join(folder, store);
  await mkdir(own, { recursive: true });
  const config = parseKioskConfig({
    ...environment(plan, broker, store),
    STORE_CODE: store,
    DB_PATH: join(own, 'kiosk.db'),
    EXPORT_DIR: join(own, 'exports'),
    BACKUP_DIR: join(own, 'backups'),
    TRUST_ANCHORS: join(stateDirOf(plan), 'trust-anchors.pem'),
    HTTP_PORT: String(port === 0 ? 0 : port + 1 + at),
    API_TOKEN: state.kiosks[store]?.token,
  });
  return createKiosk(config, {
    ...deps,
    log: plan.log.child({ store }),
    roles: KIOSK_ROLES,
    version: VERSION,
  });
}

/** Makes the shops the chain's, and publishes the menu unless it is the one that was published last. */
async function prepareOffice({
  folder,
  menu,
  state,
  stores,
  databaseUrl,
  log,
}: DemoPlan): Promise<void> {
  const db = openDatabase(databaseUrl, { log });
  try {
    for (const [at, store] of stores.entries()) {
      const name = SHOP_NAMES[at % SHOP_NAMES.length] ?? store;
      await registerStore(db, { store, name, atMs: systemClock.nowMs() });
    }
    if (state.menu?.path === menu.path && state.menu.shop === menu.shop) return;
    const office = createCatalogueOffice({ db, clock: systemClock });
    const by = state.headOffice.user;
    const { draft } = await office.drafts.importSet({
      draftId: null,
      source: { path: menu.path },
      shop: menu.shop,
      target: 'base',
      by,
    });
    await office.publishing.publish({
      draftId: draft.draftId,
      revision: draft.revision,
      note: 'imported by the demo',
      by,
      plan: { canaries: [], waveSize: null },
      effectiveFromMs: null,
      scheduled: 'cancel',
    });
    writeDemoState(folder, { ...state, menu });
  } finally {
    await db.end();
  }
}
