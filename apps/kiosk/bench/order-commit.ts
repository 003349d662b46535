import { once } from 'node:events';
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { Agent, type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { DEFAULT_DAY_RULES, storeCode } from '@tillwire/domain';
import { createLog, runServices, systemClock, systemIds } from '@tillwire/runtime';
import { createKiosk } from '../server/index.ts';

/**
 * How long an order takes at the kiosk, over HTTP, from request to answer, against a bare 4 KB write and fsync on
 * the same disk in the same run (quality.md): `node apps/kiosk/bench/order-commit.ts [FOLDER] [ORDERS]`. The two
 * take turns, so that a disk that slows down slows both.
 */
const [folder = process.cwd(), count = '2000'] = process.argv.slice(2);
const orders = Number(count);
const WARM_UP = 200;

const data = mkdtempSync(join(folder, 'order-commit-'));
const file = openSync(join(data, 'bare'), 'w');
const block = Buffer.alloc(4096, 7);
const stopping = new AbortController();
const log = createLog('bench', 'silent');

const kiosk = await createKiosk(
  {
    store: storeCode('S01'),
    database: { path: join(data, 'kiosk.db') },
    broker: null,
    trustAnchors: [],
    trustAnchorsFile: null,
    credentialDir: null,
    http: { host: '127.0.0.1', port: 0 },
    metrics: null,
    apiToken: null,
    setUpPin: null,
    printers: [],
    lockAfterMs: 300_000,
    day: DEFAULT_DAY_RULES,
    catalogueFile: { path: join(import.meta.dirname, '../../../sample-menu'), shop: 1 },
    exportDir: data,
    backupDir: data,
    backupKey: null,
    logLevel: 'silent',
  },
  {
    roles: ['web'],
    clock: systemClock,
    ids: systemIds,
    log,
    crashPoint: () => undefined,
    version: '0',
  },
);
const running = runServices(kiosk.services, { signal: stopping.signal, log });
const url = await kiosk.listening;

const took = async (work: () => void | Promise<unknown>): Promise<number> => {
  const before = performance.now();
  await work();
  return performance.now() - before;
};
// Not fetch: in this one process its garbage, 25 KB an order, would be collected at the kiosk's expense.
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const sell = async (requestId: string): Promise<void> => {
  const body = JSON.stringify({
    requestId,
    channel: 'OT-C',
    vatBasis: 'take',
    lines: [
      { kind: 'product', code: 5, quantity: 1, meal: { drink: 49 } },
      { kind: 'product', code: 30, quantity: 2 },
      { kind: 'product', code: 1, quantity: 1 },
    ],
    tenders: [{ method: 'cash', tendered: 5000 }],
  });
  const asked = request(`${url}/api/orders`, {
    agent,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  });
  asked.end(body);
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  const answer = await text(response);
  if (response.statusCode !== 201) throw new Error(`${response.statusCode} ${answer}`);
};
const writeBare = (): void => {
  writeSync(file, block);
  fsyncSync(file);
};

const bareMs: number[] = [];
const orderMs: number[] = [];
for (let at = 0; at < orders + WARM_UP; at++) {
  const bare = await took(writeBare);
  const order = await took(() => sell(`bench-${at}`));
  if (at < WARM_UP) continue;
  bareMs.push(bare);
  orderMs.push(order);
}
stopping.abort();
await running;
closeSync(file);
rmSync(data, { recursive: true });

const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? 0;
const row = (share: number): string => {
  const [bare, order] = [quantile(bareMs, share), quantile(orderMs, share)];
  return `p${share * 100}: bare ${bare.toFixed(3)} ms, order ${order.toFixed(3)} ms, ratio ${(order / bare).toFixed(2)}`;
};
process.stdout.write(`${orders} orders\n${[0.5, 0.95, 0.99].map(row).join('\n')}\n`);
