/**
 * How fast orders go into the books, as ratios taken in one run on one database: batches of 100 over four
 * connections against raw COPY of the same rows over one, against one transaction an order; and the same orders as
 * messages, read and checked, the first time and again. `node apps/head-office/bench/ingest.ts postgres://… [orders]`
 * wipes that database. With `--on-top=DATE:N` it leaves what is there and only measures orders of that date on top,
 * by shops that no other N has.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import process from 'node:process';
import { encodeEvents } from '@tillwire/contract';
import { type StoreCode, storeCode } from '@tillwire/domain';
import { createLog, readMigrations, systemClock } from '@tillwire/runtime';
import { commitMessages, createMeeting, laneMessageOf } from '../ingest/lane.ts';
import { createReach } from '../ingest/reach.ts';
import { storedOrderRows } from '../ingest/read-event.ts';
import { type Database, migrate, openDatabase } from '../store/database.ts';
import { storeOrderEvents } from '../store/ingest-store.ts';
import type { OrderRows } from '../store/order-rows.ts';
import { advanceWatermarks, readEpochMarks } from '../store/watermark-store.ts';
import { createStoreJournal } from '../test/store-journal.ts';

const STORES = 15;
const BATCH = 100;
const CONNECTIONS = 4;
const SINGLES = 2000;
const ROUNDS = 3;
const MIGRATIONS = join(import.meta.dirname, '..', 'store', 'migrations');
const TABLES = [
  'orders',
  'order_lines',
  'journal',
  'rollup_hourly',
  'rollup_channel',
  'rollup_product',
  'rollup_vat',
  'journal_epochs',
].join(', ');

/** Orders of several shops, taken in turn as a broker would hand them over. */
function makeEvents(
  count: number,
  { firstShop = 1, date }: { readonly firstShop?: number; readonly date?: string } = {},
): readonly { readonly store: string; readonly text: string }[] {
  const journals = Array.from({ length: STORES }, (_, at) =>
    createStoreJournal(
      `S${String(firstShop + at).padStart(2, '0')}`,
      date === undefined ? {} : { date },
    ),
  );
  return Array.from({ length: count }, (_, at) => {
    const journal = journals[Math.floor(at / BATCH) % STORES] ?? journals[0];
    return { store: journal?.store ?? '', text: journal?.sell(1 + (at % 3)).text ?? '' };
  });
}

const secondsOf = async (work: () => Promise<void>): Promise<number> => {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
};

/** Messages as stores send them, a batch each. */
const messagesOf = (events: readonly { readonly store: string; readonly text: string }[]) =>
  Array.from({ length: Math.ceil(events.length / BATCH) }, (_, at) => {
    const batch = events.slice(at * BATCH, (at + 1) * BATCH);
    const store = storeCode(batch[0]?.store ?? '');
    return { store, payload: Buffer.from(encodeEvents(batch.map(({ text }) => text))) };
  });

/** Ingest without its line: messages are read, checked, stored and acknowledged to nobody. */
function createDelivery(db: Database, messages: ReturnType<typeof messagesOf>) {
  const log = createLog('bench', 'warn');
  const reach = createReach();
  const deps = {
    db,
    acknowledge: async () => 'accepted' as const,
    touched: () => undefined,
    meet: createMeeting({ db, log }),
    reach,
    clock: systemClock,
    crashPoint: () => undefined,
    log,
  };
  const deliver = async (): Promise<void> => {
    const queue = messages.values();
    const lane = async (): Promise<void> => {
      for (const { store, payload } of queue) {
        const given = { topic: `stores/${store}/orders`, payload, done: () => undefined };
        await commitMessages(deps, [laneMessageOf(store, 'orders', given, reach)]);
      }
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, lane));
  };
  /** What the watermark keeper and the acknowledgements do beside it. */
  const settle = async (): Promise<void> => {
    const stores = [...new Set<StoreCode>(messages.map(({ store }) => store))];
    for (const store of stores) {
      await advanceWatermarks(db, store, [1], { again: false, at: new Date(0) });
    }
    for (const [store, marks] of await readEpochMarks(db, stores))
      reach.note(storeCode(store), marks);
  };
  return { deliver, settle };
}

