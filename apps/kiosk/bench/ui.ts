import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import {
  createCrashPoints,
  createLog,
  runServices,
  systemClock,
  systemIds,
} from '@tillwire/runtime';
import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core';
import { createKiosk, parseKioskConfig } from '../server/index.ts';

/**
 * How quick the till's screen is in a real browser at a slowed-down processor: first usable, and touch to paint
 * (quality.md, UI budgets), each beside an empty page measured the same way in the same run; then whether its
 * memory stays flat over many orders in one tab. Ends with 1 where a budget is broken. The screens must be built.
 */
const { values } = parseArgs({
  options: {
    menu: { type: 'string', default: join(import.meta.dirname, '../../../sample-menu') },
    shop: { type: 'string', default: '1' },
    slowdown: { type: 'string', default: '4' },
    orders: { type: 'string', default: '400' },
    chromium: { type: 'string', default: '/usr/bin/chromium' },
  },
});

const BUDGET = { firstUsableMs: 1000, touchMs: 50, heapBytesAnOrder: 1024 };
const LOADS = 7;
const ROUNDS = 12;

/** The page tells of each touch how long it took until what it changed was painted. */
const WATCH = `
  window.paints = [];
  addEventListener('click', ({ timeStamp }) => {
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => window.paints.push(performance.now() - timeStamp);
      port2.postMessage(0);
    });
  }, true);`;

const EMPTY_PAGE = 'data:text/html,<!doctype html><title>empty</title><button>0</button>';

const percentile = (sample: readonly number[], share: number): number =>
  sample.toSorted((a, b) => a - b)[Math.ceil(sample.length * share) - 1] ?? Number.NaN;

async function openPage(
  browser: Browser,
): Promise<{ readonly page: Page; readonly cdp: CDPSession }> {
  const context = await browser.newContext({ viewport: { width: 1024, height: 768 } });
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: Number(values.slowdown) });
  await page.addInitScript(WATCH);
  return { page, cdp };
}

/** From the start of the navigation until `button` is there and painted, ms, in a fresh browser context. */
async function firstUsable(browser: Browser, url: string, button: string): Promise<number> {
  const { page } = await openPage(browser);
  await page.goto(url, { waitUntil: 'commit' });
  const ms = await page.evaluate<number>(`new Promise((resolve) => {
    const look = () => document.querySelector(${JSON.stringify(button)}) === null
      ? requestAnimationFrame(look)
      : requestAnimationFrame(() => setTimeout(() => resolve(performance.now())));
    look();
  })`);
  await page.context().close();
  return ms;
}

/** Touches whatever `selectors` name, one after the other, again and again; the paints it took, ms. */
async function touchToPaint(page: Page, selectors: readonly string[]): Promise<readonly number[]> {
  for (let round = 0; round < ROUNDS; round++) {
    for (const selector of selectors) await page.click(selector);
  }
  return page.evaluate<readonly number[]>('window.paints');
}

/** An order with a meal, extras and what is left out, as a cashier touches it; the basket grows by several lines. */
const ORDER = [
  '.rail .page:nth-child(1)',
  '.keys .product:nth-child(2)',
  '.option-keys .option:nth-child(2)',
  '.option-group:first-child .option:nth-child(1)',
  '.option-group:last-child .option-keys > :nth-child(2) .option',
  '.switches .option:last-child',
  '.rail .page:nth-child(5)',
  '.keys .product:nth-child(1)',
  '.rail .page:nth-child(7)',
  '.keys .product:nth-child(3)',
  '.segments .key:nth-child(2)',
  '.stepper button:last-child',
];

const heapAfterCollection = async (cdp: CDPSession): Promise<number> => {
  await cdp.send('HeapProfiler.collectGarbage');
  return (await cdp.send('Runtime.getHeapUsage')).usedSize;
};

/** Sells `count` orders in the page, each when the one before is booked. */
const sellOrders = (page: Page, count: number): Promise<void> =>
  page.evaluate(`(async () => {
    const frame = () => new Promise(requestAnimationFrame);
    const there = async (selector) => {
      for (;;) {
        const found = document.querySelector(selector);
        if (found !== null && !found.disabled) return found;
        await frame();
      }
    };
    for (let sold = 0; sold < ${count}; sold++) {
      (await there('.keys .product:nth-child(' + (1 + sold % 6) + ')')).click();
      (await there('.pay')).click();
      (await there('.cash')).click();
      await there('.sold-change');
    }
  })()`);

