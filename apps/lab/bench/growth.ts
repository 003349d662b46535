import { writeFileSync } from 'node:fs';
import {
  closeDays,
  databaseBytes,
  hasSummary,
  MADE_A_DAY,
  makeDays,
} from '../store/many-orders.ts';
import { multiplySales } from '../store/many-sales.ts';
import { until } from '../waiting.ts';
import type { World } from '../world/world.ts';
import type { ChainDeps } from './chain.ts';
import { plotsAsSvg } from './curve.ts';
import { allPages, askTimes, type Page } from './pages.ts';
import { median, ms, quantile, type Row } from './rows.ts';
import { ingestOnTop, type ScriptDeps } from './scripts.ts';

export interface GrowthDeps extends ChainDeps {
  readonly scripts: ScriptDeps;
  /** File for the curves as SVG; none: they are not drawn. */
  readonly plot: string | undefined;
}

/** What Head Office does with so many orders in its books. */
interface Station {
  readonly orders: number;
  readonly bytes: number;
  readonly ingestPerS: number;
  /** p95 of each page, ms. */
  readonly pages: ReadonlyMap<Page, number>;
}

const MILLION = 1_000_000;
const SIZES = [0, MILLION, 5 * MILLION, 10 * MILLION];
/** Yesterday is among them: pages are asked for it. */
const QUICK_SIZES = [0, 3 * MADE_A_DAY];
const ROUNDS = 40;
const SALES = 1000;
const SALES_TO_WARM_UP = 300;
const YEAR = 365;
/** At ten million, against an empty database. */
const GROWTH_BUDGET = 1.2;

/** Head Office at 0, 1, 5 and 10 million orders, a kiosk at none and a million: what gets slower by what is there. */
export async function growth(deps: GrowthDeps): Promise<readonly Row[]> {
  const { world, isQuick, now, tell, plot } = deps;
  const lastDay = now().slice(0, 10);
  const sizes = isQuick ? QUICK_SIZES : SIZES;
  await closeADay(world);
  const stations: Station[] = [];
  let newest = 0;
  for (const size of sizes) {
    const oldest = Math.ceil(size / MADE_A_DAY);
    tell(`making orders, ${oldest * MADE_A_DAY} in all`);
    const days = { lastDay, newest, oldest };
    await makeDays(world.books, days);
    await closeDays(world.books, days, shopOf(world).store);
    newest = oldest;
    tell(`measuring with ${oldest * MADE_A_DAY} orders`);
    stations.push(await measureStation(deps, lastDay, oldest * MADE_A_DAY, stations.length));
  }
  const verified = await verifyYear(world, lastDay, Math.min(newest, YEAR));
  if (plot !== undefined) writeFileSync(plot, plotsAsSvg(plotsOf(stations)));
  const kiosk = await kioskGrowth(world, isQuick ? MILLION / 20 : MILLION, tell);
  return [...pageRows(stations), ...growthRows(stations), verified, ...kiosk];
}

function shopOf({ shops }: World) {
  const [shop] = shops;
  if (shop === undefined) throw new Error('the bench needs a shop');
  return shop;
}

const ORDER = {
  channel: 'OT-C',
  vatBasis: 'take',
  lines: [{ kind: 'product', code: 5, quantity: 1, meal: { drink: 49 } }],
  tenders: [{ method: 'cash' }],
};

async function sell(world: World, requestId: string): Promise<void> {
  const { status } = await shopOf(world).face.post('/api/orders', { requestId, ...ORDER });
  if (status !== 201) throw new Error(`an order was answered ${status}`);
}

/** A real summary, for the made days to be like. */
async function closeADay(world: World): Promise<void> {
  const { face, store } = shopOf(world);
  await sell(world, 'growth');
  const { status } = await face.post('/api/day/close', {});
  if (status !== 200) throw new Error(`the day was not closed: ${status}`);
  await until('the day’s summary at Head Office', () => hasSummary(world.books, store), {
    withinMs: 60_000,
  });
}

async function measureStation(
  { world, scripts }: GrowthDeps,
  today: string,
  orders: number,
  at: number,
): Promise<Station> {
  const pages = new Map<Page, number>();
  for (const page of allPages(today)) {
    // Nothing is there yet that it could show.
    if (orders === 0 && page.what === 'one order, by its number') continue;
    pages.set(page, quantile(await askTimes(world.office.face, page.path, ROUNDS), 0.95));
  }
  const ingestPerS = median(await ingestOnTop(scripts, world.databaseUrl, { today, at }));
  return { orders, bytes: await databaseBytes(world.books), ingestPerS, pages };
}

