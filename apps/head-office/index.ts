import { join } from 'node:path';
import {
  type Clock,
  ConfigError,
  createMetricsServer,
  type CrashPoint,
  type Ids,
  type Log,
  type Metrics,
  readMigrations,
  type Service,
  untilAborted,
} from '@tillwire/runtime';
import { createDashboard } from './api/dashboard.ts';
import { createBell } from './api/event-routes.ts';
import { createPublisher } from './catalogue/publisher.ts';
import { createPublishingDesk } from './catalogue/publishing.ts';
import { createCertificateKeeper } from './books/certificate.ts';
import { createDayJudge } from './books/day-judge.ts';
import type { HeadOfficeConfig } from './config.ts';
import { watchFleet } from './fleet/fleet-metrics.ts';
import { createCommandSender } from './fleet/commands.ts';
import { createBrokerAccounts } from './fleet/provisioning/broker-accounts.ts';
import { createAccountKeeper } from './fleet/provisioning/account-mending.ts';
import {
  createRotationKeeper,
  createRotations,
  type RotationDeps,
} from './fleet/provisioning/rotation.ts';
import { createCertificateReadings, createCertificateWatch } from './fleet/alerts/certificates.ts';
import { createAlertSender } from './fleet/alerts/sending.ts';
import { createAlertPruning, createAlertWatch } from './fleet/alerts/watch.ts';
import { revokeForgotten } from './fleet/provisioning/provisioning.ts';
import { openRevocations } from './fleet/provisioning/revocations.ts';
import { openSealingKeys, openStoreKeys } from './fleet/provisioning/store-keys.ts';
import { createIngest } from './ingest/ingest.ts';
import { createSigner, openStateDir } from './state-dir.ts';
import { answerCommand } from './store/command-store.ts';
import { type Database, migrate, openDatabase } from './store/database.ts';
import { settleIncarnation } from './store/incarnation-store.ts';
import { createMaintenance } from './store/partitions.ts';

export { type HeadOfficeConfig, parseHeadOfficeConfig } from './config.ts';
export { type CatalogueOffice, createCatalogueOffice, menuTarget } from './catalogue/office.ts';
export { changeText } from './catalogue/diff.ts';
export { exportForStore } from './catalogue/export.ts';
export { createCommandDesk, DEFAULT_LIFE_MS } from './fleet/commands.ts';
export { createConfigDesk } from './fleet/config.ts';
export { type BrokerAdmin, brokerAdminOf } from './fleet/provisioning/broker-admin.ts';
export { createBrokerAccounts } from './fleet/provisioning/broker-accounts.ts';
export { provisionStoreByFile, revokeStoreNow } from './fleet/provisioning/provisioning.ts';
export { createRotations, type RotationDeps } from './fleet/provisioning/rotation.ts';
export { openRevocations } from './fleet/provisioning/revocations.ts';
export { openStoreKeys } from './fleet/provisioning/store-keys.ts';
export { authoritiesOf, trustBroker } from './fleet/provisioning/broker-trust.ts';
export { examineHeadOffice } from './fleet/provisioning/examine.ts';
export { rotateSigningKey } from './fleet/provisioning/signing-keys.ts';
export { csvOf } from './api/csv.ts';
export {
  backUpOffice,
  type OfficeBackup,
  restoreOffice,
  verifyOfficeBackup,
} from './backup/backups.ts';
export { importJournal } from './ingest/import-journal.ts';
export { listOrders } from './store/order-queries.ts';
export { verifyRollups } from './store/rollup-store.ts';
export { createAuditStore } from './store/audit-store.ts';
export { listStores, registerStore } from './store/fleet-store.ts';
export { type Database, migrate, openDatabase } from './store/database.ts';
export { openStateDir } from './state-dir.ts';

/** What a Head Office process can be: one of these, or several. */
export const HEAD_OFFICE_ROLES = ['ingest', 'catalogue', 'fleet', 'dashboard'] as const;
export type HeadOfficeRole = (typeof HEAD_OFFICE_ROLES)[number];

export interface HeadOfficeDeps {
  readonly roles: readonly HeadOfficeRole[];
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly crashPoint: CrashPoint;
}

export interface HeadOffice {
  /** To run together, and to stop in this order. */
  readonly services: readonly Service[];
  /** The dashboard's address once it listens; never without that role. */
  readonly listening: Promise<string>;
}

const MIGRATIONS = join(import.meta.dirname, 'store', 'migrations');

