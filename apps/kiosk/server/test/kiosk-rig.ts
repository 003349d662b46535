import { join } from 'node:path';
import type { TrustedKey } from '@tillwire/contract';
import { DEFAULT_DAY_RULES, storeCode } from '@tillwire/domain';
import {
  type BrokerAddress,
  type Clock,
  createLog,
  runServices,
  systemClock,
  systemIds,
} from '@tillwire/runtime';
import type { KioskConfig } from '../config.ts';
import { createKiosk, type KioskRole } from '../index.ts';
import type { Printer } from '../printing/printers.ts';
import type { DatabaseAddress } from '../store/database.ts';

export const STORE = storeCode('S01');
const TOKEN = 'a-token-of-the-tests';
const SAMPLE_MENU = join(import.meta.dirname, '../../../../sample-menu');

export interface RunningKiosk {
  readonly url: string;
  /** Of a process without `web` the status is 0. */
  readonly get: (path: string, headers?: Readonly<Record<string, string>>) => Promise<Answer>;
  readonly post: (
    path: string,
    body: unknown,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Answer>;
  readonly put: (
    path: string,
    body: unknown,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Answer>;
  readonly stop: () => Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers by name
  readonly body: any;
}

/** A kiosk on the sample menu, run in this process. */
export async function startKiosk(
  database: DatabaseAddress,
  {
    roles = ['web'],
    broker = null,
    trusted = [],
    clock = systemClock,
    setUpPin = null,
    lockAfterMs = 300_000,
    printers = [],
  }: {
    readonly roles?: readonly KioskRole[];
    readonly broker?: BrokerAddress | null;
    readonly trusted?: readonly TrustedKey[];
    readonly clock?: Clock;
    readonly setUpPin?: string | null;
    readonly lockAfterMs?: number;
    readonly printers?: readonly Printer[];
  } = {},
): Promise<RunningKiosk> {
  const config: KioskConfig = {
    store: STORE,
    database,
    broker,
    trustAnchors: trusted,
    trustAnchorsFile: null,
    credentialDir: null,
    http: { host: '127.0.0.1', port: 0 },
    metrics: null,
    apiToken: TOKEN,
    setUpPin,
    lockAfterMs,
    printers,
    day: DEFAULT_DAY_RULES,
    catalogueFile: { path: SAMPLE_MENU, shop: 1 },
    exportDir: 'path' in database ? `${database.path}.exports` : '',
    backupDir: '',
    backupKey: null,
    logLevel: 'silent',
  };
  const log = createLog('kiosk', 'silent');
  const kiosk = await createKiosk(config, {
    roles,
    clock,
    ids: systemIds,
    log,
    crashPoint: () => undefined,
    version: '0.0.0',
  });
  const stopping = new AbortController();
  const running = runServices(kiosk.services, { signal: stopping.signal, log });
  const url = roles.includes('web')
    ? await Promise.race([kiosk.listening, running.then(() => '')])
    : '';
  const call = async (path: string, init: RequestInit): Promise<Answer> => {
    const response = await fetch(url + path, init);
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    return {
      status: response.status,
      headers: response.headers,
      body: isJson ? JSON.parse(text) : text,
    };
  };
  return {
    url,
    get: (path, headers = {}) => call(path, { headers }),
    post: (path, body, headers = {}) =>
      call(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
    put: (path, body, headers = {}) =>
      call(path, {
        method: 'PUT',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

export const asManager = { authorization: `Bearer ${TOKEN}` };

/** Two cheeseburgers for cash: 1,190 pence on the counter. */
export const cheeseburgers = (requestId: string, rest: object = {}) => ({
  requestId,
  channel: 'OT-C',
  vatBasis: 'take',
  lines: [{ kind: 'product', code: 5, quantity: 2 }],
  tenders: [{ method: 'cash', tendered: 2000 }],
  ...rest,
});
