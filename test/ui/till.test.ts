import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { waitFor } from '../harness/wait.ts';
import {
  axeFaults,
  createKioskRig,
  type KioskRig,
  launchBrowser,
  openTill,
  TOKEN,
  touchesOf,
  UI_ASSETS,
} from './till-rig.ts';

/** Long enough for a machine that builds and tests other things meanwhile. */
const PATIENCE = { timeout: 20_000 };

let browser: Browser;
let kiosk: KioskRig;
/** What was sold before the test. */
let soldBefore: number;

beforeAll(async () => {
  [browser, kiosk] = await Promise.all([launchBrowser(), createKioskRig()]);
  await kiosk.start();
});
afterAll(async () => {
  await browser.close();
  await kiosk.stop();
});
beforeEach(async () => {
  soldBefore = (await kiosk.orders()).length;
});

const key = (page: Page, name: string | RegExp) =>
  page.getByRole('button', { name, exact: typeof name === 'string' }).first();
const change = async (page: Page): Promise<string | null> =>
  page.locator('.sold-change').textContent();

/** Orders sold since the test began, newest first. */
const soldNow = async () => (await kiosk.orders()).slice(0, -soldBefore || undefined);

async function ringUpBurger(page: Page): Promise<void> {
  await key(page, /^Cheeseburger/).click();
}

