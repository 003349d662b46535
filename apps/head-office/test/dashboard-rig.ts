import {
  type ErrorEvent,
  generateSigningKeyPem,
  type Heartbeat,
  signingKeyFromPem,
  ZERO_HASH,
} from '@tillwire/contract';
import { addDays, businessDate, utcInstant, type UtcInstant } from '@tillwire/domain';
import { type Clock, createLog, createMetrics, systemIds } from '@tillwire/runtime';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDashboardServer } from '../api/dashboard.ts';
import { type Bell, createBell } from '../api/event-routes.ts';
import type { HeadOfficeApi } from '../api/head-office-api.ts';
import { hashPassword } from '../api/passwords.ts';
import type { Role } from '../api/permissions.ts';
import type { BrokerAccounts } from '../fleet/provisioning/broker-accounts.ts';
import { openRevocations } from '../fleet/provisioning/revocations.ts';
import { openStoreKeys } from '../fleet/provisioning/store-keys.ts';
import { openStateDir } from '../state-dir.ts';
import { orderRowsOf, storedOrderRows } from '../ingest/read-event.ts';
import type { Database } from '../store/database.ts';
import { storeOrderEvents } from '../store/ingest-store.ts';
import {
  noteStores,
  storeErrorEvent,
  storeHeartbeat,
  storeState,
} from '../store/telemetry-store.ts';
import { createUserStore } from '../store/user-store.ts';
import { headOfficeDatabase } from './head-office-database.ts';
import { createStoreJournal, type StoreJournal } from './store-journal.ts';

export const ADMIN_TOKEN = 'a-token-for-tests-only';
export const PASSWORD = 'correct horse battery';
/** A Wednesday; the chain's day began nine hours ago. */
export const TODAY = '2025-07-23';
const NOW_MS = Date.parse(`${TODAY}T12:30:00Z`);

/** Cheap: tests guess a lot. */
const passwordCost = { N: 1024, r: 8, p: 1 };

export const SINK_KEY = Buffer.alloc(32, 7);

/** A clock that moves only when told. */
export interface TestClock extends Clock {
  readonly advance: (ms: number) => void;
}

export interface DashboardRig {
  readonly db: Database;
  readonly api: HeadOfficeApi;
  readonly url: string;
  readonly clock: TestClock;
  /** As another role of the process would ring it. */
  readonly bell: Bell;
  readonly addUser: (name: string, role: Role) => Promise<void>;
  /** The session cookie of somebody signing in. */
  readonly signIn: (name: string, password?: string) => Promise<string>;
  readonly call: (
    method: string,
    path: string,
    options?: { readonly cookie?: string; readonly headers?: object; readonly body?: unknown },
  ) => Promise<Response>;
  readonly admin: (method: string, path: string, body?: unknown) => Promise<Response>;
  /** The password of each account at the broker. */
  readonly accounts: ReadonlyMap<string, string>;
  readonly stop: () => Promise<void>;
}

/** A broker's accounts, without a broker. */
function createAccountsInMemory(): BrokerAccounts & {
  readonly passwords: ReadonlyMap<string, string>;
} {
  const passwords = new Map<string, string>();
  return {
    passwords,
    clientAuthority: null,
    put: async (_store, user, password) => void passwords.set(user, password ?? ''),
    drop: async (users) => users.forEach((user) => passwords.delete(user)),
    users: async () => [...passwords.keys()],
  };
}

