import { cpus, loadavg, totalmem, type } from 'node:os';
import process from 'node:process';
import { createDatabase } from '../store/office-books.ts';
import { startWorld, type World, type WorldOptions } from '../world/world.ts';
import { flush, longDay, starts, visibility } from './chain.ts';
import { fleet } from './fleet.ts';
import { growth } from './growth.ts';
import { dashboards } from './pages.ts';
import type { Facts, MeasuredRow, Row } from './rows.ts';
import { catalogue, domain, ingest, orderCommit, screens, type ScriptDeps } from './scripts.ts';
import { week } from './week.ts';

export interface BenchOptions {
  readonly isQuick: boolean;
  /** Names of parts to measure; none: all but the long ones. */
  readonly only: readonly string[];
  /** File for the growth curves as SVG. */
  readonly plot: string | undefined;
  /** Ends it: what was measured by then is reported. */
  readonly signal: AbortSignal;
  /** Of this moment, ISO 8601. */
  readonly now: () => string;
  readonly tell: (line: string) => void;
}

export interface BenchReport {
  readonly facts: Facts;
  readonly rows: readonly MeasuredRow[];
  /** Parts that could not be measured, and why. */
  readonly failed: readonly string[];
}

/** Opens a world that goes with the bench at the latest. */
export type OpenWorld = (options: Partial<WorldOptions>) => Promise<World>;

type Part = () => Promise<readonly Row[]>;

const LIGHT_STORES = 15;
/** Each takes longer than all the others together: measured where it is asked for. */
const LONG = new Set(['growth', 'fleet', 'week']);

/** Measures the budget table, each row beside its limit in the same run, one after the other. */
export async function runBench(options: BenchOptions): Promise<BenchReport> {
  const load = loadNow();
  const worlds: Promise<World>[] = [];
  const open: OpenWorld = (wanted) => {
    const starting = startWorld({
      stores: 1,
      shopsInParts: 0,
      ingestWorkers: 2,
      isSplit: false,
      keep: undefined,
      tell: options.tell,
      signal: options.signal,
      ...wanted,
    });
    worlds.push(starting);
    return starting;
  };
  try {
    const { rows, failed } = await measureAll(partsOf(options, open), options);
    const [processor] = cpus();
    const [world] = await Promise.allSettled(worlds.slice(0, 1));
    const facts = {
      processors: cpus().length,
      processor: processor?.model ?? 'unknown',
      memoryGB: Math.round(totalmem() / 1e9),
      node: process.versions.node,
      system: type(),
      postgres: world?.status === 'fulfilled' ? world.value.postgres.version : 'none',
      load,
    };
    return { facts, rows, failed };
  } finally {
    for (const world of await Promise.allSettled(worlds)) {
      if (world.status === 'fulfilled') await world.value.stop();
    }
  }
}

function partsOf(
  { isQuick, now, tell, plot, signal }: BenchOptions,
  open: OpenWorld,
): Readonly<Record<string, Part>> {
  let common: Promise<World> | undefined;
  // Whoever needs it waits for it; the parts that have a world of their own do not.
  const deps = async () => {
    const world = await (common ??= open({ lightStores: LIGHT_STORES }));
    return { world, isQuick, now, tell };
  };
  const scripts = async (): Promise<ScriptDeps> => {
    const { world } = await deps();
    return { ...scriptDeps(world), isQuick, signal };
  };
  return {
    starts: async () => starts(await deps()),
    visibility: async () => visibility(await deps()),
    flush: async () => flush(await deps()),
    day: async () => longDay(await deps()),
    dashboards: async () => dashboards(await deps()),
    commit: async () => orderCommit(await scripts()),
    ingest: async () => ingest(await scripts()),
    catalogue: async () => catalogue(await scripts()),
    domain: async () => domain(await scripts()),
    screens: async () => screens(await scripts()),
    fleet: () => fleet({ open, isQuick, now, tell }),
    week: () => week({ open, isQuick, tell }),
    growth: async () => growth({ ...(await deps()), scripts: await scripts(), plot }),
  };
}

async function measureAll(
  parts: Readonly<Record<string, Part>>,
  { only, tell, signal }: BenchOptions,
): Promise<Pick<BenchReport, 'rows' | 'failed'>> {
  const stopped = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('stopped')), { once: true });
  });
  // Between two parts nobody waits for it.
  stopped.catch(() => undefined);
  const rows: MeasuredRow[] = [];
  const failed: string[] = [];
  for (const [name, measure] of Object.entries(parts)) {
    if (signal.aborted) break;
    if (only.length > 0 ? !only.includes(name) : LONG.has(name)) continue;
    const load = loadNow();
    tell(`measuring ${name}; load ${load.toFixed(1)}`);
    try {
      const measured = await Promise.race([measure(), stopped]);
      rows.push(...measured.map((row) => ({ ...row, load })));
    } catch (error) {
      failed.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      tell(`not measured: ${failed.at(-1)}`);
    }
  }
  return { rows, failed };
}

/** Of the last minute. */
const loadNow = (): number => loadavg()[0] ?? 0;

const scriptDeps = ({ env, folder, postgres }: World) => ({
  env,
  folder,
  databaseUrl: async (name: string): Promise<string> => {
    await createDatabase(postgres.url('postgres'), name);
    return postgres.url(name);
  },
});
