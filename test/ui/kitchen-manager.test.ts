import { readFileSync } from 'node:fs';
import { canonicalText, DEFAULT_STORE_CONFIG } from '@tillwire/contract';
import { DatabaseSync } from 'node:sqlite';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  axeFaults,
  createKioskRig,
  type KioskRig,
  launchBrowser,
  openTill,
  TOKEN,
} from './till-rig.ts';

/** Long enough for a machine that builds and tests other things meanwhile. */
const PATIENCE = { timeout: 20_000 };

let browser: Browser;
let kiosk: KioskRig;

beforeAll(async () => {
  [browser, kiosk] = await Promise.all([launchBrowser(), createKioskRig()]);
  await kiosk.start();
});
afterAll(async () => {
  await browser.close();
  await kiosk.stop();
});

const asManager = { authorization: `Bearer ${TOKEN}` };
const read = async (path: string) => (await fetch(kiosk.url + path, { headers: asManager })).json();

let requests = 0;
/** A cheeseburger meal for cash: something for every zone. Returns its number. */
async function sellMeal(): Promise<number> {
  const response = await fetch(`${kiosk.url}/api/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      requestId: `meal-${++requests}`,
      channel: 'OT-C',
      vatBasis: 'take',
      lines: [
        {
          kind: 'product',
          code: 5,
          quantity: 1,
          meal: { drink: 49 },
          without: [14],
          note: 'cut in half',
        },
      ],
      tenders: [{ method: 'cash' }],
    }),
  });
  expect(response.status).toBe(201);
  const { order } = (await response.json()) as { order: { number: number } };
  return order.number;
}

/** A screen of the shop, once it has come. */
async function openScreen(hash: string, ready: (page: Page) => Promise<unknown>, options = {}) {
  const opened = await openTill(browser, `${kiosk.url}/#token=${TOKEN}`, options);
  await opened.page.goto(`${kiosk.url}/${hash}`);
  await ready(opened.page);
  return opened;
}

const stations = (page: Page) => page.getByRole('navigation', { name: 'Stations' }).waitFor();
const ticketOf = (page: Page, number: number) =>
  page.getByRole('article', { name: `Order ${number}`, exact: true });
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

describe('the kitchen', () => {
  it('bumps and recalls with one touch, seen on the other screen at once', async () => {
    const [fryer, pass] = await Promise.all([
      openScreen('#/kitchen/fryer', stations),
      openScreen('#/kitchen', stations),
    ]);
    const number = await sellMeal();
    const [atFryer, atPass] = [ticketOf(fryer.page, number), ticketOf(pass.page, number)];
    await Promise.all([atFryer.waitFor(), atPass.waitFor()]);
    expect(await atFryer.locator('.item-name').allTextContents()).toEqual(['Regular Fries']);
    expect(await atPass.locator('.item-details li').allTextContents()).toEqual([
      'no Ketchup',
      'cut in half',
    ]);
    await press(fryer.page, `Done: order ${number}`);
    await atFryer.waitFor({ state: 'detached' });
    await atPass.getByText('Fryer is done').waitFor();
    // By keyboard: the last one bumped comes back.
    await fryer.page.keyboard.press('F6');
    await atFryer.waitFor();
    await atPass.getByText('Fryer is at it').waitFor();
    await press(pass.page, `Packed: order ${number}`);
    await atFryer.waitFor({ state: 'detached' });
    await press(pass.page, `Handed over: order ${number}`);
    await press(pass.page, `Recall order ${number}`);
    await press(pass.page, `Back to the kitchen: order ${number}`);
    await Promise.all([atFryer.waitFor(), atPass.waitFor()]);
    await Promise.all([fryer.close(), pass.close()]);
  });

  it('warns at the kitchen and at the till before an order when a zone is at its limit', async () => {
    const database = new DatabaseSync(kiosk.database);
    const limits = {
      ...DEFAULT_STORE_CONFIG.limits,
      kitchen_load: { prep: null, drinks: null, fryer: 1 },
    };
    database
      .prepare('INSERT INTO config_in_force (id, version, checksum, config) VALUES (1, 2, ?, ?)')
      .run('of a test', canonicalText({ ...DEFAULT_STORE_CONFIG, limits }));
    database.close();
    await expect
      .poll(async () => {
        const { zones } = (await read('/api/kitchen/load')) as {
          zones: readonly { zone: string; isFull: boolean }[];
        };
        return zones.find(({ zone }) => zone === 'fryer')?.isFull;
      }, PATIENCE)
      .toBe(true);
    const till = await openTill(browser, kiosk.url);
    await till.page.getByText('Fryer is full:').waitFor();
    await till.page.getByRole('button', { name: /^Cheeseburger/ }).click();
    await till.page.getByText('Fryer is full:').waitFor({ state: 'detached' });
    await till.close();
  });
});

interface Day {
  readonly date: string;
}

describe('the office', () => {
  it('counts a drawer blind, tells the variance after, closes the day and hands out its files', async () => {
    await sellMeal();
    const { page, close } = await openScreen('#/manager/cash-up', (opened) =>
      opened.getByRole('heading', { name: 'No drawer is open' }).waitFor(),
    );
    const sold = await kiosk.orders();
    const taken = sold.reduce((sum, { totals }) => sum + totals.gross, 0);
    await page.getByLabel('Float').fill('5000');
    await page.getByLabel('Crew id').fill('7');
    await press(page, 'Start the shift');
    await page.getByRole('heading', { name: 'Count the drawer' }).waitFor();
    const blind = (await page.locator('.manager-page').textContent()) ?? '';
    expect(blind).not.toContain('xpected £');
    // The float and all that was taken, but one pound.
    const short = 5000 + taken - 100;
    await page.getByLabel('£1', { exact: true }).fill(String(Math.floor(short / 100)));
    await page.getByLabel('1p', { exact: true }).fill(String(short % 100));
    await page.getByLabel('Crew id').fill('7');
    await press(page, 'That is all of it');
    await page.getByRole('heading', { name: 'The drawer is £1.00 short' }).waitFor();
    await page.getByLabel('Reason of the difference').fill('A note went to the wrong customer');
    await press(page, 'Keep the reason');
    await page.getByText('Reason: A note went').waitFor();

    await page.goto(`${kiosk.url}/#/manager/day`);
    await press(page, 'Z reading: close the day');
    await press(page, 'Close it');
    await page.getByText('Closed, revision 1.').waitFor();
    const { days } = (await read('/api/days')) as { days: readonly Day[] };
    const date = days[0]?.date ?? '';
    const names = await page.locator('.files button').allTextContents();
    expect(names).toHaveLength(4);
    for (const name of names) {
      const [file] = await Promise.all([page.waitForEvent('download'), press(page, name)]);
      const path = `/api/days/${date}/exports/${name}`;
      const wanted = await (await fetch(kiosk.url + path, { headers: asManager })).text();
      expect([file.suggestedFilename(), readFileSync(await file.path(), 'utf8')]).toEqual([
        name,
        wanted,
      ]);
      // The money counted is the money of the books.
      if (name.startsWith('RV')) expect(wanted.split('\r\n')[1]).toContain(`,${taken - 100},`);
    }
    await page.getByRole('link', { name: 'Reports of this day' }).click();
    await page.getByRole('heading', { name: 'Sales by hour' }).waitFor();
    const [csv] = await Promise.all([page.waitForEvent('download'), press(page, 'Download CSV')]);
    expect(readFileSync(await csv.path(), 'utf8')).toMatch(
      new RegExp(
        `^Hour,Orders,Sales\\r\\n[^]*Total,${sold.length},${(taken / 100).toFixed(2)}\\r\\n$`,
      ),
    );
    await page.goto(`${kiosk.url}/#/manager/sync`);
    await page.getByText('Not safe to power off').waitFor();

    // One Z a day: nothing is open now.
    await page.goto(`${kiosk.url}/#/manager/day`);
    await press(page, 'Z reading: close the day');
    await press(page, 'Close it');
    await page.getByText('has had its Z already').waitFor();
    await close();
  });
});

describe.each(['light', 'dark'] as const)('kitchen and office in %s', (colorScheme) => {
  it('hold nothing that axe finds against WCAG 2.2 AA, on a wide screen and a narrow one', async () => {
    await sellMeal();
    const { page, close } = await openScreen('#/kitchen', stations, { colorScheme });
    const seen: Record<string, readonly string[]> = {};
    const pages: Readonly<Record<string, string>> = {
      '#/kitchen': '.ticket',
      '#/kitchen/drinks': '.ticket',
      '#/manager/day': '.figures',
      '#/manager/cash-up': '.cash-form',
      '#/manager/reports/products': '.figures',
      '#/manager/reports/crew': '.nothing',
      '#/manager/catalogue': '.facts',
      '#/manager/sync': '.power',
      '#/manager/diagnostics': '.facts',
    };
    for (const width of [1024, 360]) {
      await page.setViewportSize({ width, height: 768 });
      for (const [hash, ready] of Object.entries(pages)) {
        await page.goto(`${kiosk.url}/${hash}`);
        await page.locator(ready).first().waitFor();
        seen[`${hash} ${width}`] = await axeFaults(page);
        expect(
          await page.evaluate('document.documentElement.scrollWidth <= innerWidth'),
          `${hash} at ${width} is as wide as the screen`,
        ).toBe(true);
      }
    }
    expect(Object.entries(seen).filter(([, faults]) => faults.length > 0)).toEqual([]);
    await close();
  });
});

// Last: the books of the tests before know of no void.
describe('an order voided while it is made', () => {
  it('tells whoever makes it to stop, until they have seen it', async () => {
    const { page, close } = await openScreen('#/kitchen/fryer', stations);
    const number = await sellMeal();
    await ticketOf(page, number).waitFor();
    const { orders } = (await read('/api/orders?limit=1')) as {
      orders: readonly { readonly globalOrderId: string }[];
    };
    await fetch(`${kiosk.url}/api/orders/${orders[0]?.globalOrderId}/void`, {
      method: 'POST',
      headers: { ...asManager, 'content-type': 'application/json' },
      body: JSON.stringify({ crewId: '0', reason: 'walked off' }),
    });
    await page.getByText('Voided: stop making it').waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await press(page, `Stopped: order ${number}`);
    await expect.poll(() => page.getByText('Voided: stop making it').count(), PATIENCE).toBe(0);
    await close();
  });
});