describe('an order', () => {
  it('cheeseburger meal, no ketchup, extra mayo, go large, cash with change: in at most 8 touches', async () => {
    const { page, close } = await openTill(browser, kiosk.url);
    await ringUpBurger(page);
    await key(page, /^Cola/).click();
    await key(page, 'Go large').click();
    await key(page, 'No Ketchup').click();
    await key(page, /^Extra Mayonnaise/).click();
    await key(page, 'Pay').click();
    await key(page, 'Cash £20.00').click();
    expect(await change(page)).toBe('£10.05');
    expect(await touchesOf(page)).toBeLessThanOrEqual(8);
    const [order, ...others] = await soldNow();
    expect(others).toEqual([]);
    expect(order).toMatchObject({ totals: { gross: 995 }, change: 1005 });
    expect(order?.lines).toMatchObject([
      { code: 5, quantity: 1, isMeal: true, goLarge: true, without: [{ code: 14 }] },
    ]);
    expect(order?.lines[0]?.components.map(({ role, code }) => `${role} ${code}`)).toEqual([
      'item 5',
      'side 31',
      'drink 110',
      'extra 145',
    ]);
    await close();
  });

  it('goes from code to change by keyboard alone', async () => {
    const { page, close } = await openTill(browser, kiosk.url);
    const { keyboard } = page;
    await keyboard.type('2*5');
    await keyboard.press('Enter');
    await keyboard.press('F3');
    await keyboard.press('ArrowRight');
    await keyboard.press('Enter');
    await page.getByRole('button', { name: 'No Onion' }).waitFor();
    // The step that was answered hands the focus on to the next.
    await keyboard.press('ArrowRight');
    await keyboard.press('Space');
    await expect
      .poll(() => key(page, 'No Pickles').getAttribute('aria-pressed'), PATIENCE)
      .toBe('true');
    await keyboard.press('F9');
    await keyboard.type('5000');
    await keyboard.press('Enter');
    expect(await change(page)).toBe('£32.70');
    expect(await touchesOf(page)).toBe(0);
    expect(await soldNow()).toMatchObject([
      { totals: { gross: 1730 }, lines: [{ code: 5, quantity: 2, isMeal: true }] },
    ]);
    await close();
  });

  it('hands the focus on together with the step, so that no key pressed after it is lost', async () => {
    const { page, close } = await openTill(browser, kiosk.url);
    await ringUpBurger(page);
    await key(page, 'On its own').focus();
    await page.evaluate(`new MutationObserver(() => (window.focused ??= document.activeElement.textContent))
      .observe(document.querySelector('.options-body'), { childList: true, subtree: true })`);
    await page.keyboard.press('Enter');
    await expect.poll(() => page.evaluate('window.focused'), PATIENCE).toBe('No Onion');
    await close();
  });

  it('is sold once by a double touch', async () => {
    const { page, close } = await openTill(browser, kiosk.url);
    await ringUpBurger(page);
    await key(page, 'Pay').click();
    await key(page, 'Cash £10.00').waitFor();
    await page.evaluate(
      `(() => { const cash = document.querySelectorAll('.cash')[1]; cash.click(); cash.click(); })()`,
    );
    expect(await change(page)).toBe('£4.05');
    expect(await soldNow()).toHaveLength(1);
    await close();
  });

  it('never moves a key while it is rung up', async () => {
    const { page, close } = await openTill(browser, kiosk.url);
    const keys = [key(page, /^Hamburger/), key(page, 'Drinks'), key(page, 'Takeaway')];
    const places = () => Promise.all(keys.map((each) => each.boundingBox()));
    const before = await places();
    await ringUpBurger(page);
    expect(await places()).toEqual(before);
    await key(page, /^Cola/).click();
    await key(page, 'No Ketchup').click();
    expect(await places()).toEqual(before);
    await close();
  });

  it('leaves the tender pad when its last line is taken out', async () => {
    const { page, close } = await openTill(browser, kiosk.url);
    await ringUpBurger(page);
    await key(page, 'Pay').click();
    await key(page, 'Remove Cheeseburger').click();
    await page.getByText('Nothing rung up').waitFor();
    await ringUpBurger(page);
    expect(await key(page, 'Pay').isEnabled()).toBe(true);
    await close();
  });

  it('may be split, and a voucher alone may exceed it', async () => {
    const { page, close } = await openTill(browser, kiosk.url);
    await ringUpBurger(page);
    await key(page, 'Pay').click();
    await page.keyboard.type('500');
    await key(page, /^Voucher/).click();
    await expect.poll(() => page.locator('.tender-due').textContent(), PATIENCE).toBe('£0.95');
    await key(page, /^Card/).click();
    expect(await change(page)).toBe('£0.00');
    await ringUpBurger(page);
    await key(page, 'Pay').click();
    await page.keyboard.type('1000');
    await key(page, /^Voucher/).click();
    await page.getByText('Voucher overage £4.05').waitFor();
    expect(await soldNow()).toMatchObject([
      { voucherOverage: 405, change: 0 },
      {
        tenders: [
          { method: 'voucher', amount: 500 },
          { method: 'card', amount: 95 },
        ],
      },
    ]);
    await close();
  });

  it('is crew food or waste only with a crew id, and whole', async () => {
    const { page, close } = await openTill(browser, kiosk.url);
    await ringUpBurger(page);
    await key(page, 'Pay').click();
    await key(page, 'Crew food').click();
    await key(page, 'Book crew food').click();
    await page.locator('.sold-change').waitFor();
    expect(await soldNow()).toMatchObject([{ kind: 'crew-food', tenders: [{ amount: 595 }] }]);
    await close();
  });

  it('held is recalled as it was, through a reload too', async () => {
    const { page, close } = await openTill(browser, kiosk.url);
    await ringUpBurger(page);
    await key(page, 'Hold').click();
    await key(page, /^Hamburger/).click();
    await page.reload();
    const line = page.locator('.line-title');
    await key(page, 'Recall 1').click();
    await expect.poll(() => line.textContent(), PATIENCE).toBe('Cheeseburger');
    await key(page, 'Recall 1').click();
    await expect.poll(() => line.textContent(), PATIENCE).toBe('Hamburger');
    await key(page, 'Hold').click();
    await key(page, 'Recall 2').click();
    await key(page, /^Cheeseburger £5.95/).waitFor();
    await page.getByRole('list', { name: 'On hold' }).getByText('Hamburger').click();
    await expect.poll(() => line.textContent(), PATIENCE).toBe('Hamburger');
    await close();
  });
});

