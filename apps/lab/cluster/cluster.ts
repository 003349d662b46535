import { createLightJournal, type LightJournal } from '../light/events.ts';
import { createLightKiosk, type LightKiosk } from '../light/light-kiosk.ts';
import { countParked, readWatermarks } from '../store/end-state.ts';
import { countOrders, readEvents } from '../store/many-orders.ts';
import { pause, until } from '../waiting.ts';
import { type Line, startLine } from '../world/line.ts';
import type { Program } from '../world/program.ts';
import { startWorld, type World } from '../world/world.ts';

/** The chain past one machine: a broker of three nodes, two ingest workers that split the shops, a standby database. */
export interface ClusterOptions {
  /** Flushed by each shop in each part. */
  readonly orders: number;
  readonly stores: number;
  readonly keep: string | undefined;
  /** Of this moment, as text. */
  readonly now: () => string;
  readonly tell: (line: string) => void;
  readonly signal: AbortSignal;
}

export interface ClusterPart {
  /** What was killed. */
  readonly killed: string;
  /** Orders flushed in this part by all shops. */
  readonly orders: number;
  readonly seconds: number;
  /** The longest that nothing was acknowledged to anybody, from the kill on; from the start where nothing is killed. */
  readonly stillS: number;
  /** Until every shop had been acknowledged something again that was flushed after the kill. */
  readonly backS: number | null;
  /** Orders Head Office had acknowledged and its standby did not hold. */
  readonly lacked: number | null;
  readonly booked: number;
  readonly expected: number;
  readonly parked: number;
  readonly shops: number;
  /** Of them, those whose watermark reaches their journal's end. */
  readonly whole: number;
}

const DRAINED_WITHIN_MS = 300_000;
/** A share of the flush is through when the kill comes. */
const KILL_AT = 0.25;
const LOOK_MS = 20;

interface FlushingShop {
  readonly store: string;
  readonly journal: LightJournal;
  readonly kiosk: LightKiosk;
}

/** Does it, and tells how many acknowledged orders a standby lacked. */
type Kill = () => Promise<number | null>;

interface Fleet {
  readonly world: World;
  readonly shops: readonly FlushingShop[];
  readonly options: ClusterOptions;
}

export async function runCluster(options: ClusterOptions): Promise<readonly ClusterPart[]> {
  const { stores, keep, tell } = options;
  const world = await startWorld({
    stores: 1,
    shopsInParts: 0,
    lightStores: stores,
    ingestWorkers: 2,
    isSplit: true,
    broker: 'nats',
    hasStandby: true,
    keep,
    tell,
  });
  const lines: Line[] = [];
  const stopping = new AbortController();
  try {
    const shops = await openShops(world, options, lines);
    const fleet = { world, shops, options };
    const keeping = keepUp(shops, AbortSignal.any([stopping.signal, options.signal]));
    const parts: ClusterPart[] = [];
    const part = async (killed: string, kill: Kill | null): Promise<void> => {
      const done = await flush(fleet, killed, kill);
      parts.push(done);
      tell(rowOf(done));
    };
    await part('nothing', null);
    for (const victim of [...world.broker.nodes, ...world.office.ingest]) {
      await part(victim.name, () => downFor(victim));
    }
    await part('PostgreSQL', () => failOver(world, lackedBy(fleet)));
    stopping.abort();
    await keeping;
    return parts;
  } finally {
    stopping.abort();
    for (const line of lines) line.close();
    await world.stop();
  }
}

/** What they sell is what a real shop sold. */
async function openShops(
  world: World,
  { now }: ClusterOptions,
  lines: Line[],
): Promise<readonly FlushingShop[]> {
  const [real] = world.shops;
  if (real === undefined) throw new Error('there is no shop to learn from');
  const lunch = {
    channel: 'OT-C',
    vatBasis: 'take',
    lines: [{ kind: 'product', code: 1, quantity: 1 }],
    tenders: [{ method: 'cash' }],
  };
  for (let sale = 0; sale < 20; sale++) {
    await real.face.post('/api/orders', { requestId: `template-${sale}`, ...lunch });
  }
  await until(
    'what was sold to be at Head Office',
    async () => (await readEvents(world.books, real.store, 20)).length === 20,
    { withinMs: DRAINED_WITHIN_MS, everyMs: 200 },
  );
  const templates = await readEvents(world.books, real.store, 20);
  return Promise.all(
    world.lightStores.map(async (store, at) => {
      const { ports } = world.broker;
      const line = await startLine(ports.map((_, node) => ports[(node + at) % ports.length] ?? 0));
      lines.push(line);
      const journal = createLightJournal(store, templates);
      const account = await world.broker.account(store, line.port);
      return { store, journal, kiosk: createLightKiosk({ store, account, journal, now }) };
    }),
  );
}

/** Whoever lost their line comes again, as a kiosk does. */
async function keepUp(shops: readonly FlushingShop[], signal: AbortSignal): Promise<void> {
  await Promise.all(
    shops.map(async ({ kiosk }) => {
      while (!signal.aborted) {
        // Refused or broken off: the next round tries again.
        if (!kiosk.isUp()) await kiosk.connect().catch(() => undefined);
        await pause(250, signal);
      }
      await kiosk.disconnect();
    }),
  );
}

const unsentOf = (shops: readonly FlushingShop[]): number =>
  shops.reduce((sum, { kiosk }) => sum + kiosk.unsent(), 0);