/** The verifier as an operator runs it. */
async function verifyYear({ office }: World, today: string, days: number): Promise<Row> {
  const from = new Date(Date.parse(today) - (days - 1) * 86_400_000).toISOString().slice(0, 10);
  const began = performance.now();
  await office.run(['head-office', 'verify-sums', '--from', from, '--to', today]);
  const seconds = (performance.now() - began) / 1000;
  return {
    what: `every sum of ${days} days, ${(days * MADE_A_DAY).toLocaleString('en-GB')} orders, proven from the orders`,
    measured: `${seconds.toFixed(1)} s`,
    limit: '',
    budget: '≤ 60 s',
    isKept: seconds <= 60,
  };
}

const named = ({ pages }: Station): ReadonlyMap<string, number> =>
  new Map([...pages].map(([{ what }, p95]) => [what, p95]));

function pageRows(stations: readonly Station[]): readonly Row[] {
  const last = stations.at(-1);
  if (last === undefined) return [];
  return [...last.pages].map(([{ what, budgetMs }, p95]) => ({
    what: `${what}, with ${last.orders.toLocaleString('en-GB')} orders, p95`,
    measured: ms(p95),
    limit: stations
      .slice(0, -1)
      .map((station) => {
        const then = named(station).get(what);
        return then === undefined ? 'none yet' : ms(then);
      })
      .join(', '),
    budget: budgetMs === null ? '' : `≤ ${budgetMs} ms`,
    isKept: budgetMs === null ? null : p95 <= budgetMs,
  }));
}

function growthRows(stations: readonly Station[]): readonly Row[] {
  const [first, last] = [stations[0], stations.at(-1)];
  if (first === undefined || last === undefined) return [];
  const slower = first.ingestPerS / last.ingestPerS;
  return [
    {
      what: `ingest with ${last.orders.toLocaleString('en-GB')} orders in the books, against none`,
      measured: `${Math.round(last.ingestPerS)}/s`,
      limit: `${stations
        .slice(0, -1)
        .map(({ ingestPerS }) => `${Math.round(ingestPerS)}/s`)
        .join(', ')}: ${slower.toFixed(2)} × as long`,
      budget: `≤ ${GROWTH_BUDGET} ×`,
      isKept: slower <= GROWTH_BUDGET,
    },
    {
      what: 'the database then',
      measured: `${(last.bytes / 1e9).toFixed(1)} GB`,
      limit: '',
      budget: '',
      isKept: null,
    },
  ];
}

/** A kiosk's orders with hardly any in its database, and with many; without its line, for Head Office has none of them. */
async function kioskGrowth(
  world: World,
  held: number,
  tell: (line: string) => void,
): Promise<readonly Row[]> {
  const { line, programs, database } = shopOf(world);
  line.cut();
  tell('measuring a kiosk with few orders');
  const few = await sellTimes(world, 'few');
  tell(`making ${held} orders at a kiosk`);
  await programs.web.knock('SIGTERM', 0, async () => multiplySales(database, held));
  const many = await sellTimes(world, 'many');
  const of = (times: readonly number[]) => ({ p50: median(times), p99: quantile(times, 0.99) });
  const [before, after] = [of(few), of(many)];
  const slower = after.p50 / before.p50;
  return [
    {
      what: `order at a kiosk that has ${held.toLocaleString('en-GB')}, against one that has few, p50`,
      measured: `${ms(after.p50)} (p99 ${ms(after.p99)})`,
      limit: `${ms(before.p50)} (p99 ${ms(before.p99)}): ${slower.toFixed(2)} ×`,
      budget: `≤ ${GROWTH_BUDGET} ×`,
      isKept: slower <= GROWTH_BUDGET,
    },
  ];
}

/** Milliseconds from the request to sell to the answer. */
async function sellTimes(world: World, name: string): Promise<readonly number[]> {
  const times: number[] = [];
  for (let at = 0; at < SALES + SALES_TO_WARM_UP; at++) {
    const began = performance.now();
    await sell(world, `${name}-${at}`);
    if (at >= SALES_TO_WARM_UP) times.push(performance.now() - began);
  }
  return times;
}

function plotsOf(stations: readonly Station[]) {
  const at = stations.map(({ orders }) => `${orders / MILLION} M`);
  const shown = [
    'overview',
    'a shop’s day',
    'a week by product',
    'a page deep in a day',
    'a week by hour',
    'the newest orders of all',
  ];
  return [
    {
      title: 'Pages of Head Office by orders in its books, p95',
      at,
      unit: 'ms',
      curves: shown.map((what) => ({
        name: what,
        values: stations.map((station) => named(station).get(what) ?? 0),
      })),
    },
    {
      title: 'Ingest by orders in the books',
      at,
      unit: 'orders a second',
      curves: [{ name: 'ingest', values: stations.map(({ ingestPerS }) => ingestPerS) }],
    },
  ];
}
