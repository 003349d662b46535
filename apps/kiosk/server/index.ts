import { dirname } from 'node:path';
import {
  type Clock,
  ConfigError,
  type CrashPoint,
  createMetrics,
  createMetricsServer,
  type Ids,
  type Log,
  type Metrics,
  type Service,
  untilAborted,
} from '@tillwire/runtime';
import { PUMP_SETTINGS } from '@tillwire/sync';
import { createAccess } from './access.ts';
import { createCatalogueLine } from './catalogue/line.ts';
import { createShopRules, type ShopRules } from './catalogue/shop-rules.ts';
import { type CatalogueSource, loadCatalogueFile } from './catalogue-source.ts';
import { isWitnessed } from './clock-witness.ts';
import type { KioskConfig } from './config.ts';
import { type Books, createBooks } from './books.ts';
import { createEventBus, type EventBus } from './events.ts';
import { createKitchen } from './kitchen.ts';
import { createPinHash, PIN_COST } from './pins.ts';
import { createPractice } from './practice.ts';
import { createPrinting, PRINT_SETTINGS } from './printing/service.ts';
import { dayFilesChore, forgottenDayChore } from './scheduler/day-chores.ts';
import { type Chore, createScheduler } from './scheduler/service.ts';
import { createCatalogueStore } from './store/catalogue-store.ts';
import { createCommandStore } from './store/command-store.ts';
import { createConfigStore } from './store/config-store.ts';
import { createCrewStore } from './store/crew-store.ts';
import { clockWitnesses } from './store/clock-store.ts';
import { type KioskDatabase, openKioskDatabase, pingDatabase } from './store/database.ts';
import { createDayStore } from './store/day-store.ts';
import { createErrorStore } from './store/error-store.ts';
import { createJournalStore } from './store/journal-store.ts';
import { createKitchenStore } from './store/kitchen-store.ts';
import { createOrderStore } from './store/order-store.ts';
import { createPrintStore } from './store/print-store.ts';
import { createSessionStore } from './store/session-store.ts';
import { createShiftStore } from './store/shift-store.ts';
import { createSyncStateStore } from './store/sync-state-store.ts';
import { createShopStatus } from './shop-status.ts';
import { createSyncWorker } from './sync/worker.ts';
import { watchKiosk } from './kiosk-metrics.ts';
import { readSyncStatus } from './sync-status.ts';
import { createTill } from './till.ts';
import { createIdentity, type Identity } from './joining/identity.ts';
import { createUpkeep, type Upkeep } from './upkeep.ts';
import { createWeb } from './web.ts';

export { type KioskConfig, parseKioskConfig } from './config.ts';
export { CatalogueImportError, importKioskCatalogue } from './catalogue-import.ts';
export { CatalogueFileError } from './catalogue-source.ts';
export { examineKiosk } from './joining/examine.ts';
export { brokerOfKiosk } from './joining/identity.ts';
export { migrateKioskDatabase } from './store/database.ts';
export { lookAtFile } from './store/file-look.ts';
export { JoinError, joinKiosk } from './joining/join.ts';
export { exportKioskJournal, JournalExportError } from './journal-export.ts';
export { type Desk, openDesk } from './desk.ts';
export { type Backup, backUp, verifyBackup, withOpenBackup } from './backup/backups.ts';
export { RestoreError, restoreBackup } from './backup/restore.ts';
export { writeDayFiles } from './scheduler/day-files-on-disk.ts';
export { DamagedFileError, type FileReport } from './store/backup-file.ts';

export const KIOSK_ROLES = ['web', 'sync', 'scheduler'] as const;
export type KioskRole = (typeof KIOSK_ROLES)[number];

export interface KioskDeps {
  readonly roles: readonly KioskRole[];
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly crashPoint: CrashPoint;
  /** The software's. */
  readonly version: string;
  readonly metrics?: Metrics;
}

export interface Kiosk {
  /** In the order they are to be stopped; the database last. */
  readonly services: readonly Service[];
  /** The address of the screens, once they can be had; never for a process without `web`. */
  readonly listening: Promise<string>;
}

/**
 * One store's processes, or some of them, on one database. Opens the database and brings it up to
 * date; everything else starts when the services run.
 * @throws {ConfigError} when a role lacks what it needs, {CatalogueFileError} naming every fault of a menu file.
 */
