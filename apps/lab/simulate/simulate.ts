import { join } from 'node:path';
import { check } from '../checker/check.ts';
import type { Finding } from '../checker/findings.ts';
import { createHistory, type History } from '../load/history.ts';
import type { Menu } from '../load/basket.ts';
import { readArrivals } from '../store/arrivals.ts';
import { pause } from '../waiting.ts';
import { changeMenu } from '../world/menu.ts';
import { startWorld, type World } from '../world/world.ts';
import { type AlertSeen, readAlerts, slowRules } from './alerts.ts';
import { type Sample, watchGauges } from './gauges.ts';
import { createLightFleet, type LightFleet } from './light-fleet.ts';
import { drawPlan, type Plan, type PlannedShop, type PlanOptions } from './plan.ts';
import { type Day, readDays, settle } from './settling.ts';
import { runShopDay, untilTime } from './shop-day.ts';
import { createReins, realMs, type Reins } from './simulated-time.ts';

export interface SimulationOptions extends PlanOptions {
  /** Real seconds a trading day takes, where the machine keeps up. */
  readonly secondsADay: number;
  /** Folder to keep everything in; else it goes. */
  readonly keep: string | undefined;
  readonly tell: (line: string) => void;
  /** How it stands, every second or so. */
  readonly progress: (standing: Standing) => void;
  readonly signal: AbortSignal;
}

/** How a running simulation stands. */
export interface Standing {
  readonly date: string;
  /** Simulated, ms since 1970. */
  readonly nowMs: number;
  readonly rate: number;
  readonly orders: number;
  readonly unsent: number;
  readonly offline: number;
  readonly light: { readonly connected: number; readonly sold: number } | null;
}

/** An order's way from its sale to Head Office's books. */
export interface Arrival {
  readonly store: string;
  /** Simulated, ms since 1970. */
  readonly soldMs: number;
  /** Real. */
  readonly tookMs: number;
  /** Its shop's line was sound: neither gone nor slow, nor was what had waited for it still to come. */
  readonly isSound: boolean;
}

export interface SimulationReport {
  readonly seed: string;
  readonly plan: Plan;
  readonly orders: number;
  readonly lightOrders: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly days: readonly Day[];
  readonly findings: readonly Finding[];
  /** From the last Z to everything acknowledged and reconciled, real seconds. */
  readonly settledS: number;
  /** From the first opening to the last close, real seconds. */
  readonly tradedS: number;
  readonly samples: readonly Sample[];
  readonly arrivals: readonly Arrival[];
  readonly alerts: readonly AlertSeen[];
  readonly refused: Readonly<Record<string, number>>;
  /** Processes that ended by themselves. */
  readonly ends: readonly string[];
  /** The pace: the rate asked for, and the slowest there was. */
  readonly rate: { readonly asked: number; readonly slowest: number };
}

const HOUR_MS = 3_600_000;
const SAMPLE_EVERY_MS = 1000;
const PACE_EVERY_MS = 250;
const SETTLE_WITHIN_MS = 300_000;
/** Customers who wait this long in simulated time make the clocks run slower; twice that, four times slower. */
const PATIENCE_MS = 6 * 60_000;

/**
 * A chain of shops over days of trade: planned by the seed, on real processes, held against what was answered. Null:
 * it was called off.
 */
export async function runSimulation(options: SimulationOptions): Promise<SimulationReport | null> {
  const plan = drawPlan(options);
  const first = plan.hours[0]?.fromMs ?? 0;
  const reins = createReins(realMs, first - HOUR_MS);
  let world: World | undefined;
  try {
    world = await startWorld({
      stores: options.stores,
      shopsInParts: Math.min(options.stores, 1),
      lightStores: options.light,
      // What it signs then goes out in the order it was signed, however fast the clocks run.
      ingestWorkers: 1,
      isSplit: false,
      keep: options.keep,
      tell: options.tell,
      signal: options.signal,
      reins,
    });
    options.signal.throwIfAborted();
    return await simulated({ world, plan, reins, options });
  } catch (error) {
    if (options.signal.aborted) return null;
    throw error;
  } finally {
    await world?.stop();
  }
}

interface Simulation {
  readonly world: World;
  readonly plan: Plan;
  readonly reins: Reins;
  readonly options: SimulationOptions;
}

