import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFaults, createKioskRig, type KioskRig, launchBrowser, openTill } from './till-rig.ts';

const SET_UP_PIN = '73915628';
const PATIENCE = { timeout: 20_000 };

let browser: Browser;
let kiosk: KioskRig;

beforeAll(async () => {
  [browser, kiosk] = await Promise.all([
    launchBrowser(),
    createKioskRig({ SETUP_PIN: SET_UP_PIN, LOCK_AFTER_S: '60' }),
  ]);
  await kiosk.start();
});
afterAll(async () => {
  await browser.close();
  await kiosk.stop();
});

const key = (page: Page, name: string | RegExp) =>
  page.getByRole('button', { name, exact: typeof name === 'string' }).first();

/** Touches the pad's keys one by one, as fingers do. */
async function touchPin(page: Page, pin: string, action: string): Promise<void> {
  const pad = page.locator('.pin-pad');
  for (const digit of pin) await pad.getByRole('button', { name: digit, exact: true }).click();
  await pad.getByRole('button', { name: action }).click();
}

async function signIn(page: Page, pin: string): Promise<void> {
  await touchPin(page, pin, 'Sign in');
  await key(page, /^Cheeseburger/).waitFor();
}

const openLocked = (options = {}) =>
  openTill(browser, kiosk.url, { ...options }, (page) => page.getByLabel('PIN').waitFor());

async function sellBurger(page: Page): Promise<void> {
  await key(page, /^Cheeseburger/).click();
  await key(page, 'Pay').click();
  await key(page, 'Cash £10.00').click();
  await page.locator('.sold-change').waitFor();
}

describe('a kiosk nobody has a PIN at', () => {
  it('sells, and has its first manager made by the set-up PIN, who takes on a cashier', async () => {
    const { page, close } = await openTill(browser, kiosk.url);
    await key(page, /^Cheeseburger/).click();
    await page.goto(`${kiosk.url}/#/crew`);
    await page.getByLabel('Set-up PIN or token').fill(SET_UP_PIN);
    await page.getByLabel('Name').fill('Mary Manager');
    await page.getByLabel('PIN, 4 to 8 digits').fill('9001');
    await page.getByLabel('PIN again').fill('9002');
    await key(page, 'Make the first manager').click();
    await page.getByText('The two PINs are not the same').waitFor();
    await page.getByLabel('PIN again').fill('9001');
    expect(await axeFaults(page)).toEqual([]);
    await key(page, 'Make the first manager').click();
    await page.getByRole('heading', { name: 'Crew' }).waitFor();
    await key(page, 'Take somebody on').click();
    await page.getByLabel('Name').fill('Carl Cashier');
    await page.getByLabel('PIN', { exact: false }).fill('2468');
    await key(page, 'Save').click();
    await page.getByRole('row', { name: /Carl Cashier/ }).waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await key(page, /Lock$/).click();
    await page.getByLabel('PIN').waitFor();
    await close();
  });
});