export async function createKiosk(config: KioskConfig, deps: KioskDeps): Promise<Kiosk> {
  checkRoles(config, deps.roles);
  const { store } = config;
  const { clock, ids, crashPoint } = deps;
  const file = config.catalogueFile;
  const fallback = file === null ? null : await loadCatalogueFile(file);
  const db = await openKioskDatabase(config.database, { store, clock, ids, crashPoint });
  const events = createEventBus();
  const stores = {
    orders: createOrderStore(db, { store, crashPoint }),
    journal: createJournalStore(db),
    syncState: createSyncStateStore(db),
    errors: createErrorStore(db, { store, clock, ids }),
    commands: createCommandStore(db, { clock }),
    crew: createCrewStore(db),
    sessions: createSessionStore(db, { ids }),
    prints: createPrintStore(db),
    kitchens: createKitchenStore(db),
    days: createDayStore(db, { store, crashPoint }),
    shifts: createShiftStore(db),
    catalogues: createCatalogueStore(db),
    configs: createConfigStore(db),
  };
  const rules = createShopRules({ ...stores, fallback, day: config.day, clock, log: deps.log });
  await rules.refresh();
  const { catalogue, day } = rules;
  const books = createBooks({
    ...stores,
    catalogue,
    day: () => day,
    clockWitnesses: () => clockWitnesses(db),
    clock,
    ids,
    events,
    onCommitted: () => undefined,
  });
  const identity = createIdentity({ ...config, ids, crashPoint, log: deps.log });
  const upkeep = createUpkeep({
    config,
    db,
    books,
    errors: stores.errors,
    syncState: stores.syncState,
    trusted: identity.trusted,
    clock,
    ids,
    log: deps.log,
    onCommitted: () => undefined,
  });
  const parts: KioskParts = {
    config,
    deps,
    db,
    events,
    stores,
    rules,
    catalogue,
    books,
    upkeep,
    identity,
  };
  const { promise: listening, resolve: onListening } = Promise.withResolvers<string>();
  const services: Record<KioskRole, () => Service> = {
    web: () => webOf(parts, onListening),
    sync: () => syncOf(parts),
    scheduler: () => schedulerOf(parts),
  };
  // Stopped in this order: no more requests, then no more work, then the line.
  const order = ['web', 'scheduler', 'sync'] as const;
  return {
    services: [
      ...order.filter((role) => deps.roles.includes(role)).map((role) => services[role]()),
      ...(deps.roles.includes('scheduler') ? [printingOf(parts)] : []),
      ...metricsOf(parts),
      { name: 'shop-rules', run: rules.follow },
      databaseService(db),
    ],
    listening,
  };
}

function checkRoles({ broker, trustAnchors }: KioskConfig, roles: readonly KioskRole[]): void {
  if (!roles.includes('sync')) return;
  const lacking = [
    ...(broker === null ? ['MQTT_URL or MQTT_HOST: needed by sync (not set)'] : []),
    ...(trustAnchors.length === 0 ? ['TRUST_ANCHORS: needed by sync (not set)'] : []),
  ];
  if (lacking.length > 0) throw new ConfigError(`wrong configuration\n  ${lacking.join('\n  ')}`);
}

interface KioskParts {
  readonly config: KioskConfig;
  readonly deps: KioskDeps;
  readonly db: KioskDatabase;
  readonly events: EventBus;
  readonly catalogue: CatalogueSource;
  readonly rules: ShopRules;
  readonly books: Books;
  readonly upkeep: Upkeep;
  readonly identity: Identity;
  readonly stores: {
    readonly orders: ReturnType<typeof createOrderStore>;
    readonly journal: ReturnType<typeof createJournalStore>;
    readonly syncState: ReturnType<typeof createSyncStateStore>;
    readonly errors: ReturnType<typeof createErrorStore>;
    readonly commands: ReturnType<typeof createCommandStore>;
    readonly crew: ReturnType<typeof createCrewStore>;
    readonly sessions: ReturnType<typeof createSessionStore>;
    readonly prints: ReturnType<typeof createPrintStore>;
    readonly kitchens: ReturnType<typeof createKitchenStore>;
    readonly days: ReturnType<typeof createDayStore>;
    readonly shifts: ReturnType<typeof createShiftStore>;
    readonly catalogues: ReturnType<typeof createCatalogueStore>;
    readonly configs: ReturnType<typeof createConfigStore>;
  };
}

/** A folder on the disk that matters. */
const dataDirOf = ({ database }: KioskConfig): string =>
  'path' in database ? dirname(database.path) : '.';

