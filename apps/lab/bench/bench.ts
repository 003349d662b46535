import { cpus, loadavg, totalmem, type } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createDatabase } from '../store/office-books.ts';
import { startWorld, type World } from '../world/world.ts';
import { dashboards, flush, longDay, starts, visibility } from './chain.ts';
import type { Facts, Row } from './rows.ts';
import { catalogue, domain, ingest, orderCommit, screens } from './scripts.ts';

export interface BenchOptions {
  readonly isQuick: boolean;
  /** Names of parts to measure; none: all. */
  readonly only: readonly string[];
  /** Of this moment, ISO 8601. */
  readonly now: () => string;
  readonly tell: (line: string) => void;
}

export interface BenchReport {
  readonly facts: Facts;
  readonly rows: readonly Row[];
  /** Parts that could not be measured, and why. */
  readonly failed: readonly string[];
}

const LIGHT_STORES = 15;

/** Measures the budget table, each row beside its limit in the same run, one after the other. */
export async function runBench(options: BenchOptions): Promise<BenchReport> {
  const { isQuick, only, now, tell } = options;
  const load = loadavg()[0] ?? 0;
  const world = await startWorld({
    stores: 1,
    shopsInParts: 0,
    lightStores: LIGHT_STORES,
    ingestWorkers: 2,
    isSplit: false,
    keep: undefined,
    tell,
  });
  try {
    const deps = { world, isQuick, now, tell };
    const scripts = { ...scriptDeps(world), isQuick };
    const parts: Readonly<Record<string, () => Promise<readonly Row[]>>> = {
      starts: () => starts(deps),
      visibility: () => visibility(deps),
      flush: () => flush(deps),
      day: () => longDay(deps),
      dashboards: () => dashboards(deps),
      commit: () => orderCommit(scripts),
      ingest: () => ingest(scripts),
      catalogue: () => catalogue(scripts),
      domain: () => domain(scripts),
      screens: () => screens(scripts),
    };
    const rows: Row[] = [];
    const failed: string[] = [];
    for (const [name, measure] of Object.entries(parts)) {
      if (only.length > 0 && !only.includes(name)) continue;
      tell(`measuring ${name}; load ${(loadavg()[0] ?? 0).toFixed(1)}`);
      try {
        rows.push(...(await measure()));
      } catch (error) {
        failed.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
        tell(`not measured: ${failed.at(-1)}`);
      }
    }
    const [processor] = cpus();
    const facts = {
      processors: cpus().length,
      processor: processor?.model ?? 'unknown',
      memoryGB: Math.round(totalmem() / 1e9),
      node: process.versions.node,
      system: type(),
      postgres: world.postgres.version,
      load,
    };
    return { facts, rows, failed };
  } finally {
    await world.stop();
  }
}

const scriptDeps = ({ env, folder, postgres }: World) => ({
  env,
  folder: join(folder),
  databaseUrl: async (name: string): Promise<string> => {
    await createDatabase(postgres.url('postgres'), name);
    return postgres.url(name);
  },
});