async function simulated(simulation: Simulation): Promise<SimulationReport> {
  const { world, plan, reins, options } = simulation;
  const { signal, tell, seed } = options;
  const history = createHistory(join(world.folder, 'history.jsonl'));
  const [samples, refused, wrong]: [Sample[], string[], string[]] = [[], [], []];
  const asked = paceOf(plan, options);
  await slowRules(world.office.face, asked);
  const firstMenu = await newestVersion(world);
  const light = options.light === 0 ? null : createLightFleet(world, { plan, reins });
  const ended = new AbortController();
  const stopping = AbortSignal.any([signal, ended.signal]);
  const pacer = createPacer(reins, asked);
  const background = [
    watchGauges(world, {
      reins,
      light,
      everyMs: SAMPLE_EVERY_MS,
      stopping,
      onSample: (sample) => {
        samples.push(sample);
        options.progress(standing(simulation, sample, history, light));
      },
    }),
    pacer.run(stopping),
  ];
  const beside = Promise.all([
    ...plan.shops.map((shop, at) => workLine(simulation, shop, at, stopping)),
    publishMenus(simulation, stopping),
    light?.run(stopping),
  ]);
  beside.catch(() => undefined);
  try {
    const began = realMs();
    await tradeAll({ ...simulation, history, refused, wrong, pacer });
    const tradedS = Math.round((realMs() - began) / 100) / 10;
    tell('every day is traded; lines are mended, and everything has to arrive');
    const settling = realMs();
    // The next morning: whose Z was forgotten is closed by itself.
    reins.jump((plan.hours.at(-1)?.toMs ?? 0) + 6 * HOUR_MS, 1);
    const unsettled = await settle(world, { withinMs: SETTLE_WITHIN_MS, signal });
    await beside;
    const lightFindings = (await light?.settle(SETTLE_WITHIN_MS)) ?? [];
    const settledS = Math.round((realMs() - settling) / 100) / 10;
    tell('holding the end state against the history');
    const { shops, office, books } = world;
    const verdict = await check({ history, shops, office: office.face, books, firstMenu });
    return {
      seed,
      plan,
      orders: verdict.orders,
      lightOrders: light?.sold() ?? 0,
      lost: verdict.lost,
      duplicated: verdict.duplicated,
      days: await readDays(world),
      findings: [
        ...unsettled.map((what) => ({ check: 'recovery', what })),
        ...wrong.map((what) => ({ check: 'drawer', what })),
        ...lightFindings,
        ...verdict.findings,
      ],
      settledS,
      tradedS,
      samples,
      arrivals: await arrivalsOf(simulation),
      alerts: await readAlerts(office.face),
      refused: Object.fromEntries(
        [...Map.groupBy(refused, (word) => word)].map(([word, all]) => [word, all.length]),
      ),
      ends: world.programs.flatMap((program) => program.ends()),
      rate: { asked: Math.round(asked), slowest: Math.round(pacer.slowest()) },
    };
  } finally {
    ended.abort();
    await Promise.allSettled([...background, beside]);
    await light?.stop();
  }
}

/** The way of every sale; a line that is back is sound once something has come over it. */
async function arrivalsOf({ world, plan, reins }: Simulation): Promise<readonly Arrival[]> {
  const stores = plan.shops.map(({ store }) => store);
  const rows = Map.groupBy(await readArrivals(world.books, stores), ({ store }) => store);
  return plan.shops.flatMap(({ store, offline, slow }) => {
    const own = rows.get(store) ?? [];
    const received = own.map(({ receivedMs }) => receivedMs).toSorted((a, b) => a - b);
    const unsound = [...offline, ...slow].map(({ fromMs, toMs }) => ({
      fromMs,
      toMs: received.find((ms) => ms >= toMs) ?? toMs,
    }));
    return own.map(({ soldMs, receivedMs }) => ({
      store,
      soldMs,
      tookMs: Math.max(0, Math.round(reins.realBetween(soldMs, receivedMs))),
      isSound: !unsound.some(({ fromMs, toMs }) => fromMs <= soldMs && soldMs <= toMs),
    }));
  });
}

const newestVersion = async ({ shops }: World): Promise<number> => {
  const answers = await Promise.all(shops.map(({ face }) => face.get('/api/catalogue/status')));
  return Math.max(...answers.map(({ body }) => body.inForce.version as number));
};

function standing(
  { reins, plan }: Simulation,
  { unsent, light: lightNow }: Sample,
  history: History,
  light: LightFleet | null,
): Standing {
  const nowMs = reins.nowMs();
  const isOffline = ({ offline }: PlannedShop): boolean =>
    offline.some(({ fromMs, toMs }) => fromMs <= nowMs && nowMs < toMs);
  return {
    date: plan.dates[plan.hours.findLastIndex(({ fromMs }) => fromMs <= nowMs)] ?? plan.from,
    nowMs,
    rate: reins.rate(),
    orders: history.orders().size,
    unsent: unsent.reduce<number>((sum, one) => sum + (one ?? 0), 0),
    offline: plan.shops.filter(isOffline).length,
    light:
      light === null || lightNow === null
        ? null
        : { connected: lightNow.connected, sold: light.sold() },
  };
}