function webOf(
  { config, deps, db, events, rules, catalogue, books, stores, upkeep }: KioskParts,
  onListening: (url: string) => void,
): Service {
  const { clock } = deps;
  let witnesses: readonly number[] = [];
  let isClockDoubted = true;
  const hashPin = createPinHash(stores.sessions.pinSalt, PIN_COST);
  const selling = {
    catalogue,
    rules: rules.tillRules,
    knowsCrew: stores.crew.knows,
    clockDoubted: () => isClockDoubted,
    clockConfirmed: () => isWitnessed(clock.nowMs(), witnesses),
    day: rules.day,
    clock,
  };
  const till = createTill({
    ...selling,
    orders: stores.orders,
    events,
    reportError: stores.errors.report,
  });
  return createWeb({
    store: config.store,
    till,
    orders: stores.orders,
    practice: createPractice({
      ...selling,
      store: config.store,
      printers: config.printers,
      prints: stores.prints,
      ids: deps.ids,
    }),
    books,
    kitchen: createKitchen({
      ...stores,
      catalogue,
      config: rules.config,
      day: rules.day,
      clock,
      events,
    }),
    shopStatus: createShopStatus({
      ...stores,
      store: config.store,
      version: deps.version,
      catalogue,
      configVersion: rules.configVersion,
      upkeep,
      clockWitnesses: () => clockWitnesses(db),
      database: 'path' in config.database ? 'sqlite' : 'postgres',
      dataDir: dataDirOf(config),
      day: rules.day,
      clock,
    }),
    upkeep,
    catalogue,
    rules: rules.tillRules,
    access: createAccess({
      ...config,
      crew: stores.crew,
      sessions: stores.sessions,
      hashPin,
      reportError: stores.errors.report,
      clock,
      ids: deps.ids,
    }),
    crew: stores.crew,
    sessions: stores.sessions,
    hashPin,
    printers: config.printers,
    prints: stores.prints,
    lockAfterMs: config.lockAfterMs,
    trainingForced: () => rules.config().flags.training,
    flags: () => rules.config().flags,
    events,
    readStatus: () => readSyncStatus({ ...stores, clock }),
    refresh: async () => {
      await stores.crew.refresh();
      witnesses = await clockWitnesses(db);
      isClockDoubted = (await upkeep.clockDoubt()) !== null;
    },
    pingDatabase: () => pingDatabase(db),
    metrics: deps.metrics ?? createMetrics(),
    http: config.http,
    day: rules.day,
    version: deps.version,
    clock,
    log: deps.log,
    onListening,
  });
}

function syncOf({ config, deps, events, rules, stores, upkeep, identity }: KioskParts): Service {
  const { store, broker } = config;
  if (broker === null) throw new ConfigError('sync needs a broker');
  return createSyncWorker({
    store,
    broker: identity.broker,
    trusted: identity.trusted,
    journal: stores.journal,
    syncState: stores.syncState,
    errors: stores.errors,
    commands: stores.commands,
    registry: {
      ...upkeep.registry,
      ...identity.registry,
      'log-level': async ({ level }) => {
        deps.log.level = level;
        return { outcome: 'done', detail: `the log tells ${level} and above until the next start` };
      },
    },
    lanes: [upkeep.returns],
    beginEpoch: upkeep.beginEpoch,
    catalogue: createCatalogueLine({
      store,
      trusted: identity.trusted,
      catalogues: stores.catalogues,
      configs: stores.configs,
      reportError: stores.errors.report,
      onChange: () => {
        rules.refresh().catch((error: unknown) => {
          deps.log.warn({ err: error }, 'catalogue and config could not be read');
        });
      },
      clock: deps.clock,
      log: deps.log,
      crashPoint: deps.crashPoint,
    }),
    onRate: (listener) => rules.onConfig(({ limits }) => listener(limits.outbox_rate_per_s)),
    heartbeat: {
      store,
      version: deps.version,
      journal: stores.journal,
      clock: deps.clock,
      dataDir: dataDirOf(config),
      facts: async () => ({
        catalogVersion: rules.catalogue.current()?.version ?? 0,
        configVersion: rules.configVersion(),
        lastZ: await stores.orders.lastClosed(),
        lastBackupAt: await upkeep.lastBackupAt(),
      }),
    },
    settings: { ...PUMP_SETTINGS, ratePerS: rules.config().limits.outbox_rate_per_s },
    onCommitted: (listener) =>
      events.subscribe(({ type }) => {
        if (type === 'order' || type === 'day') listener();
      }),
    clock: deps.clock,
    ids: deps.ids,
    log: deps.log,
    crashPoint: deps.crashPoint,
  });
}

const schedulerOf = ({
  config,
  deps: { clock, log },
  stores,
  books,
  rules,
  upkeep,
}: KioskParts): Service =>
  createScheduler({
    chores: [
      onlyIf(() => rules.config().day.auto_close, forgottenDayChore(books, log)),
      dayFilesChore(stores.days, { folder: config.exportDir, clock, log }),
      ...upkeep.chores,
    ],
    log,
  });

/** A chore that rests while `holds` does not. */
const onlyIf = (holds: () => boolean, chore: Chore): Chore => ({
  ...chore,
  run: async (signal) => {
    if (holds()) await chore.run(signal);
  },
});

const printingOf = ({
  config: { printers },
  deps: { clock, log },
  stores,
  catalogue,
  rules,
}: KioskParts): Service =>
  createPrinting({
    printers,
    jobs: stores.prints,
    catalogue,
    day: rules.day,
    settings: PRINT_SETTINGS,
    clock,
    log,
  });

/** Figures on a port of their own; `web` shows the shop's beside its pages. */
function metricsOf({ config, deps, events, catalogue, stores }: KioskParts): readonly Service[] {
  const { clock, log, metrics, roles } = deps;
  if (config.metrics === null || metrics === undefined) return [];
  if (!roles.includes('web')) {
    watchKiosk({
      metrics,
      events,
      catalogue,
      readStatus: () => readSyncStatus({ ...stores, clock }),
    });
  }
  return [createMetricsServer({ ...config.metrics, metrics, log })];
}

const databaseService = (db: KioskDatabase): Service => ({
  name: 'database',
  run: async (signal) => {
    await untilAborted(signal);
    await db.destroy();
  },
});