/** Brings Head Office's database to this version; the names of the migrations applied. */
export const migrateHeadOffice = (db: Database): Promise<readonly string[]> =>
  migrate(db, readMigrations(MIGRATIONS));

/** Head Office over its database, which is brought to this version first. */
export async function createHeadOffice(
  config: HeadOfficeConfig,
  deps: HeadOfficeDeps,
): Promise<HeadOffice> {
  const { roles, clock, ids, log, metrics } = deps;
  const { broker } = config;
  if (broker === null && roles.some((role) => role !== 'dashboard')) {
    throw new ConfigError('wrong configuration\n  MQTT_URL: is needed (not set)');
  }
  const stateDir = openStateDir(config.stateDir, ids);
  const sinkKey = openSealingKeys(config.stateDir, ids)('alert sinks');
  const db = openDatabase(config.databaseUrl, { log });
  const revocations = openRevocations(config.stateDir);
  const rotation: RotationDeps | null =
    config.brokerAdmin === null
      ? null
      : {
          ...deps,
          db,
          accounts: createBrokerAccounts({ admin: config.brokerAdmin, ids }),
          storeKey: openStoreKeys(config.stateDir, ids),
          revocations,
        };
  try {
    await migrate(db, readMigrations(MIGRATIONS), deps.crashPoint);
    // Before anything of theirs is offered, or put at the broker.
    await revokeForgotten({ db, revocations, clock });
  } catch (error) {
    await db.end();
    throw error;
  }
  const services: Service[] = [];
  const bell = createBell();
  let listening = new Promise<string>(() => undefined);
  if (roles.includes('dashboard')) {
    const { adminToken, publicUrl, http, stateDir: stateFolder, rotateAfterMs } = config;
    const { brokerAdmin } = config;
    const dashboard = createDashboard({
      db,
      stateDir,
      clock,
      ids,
      log,
      metrics,
      adminToken,
      publicUrl,
      sinkKey,
      http,
      bell,
      provisioning: {
        brokerOffice:
          rotation === null || brokerAdmin === null ? null : { rotation, broker: brokerAdmin },
        stateFolder,
        rotateAfterMs,
        certificates:
          broker === null ? () => Promise.resolve([]) : createCertificateWatch(broker, clock),
      },
    });
    services.push(dashboard.service);
    listening = dashboard.listening;
  }
  if (broker !== null && roles.includes('ingest')) {
    services.push(
      createIngest({
        ...deps,
        db,
        broker,
        clientId: `ingest-${ids.uuid()}`,
        sign: createSigner(stateDir.keys, clock),
        settleIncarnation: () => settleIncarnation(db, stateDir, clock.nowMs()),
        shard: config.shard,
        handlers: {
          results: async (store, result) => {
            await answerCommand(db, store, result, clock.nowMs());
          },
        },
      }),
      createDayJudge({ db, clock, log }),
      createCertificateKeeper({ db, keys: stateDir.keys, clock, log }),
      createMaintenance({ db, clock, log }),
    );
  }
  if (broker !== null && roles.includes('catalogue')) {
    services.push(
      createPublisher({
        ...deps,
        db,
        broker,
        clientId: `publisher-${ids.uuid()}`,
        keys: stateDir.keys,
        published: stateDir,
        incarnation: () => settleIncarnation(db, stateDir, clock.nowMs()),
        desk: createPublishingDesk({ db, clock }),
        onReport: bell.ring,
      }),
    );
  }
  if (broker !== null && roles.includes('fleet')) {
    services.push(
      createCommandSender({
        ...deps,
        db,
        broker,
        clientId: `fleet-${ids.uuid()}`,
        sign: createSigner(stateDir.keys, clock),
      }),
      createAlertWatch({ ...deps, db, ownReadings: createCertificateReadings(broker, clock) }),
      createAlertSender({ ...deps, db, sinkKey }),
      createAlertPruning({ db, clock, log }),
    );
    watchFleet({ db, clock, metrics });
    if (rotation !== null) {
      const rotations = createRotations(rotation);
      services.push(
        createRotationKeeper({ rotations, maxAgeMs: config.rotateAfterMs, clock, log }),
        createAccountKeeper({ deps: rotation, log }),
      );
    }
  }
  if (config.metrics !== null) {
    services.push(createMetricsServer({ ...config.metrics, metrics, log }));
  }
  services.push(closing(db));
  return { services, listening };
}

/** Last to stop: gives the connections back. */
const closing = (db: Database): Service => ({
  name: 'database',
  run: async (signal) => {
    await untilAborted(signal);
    await db.end();
  },
});