describe('a kiosk that dies while a sale is on its way', () => {
  const payIn = async (page: Page): Promise<void> => {
    await ringUpBurger(page);
    await key(page, 'Pay').click();
    await key(page, 'Cash £10.00').waitFor();
  };
  const restart = async (): Promise<void> => void (await kiosk.start());

  it('before it heard of it: the sale is made once when it is back', async () => {
    const { page, close } = await openTill(browser, kiosk.url);
    await payIn(page);
    await kiosk.kill9();
    await key(page, 'Cash £10.00').click();
    await page.getByText('The kiosk does not answer').waitFor();
    await page.getByText('Kiosk not answering.').waitFor();
    await restart();
    expect(await change(page)).toBe('£4.05');
    expect(await soldNow()).toHaveLength(1);
    await close();
  });

  it('after it was booked, before it answered: the order is there once, through a reload too', async () => {
    await kiosk.kill9();
    const dying = await kiosk.start('web.after-commit');
    const { page, close } = await openTill(browser, kiosk.url);
    await payIn(page);
    await key(page, 'Cash £10.00').click();
    await dying.exited;
    await page.getByText('The kiosk does not answer').waitFor();
    await restart();
    await page.reload();
    expect(await change(page)).toBe('£4.05');
    expect(await soldNow()).toHaveLength(1);
    await close();
  });

  it('does not hold up the next customer: the sale is put aside and made once', async () => {
    const { page, close } = await openTill(browser, kiosk.url);
    await payIn(page);
    await kiosk.kill9();
    await key(page, 'Cash £10.00').click();
    await key(page, 'Next customer').click();
    await key(page, /^Hamburger/).click();
    await restart();
    await waitFor('the sale put aside', async () => (await soldNow()).length === 1);
    expect(await page.locator('.line-title').textContent()).toBe('Hamburger');
    await close();
  });
});

describe('a price that is not what the screen said', () => {
  it('is shown and the payment asked for again, and nothing is sold by the old one', async () => {
    const { page, close } = await openTill(browser, kiosk.url);
    await page.route('**/api/catalogue', async (route) => {
      // The browser holds the menu already: asked conditionally, the kiosk answers without a body.
      const { 'if-none-match': _known, ...headers } = route.request().headers();
      const response = await route.fetch({ headers });
      const menu = (await response.json()) as {
        catalogVersion: number;
        catalogue: { products: { code: number; prices: number[] }[] };
      };
      const burger = menu.catalogue.products.find(({ code }) => code === 5);
      burger?.prices.splice(0, 1, 575);
      await route.fulfill({ json: { ...menu, catalogVersion: 7, tag: '"of-version-7"' } });
    });
    await page.reload();
    await page.getByRole('button', { name: 'Cheeseburger £5.75' }).click();
    await key(page, 'Pay').click();
    await page.unroute('**/api/catalogue');
    await key(page, 'Cash £10.00').click();
    await page.getByText('The price has changed').waitFor();
    await page.getByText('Cheeseburger: £5.75 → £5.95').waitFor();
    expect(await page.locator('.tender-due').textContent()).toBe('£5.95');
    expect(await soldNow()).toEqual([]);
    await key(page, 'Cash £10.00').click();
    expect(await change(page)).toBe('£4.05');
    expect(await soldNow()).toMatchObject([{ totals: { gross: 595 } }]);
    await close();
  });
});

describe('behind the counter', () => {
  it('an order is voided with crew id and reason, its payment moved, and cash paid out', async () => {
    const { page, close } = await openTill(browser, `${kiosk.url}/#token=${TOKEN}`);
    expect(page.url()).not.toContain(TOKEN);
    for (const note of ['Cash £10.00', 'Exact cash £5.95']) {
      await ringUpBurger(page);
      await key(page, 'Pay').click();
      await key(page, note).click();
      await page.locator('.sold-change').waitFor();
    }
    await page.getByRole('link', { name: /^Receipt of order/ }).click();
    await key(page, 'Change payment').click();
    await key(page, '£5.95 by card').click();
    await page.locator('.receipt').getByText('Card').waitFor();
    await page.locator('.order-row').nth(1).click();
    await key(page, 'Void').click();
    await page.getByLabel('Crew id').fill('0');
    await page.getByLabel('Reason').fill('rung up twice');
    await key(page, /^Void order/).click();
    await page.getByText('VOIDED: rung up twice').waitFor();
    await page.getByRole('link', { name: 'Drawer' }).click();
    await page.getByLabel('Amount').fill('1250');
    await page.getByLabel('Crew id').fill('0');
    await page.getByLabel('Reason').fill('window cleaner');
    await key(page, 'Take £12.50 out').click();
    await page.getByText(/^Booked as number/).waitFor();
    expect(await soldNow()).toMatchObject([
      { kind: 'paid-out', tenders: [{ method: 'cash', amount: -1250 }] },
      { status: 'completed', tenders: [{ method: 'card', amount: 595 }] },
      { status: 'voided' },
    ]);
    await close();
  });

  it('is asked who it is where the kiosk wants to know, and keeps what was rung up', async () => {
    const { page, close } = await openTill(browser, kiosk.url);
    await ringUpBurger(page);
    await page.getByRole('link', { name: 'Drawer' }).click();
    // The X reading is for a shift manager.
    await page.getByLabel('Set-up PIN or token').waitFor();
    await key(page, 'Back to the till').click();
    expect(await page.locator('.line-title').textContent()).toBe('Cheeseburger');
    await close();
  });
});

