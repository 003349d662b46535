import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../harness/ports.ts';
import {
  axeFaults,
  createKioskRig,
  type KioskRig,
  launchBrowser,
  openTill,
  TOKEN,
} from './till-rig.ts';

let browser: Browser;
let kiosk: KioskRig;
beforeAll(async () => {
  // Nobody listens there: a printer that is switched off.
  const printer = { name: 'counter', host: '127.0.0.1', port: await freePort(), kind: 'receipt' };
  [browser, kiosk] = await Promise.all([
    launchBrowser(),
    createKioskRig({ PRINTERS: JSON.stringify([printer]) }),
  ]);
  await kiosk.start();
});
afterAll(async () => {
  await browser.close();
  await kiosk.stop();
});

const burger = (page: Page) => page.getByRole('button', { name: /^Cheeseburger/ }).click();
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

it('two tills that sell at once have an order each, with a number of its own', async () => {
  const tills = await Promise.all(
    [1, 2].map((till) => openTill(browser, `${kiosk.url}/#/till/${till}`)),
  );
  await Promise.all(tills.map(({ page }) => burger(page)));
  await Promise.all(tills.map(({ page }) => press(page, 'Pay')));
  await Promise.all(tills.map(({ page }) => press(page, 'Cash £10.00')));
  const numbers = await Promise.all(
    tills.map(({ page }) => page.locator('.sold-number').textContent()),
  );
  expect(numbers.toSorted((a, b) => Number(a) - Number(b))).toEqual(['1', '2']);
  expect((await kiosk.orders()).map(({ totals }) => totals.gross)).toEqual([595, 595]);
  for (const { close } of tills) await close();
});

it('a printer that is down is said in the line of state, and holds no sale', async () => {
  const { page, close } = await openTill(browser, kiosk.url);
  await page.getByText(/Printer counter down: [12] waiting/).waitFor();
  await burger(page);
  await press(page, 'Pay');
  await press(page, 'Cash £10.00');
  await page.locator('.sold-change').waitFor();
  await page.getByText('Printer counter down: 3 waiting').waitFor();
  expect(await axeFaults(page)).toEqual([]);
  await close();
});

it('a day closed under an open basket is said, and the order belongs to the next', async () => {
  const { page, close } = await openTill(browser, kiosk.url);
  await burger(page);
  // A till that does not know the date yet has no other to tell of.
  await page.getByText(/^\w{3}, \d+ \w{3} \d{4}$/).waitFor();
  const answer = await fetch(`${kiosk.url}/api/day/close`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}` },
  });
  const { businessDate } = (await answer.json()) as { readonly businessDate: string };
  await page.getByText('A new trading day has begun: this order belongs to').waitFor();
  expect(await axeFaults(page)).toEqual([]);
  await press(page, 'Pay');
  await press(page, 'Cash £10.00');
  await page.locator('.sold-change').waitFor();
  expect(await page.locator('.sold-number').textContent()).toBe('1');
  const [order] = await kiosk.orders();
  expect(order?.globalOrderId).not.toContain(businessDate.replaceAll('-', ''));
  await close();
});

it('a kiosk that restarts is said, takes nothing away, and goes on by itself', async () => {
  const { page, close } = await openTill(browser, kiosk.url);
  await burger(page);
  await kiosk.kill9();
  await page.getByText('Kiosk not answering.').waitFor();
  expect(await axeFaults(page)).toEqual([]);
  await press(page, 'One Cheeseburger more');
  await kiosk.start();
  await page.getByText('Kiosk not answering.').waitFor({ state: 'detached' });
  await press(page, 'Pay');
  await press(page, 'Cash £15.00');
  await page.locator('[data-change="310"]').waitFor();
  // An order asked for while it is away is shown once it is back.
  await page.goto(`${kiosk.url}/#/orders`);
  await page.locator('.order-row').first().waitFor();
  await kiosk.kill9();
  await page.locator('.order-row').first().click();
  await page.locator('.order-shown .trouble.told').waitFor();
  await kiosk.start();
  await page.locator('.receipt').waitFor();
  await page.locator('.order-shown .trouble.told').waitFor({ state: 'detached' });
  await close();
});