/** Everybody sells `orders` at once; with a share of them through, `kill` is done. */
async function flush(
  { world, shops, options }: Fleet,
  killed: string,
  kill: Kill | null,
): Promise<ClusterPart> {
  const { orders, now, tell, signal } = options;
  tell(`flushing ${shops.length} × ${orders} orders; killed: ${killed}`);
  const at = now();
  for (const { journal, kiosk } of shops) {
    for (let sold = 0; sold < orders; sold++) journal.sell(at.slice(0, 10), at);
    kiosk.committed();
  }
  const began = performance.now();
  const watch = watchProgress(shops, signal);
  await until(
    'a share of the flush to be through',
    () => unsentOf(shops) < (1 - KILL_AT) * orders * shops.length,
    {
      withinMs: DRAINED_WITHIN_MS,
      everyMs: LOOK_MS,
      signal,
    },
  );
  if (kill !== null) watch.from(performance.now());
  const lacked = kill === null ? null : await kill();
  await until('the flush to be drained', () => unsentOf(shops) === 0, {
    withinMs: DRAINED_WITHIN_MS,
    everyMs: LOOK_MS,
    signal,
  });
  const seconds = (performance.now() - began) / 1000;
  const { stillS, backS } = watch.end();
  for (const node of world.programs) {
    await until(
      `${node.name} to be back`,
      () => node.isReady() || node === world.postgres.program,
      {
        withinMs: DRAINED_WITHIN_MS,
        signal,
      },
    );
  }
  await Promise.all(
    shops.map(({ store, journal, kiosk }) =>
      until(
        `${store} to be complete`,
        async () => {
          if (kiosk.completeThrough() < journal.head()) await kiosk.beat();
          return kiosk.completeThrough() === journal.head();
        },
        { withinMs: DRAINED_WITHIN_MS, everyMs: 1000, signal },
      ),
    ),
  );
  const heads = await Promise.all(
    shops.map(async ({ store, journal }) => {
      const [mark] = await readWatermarks(world.books, store);
      return mark?.complete_through === journal.head();
    }),
  );
  return {
    killed,
    orders: orders * shops.length,
    seconds,
    stillS,
    backS,
    lacked,
    booked: await countOrders(world.books, world.lightStores),
    expected: shops.reduce((sum, { journal }) => sum + journal.head(), 0),
    parked: await countParked(world.books, []),
    shops: shops.length,
    whole: heads.filter(Boolean).length,
  };
}

/** Looks on while orders are acknowledged. */
function watchProgress(shops: readonly FlushingShop[], signal: AbortSignal) {
  const ended = new AbortController();
  const heard = shops.map(({ kiosk }) => ({ unsent: kiosk.unsent(), atMs: performance.now() }));
  let [sinceMs, still, lastMs] = [performance.now(), 0, performance.now()];
  const firstBack = new Map<number, number>();
  const looking = (async () => {
    while (!ended.signal.aborted && !signal.aborted) {
      const nowMs = performance.now();
      for (const [at, { kiosk }] of shops.entries()) {
        const unsent = kiosk.unsent();
        if (heard[at] !== undefined && unsent < heard[at].unsent) {
          lastMs = nowMs;
          if (!firstBack.has(at)) firstBack.set(at, nowMs);
        }
        heard[at] = { unsent, atMs: nowMs };
      }
      still = Math.max(still, nowMs - lastMs);
      await pause(LOOK_MS, ended.signal);
    }
  })();
  return {
    from: (ms: number) => {
      [sinceMs, still, lastMs] = [ms, 0, ms];
      firstBack.clear();
    },
    end: () => {
      ended.abort();
      looking.catch(() => undefined);
      const back = Math.max(...firstBack.values());
      return {
        stillS: Math.max(still, performance.now() - lastMs) / 1000,
        backS: firstBack.size === 0 ? null : (back - sinceMs) / 1000,
      };
    },
  };
}

const DOWN_MS = 5000;

async function downFor(victim: Program): Promise<null> {
  await victim.knock('SIGKILL', DOWN_MS);
  return null;
}

const lackedBy =
  ({ shops, world }: Fleet) =>
  async (): Promise<number> => {
    const acknowledged = shops.reduce(
      (sum, { journal, kiosk }) => sum + journal.head() - kiosk.unsent(),
      0,
    );
    return acknowledged - (await countOrders(world.books, world.lightStores));
  };

/**
 * The standby's line is cut for a moment, so that it lacks what is acknowledged meanwhile; then the primary dies for
 * good and the standby takes its place. Tells how many acknowledged orders it lacked.
 */
async function failOver(
  { standby, postgres }: World,
  lacked: () => Promise<number>,
): Promise<number> {
  if (standby === null) throw new Error('there is no standby');
  standby.line.cut();
  await pause(400);
  await postgres.program.halt();
  standby.promote();
  let count = 0;
  await until(
    'the standby to answer',
    async () => {
      count = await lacked();
      return true;
    },
    { withinMs: 60_000, everyMs: 50 },
  );
  return count;
}

/** Everything that was flushed is booked once, nothing is parked, and every shop's watermark reaches its end. */
export const isClusterSound = (parts: readonly ClusterPart[]): boolean =>
  parts.every(
    ({ booked, expected, parked, shops, whole }) =>
      booked === expected && parked === 0 && whole === shops,
  );

const inS = (seconds: number | null): string =>
  seconds === null ? '–' : `${seconds.toFixed(1)} s`;

const rowOf = (part: ClusterPart): string =>
  [
    '',
    part.killed,
    part.orders,
    inS(part.seconds),
    inS(part.stillS),
    part.killed === 'nothing' ? '–' : inS(part.backS),
    part.lacked ?? '–',
    `${part.booked} / ${part.expected}`,
    part.parked,
    `${part.whole} / ${part.shops}`,
    '',
  ]
    .join(' | ')
    .trim();

export const clusterLines = (parts: readonly ClusterPart[]): readonly string[] => [
  '| killed | orders | drained in | nothing acknowledged for | every shop heard again after | lacked by the standby | booked / sold | parked | watermarks at the end |',
  '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
  ...parts.map(rowOf),
];
