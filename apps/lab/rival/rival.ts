import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { connectAsync, type MqttClient } from 'mqtt';
import { programEnv } from '../config.ts';
import { createLightJournal, type Templates } from '../light/events.ts';
import { createRandom } from '../random.ts';
import { createDatabase, openBooks } from '../store/office-books.ts';
import { countRivalOrders, makeRivalTables } from '../store/rival-books.ts';
import { pause, until } from '../waiting.ts';
import { freePort } from '../world/line.ts';
import { startPostgres } from '../world/postgres.ts';
import { createProgram, findProgram } from '../world/program.ts';

/**
 * What a team would otherwise build from the usual advice: an outbox whose row is done at PUBACK, QoS 1, a persistent
 * session, one transaction a message, acknowledged on receipt, a broker as it comes. Under kills like the product's.
 */
export interface RivalOptions {
  readonly seed: string;
  readonly orders: number;
  readonly stores: number;
  readonly kills: { readonly worker: number; readonly broker: number; readonly postgres: number };
  /** Ends it early. */
  readonly signal: AbortSignal;
  readonly now: () => string;
  readonly tell: (line: string) => void;
}

export interface RivalReport {
  readonly orders: number;
  readonly lost: number;
  readonly doubled: number;
  /** Rows the shops' outboxes still held at the end. */
  readonly unsent: number;
  readonly kills: number;
}

/** Somebody's lunch; the rival looks at nothing but its id and total. */
const LUNCH: Templates = [
  {
    price_band: 1,
    vat_basis: 'take',
    payment_method: 'Cash',
    lines: [{ item_code: 44, item_type: 'product', qty: 1, line_total_gross: 560 }],
    totals: { gross: 560, net: 467, vat: 93 },
  },
];

const WORKER = join(import.meta.dirname, 'worker.ts');
/** Nothing came any more for so long: the lane is empty. */
const STILL_MS = 5000;

export async function runRival(options: RivalOptions): Promise<RivalReport> {
  const { seed, orders, stores, kills, signal, now, tell } = options;
  const folder = mkdtempSync(join(tmpdir(), 'tillwire-rival-'));
  chmodSync(folder, 0o755);
  const logs = join(folder, 'logs');
  mkdirSync(logs);
  const env = programEnv(join(folder, 'cache'));
  const postgres = await startPostgres({ folder: join(folder, 'postgres'), logs, env });
  await createDatabase(postgres.url('postgres'), 'rival');
  const books = openBooks(postgres.url('rival'));
  await makeRivalTables(books);
  const port = await freePort();
  const configuration = join(folder, 'mosquitto.conf');
  mkdirSync(join(folder, 'kept'));
  chmodSync(join(folder, 'kept'), 0o777);
  writeFileSync(
    configuration,
    `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence true\npersistence_location ${folder}/kept/\n`,
  );
  const broker = createProgram({
    name: 'broker',
    command: findProgram('mosquitto'),
    args: ['-c', configuration],
    env,
    ready: /mosquitto version \S+ running/,
    logs,
  });
  const worker = createProgram({
    name: 'worker',
    command: process.execPath,
    args: [WORKER, `mqtt://127.0.0.1:${port}`, postgres.url('rival')],
    env,
    ready: /worker is subscribed/,
    logs,
  });
  try {
    await broker.start();
    await worker.start();
    tell(`the rival sells ${orders} orders at ${stores} shops`);
    const random = createRandom(`${seed}/rival`);
    const hits = random.shuffled([
      ...Array.from({ length: kills.worker }, () => worker),
      ...Array.from({ length: kills.broker }, () => broker),
      ...Array.from({ length: kills.postgres }, () => postgres.program),
    ]);
    const shops = Array.from({ length: stores }, (_, at) => {
      const store = `S${String(at + 1).padStart(2, '0')}`;
      return createRivalShop(store, `mqtt://127.0.0.1:${port}`, now());
    });
    const each = Math.ceil(orders / stores);
    const sending = Promise.all(shops.map((shop) => shop.sell(each)));
    // Whoever stops before it is done does not hear of it any more.
    sending.catch(() => undefined);
    for (const [at, hit] of hits.entries()) {
      const share = (at + 1) / (hits.length + 1);
      await until(
        'its share to be sold',
        () => shops.reduce((sum, one) => sum + one.done(), 0) >= share * orders,
        { withinMs: 600_000, signal },
      );
      tell(`killing ${hit.name}`);
      await hit.knock('SIGKILL', random.whole(0, 1000));
    }
    await Promise.race([sending, aborted(signal)]);
    const arrived = await stillCount(books, signal);
    return {
      orders: each * stores,
      lost: each * stores - arrived.orders,
      doubled: arrived.rows - arrived.orders,
      unsent: shops.reduce((sum, shop) => sum + each - shop.done(), 0),
      kills: hits.length,
    };
  } finally {
    for (const one of [worker, broker]) await one.stop();
    await books.end();
    await postgres.program.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Rejects once `signal` aborts. */
const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const stop = (): void => reject(new Error('stopped'));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });

async function stillCount(books: Parameters<typeof countRivalOrders>[0], signal: AbortSignal) {
  let [last, since] = [await countRivalOrders(books), performance.now()];
  while (performance.now() - since < STILL_MS) {
    await pause(500, signal);
    signal.throwIfAborted();
    const next = await countRivalOrders(books);
    if (next.rows !== last.rows) [last, since] = [next, performance.now()];
  }
  return last;
}

async function rivalClient(url: string, store: string): Promise<MqttClient> {
  const client = await connectAsync(url, {
    clientId: `rival-${store}`,
    clean: false,
    protocolVersion: 5,
    properties: { sessionExpiryInterval: 3600 },
    reconnectPeriod: 0,
  });
  client.on('error', () => undefined);
  return client;
}

/** MQTT.js forgets who waits for a publish when the connection ends: its end is waited for as well. */
const published = (client: MqttClient, topic: string, text: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const ended = (): void => reject(new Error('the connection ended'));
    client.once('close', ended);
    client.publish(topic, text, { qos: 1 }, (error) => {
      client.off('close', ended);
      if (error == null) resolve();
      else reject(error);
    });
  });

interface RivalShop {
  readonly sell: (orders: number) => Promise<void>;
  /** Rows of its outbox that are done: the broker said so. */
  readonly done: () => number;
}

/** An outbox of its own: in order, one by one, done at PUBACK, again after a lost connection. */
function createRivalShop(store: string, url: string, at: string): RivalShop {
  let done = 0;
  return {
    done: () => done,
    sell: async (orders) => {
      const journal = createLightJournal(store, LUNCH);
      let client: MqttClient | null = null;
      for (let order = 0; order < orders; order++) {
        const { text } = journal.sell(at.slice(0, 10), at);
        for (;;) {
          try {
            client ??= await rivalClient(url, store);
            await published(client, `stores/${store}/orders`, text);
            break;
          } catch {
            client?.end(true);
            client = null;
            await pause(200);
          }
        }
        done++;
      }
      await client?.endAsync();
    },
  };
}