function report(name: string, ms: number, emptyMs: number, budgetMs: number): boolean {
  const within = ms <= budgetMs;
  process.stdout.write(
    `${name.padEnd(34)} ${ms.toFixed(1).padStart(8)} ms  empty page ${emptyMs.toFixed(1)} ms  ratio ${(ms / emptyMs).toFixed(1)}  budget ${budgetMs} ms  ${within ? 'kept' : 'BROKEN'}\n`,
  );
  return within;
}

async function measure(browser: Browser, url: string): Promise<boolean> {
  const [till, empty]: [number[], number[]] = [[], []];
  for (let load = 0; load < LOADS; load++) {
    empty.push(await firstUsable(browser, EMPTY_PAGE, 'button'));
    till.push(await firstUsable(browser, url, '.product'));
  }
  const blank = await openPage(browser);
  await blank.page.goto(EMPTY_PAGE);
  const blankPaints = await touchToPaint(
    blank.page,
    ORDER.map(() => 'button'),
  );
  const { page, cdp } = await openPage(browser);
  await page.goto(url);
  await page.waitForSelector('.product');
  const paints = await touchToPaint(page, ORDER);
  process.stdout.write(`${values.slowdown} × slower processor, ${paints.length} touches\n`);
  const kept = [
    report(
      'first usable, median',
      percentile(till, 0.5),
      percentile(empty, 0.5),
      BUDGET.firstUsableMs,
    ),
    report(
      'touch to paint, p50',
      percentile(paints, 0.5),
      percentile(blankPaints, 0.5),
      BUDGET.touchMs,
    ),
    report(
      'touch to paint, p95',
      percentile(paints, 0.95),
      percentile(blankPaints, 0.95),
      BUDGET.touchMs,
    ),
  ];
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: 1 });
  return (await isMemoryFlat(url, browser)) && kept.every(Boolean);
}

async function isMemoryFlat(url: string, browser: Browser): Promise<boolean> {
  // A page that is not watched: what the watching keeps would count as the till's.
  const context = await browser.newContext({ viewport: { width: 1024, height: 768 } });
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await page.goto(url);
  const orders = Number(values.orders);
  const first = Math.ceil(orders / 4);
  await sellOrders(page, first);
  const early = await heapAfterCollection(cdp);
  await sellOrders(page, orders - first);
  const late = await heapAfterCollection(cdp);
  const bytesAnOrder = (late - early) / (orders - first);
  const isFlat = bytesAnOrder <= BUDGET.heapBytesAnOrder;
  process.stdout.write(
    `heap after ${first} orders ${(early / 1e6).toFixed(2)} MB, after ${orders} ${(late / 1e6).toFixed(2)} MB  ${bytesAnOrder.toFixed(0)} bytes an order  budget ${BUDGET.heapBytesAnOrder}  ${isFlat ? 'kept' : 'BROKEN'}\n`,
  );
  return isFlat;
}

const folder = mkdtempSync(join(tmpdir(), 'tillwire-bench-ui-'));
const log = createLog('bench', 'warn');
const kiosk = await createKiosk(
  parseKioskConfig({
    STORE_CODE: 'S01',
    DB_PATH: join(folder, 'kiosk.db'),
    HTTP_PORT: '0',
    CATALOGUE_PATH: values.menu,
    CATALOGUE_SHOP: values.shop,
  }),
  {
    roles: ['web'],
    clock: systemClock,
    ids: systemIds,
    log,
    crashPoint: createCrashPoints(undefined),
    version: 'bench',
  },
);
const stopping = new AbortController();
const running = runServices(kiosk.services, { signal: stopping.signal, log });
const browser = await chromium.launch({
  executablePath: values.chromium,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
});
try {
  process.exitCode = (await measure(browser, await kiosk.listening)) ? 0 : 1;
} finally {
  await browser.close();
  stopping.abort();
  await running;
  rmSync(folder, { recursive: true });
}