describe('the customer display', () => {
  it('follows the basket of its till, and says what was paid', async () => {
    const { page, close } = await openTill(browser, `${kiosk.url}/#/till/2`);
    const context = await browser.newContext();
    const display = await context.newPage();
    await display.goto(`${kiosk.url}/#/display/2`);
    await display.getByText('Welcome').waitFor();
    await ringUpBurger(page);
    await expect
      .poll(() => display.locator('.display-total').textContent(), PATIENCE)
      .toBe('£5.95');
    await key(page, /^Cola/).click();
    await expect
      .poll(() => display.locator('.display-total').textContent(), PATIENCE)
      .toBe('£8.65');
    await key(page, 'Pay').click();
    await key(page, 'Cash £10.00').click();
    await display.getByText('change £1.35').waitFor();
    await context.close();
    await close();
  });
});

describe.each(['light', 'dark'] as const)('every screen in %s', (colorScheme) => {
  it('holds nothing that axe finds against WCAG 2.2 AA', async () => {
    const { page, close } = await openTill(browser, `${kiosk.url}/#token=${TOKEN}`, {
      colorScheme,
    });
    const seen: Record<string, readonly string[]> = {};
    const look = async (screen: string): Promise<void> => {
      seen[screen] = await axeFaults(page);
    };
    await look('menu');
    for (const { name } of [{ name: 'Drinks' }, { name: 'Offers' }]) {
      await key(page, name).click();
      await look(`menu page ${name}`);
    }
    await key(page, /^Bandstand/).click();
    await look('combo, first choice');
    await key(page, 'Burgers').click();
    await ringUpBurger(page);
    await look('meal');
    await key(page, /^Cola/).click();
    await key(page, 'No Ketchup').click();
    await look('changes');
    await key(page, 'Note').click();
    await look('note');
    await key(page, /^Sales channel/).click();
    await look('sales channels');
    await key(page, 'Phone - Collect').click();
    await look('prices of another channel');
    await page.getByLabel(/^Product code/).fill('9999');
    await page.keyboard.press('Enter');
    await look('unknown code');
    await key(page, 'Remove Bandstand Sharer').click();
    await key(page, /^Sales channel/).click();
    await key(page, 'Standard').click();
    await key(page, 'Pay').click();
    await key(page, 'Crew food').click();
    await look('tender pad');
    await page.keyboard.press('Escape');
    await key(page, 'Pay').click();
    await key(page, 'Cash £20.00').click();
    await page.locator('.sold-change').waitFor();
    await look('change');
    await page.getByRole('link', { name: 'Orders' }).click();
    await page.locator('.order-row').first().click();
    await key(page, 'Void').click();
    await look('order');
    await page.getByRole('link', { name: 'Drawer' }).click();
    await page.getByRole('heading', { name: 'Paid out' }).waitFor();
    await look('drawer');
    await page.goto(`${kiosk.url}/#/display/1`);
    await page.locator('.display').waitFor();
    await look('display');
    await page.goto(`${kiosk.url}/#/nowhere`);
    await page.getByText('There is no such screen').waitFor();
    await look('no such screen');
    expect(Object.entries(seen).filter(([, faults]) => faults.length > 0)).toEqual([]);
    await close();
  });
});

describe('the screens', () => {
  it('come to at most 60 KiB of JavaScript, gzipped', () => {
    const scripts = readdirSync(UI_ASSETS).filter((name) => name.endsWith('.js'));
    const bytes = scripts.reduce(
      (sum, name) => sum + gzipSync(readFileSync(join(UI_ASSETS, name))).length,
      0,
    );
    expect(bytes).toBeLessThanOrEqual(60 * 1024);
  });
});