interface Pacer {
  readonly behind: (till: string, ms: number) => void;
  /** Trade goes on at full pace, or rests. */
  readonly isTrading: (is: boolean) => void;
  readonly run: (stopping: AbortSignal) => Promise<void>;
  readonly slowest: () => number;
}

/** Holds the clocks back while tills are behind their plan: a slow machine makes long days, not other ones. */
function createPacer(reins: Reins, asked: number): Pacer {
  const lags = new Map<string, number>();
  let isTrading = false;
  let slowest = asked;
  return {
    behind: (till, ms) => {
      lags.set(till, ms);
    },
    isTrading: (is) => {
      isTrading = is;
      if (!is) lags.clear();
    },
    slowest: () => slowest,
    run: async (stopping) => {
      while (!stopping.aborted) {
        await pause(PACE_EVERY_MS, stopping);
        if (!isTrading) continue;
        const worst = Math.max(0, ...lags.values());
        const held = 2 ** Math.min(4, Math.max(0, Math.floor(worst / PATIENCE_MS)));
        slowest = Math.min(slowest, asked / held);
        reins.setRate(asked / held);
      }
    },
  };
}

/** Day by day at all shops at once; nights are skipped. */
async function tradeAll({
  world,
  plan,
  reins,
  options,
  history,
  refused,
  wrong,
  pacer,
}: Simulation & {
  readonly history: History;
  readonly refused: string[];
  readonly wrong: string[];
  readonly pacer: Pacer;
}): Promise<void> {
  for (const [at, { fromMs }] of plan.hours.entries()) {
    options.tell(`${plan.dates[at]} opens`);
    reins.jump(fromMs - HOUR_MS / 4, paceOf(plan, options));
    pacer.isTrading(true);
    await Promise.all(
      plan.shops.map(async ({ store, days, deliveryShare }, shop) => {
        const [face, day] = [world.shops[shop]?.face, days[at]];
        if (face === undefined || day === undefined) return;
        await runShopDay({
          store,
          face,
          history,
          day,
          reins,
          seed: options.seed,
          stopping: options.signal,
          refused: (what) => refused.push(what),
          wrong: (what) => wrong.push(what),
          behind: pacer.behind,
          channelWeight: weightOf(deliveryShare),
        });
      }),
    );
    pacer.isTrading(false);
    reins.setRate(1);
  }
}

/** How many times as fast as real time a day has to pass. */
const paceOf = ({ hours: [window] }: Plan, { secondsADay }: SimulationOptions): number =>
  window === undefined ? 1 : (window.toMs - window.fromMs) / (secondsADay * 1000);

/** The counter takes most of what is not delivered. */
const weightOf =
  (deliveryShare: number) =>
  ({ code, delivers }: Menu['channels'][number]): number =>
    delivers ? deliveryShare : code === 'OT-C' ? 1 : 0.15;

/** A shop's line through its windows: gone, or slow. */
async function workLine(
  { world, reins }: Simulation,
  { offline, slow }: PlannedShop,
  at: number,
  stopping: AbortSignal,
): Promise<void> {
  const line = world.shops[at]?.line;
  const turns = [
    ...offline.flatMap(({ fromMs, toMs }) => [
      { atMs: fromMs, turn: () => line?.cut() },
      { atMs: toMs, turn: () => line?.mend() },
    ]),
    ...slow.flatMap(({ fromMs, toMs, delayMs }) => [
      { atMs: fromMs, turn: () => line?.slow(delayMs) },
      { atMs: toMs, turn: () => line?.slow(0) },
    ]),
  ].toSorted((a, b) => a.atMs - b.atMs);
  try {
    for (const { atMs, turn } of turns) {
      await untilTime(reins, atMs, stopping);
      turn();
    }
  } finally {
    line?.mend();
  }
}

async function publishMenus(
  { world, plan, reins, options }: Simulation,
  stopping: AbortSignal,
): Promise<void> {
  for (const { atMs, pence } of plan.menus) {
    await untilTime(reins, atMs, stopping);
    options.tell(`a new menu: every price ends in ${pence}`);
    await changeMenu(world, pence);
  }
}
