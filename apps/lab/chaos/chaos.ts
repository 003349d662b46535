import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { check } from '../checker/check.ts';
import type { Verdict } from '../checker/findings.ts';
import { createHistory, type History } from '../load/history.ts';
import { runTill } from '../load/till.ts';
import { createRandom } from '../random.ts';
import { pause, until } from '../waiting.ts';
import { startWorld, storeAt, type World } from '../world/world.ts';
import { doFault } from './faults.ts';
import { changeMenu } from './menu-editor.ts';
import { drawSchedule, faultText, type Scheduled } from './schedule.ts';

export interface ChaosOptions {
  readonly seed: string;
  readonly minutes: number;
  readonly stores: number;
  /** The run goes on until so many are sold, however slow the machine. */
  readonly leastOrders?: number;
  /** Of the whole chain, on average. */
  readonly ordersPerMinute: number;
  readonly faultsPerMinute: number;
  /** Folder to keep everything in; else it goes. */
  readonly keep: string | undefined;
  /** Progress, for people. */
  readonly tell: (line: string) => void;
  /** Calls the run off. */
  readonly signal: AbortSignal;
  /** Looks again after the verdict, while everything still runs. */
  readonly afterwards?: (settled: Settled) => Promise<void>;
}

export interface Settled {
  readonly world: World;
  readonly history: History;
  /** Holds the end state against the history once more. */
  readonly check: () => Promise<Verdict>;
}

export interface ChaosReport {
  readonly seed: string;
  readonly minutes: number;
  readonly stores: number;
  readonly faults: number;
  readonly survived: number;
  /** Faults by kind. */
  readonly kinds: Readonly<Record<string, number>>;
  readonly orders: number;
  readonly days: number;
  readonly lost: number;
  readonly duplicated: number;
  /** From the end of the load to everything acknowledged, reconciled and complete, in seconds. */
  readonly settledS: number;
  readonly findings: Verdict['findings'];
  readonly refused: Readonly<Record<string, number>>;
  /** Crash points at which processes died. */
  readonly crashes: Readonly<Record<string, number>>;
  /** Processes that ended by themselves, by what they ended with; they are started again as systemd would. */
  readonly ends: Readonly<Record<string, number>>;
}

const INGEST_WORKERS = 2;
const TILLS = 2;
const SETTLE_WITHIN_MS = 600_000;

