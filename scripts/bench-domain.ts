// Speed of the domain against its budgets, on one core, medians. `npm run bench:domain -- FOLDER SHOP` measures the
// import of another set.
import {
  catalogVersion,
  DEFAULT_TILL_RULES,
  globalOrderId,
  indexCatalogue,
  type LineRequest,
  type Order,
  type OrderRequest,
  parseGlobalOrderId,
  priceOrder,
  type SellingContext,
  storeCode,
  takeOrder,
  utcInstant,
  dayStatistics,
} from '@tillwire/domain';
import { importLegacyPath } from '@tillwire/runtime';

const [folder = 'sample-menu', shop = '1'] = process.argv.slice(2);
const PRICED_LINES = 10;
const DAY_ORDERS = 5000;

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Median milliseconds of `work`, warmed up. */
function time(runs: number, work: () => unknown): number {
  for (let run = 0; run < Math.ceil(runs / 4); run++) work();
  return median(
    Array.from({ length: runs }, () => {
      const start = performance.now();
      work();
      return performance.now() - start;
    }),
  );
}

async function selling(): Promise<SellingContext> {
  const imported = await importLegacyPath('sample-menu', { shop: 1 });
  if (!imported.ok) throw new Error('the sample menu has faults');
  const index = indexCatalogue(imported.value.catalogue);
  return { index, rules: DEFAULT_TILL_RULES, knowsCrew: () => true };
}

const single = (code: number, quantity = 1): LineRequest => ({ kind: 'product', code, quantity });
const meal = (code: number, drink: number, goLarge: boolean, rest = {}): LineRequest => ({
  kind: 'product',
  code,
  quantity: 1,
  meal: { drink, goLarge },
  ...rest,
});

/** Ten lines as a queue orders them: meals, a combo, choices, extras, a relish left out. */
const LINES: readonly LineRequest[] = [
  meal(1, 49, true, { extras: [{ code: 140, quantity: 2 }] }),
  meal(5, 81, false, { note: 'cut in half' }),
  { kind: 'product', code: 38, quantity: 2, choices: [71] },
  { kind: 'combo', code: 20, quantity: 1, choices: [70, 72] },
  single(30, 3),
  meal(54, 89, false),
  { kind: 'product', code: 2, quantity: 1, extras: [{ code: 141, quantity: 1 }] },
  single(62),
  single(120, 2),
  single(130, 4),
];

const TENDERS: readonly OrderRequest['tenders'][] = [
  [{ method: 'cash', tendered: 20_000 }],
  [{ method: 'card' }],
  [{ method: 'cash', amount: 100 }, { method: 'card' }],
  [{ method: 'card' }],
  [{ method: 'crew-food' }],
];

/** Orders of one to five of the lines, both bases, every few of them crew food. */
function day(context: SellingContext): readonly Order[] {
  return Array.from({ length: DAY_ORDERS }, (_, at) => {
    const lines = Array.from({ length: 1 + (at % 5) }, (_unused, line) => LINES[(at + line) % 10]);
    const taken = takeOrder(
      {
        channel: 'OT-C',
        vatBasis: at % 3 === 0 ? 'eat' : 'take',
        lines: lines.filter((line) => line !== undefined),
        tenders: TENDERS[at % TENDERS.length] ?? [],
        crewId: '0',
      },
      context,
    );
    if (!taken.ok) throw new Error(JSON.stringify(taken.error));
    const id = `S01-20250716-${String(at + 1).padStart(6, '0')}`;
    const parts = parseGlobalOrderId(id);
    if (parts === null) throw new Error(id);
    return {
      ...taken.value,
      id: globalOrderId(parts),
      store: storeCode('S01'),
      businessDate: parts.businessDate,
      createdAt: utcInstant(Date.parse('2025-07-16T09:00:00Z') + at * 8000),
      revision: 1,
      status: 'completed',
      catalogVersion: catalogVersion(1),
      configVersion: null,
    };
  });
}

function report(what: string, figure: string, budget: string, isWithin: boolean): void {
  console.log(`${isWithin ? 'ok  ' : 'MISS'} ${what}: ${figure} (budget ${budget})`);
  if (!isWithin) process.exitCode = 1;
}

const context = await selling();
const asked = { channel: 'OT-C', vatBasis: 'take' as const, lines: LINES };
const BATCH = 1000;
const batchMs = time(60, () => {
  for (let order = 0; order < BATCH; order++) {
    if (!priceOrder(asked, 'sale', context).ok) throw new Error('refused');
  }
});
const perSecond = Math.round((BATCH / batchMs) * 1000);
report(
  `pricing an order of ${PRICED_LINES} lines`,
  `${perSecond.toLocaleString('en-GB')}/s`,
  '≥ 50,000/s',
  perSecond >= 50_000,
);

const orders = day(context);
const statisticsMs = time(40, () => dayStatistics(orders));
report(
  `statistics of a ${DAY_ORDERS.toLocaleString('en-GB')}-order day`,
  `${statisticsMs.toFixed(1)} ms`,
  '≤ 100 ms',
  statisticsMs <= 100,
);

const importMs: number[] = [];
for (let run = 0; run < 15; run++) {
  const start = performance.now();
  const imported = await importLegacyPath(folder, { shop: Number(shop) });
  if (!imported.ok) throw new Error(`${folder} has faults`);
  importMs.push(performance.now() - start);
}
const [first = Number.NaN] = importMs;
report(
  `importing ${folder}`,
  `${median(importMs).toFixed(1)} ms, the first time ${first.toFixed(1)} ms`,
  '≤ 200 ms',
  first <= 200,
);
