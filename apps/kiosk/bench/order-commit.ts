import { once } from 'node:events';
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { Agent, type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { DEFAULT_DAY_RULES, storeCode } from '@tillwire/domain';
import { createLog, runServices, systemClock, systemIds } from '@tillwire/runtime';
import { createKiosk } from '../server/index.ts';

/**
 * How long an order takes at the kiosk, over HTTP, from request to answer, against a bare 4 KB write and fsync on
 * the same disk in the same run: `node apps/kiosk/bench/order-commit.ts [FOLDER] [ORDERS]`. The two
 * take turns, so that a disk that slows down slows both.
 */
const WARM_UP = 200;
const APART_MS = 3;
const BLOCK = Buffer.alloc(4096, 7);

interface Taken {
  readonly bareMs: readonly number[];
  readonly orderMs: readonly number[];
}

async function took(work: () => void | Promise<unknown>): Promise<number> {
  const before = performance.now();
  await work();
  return performance.now() - before;
}

async function sell(agent: Agent, url: string, requestId: string): Promise<void> {
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
}

interface Buying {
  readonly url: string;
  readonly orders: number;
  readonly data: string;
}

/** The till's side, a thread of its own: what it makes is not the kiosk's to collect. */
async function buy({ url, orders, data }: Buying): Promise<Taken> {
  const file = openSync(join(data, 'bare'), 'w');
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const [bareMs, orderMs]: [number[], number[]] = [[], []];
  for (let at = 0; at < orders + WARM_UP; at++) {
    // What the kiosk still does once it has answered is in neither.
    await setTimeout(APART_MS);
    const bare = await took(() => {
      writeSync(file, BLOCK);
      fsyncSync(file);
    });
    const order = await took(() => sell(agent, url, `bench-${at}`));
    if (at < WARM_UP) continue;
    bareMs.push(bare);
    orderMs.push(order);
  }
  closeSync(file);
  agent.destroy();
  return { bareMs, orderMs };
}

const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? 0;

async function measure(folder: string, orders: number): Promise<void> {
  const data = mkdtempSync(join(folder, 'order-commit-'));
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
  const buying: Buying = { url, orders, data };
  const buyer = new Worker(import.meta.filename, { workerData: buying });
  const [taken] = (await once(buyer, 'message')) as [Taken];
  stopping.abort();
  await running;
  rmSync(data, { recursive: true });
  const row = (share: number): string => {
    const [bare, order] = [quantile(taken.bareMs, share), quantile(taken.orderMs, share)];
    return `p${share * 100}: bare ${bare.toFixed(3)} ms, order ${order.toFixed(3)} ms, ratio ${(order / bare).toFixed(2)}`;
  };
  process.stdout.write(`${orders} orders\n${[0.5, 0.95, 0.99].map(row).join('\n')}\n`);
}

if (isMainThread) {
  const [folder = process.cwd(), count = '2000'] = process.argv.slice(2);
  await measure(folder, Number(count));
} else {
  parentPort?.postMessage(await buy(workerData as Buying));
}