/**
 * Real processes under a seeded load and a seeded schedule of faults; afterwards every accepted order is accounted
 * for. By the seed, ingest workers share a subscription or split the shops.
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { seed, minutes, stores, faultsPerMinute, tell } = options;
  const schedule = drawSchedule({
    seed,
    minutes,
    stores,
    ingestWorkers: INGEST_WORKERS,
    perMinute: faultsPerMinute,
  });
  const world = await startWorld({
    stores,
    shopsInParts: Math.min(stores, 3),
    ingestWorkers: INGEST_WORKERS,
    isSplit: createRandom(seed).chance() < 0.5,
    keep: options.keep,
    tell,
  });
  try {
    return await stormed(world, schedule, options);
  } finally {
    await world.stop();
  }
}

const newestVersion = async ({ shops }: World): Promise<number> => {
  const answers = await Promise.all(shops.map(({ face }) => face.get('/api/catalogue')));
  return Math.max(...answers.map(({ body }) => body.catalogVersion as number));
};

const counted = (words: readonly string[]): Readonly<Record<string, number>> =>
  Object.fromEntries(
    [...Map.groupBy(words, (word) => word)].map(([word, all]) => [word, all.length]),
  );

async function stormed(
  world: World,
  schedule: readonly Scheduled[],
  options: ChaosOptions,
): Promise<ChaosReport> {
  const { seed, minutes, stores, ordersPerMinute, tell, signal } = options;
  const history = createHistory(join(world.folder, 'history.jsonl'));
  const refused: string[] = [];
  const firstMenu = await newestVersion(world);
  const closing = new AbortController();
  const tills = Promise.all(
    world.shops.flatMap(({ store, face }) =>
      Array.from({ length: TILLS }, (_, till) =>
        runTill(
          {
            store,
            face,
            history,
            random: createRandom(`${seed}/${store}/${till}`),
            perMinute: ordersPerMinute / stores / TILLS,
            refused: (what) => refused.push(what),
            stopping: signal,
          },
          closing.signal,
        ),
      ),
    ),
  );
  // Waited for at the end; called off before, it ends as it may.
  tills.catch(() => undefined);
  tell(`${schedule.length} faults in ${minutes} minutes`);
  const faults = storm(world, schedule, { ...options, history });
  for (let minute = 1; minute <= Math.ceil(minutes); minute++) {
    await pause(Math.min(1, minutes - minute + 1) * 60_000, signal);
    signal.throwIfAborted();
    tell(`minute ${minute} of ${minutes}: ${history.orders().size} orders accepted`);
  }
  await until('enough to be sold', () => history.orders().size >= (options.leastOrders ?? 0), {
    withinMs: SETTLE_WITHIN_MS,
    signal,
  });
  closing.abort();
  const unsurvived = await faults;
  await tills;
  tell('the load has ended; waiting for everything to be acknowledged and reconciled');
  const began = performance.now();
  const unsettled = await settle(world);
  const settledS = Math.round((performance.now() - began) / 100) / 10;
  tell('holding the end state against the history');
  const { shops, office, books } = world;
  const look = (): Promise<Verdict> =>
    check({ history, shops, office: office.face, books, firstMenu });
  const verdict = await look();
  await options.afterwards?.({ world, history, check: look });
  const { findings } = verdict;
  return {
    seed,
    minutes,
    stores,
    faults: schedule.length,
    survived: schedule.length - unsurvived.length,
    kinds: counted(schedule.map(({ fault }) => fault.kind)),
    orders: verdict.orders,
    days: verdict.days,
    lost: verdict.lost,
    duplicated: verdict.duplicated,
    settledS,
    findings: [...unsurvived, ...unsettled]
      .map((what) => ({ check: 'recovery', what }))
      .concat(findings),
    refused: counted(refused),
    crashes: counted(
      world.programs.flatMap((program) =>
        program.crashes().map((point) => point.replace(/:\d+$/, '')),
      ),
    ),
    ends: counted(world.programs.flatMap((program) => program.ends())),
  };
}

/** Does every fault at its time; one target is hit by one fault at a time. Tells what did not come back. */
async function storm(
  world: World,
  schedule: readonly Scheduled[],
  { seed, tell, history, signal }: ChaosOptions & { readonly history: History },
): Promise<readonly string[]> {
  const random = createRandom(`${seed}/inside faults`);
  const tools = {
    world,
    history,
    random,
    changeMenu: (pence: number) => changeMenu(world, pence),
    closeDay: async (shop: number): Promise<void> => {
      const { face, store } = world.shops[shop] ?? world.shops[0] ?? { face: null, store: '' };
      await until(
        `${store} to close its day`,
        async () => {
          const answer = await face?.post('/api/day/close', {});
          if (answer?.status === 200) history.closed({ store, ...answer.body });
          return answer !== undefined && answer.status < 500;
        },
        { withinMs: 120_000, everyMs: 500 },
      );
    },
  };
  const failed: string[] = [];
  const busy = new Map<string, Promise<void>>();
  const began = performance.now();
  const log = join(world.folder, 'faults.log');
  for (const { atMs, fault } of schedule) {
    await pause(Math.max(0, atMs - (performance.now() - began)), signal);
    if (signal.aborted) break;
    const words = `${(atMs / 1000).toFixed(1)} s ${faultText(fault, storeAt)}`;
    const target = targetOf(fault, world);
    const before = busy.get(target) ?? Promise.resolve();
    const doing = before.then(async () => {
      const from = performance.now();
      try {
        await doFault(fault, tools);
        appendFileSync(log, `${words}: survived, ${Math.round(performance.now() - from)} ms\n`);
      } catch (error) {
        const why = reasonOf(error);
        failed.push(`${words}: ${why}`);
        appendFileSync(log, `${words}: ${why}\n`);
        tell(`not survived: ${words}: ${why}`);
      }
    });
    busy.set(target, doing);
  }
  await Promise.all(busy.values());
  return failed;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${reasonOf(error.cause)}`;
}

/** What a fault hits: faults of one target wait for one another. */
function targetOf(fault: Scheduled['fault'], world: World): string {
  switch (fault.kind) {
    case 'kill-shop':
    case 'crash-shop':
    case 'hang-shop':
      return world.shops[fault.shop]?.programs[fault.part].name ?? '';
    case 'kill-ingest':
    case 'crash-ingest':
    case 'hang-ingest':
      return `ingest ${fault.worker}`;
    case 'kill-publisher':
    case 'crash-publisher':
    case 'hang-publisher':
      return 'publisher';
    case 'kill-broker':
    case 'wipe-broker':
    case 'hang-broker':
      return 'broker';
    case 'cut-line':
    case 'freeze-line':
    case 'slow-line':
    case 'flap-line':
      return `line ${fault.shop}`;
    case 'cut-office':
    case 'freeze-office':
      return 'office line';
    case 'kill-dashboard':
    case 'stop-postgres':
    case 'change-menu':
      return fault.kind;
    case 'redeliver':
    case 'close-day':
      return `${fault.kind} ${fault.shop}`;
  }
}

/** Closes every day, and waits until nothing is on its way any more. Tells what never came to rest. */
async function settle({ shops, office, programs }: World): Promise<readonly string[]> {
  const waits = await Promise.allSettled([
    ...programs.map((program) =>
      until(`${program.name} to be ready`, program.isReady, { withinMs: SETTLE_WITHIN_MS }),
    ),
    ...shops.map(async ({ store, face }) => {
      await until(
        `${store} to close its day`,
        async () => (await face.post('/api/day/close', {})).status < 500,
        { withinMs: SETTLE_WITHIN_MS, everyMs: 500 },
      );
      await until(
        `everything of ${store} to be acknowledged and complete`,
        async () => {
          const { body } = await face.get('/api/sync');
          const epochs = body.epochs as readonly { head: number; completeThrough: number }[];
          return (
            body.safeToPowerOff === true &&
            epochs.every(({ head, completeThrough }) => head === completeThrough)
          );
        },
        { withinMs: SETTLE_WITHIN_MS, everyMs: 500 },
      );
      await until(
        `every day of ${store} to be reconciled`,
        async () => {
          const [here, there] = await Promise.all([
            face.get('/api/days?limit=400'),
            office.face.get(`/api/days?store=${store}&limit=1000`),
          ]);
          const closed = (here.body.days as readonly { closedAtMs: number | null }[]).filter(
            ({ closedAtMs }) => closedAtMs !== null,
          );
          const reconciled = (there.body.days as readonly { state: string }[]).filter(
            ({ state }) => state === 'reconciled',
          );
          return closed.length === reconciled.length;
        },
        { withinMs: SETTLE_WITHIN_MS, everyMs: 500 },
      );
    }),
  ]);
  return waits.flatMap((wait) =>
    wait.status === 'rejected' ? [wait.reason instanceof Error ? wait.reason.message : ''] : [],
  );
}