/** The dashboard on a database of the test's own, listening, with a clock in the test's hands. */
export async function createDashboardRig({
  publicUrl = null,
  hasBrokerAdmin = true,
}: {
  readonly publicUrl?: string | null;
  readonly hasBrokerAdmin?: boolean;
} = {}): Promise<DashboardRig> {
  const { db, drop } = await headOfficeDatabase();
  let nowMs = NOW_MS;
  const clock: TestClock = {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    advance: (ms) => {
      nowMs += ms;
    },
  };
  const log = createLog('test', 'silent');
  const metrics = createMetrics();
  const bell = createBell();
  const keys = [signingKeyFromPem(generateSigningKeyPem())];
  const stateDir = { keys: () => keys };
  const stateFolder = mkdtempSync(join(tmpdir(), 'tillwire-state-'));
  openStateDir(stateFolder, systemIds);
  const accounts = createAccountsInMemory();
  const broker = { url: 'mqtts://broker.example', ca: 'the authority' };
  const rotation = {
    db,
    accounts,
    storeKey: openStoreKeys(stateFolder, systemIds),
    revocations: openRevocations(stateFolder),
    clock,
    ids: systemIds,
    crashPoint: () => undefined,
  };
  const deps = {
    stateDir,
    provisioning: {
      brokerOffice: hasBrokerAdmin ? { rotation, broker } : null,
      stateFolder,
      rotateAfterMs: 90 * 86_400_000,
      certificates: () =>
        Promise.resolve([
          { whose: 'broker', subject: 'CN=broker.example', endsAtMs: nowMs + 30 * 86_400_000 },
        ] as const),
    },
    db,
    clock,
    ids: systemIds,
    log,
    metrics,
    adminToken: ADMIN_TOKEN,
    publicUrl,
    sinkKey: SINK_KEY,
    passwordCost,
    bell,
  };
  const api = await createDashboardServer(deps);
  await api.server.listen({ host: '127.0.0.1', port: 0 });
  const { port } = api.server.server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const call: DashboardRig['call'] = (method, path, { cookie, headers, body } = {}) =>
    fetch(`${url}${path}`, {
      method,
      headers: {
        ...(cookie === undefined ? {} : { cookie, origin: url }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  return {
    db,
    api,
    url,
    clock,
    bell,
    addUser: async (name, role) => {
      const passwordHash = await hashPassword(PASSWORD, passwordCost);
      const user = { name, fullName: name, role, passwordHash };
      await createUserStore(db).create(user, nowMs);
    },
    signIn: async (user, password = PASSWORD) => {
      const response = await call('POST', '/api/login', { body: { user, password } });
      if (!response.ok) throw new Error(await response.text());
      return (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    },
    call,
    admin: (method, path, body) =>
      call(method, path, { headers: { authorization: `Bearer ${ADMIN_TOKEN}` }, body }),
    accounts: accounts.passwords,
    stop: async () => {
      await api.server.close();
      await drop();
      rmSync(stateFolder, { recursive: true });
    },
  };
}

const heartbeat = (journal: StoreJournal, at: UtcInstant, unsent: number): Heartbeat => ({
  store_code: journal.store,
  at,
  session: 1,
  version: '0.1.0',
  uptime_s: 86_400,
  catalog_version: 1_733_018_400,
  config_version: 0,
  journal: [
    {
      journal_epoch: 1,
      journal_seq: journal.events().length,
      hash: journal.events().at(-1)?.hash ?? ZERO_HASH,
      holes: [],
    },
  ],
  unsent: { count: unsent, oldest_age_s: unsent * 100 },
  parked: 0,
  publish_error_ppm: 0,
  disk_free_bytes: 48_000_000_000,
  memory_bytes: 140_000_000,
  last_z: null,
  last_backup_at: null,
});

/** Shops `S01` on, with orders of today and of the same weekday a week before; the second one is offline. */
export async function seedChain(
  { db, clock }: Pick<DashboardRig, 'db' | 'clock'>,
  { shops, ordersADay }: { readonly shops: number; readonly ordersADay: number },
): Promise<ReadonlyMap<string, StoreJournal>> {
  const now = new Date(clock.nowMs());
  const journals = new Map<string, StoreJournal>();
  for (let shop = 1; shop <= shops; shop++) {
    const store = `S${String(shop).padStart(2, '0')}`;
    const before = createStoreJournal(store, { date: addDays(businessDate(TODAY), -7), epoch: 1 });
    const today = createStoreJournal(store, { date: TODAY, epoch: 2 });
    for (let at = 0; at < ordersADay; at++) {
      before.sell(1 + (at % 3));
      today.sell(1 + ((at + shop) % 4), [{ method: at % 3 === 0 ? 'cash' : 'card' }]);
    }
    await storeAll(db, [before, today], now);
    journals.set(store, today);
    await noteStores(db, [store], now);
    await db.query('UPDATE stores SET name = $2, provisioned_at = $3 WHERE store = $1', [
      store,
      NAMES[shop % NAMES.length],
      now,
    ]);
    const isOffline = shop === 2;
    await storeState(
      db,
      { store_code: store, state: isOffline ? 'offline' : 'online', session: 1 },
      now,
    );
    const beatAt = new Date(clock.nowMs() - (isOffline ? 900_000 : 20_000));
    await storeHeartbeat(
      db,
      heartbeat(today, utcInstant(beatAt.getTime()), isOffline ? 9 : 0),
      beatAt,
    );
  }
  await storeErrorEvent(db, CLOCK_ERROR, now);
  return journals;
}

const NAMES = ['Harbour', 'Market', 'Station', 'High Street', 'Park', 'Quay', 'Mill'] as const;

const CLOCK_ERROR: ErrorEvent = {
  error_id: 'e1',
  store_code: 'S01',
  at: utcInstant(NOW_MS),
  code: 'clock-behind',
  message: 'the clock was 40 s behind',
  count: 2,
  facts: {},
};

const storeAll = (db: Database, journals: readonly StoreJournal[], at: Date): Promise<unknown> =>
  storeOrderEvents(
    db,
    journals.flatMap((journal) =>
      journal.events().map(({ event, text, hash }) => orderRowsOf(event, text, hash as never)),
    ),
    at,
    storedOrderRows,
  );
