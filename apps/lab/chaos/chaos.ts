import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { check } from '../checker/check.ts';
import type { Verdict } from '../checker/findings.ts';
import { createHistory, type History } from '../load/history.ts';
import { runTill } from '../load/till.ts';
import { createRandom } from '../random.ts';
import { pause, until } from '../waiting.ts';
import { createReins, realMs } from '../simulate/simulated-time.ts';
import { startWorld, type World } from '../world/world.ts';
import { drawSchedule, type Scheduled } from './schedule.ts';
import { settle } from './settling.ts';
import { storm } from './storm.ts';

export interface ChaosOptions {
  readonly seed: string;
  readonly minutes: number;
  readonly stores: number;
  /** The run goes on until so many are sold, however slow the machine. */
  readonly leastOrders?: number;
  /** Of the whole chain, on average. */
  readonly ordersPerMinute: number;
  readonly faultsPerMinute: number;
  /** Only faults of these kinds; empty: all. */
  readonly kinds: readonly string[];
  /** One Mosquitto, or three nodes of NATS. */
  readonly broker: 'mosquitto' | 'nats';
  /** Everything of the product lives from this moment on; none: now. Such as the night of a change to summer time. */
  readonly atMs?: number | undefined;
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
  /** So many orders more, and everything at rest again. */
  readonly sellMore: (orders: number) => Promise<void>;
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
  /** Orders that were only on a disk that died, and never sent: beyond any protocol, and counted apart. */
  readonly died: number;
  /** Orders nobody had an answer to when their disk died, which had been sent and came back. */
  readonly unanswered: number;
  /** Orders of two machines of one identity that stood in one another's place: kept whole, for a human to decide. */
  readonly forks: number;
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
/** Of the first menu, in pence: a version with two endings was sold by halves, from the first on. */
const MENU_ENDS_IN = 50;
const TILLS = 2;
const SELL_WITHIN_MS = 3_600_000;
/** After the last fault. */
const ANSWER_WITHIN_MS = 300_000;
/** How often every shop is asked for a backup: in the run, what the night is in a year. */
const BACKUPS_MS = 240_000;

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
    kinds: options.kinds,
  });
  const world = await startWorld({
    stores,
    shopsInParts: Math.min(stores, 3),
    ingestWorkers: INGEST_WORKERS,
    broker: options.broker,
    // NATS speaks 3.1.1, which knows no shares.
    isSplit: options.broker === 'nats' || createRandom(seed).chance() < 0.5,
    spoils: createRandom(`${seed}/world`),
    menuEndsIn: MENU_ENDS_IN,
    reins: options.atMs === undefined ? undefined : createReins(realMs, options.atMs),
    keep: options.keep,
    tell,
  });
  try {
    return await stormed(world, schedule, options);
  } finally {
    await world.stop();
  }
}

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
  const [closing, patience] = [new AbortController(), new AbortController()];
  const open = (name: string, ending: AbortSignal): Promise<unknown> =>
    Promise.all(
      world.shops.flatMap(({ store, face }) =>
        Array.from({ length: TILLS }, (_, till) =>
          runTill(
            {
              store,
              face,
              history,
              random: createRandom(`${seed}/${store}/${till}${name}`),
              perMinute: ordersPerMinute / stores / TILLS,
              refused: (what) => refused.push(what),
              stopping: AbortSignal.any([signal, patience.signal]),
            },
            ending,
          ),
        ),
      ),
    );
  const tills = open('', closing.signal);
  // Waited for at the end; called off before, it ends as it may.
  tills.catch(() => undefined);
  tell(`${schedule.length} faults in ${minutes} minutes`);
  const twins = new Map<string, History>();
  const twinOf = (store: string): History => {
    const known = twins.get(store) ?? createHistory(join(world.folder, `${store}-twin.jsonl`));
    twins.set(store, known);
    return known;
  };
  const faults = storm(world, schedule, { ...options, history, twins: twinOf });
  const nights = backUpAgain(world, closing.signal);
  for (let minute = 1; minute <= Math.ceil(minutes); minute++) {
    await pause(Math.min(1, minutes - minute + 1) * 60_000, signal);
    signal.throwIfAborted();
    tell(`minute ${minute} of ${minutes}: ${history.orders().size} orders accepted`);
  }
  await until('enough to be sold', () => history.orders().size >= (options.leastOrders ?? 0), {
    withinMs: SELL_WITHIN_MS,
    signal,
  });
  closing.abort();
  const unsurvived = await faults;
  const unanswered = await lastAnswers(tills, patience);
  await nights;
  tell('the load has ended; waiting for everything to be acknowledged and reconciled');
  const began = performance.now();
  const unsettled = await settle(world, (store) => twins.has(store), signal);
  const settledS = Math.round((performance.now() - began) / 100) / 10;
  tell('holding the end state against the history');
  const { shops, office, books } = world;
  const look = (): Promise<Verdict> => check({ history, twins, shops, office: office.face, books });
  const verdict = await look();
  const sellMore = async (orders: number): Promise<void> => {
    const [enough, wanted] = [new AbortController(), history.orders().size + orders];
    const more = open('/more', enough.signal);
    await until('enough to be sold', () => history.orders().size >= wanted, {
      withinMs: SELL_WITHIN_MS,
      signal,
    });
    enough.abort();
    await more;
    await settle(world, (store) => twins.has(store), signal);
  };
  await options.afterwards?.({ world, history, check: look, sellMore });
  const findings = [...unsurvived, ...unanswered, ...unsettled]
    .map((what) => ({ check: 'recovery', what }))
    .concat(verdict.findings);
  writeFileSync(join(world.folder, 'findings.json'), JSON.stringify(findings, null, 2));
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
    died: verdict.died,
    unanswered: verdict.unanswered,
    forks: verdict.forks,
    settledS,
    findings,
    refused: counted(refused),
    crashes: counted(
      world.programs.flatMap((program) =>
        program.crashes().map((point) => point.replace(/:\d+$/, '')),
      ),
    ),
    ends: counted(world.programs.flatMap((program) => program.ends())),
  };
}

/** Waits for what tills still ask; a shop that does not come back is told, and the others are held to account. */
async function lastAnswers(
  tills: Promise<unknown>,
  patience: AbortController,
): Promise<readonly string[]> {
  const timer = setTimeout(() => patience.abort(), ANSWER_WITHIN_MS);
  try {
    await tills;
    return [];
  } catch (error) {
    if (!patience.signal.aborted) throw error;
    return [`a till waited ${ANSWER_WITHIN_MS / 1000} s in vain for its last answer`];
  } finally {
    clearTimeout(timer);
  }
}

/** Head Office asks every shop for a backup again and again; who can't be asked is asked the next time. */
async function backUpAgain({ office, shops }: World, signal: AbortSignal): Promise<void> {
  const stores = shops.map(({ store }) => store);
  while (!signal.aborted) {
    await pause(BACKUPS_MS, signal);
    await office.face
      .post('/api/commands', { stores, command: { name: 'backup' } })
      .catch(() => undefined);
  }
}