describe('a kiosk with a crew', () => {
  it('asks for a PIN, by touch or by keyboard, and keeps the basket through a lock', async () => {
    const { page, close } = await openLocked();
    await signIn(page, '2468');
    await key(page, /^Cheeseburger/).click();
    await key(page, /Lock$/).click();
    await page.getByLabel('PIN').waitFor();
    expect(await key(page, /^Cheeseburger/).count()).toBe(0);
    await page.keyboard.type('2468');
    await page.keyboard.press('Enter');
    await expect
      .poll(() => page.locator('.line-title').textContent(), PATIENCE)
      .toBe('Cheeseburger');
    await close();
  });

  it("lets a manager's PIN void one order without signing the cashier out", async () => {
    const { page, close } = await openLocked();
    await signIn(page, '2468');
    await sellBurger(page);
    await page.getByRole('link', { name: /^Receipt of order/ }).click();
    await key(page, 'Void').click();
    await page.getByLabel('Reason').fill('rung up twice');
    await key(page, /^Void order/).click();
    await page.getByText('This needs a shift manager').waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await touchPin(page, '2468', 'Allow');
    await page.getByText('this needs a shift-manager').waitFor();
    await touchPin(page, '9001', 'Allow');
    await page.getByText('VOIDED: rung up twice').waitFor();
    await key(page, /^Carl Cashier/).waitFor();
    expect(await kiosk.orders()).toMatchObject([{ status: 'voided', crewId: '1' }]);
    await close();
  });

  it("lets a manager's PIN take cash out and close the day where the cashier stands", async () => {
    const { page, close } = await openLocked();
    await signIn(page, '2468');
    await page.getByRole('link', { name: 'Drawer' }).click();
    await key(page, '5').click();
    await key(page, '00').click();
    await key(page, 'Supplies').click();
    await key(page, 'Take £5.00 out').click();
    await touchPin(page, '9001', 'Allow');
    await page.getByText(/^Booked as number/).waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await page.getByRole('link', { name: 'Office' }).click();
    await page.getByRole('heading', { name: 'The office is a shift manager’s' }).waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await key(page, 'Z reading: close the day').click();
    await key(page, 'Close it').click();
    await page.getByText('This needs a shift manager').waitFor();
    await touchPin(page, '9001', 'Allow');
    await page.getByText(/is closed\. Its files are made\.$/).waitFor();
    await key(page, /^Carl Cashier/).waitFor();
    await close();
  });

  it("practises after a manager's PIN, unmistakably, and books nothing", async () => {
    const { page, close } = await openLocked();
    await signIn(page, '2468');
    await page.getByRole('link', { name: 'Drawer' }).click();
    await key(page, 'Practise').click();
    await touchPin(page, '9001', 'Allow');
    await page.locator('.training-band').waitFor();
    await page.getByRole('link', { name: 'Till' }).click();
    const display = await page.context().newPage();
    await display.goto(`${kiosk.url}/#/display/1`);
    await display.getByText('TRAINING').waitFor();
    await display.close();
    const before = (await kiosk.orders()).length;
    await key(page, /^Cheeseburger/).click();
    await key(page, /^Cola/).click();
    await key(page, 'Pay').click();
    await key(page, 'Read back').click();
    await page.getByRole('region', { name: 'Read back' }).getByText('Drinks').waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await key(page, /^Exact cash/).click();
    await page.getByRole('link', { name: /^Receipt of order/ }).click();
    await page.getByText('TRAINING: not a sale').waitFor();
    expect(await axeFaults(page)).toEqual([]);
    expect(await kiosk.orders()).toHaveLength(before);
    await close();
  });

  it('locks a till that is left alone', async () => {
    const { page, close } = await openLocked();
    await page.clock.install();
    await page.reload();
    await page.getByLabel('PIN').waitFor();
    await signIn(page, '2468');
    await page.clock.runFor(55_000);
    expect(await page.getByLabel('PIN').count()).toBe(0);
    await page.clock.runFor(10_000);
    await page.getByLabel('PIN').waitFor();
    await close();
  });

  it('counts down a lock after wrong PINs, with its keys shut until it is over', async () => {
    const { page, close } = await openLocked();
    await page.clock.install();
    await page.reload();
    for (let turn = 1; turn <= 4; turn++) {
      // What is said of a PIN is there from the turn before; only the answer tells that this one was tried.
      const answered = page.waitForResponse(/\/api\/sign-in$/);
      await touchPin(page, '0000', 'Sign in');
      await answered;
      await page.getByText('nobody has this PIN').waitFor();
      await page.keyboard.type('0');
      await page.keyboard.press('Backspace');
    }
    await touchPin(page, '0000', 'Sign in');
    await page.getByText(/This till takes none for 0:(30|2\d)/).waitFor();
    expect(await page.getByLabel('PIN').isDisabled()).toBe(true);
    expect(await axeFaults(page)).toEqual([]);
    await page.clock.runFor(20_000);
    await page.getByText(/This till takes none for 0:(0\d|10)/).waitFor();
    await page.clock.runFor(15_000);
    await expect.poll(() => page.getByLabel('PIN').isEnabled(), PATIENCE).toBe(true);
    await close();
  });

  it.each(['light', 'dark'] as const)(
    'asks for it in %s with nothing for axe to find',
    async (colorScheme) => {
      const { page, close } = await openLocked({ colorScheme });
      expect(await axeFaults(page)).toEqual([]);
      await close();
    },
  );
});
