import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import {
  type Clock,
  createHttpServer,
  type Ids,
  type Log,
  type Metrics,
  servePages,
  type Service,
  untilAborted,
} from '@tillwire/runtime';
import { createCatalogueOffice } from '../catalogue/office.ts';
import { createCommandDesk } from '../fleet/commands.ts';
import { createConfigDesk } from '../fleet/config.ts';
import { createAuditStore } from '../store/audit-store.ts';
import { countFiring } from '../store/alert-state-store.ts';
import type { Database } from '../store/database.ts';
import { createUserStore } from '../store/user-store.ts';
import { createAccess } from './access.ts';
import type { StateDir } from '../state-dir.ts';
import { registerAlertRoutes } from './alert-routes.ts';
import { registerAuditRoutes } from './audit-routes.ts';
import { registerCatalogueRoutes } from './catalogue-routes.ts';
import { registerCertificateRoutes } from './certificate-routes.ts';
import { createSessionCookie } from './cookies.ts';
import { registerDraftRoutes } from './draft-routes.ts';
import { registerFleetRoutes } from './fleet-routes.ts';
import { type Bell, registerEventRoutes } from './event-routes.ts';
import { registerDayRoutes } from './day-routes.ts';
import { createHeadOfficeApi, type HeadOfficeApi } from './head-office-api.ts';
import {
  channelNamesOf,
  companyNamesOf,
  createItemNames,
  itemNamesOf,
  newestMenu,
} from './item-names.ts';
import { registerOrderRoutes } from './order-routes.ts';
import { PASSWORD_COST, type PasswordCost } from './passwords.ts';
import { type ProvisioningDeps, registerProvisioningRoutes } from './provisioning-routes.ts';
import { registerQuarantineRoutes } from './quarantine-routes.ts';
import { registerReportRoutes } from './report-routes.ts';
import { registerServiceRoutes } from './service-routes.ts';
import { registerSessionRoutes } from './session-routes.ts';
import { dayView, registerStoreRoutes } from './store-routes.ts';
import { createStoreViews } from './store-views.ts';
import { registerUserRoutes } from './user-routes.ts';

export interface DashboardDeps {
  readonly db: Database;
  readonly stateDir: Pick<StateDir, 'keys'>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly metrics: Metrics;
  /** `Authorization: Bearer` with it acts as an admin; null: there is none. */
  readonly adminToken: string | null;
  /** Where browsers reach the pages, when that is not this server itself: `https://office.example`. */
  readonly publicUrl: string | null;
  /** Seals the secrets of those who are told alerts. */
  readonly sinkKey: Buffer;
  /** What it takes to let shops in and shut them out. */
  readonly provisioning: ProvisioningDeps;
  readonly passwordCost?: PasswordCost;
  /** Rung by other roles of this process when something changed. */
  readonly bell?: Bell;
}

const PAGES = join(import.meta.dirname, '..', 'ui', 'dist');

/** Head Office's HTTP server: its API and, where they are built, its screens. */
export async function createDashboardServer(deps: DashboardDeps): Promise<HeadOfficeApi> {
  const { db, clock, ids, log, metrics, adminToken, publicUrl } = deps;
  const { passwordCost = PASSWORD_COST } = deps;
  const server = await createHttpServer({ log });
  const users = createUserStore(db);
  const audit = createAuditStore(db);
  const publicOrigin = publicUrl === null ? null : new URL(publicUrl).origin;
  const cookie = createSessionCookie({ secure: publicOrigin?.startsWith('https:') ?? false });
  const access = createAccess({
    users,
    clock,
    ids,
    cookie,
    adminToken,
    publicOrigin,
    passwordCost,
  });
  const api = createHeadOfficeApi({ server, access, audit, clock, log });
  const office = createCatalogueOffice({ db, clock });
  const views = createStoreViews(db, clock, office.standing);
  const names = createItemNames({
    stores: async () => new Map((await views.all()).map(({ store, name }) => [store, name])),
    items: async () => itemNamesOf(await newestMenu(office)),
    channels: async () => channelNamesOf(await newestMenu(office)),
    companies: async () => companyNamesOf(await newestMenu(office)),
  });

  registerServiceRoutes(api, { db, metrics });
  registerSessionRoutes(api, { access, users, clock, passwordCost });
  registerUserRoutes(api, { users, clock, passwordCost });
  registerAuditRoutes(api, { audit });
  registerStoreRoutes(api, { db, clock, views });
  registerOrderRoutes(api, { db });
  registerDayRoutes(api, { db, clock });
  registerCertificateRoutes(api, { db, clock, stateDir: deps.stateDir });
  registerQuarantineRoutes(api, { db, clock, log });
  registerAlertRoutes(api, { db, clock, ids, sinkKey: deps.sinkKey });
  registerReportRoutes(api, { db, names });
  registerCatalogueRoutes(api, { office, clock });
  registerDraftRoutes(api, { db, office, clock });
  registerFleetRoutes(api, {
    db,
    commands: createCommandDesk({ db, clock, ids }),
    configs: createConfigDesk({ db, clock }),
  });
  registerProvisioningRoutes(api, {
    db,
    clock,
    ids,
    stateDir: deps.stateDir,
    ...deps.provisioning,
  });
  registerEventRoutes(api, {
    views,
    day: () => dayView(db, clock),
    catalogue: async () => [await office.standing(), await office.releases(10)],
    alerts: () => countFiring(db),
    bell: deps.bell ?? null,
    access,
    log,
  });
  await servePages(server, PAGES);
  return api;
}

export interface Dashboard {
  readonly service: Service;
  /** The address once it listens. */
  readonly listening: Promise<string>;
}

/** The `dashboard` role: serves until it is told to stop. */
export function createDashboard(
  deps: DashboardDeps & { readonly http: { readonly host: string; readonly port: number } },
): Dashboard {
  const listening = Promise.withResolvers<string>();
  // Whoever does not wait for the address learns of a failure from the service.
  listening.promise.catch(() => undefined);
  return {
    listening: listening.promise,
    service: {
      name: 'dashboard',
      run: async (signal) => {
        const { server } = await createDashboardServer(deps);
        try {
          await server.listen({ host: deps.http.host, port: deps.http.port });
          const { port } = server.server.address() as AddressInfo;
          listening.resolve(`http://${deps.http.host}:${port}`);
          deps.log.info({ port }, 'dashboard listens');
          await untilAborted(signal);
        } catch (error) {
          listening.reject(error);
          throw error;
        } finally {
          await server.close();
        }
      },
    },
  };
}
