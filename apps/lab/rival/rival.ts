import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { upsetLine } from '../chaos/line-faults.ts';
import { drawSchedule, type Fault } from '../chaos/schedule.ts';
import { programEnv } from '../config.ts';
import { createRandom } from '../random.ts';
import { createDatabase, type OfficeBooks, openBooks } from '../store/office-books.ts';
import { countRivalOrders, makeRivalTables } from '../store/rival-books.ts';
import { pause } from '../waiting.ts';
import { freePort, type Line, startLine } from '../world/line.ts';
import { type LabPostgres, startPostgres } from '../world/postgres.ts';
import { createProgram, findProgram, type Program } from '../world/program.ts';
import { storeAt } from '../world/world.ts';
import { createRivalShop, type RivalShop } from './rival-shop.ts';

/**
 * What a team would otherwise build from the usual advice: an outbox whose row is done at PUBACK, QoS 1, a persistent
 * session, one transaction a message, acknowledged on receipt. Under the faults the product is under for that seed, as
 * far as it has what they hit, at the product's pace.
 */
export interface RivalOptions {
  readonly seed: string;
  readonly minutes: number;
  readonly stores: number;
  /** Of all shops, on average. */
  readonly ordersPerMinute: number;
  readonly faultsPerMinute: number;
  readonly isQuiet: boolean;
  /** A broker set as the product's is, not as it comes. */
  readonly isTuned: boolean;
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
  readonly faults: number;
}

/** What both have: lines, a broker, one that takes in, a database. */
export const RIVAL_FAULTS: readonly string[] = [
  'kill-ingest',
  'hang-ingest',
  'kill-broker',
  'hang-broker',
  'stop-postgres',
  'cut-line',
  'freeze-line',
  'flap-line',
  'slow-line',
  'cut-office',
  'freeze-office',
];

export const rivalLine = ({ faults, orders, lost, doubled, unsent }: RivalReport): string =>
  `faults ${faults}, orders ${orders}, lost ${lost}, doubled ${doubled}; left in its outboxes: ${unsent}`;

const WORKER = join(import.meta.dirname, 'worker.ts');
/** Nothing came any more for so long: the lane is empty. */
const STILL_MS = 10_000;

interface Rival {
  readonly worker: Program;
  readonly broker: Program;
  readonly postgres: LabPostgres;
  readonly office: Line;
  readonly lines: readonly Line[];
  readonly books: OfficeBooks;
}

export async function runRival(options: RivalOptions): Promise<RivalReport> {
  const { isTuned, stores, tell } = options;
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
  const office = await startLine([port]);
  const lines = await Promise.all(Array.from({ length: stores }, () => startLine([port])));
  const broker = createProgram({
    name: 'broker',
    command: findProgram('mosquitto'),
    args: ['-c', writeConfiguration(folder, port, isTuned)],
    env,
    ready: /mosquitto version \S+ running/,
    logs,
  });
  const worker = createProgram({
    name: 'worker',
    command: process.execPath,
    args: [WORKER, `mqtt://127.0.0.1:${office.port}`, postgres.url('rival')],
    env,
    ready: /worker is subscribed/,
    logs,
  });
  try {
    await broker.start();
    await worker.start();
    const kind = isTuned ? 'set as ours' : 'as it comes';
    tell(`${stores} shops of the rival sell, on a broker ${kind}`);
    return await trade({ worker, broker, postgres, office, lines, books }, options);
  } finally {
    for (const one of [worker, broker]) await one.stop();
    for (const line of [office, ...lines]) line.close();
    await books.end();
    await postgres.program.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** As it comes, kept on disk; or with what the product's own configuration says of keeping and queueing. */
function writeConfiguration(folder: string, port: number, isTuned: boolean): string {
  const file = join(folder, 'mosquitto.conf');
  const kept = join(folder, 'kept');
  mkdirSync(kept);
  chmodSync(kept, 0o777);
  const tuning = [
    'set_tcp_nodelay true',
    'autosave_interval 30',
    'max_queued_messages 100000',
    'max_inflight_messages 1000',
  ];
  const lines = [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    'persistence true',
    `persistence_location ${kept}/`,
    ...(isTuned ? tuning : []),
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

async function trade(rival: Rival, options: RivalOptions): Promise<RivalReport> {
  const { seed, minutes, stores, ordersPerMinute, faultsPerMinute, signal, now, tell } = options;
  const schedule = options.isQuiet
    ? []
    : drawSchedule({
        seed,
        minutes,
        stores,
        ingestWorkers: 2,
        perMinute: faultsPerMinute,
        kinds: RIVAL_FAULTS,
      });
  const closing = new AbortController();
  const shops = rival.lines.map((line, at) =>
    createRivalShop({
      store: storeAt(at),
      url: `mqtt://127.0.0.1:${line.port}`,
      random: createRandom(`${seed}/rival shop ${at}`),
      perMinute: ordersPerMinute / stores,
      now,
      stopping: signal,
    }),
  );
  const selling = shops.map((shop) => shop.run(closing.signal));
  const busy = new Map<string, Promise<void>>();
  const began = performance.now();
  for (const { atMs, fault } of schedule) {
    await pause(Math.max(0, atMs - (performance.now() - began)), signal);
    signal.throwIfAborted();
    const target = targetOf(fault);
    const doing = (busy.get(target) ?? Promise.resolve()).then(() => strike(fault, rival));
    // Told at the end, when it is waited for.
    doing.catch(() => undefined);
    busy.set(target, doing);
  }
  await pause(Math.max(0, minutes * 60_000 - (performance.now() - began)), signal);
  await Promise.all(busy.values());
  closing.abort();
  tell('the load has ended; waiting for the outboxes and for what still comes');
  await Promise.all(selling);
  const arrived = await stillCount(rival.books, signal);
  const orders = sumOf(shops, (shop) => shop.sold());
  return {
    orders,
    lost: orders - arrived.orders,
    doubled: arrived.rows - arrived.orders,
    unsent: sumOf(shops, (shop) => shop.sold() - shop.done()),
    faults: schedule.length,
  };
}

const sumOf = (shops: readonly RivalShop[], of: (shop: RivalShop) => number): number =>
  shops.reduce((sum, shop) => sum + of(shop), 0);

const targetOf = (fault: Fault): string =>
  'shop' in fault ? `line ${fault.shop}` : (fault.kind.split('-')[1] ?? '');

async function strike(
  fault: Fault,
  { worker, broker, postgres, office, lines }: Rival,
): Promise<void> {
  switch (fault.kind) {
    case 'kill-ingest':
      return worker.knock('SIGKILL', fault.downMs);
    case 'hang-ingest':
      return worker.hang(fault.forMs);
    case 'kill-broker':
      return broker.knock('SIGKILL', fault.downMs);
    case 'hang-broker':
      return broker.hang(fault.forMs);
    case 'stop-postgres':
      return postgres.program.knock(fault.signal, fault.downMs);
    case 'cut-office':
    case 'freeze-office':
      return upsetLine(office, fault);
    case 'cut-line':
    case 'freeze-line':
    case 'slow-line':
    case 'flap-line':
      return upsetLine(lines[fault.shop] ?? office, fault);
    default:
      throw new Error(`the rival has nothing that ${fault.kind} could hit`);
  }
}

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
