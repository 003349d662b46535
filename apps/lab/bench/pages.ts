import type { Face } from '../http.ts';
import { MADE_A_DAY, makeDays } from '../store/many-orders.ts';
import type { ChainDeps } from './chain.ts';
import { ms, quantile, type Row } from './rows.ts';

/** A page of Head Office, and how long it may take at p95; null: it is only told. */
export interface Page {
  readonly what: string;
  readonly path: string;
  readonly budgetMs: number | null;
}

const BUDGET_MS = 50;
const DAY_MS = 86_400_000;
const WARM_UP = 5;

const daysBefore = (date: string, days: number): string =>
  new Date(Date.parse(date) - days * DAY_MS).toISOString().slice(0, 10);

/** The three pages of the budget. */
function budgetedPages(today: string): readonly Page[] {
  const week = `from=${daysBefore(today, 6)}&to=${today}`;
  return [
    { what: 'overview', path: '/api/stores', budgetMs: BUDGET_MS },
    {
      what: 'a shop’s day',
      path: `/api/orders?store=S55&date=${today}&limit=100`,
      budgetMs: BUDGET_MS,
    },
    { what: 'a week by product', path: `/api/reports/product?${week}`, budgetMs: BUDGET_MS },
  ];
}

const WEEKLY = [
  'shop',
  'day',
  'hour',
  'channel',
  'payment',
  'vat',
  'account',
  'meal-discount',
  'waste',
];
const YEARLY = ['shop', 'product'];

/** Every kind of page that reads sales. */
export function allPages(today: string): readonly Page[] {
  const yesterday = daysBefore(today, 1);
  const compact = yesterday.replaceAll('-', '');
  const week = `from=${daysBefore(today, 6)}&to=${today}`;
  const year = `from=${daysBefore(today, 363)}&to=${today}`;
  const orders = (what: string, query: string): Page => ({
    what,
    path: `/api/orders?limit=100&${query}`,
    budgetMs: BUDGET_MS,
  });
  return [
    ...budgetedPages(today),
    { what: 'a shop', path: '/api/stores/S55', budgetMs: BUDGET_MS },
    orders('the newest orders of all', 'sort=newest'),
    orders('a page deep in a day', `date=${yesterday}&after=${compact}00600000400`),
    orders('a page deep in a shop', `store=S60&after=${compact}00600000400&sort=newest`),
    orders('voided orders of a day', `date=${yesterday}&status=voided`),
    {
      what: 'one order, by its number',
      path: `/api/orders/S58-${compact}-000400`,
      budgetMs: BUDGET_MS,
    },
    {
      what: 'the days of a month',
      path: `/api/days?from=${daysBefore(today, 30)}&to=${today}`,
      budgetMs: BUDGET_MS,
    },
    ...WEEKLY.map((kind) => ({
      what: `a week by ${kind}`,
      path: `/api/reports/${kind}?${week}`,
      budgetMs: BUDGET_MS,
    })),
    {
      what: 'a week by product, and the same a year before',
      path: `/api/reports/product?${week}&compare=year`,
      budgetMs: BUDGET_MS,
    },
    ...YEARLY.map((kind) => ({
      what: `a year by ${kind}`,
      path: `/api/reports/${kind}?${year}`,
      budgetMs: null,
    })),
  ];
}

/** Milliseconds of each asking, over HTTP, one after the other. @throws when it is not answered. */
export async function askTimes(
  face: Face,
  path: string,
  rounds: number,
): Promise<readonly number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds + WARM_UP; round++) {
    const began = performance.now();
    const { status } = await face.get(path);
    if (status !== 200) throw new Error(`${path} answered ${status}`);
    if (round >= WARM_UP) times.push(performance.now() - began);
  }
  return times;
}

/** The budget's pages over a million orders; over ten million they are measured by the growth part. */
export async function dashboards({
  world,
  isQuick,
  now,
  tell,
}: ChainDeps): Promise<readonly Row[]> {
  const days = isQuick ? 9 : 84;
  const orders = days * MADE_A_DAY;
  tell(`making ${orders} orders at Head Office`);
  const lastDay = now().slice(0, 10);
  await makeDays(world.books, { lastDay, newest: 0, oldest: days });
  const rows: Row[] = [];
  for (const { what, path } of budgetedPages(lastDay)) {
    const times = await askTimes(world.office.face, path, 60);
    const p95 = quantile(times, 0.95);
    rows.push({
      what: `${what}, with ${orders.toLocaleString('en-GB')} orders at Head Office, p95`,
      measured: `${ms(p95)} (p50 ${ms(quantile(times, 0.5))})`,
      limit: '',
      budget: `≤ ${BUDGET_MS} ms`,
      isKept: p95 <= BUDGET_MS,
    });
  }
  return rows;
}
