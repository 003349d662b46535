import type { StoreConfig } from '@tillwire/contract';
import type { DayRules, StoreCode } from '@tillwire/domain';
import { type Clock, type Log, type Metrics, repeat, type Service } from '@tillwire/runtime';
import { type Access } from './access.ts';
import type { Books } from './books.ts';
import type { CatalogueSource } from './catalogue-source.ts';
import type { EventBus } from './events.ts';
import { registerAccessRoutes } from './http/access-routes.ts';
import { registerClockRoutes } from './http/clock-routes.ts';
import { registerCrewRoutes } from './http/crew-routes.ts';
import { registerDayRoutes } from './http/day-routes.ts';
import { registerEventRoutes } from './http/event-routes.ts';
import { registerKitchenRoutes } from './http/kitchen-routes.ts';
import { registerMenuRoutes } from './http/menu-routes.ts';
import { registerOrderRoutes } from './http/order-routes.ts';
import { printerViews, registerPrinterRoutes } from './http/printer-routes.ts';
import { createKioskServer } from './http/server.ts';
import { registerServiceRoutes } from './http/service-routes.ts';
import { registerShopRoutes } from './http/shop-routes.ts';
import { registerSyncRoutes } from './http/sync-routes.ts';
import { watchKiosk } from './kiosk-metrics.ts';
import type { Kitchen } from './kitchen.ts';
import type { HashPin } from './pins.ts';
import { isPracticeId, type Practice } from './practice.ts';
import type { Printer } from './printing/printers.ts';
import type { CrewStore } from './store/crew-store.ts';
import type { OrderStore } from './store/order-store.ts';
import type { PrintStore } from './store/print-store.ts';
import type { SessionStore } from './store/session-store.ts';
import type { ShopStatus } from './shop-status.ts';
import { type SyncStatus } from './sync-status.ts';
import type { Till, TillRulesInForce } from './till.ts';
import type { Upkeep } from './upkeep.ts';

export interface WebDeps {
  readonly store: StoreCode;
  readonly till: Till;
  readonly orders: OrderStore;
  readonly practice: Practice;
  readonly books: Books;
  readonly kitchen: Kitchen;
  readonly shopStatus: ShopStatus;
  readonly upkeep: Pick<Upkeep, 'confirmClock'>;
  readonly catalogue: CatalogueSource;
  readonly rules: () => TillRulesInForce;
  readonly access: Access;
  readonly crew: CrewStore;
  readonly sessions: SessionStore;
  readonly hashPin: HashPin;
  readonly printers: readonly Printer[];
  readonly prints: PrintStore;
  readonly lockAfterMs: number;
  /** Whether Head Office has the whole shop practise. */
  readonly trainingForced: () => boolean;
  readonly flags: () => StoreConfig['flags'];
  readonly events: EventBus;
  readonly readStatus: () => Promise<SyncStatus>;
  /** Reads anew what the till keeps in memory of the database. */
  readonly refresh: () => Promise<void>;
  readonly pingDatabase: () => Promise<void>;
  readonly metrics: Metrics;
  readonly http: { readonly host: string; readonly port: number };
  readonly day: DayRules;
  readonly version: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly onListening: (url: string) => void;
}

const REFRESH_MS = 1000;

/** The kiosk's HTTP server as a service. */
export const createWeb = (deps: WebDeps): Service => ({
  name: 'web',
  run: async (signal) => {
    const { log, http, events } = deps;
    await deps.refresh();
    watchKiosk(deps);
    const server = await createKioskServer({
      access: deps.access,
      log,
      version: deps.version,
      routes: [
        (api) => registerAccessRoutes(api, deps),
        (api) => registerCrewRoutes(api, deps),
        (api) => registerOrderRoutes(api, deps),
        (api) => registerDayRoutes(api, deps.books),
        (api) => registerKitchenRoutes(api, deps),
        (api) => registerMenuRoutes(api, deps),
        (api) =>
          registerPrinterRoutes(api, {
            ...deps,
            findOrder: async (id) => {
              const training = isPracticeId(id);
              const { orders } = training ? deps.practice : deps;
              const stored = await orders.read(id);
              return stored === null ? null : { order: stored.order, training };
            },
          }),
        (api) => registerSyncRoutes(api, deps),
        (api) => registerShopRoutes(api, deps),
        (api) => registerClockRoutes(api, deps),
        (api) => registerEventRoutes(api, deps),
        (api) =>
          registerServiceRoutes(api, {
            pingDatabase: deps.pingDatabase,
            hasCatalogue: () => deps.catalogue.current() !== null,
            metrics: deps.metrics,
          }),
      ],
    });
    const stopListening = deps.catalogue.subscribe(({ version }) =>
      events.publish({ type: 'catalogue', catalogVersion: version }),
    );
    try {
      const url = await server.listen({ host: http.host, port: http.port });
      log.info({ url }, 'kiosk listening');
      deps.onListening(url);
      await repeat(REFRESH_MS, signal, watchStatus(deps), (error) =>
        log.warn({ err: error }, 'the database did not answer'),
      );
    } finally {
      stopListening();
      await server.close();
    }
  },
});

/** Tells the screens when the line or what is unsent has changed, whichever process changed it. */
function watchStatus(deps: WebDeps): () => Promise<void> {
  const { refresh, readStatus, events } = deps;
  let told = '';
  let configVersion = deps.rules().configVersion;
  const printing = new Map<string, string>();
  return async () => {
    await refresh();
    const catalogVersion = deps.catalogue.current()?.version;
    // Screens sell by the rules that come with the menu.
    if (configVersion !== deps.rules().configVersion && catalogVersion !== undefined) {
      configVersion = deps.rules().configVersion;
      events.publish({ type: 'catalogue', catalogVersion });
    }
    for (const { name, state } of printerViews(deps.printers, await deps.prints.states())) {
      if ((printing.get(name) ?? 'ready') !== state) {
        events.publish({ type: 'printer', printer: name, state });
      }
      printing.set(name, state);
    }
    const { link, unsent } = await readStatus();
    const word = `${link} ${unsent.count}`;
    if (word === told) return;
    told = word;
    events.publish({ type: 'sync', link, unsent: unsent.count });
  };
}