async function inBatches(db: Database, rows: readonly OrderRows[], size: number, lanes: number) {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < rows.length) {
      const batch = rows.slice(next, next + size);
      next += size;
      await storeOrderEvents(db, batch, new Date(0), storedOrderRows);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/** The same rows as COPY's text form: what the books hold, read back from them. */
async function copyTexts(
  db: Database,
  url: string,
): Promise<readonly (readonly [string, string])[]> {
  const texts: [string, string][] = [];
  for (const table of ['orders', 'order_lines', 'journal']) {
    texts.push([table, await psql(url, `COPY (SELECT * FROM ${table}) TO STDOUT`)]);
  }
  await db.query(`TRUNCATE ${TABLES}`);
  return texts;
}

async function psql(url: string, command: string, input = ''): Promise<string> {
  const child = spawn('psql', ['-qX', '-v', 'ON_ERROR_STOP=1', '-d', url, '-c', command]);
  let output = '';
  let complaint = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (complaint += chunk));
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(complaint);
  return output;
}

async function main(url: string, count: number): Promise<void> {
  const db = openDatabase(url, { log: createLog('bench', 'warn'), connections: CONNECTIONS });
  await migrate(db, readMigrations(MIGRATIONS));
  await db.query(`TRUNCATE ${TABLES}`);
  const events = makeEvents(count);
  const rows = events.map(({ text }) => storedOrderRows(text));
  const messages = messagesOf(events);
  const print = (line: string): boolean => process.stdout.write(`${line}\n`);
  // Plans and caches warm up outside the measurement.
  await inBatches(db, rows.slice(0, 2000), BATCH, CONNECTIONS);
  await db.query(`TRUNCATE ${TABLES}`);
  await inBatches(db, rows, BATCH, CONNECTIONS);
  const copies = await copyTexts(db, url);
  for (let round = 1; round <= ROUNDS; round++) {
    const copy = await secondsOf(async () => {
      for (const [table, text] of copies) await psql(url, `COPY ${table} FROM STDIN`, text);
    });
    await db.query(`TRUNCATE ${TABLES}`);
    const first = await secondsOf(() => inBatches(db, rows, BATCH, CONNECTIONS));
    await db.query(`TRUNCATE ${TABLES}`);
    const { deliver, settle } = createDelivery(db, messages);
    const delivered = await secondsOf(deliver);
    await settle();
    const again = await secondsOf(deliver);
    await db.query(`TRUNCATE ${TABLES}`);
    const single =
      (await secondsOf(() => inBatches(db, rows.slice(0, SINGLES), 1, 1))) * (count / SINGLES);
    await db.query(`TRUNCATE ${TABLES}`);
    const rate = (seconds: number): string => `${Math.round(count / seconds)}/s`;
    print(
      `round ${round}: COPY ${rate(copy)}, ingest ${rate(first)} (${(copy / first).toFixed(2)} × COPY), ` +
        `one transaction an order ${rate(single)} (ingest is ${(single / first).toFixed(1)} ×), ` +
        `as messages ${rate(delivered)}, redelivery ${rate(again)} (${(delivered / again).toFixed(2)} × first)`,
    );
  }
  await db.end();
}

/** Shops' numbers below this are other people's. */
const FIRST_SHOP_ON_TOP = 5000;

async function onTop(url: string, count: number, date: string, call: number): Promise<void> {
  const db = openDatabase(url, { log: createLog('bench', 'warn'), connections: CONNECTIONS });
  // The first round warms up.
  for (let round = 0; round <= ROUNDS; round++) {
    const firstShop = FIRST_SHOP_ON_TOP + (call * (ROUNDS + 1) + round) * STORES;
    const rows = makeEvents(count, { firstShop, date }).map(({ text }) => storedOrderRows(text));
    const seconds = await secondsOf(() => inBatches(db, rows, BATCH, CONNECTIONS));
    if (round > 0) process.stdout.write(`on top ${Math.round(count / seconds)}/s\n`);
  }
  await db.end();
}

const [url, count = '30000', option] = process.argv.slice(2);
if (url === undefined) throw new Error('the address of a database to wipe is needed');
const wanted = /^--on-top=([\d-]+):(\d+)$/.exec(option ?? '');
if (wanted === null) await main(url, Number(count));
else await onTop(url, Number(count), wanted[1] ?? '', Number(wanted[2]));
