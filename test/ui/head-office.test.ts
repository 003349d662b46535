import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJoinFile } from '@tillwire/contract';
import { zipFiles } from '@tillwire/runtime';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createDashboardRig,
  type DashboardRig,
  PASSWORD,
  seedChain,
  TODAY,
} from '../../apps/head-office/test/dashboard-rig.ts';
import { createStoreJournal } from '../../apps/head-office/test/store-journal.ts';
import { accessFaults, openOffice, type OfficePage, signIn } from './head-office-rig.ts';
import { launchBrowser } from './till-rig.ts';

const MENU = join(import.meta.dirname, '../../sample-menu');

let browser: Browser;
let rig: DashboardRig;

beforeAll(async () => {
  [browser, rig] = await Promise.all([launchBrowser(), createDashboardRig()]);
  await seedChain(rig, { shops: 4, ordersADay: 60 });
  for (const [name, role] of [
    ['ada', 'admin'],
    ['victor', 'viewer'],
    ['erin', 'catalogue-editor'],
    ['abe', 'approver'],
  ] as const) {
    await rig.addUser(name, role);
  }
});
afterAll(async () => {
  await browser.close();
  await rig.stop();
});

const open = (theme: 'light' | 'dark' = 'light'): Promise<OfficePage> =>
  openOffice(browser, rig.url, { theme, nowMs: rig.clock.nowMs() });
const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { name }).first();
const goTo = async (page: Page, place: string, title: string | RegExp): Promise<void> => {
  await page.goto(`${rig.url}/${place}`);
  await heading(page, title).waitFor();
};

const shoot = async (page: Page, name: string): Promise<void> => {
  const folder = process.env['SCREENSHOTS'];
  if (folder === undefined) return;
  for (const width of [400, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    await page.screenshot({ path: join(folder, `${name}-${width}.png`), fullPage: true });
  }
};

describe('signing in', () => {
  it('says plainly that user or password is wrong, and lets in who has them right', async () => {
    const { page, close } = await open();
    await page.getByLabel('User').fill('ada');
    await page.getByLabel('Password').fill('not her password');
    await page.keyboard.press('Enter');
    await page.getByText('user or password is wrong').waitFor();
    await signIn(page, 'ada');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(await page.context().cookies()).toEqual([]);
    await close();
  });

  it('one changes one’s own password, and says it twice', async () => {
    await rig.addUser('penny', 'viewer');
    const { page, close } = await open();
    await signIn(page, 'penny');
    await page.getByRole('link', { name: 'Password' }).click();
    const type = async (current: string, next: string, again: string): Promise<void> => {
      await page.getByLabel('Current password').fill(current);
      await page.getByLabel(/^New password, at least/).fill(next);
      await page.getByLabel('New password again').fill(again);
      await page.getByRole('button', { name: 'Change password' }).click();
    };
    await type(PASSWORD, 'a quite new password', 'a quite old password');
    await page.getByText('not the same twice').waitFor();
    await type('not her password', 'a quite new password', 'a quite new password');
    await page.getByText('the current password is not that').waitFor();
    await type(PASSWORD, 'a quite new password', 'a quite new password');
    await page.getByText('Your password is changed').waitFor();
    expect(await rig.signIn('penny', 'a quite new password')).not.toBe('');
    await expect(rig.signIn('penny')).rejects.toThrow('wrong-credentials');
    await close();
  });

  it('shows a viewer neither people nor audit log', async () => {
    const { page, close } = await open();
    await signIn(page, 'victor');
    const menu = page.getByRole('navigation', { name: 'Pages' });
    expect(await menu.getByRole('link', { name: 'Orders' }).count()).toBe(1);
    expect(await menu.getByRole('link', { name: 'People' }).count()).toBe(0);
    await goTo(page, '#/people', 'People is not for your role');
    await close();
  });
});

describe('the overview', () => {
  it('shows a shop in trouble in words, and a new sale within a second or so', async () => {
    const { page, close } = await open();
    await signIn(page, 'victor');
    const station = page.getByRole('link', { name: /^S02/ });
    await station.getByText('Offline').waitFor();
    await station.getByText('No heartbeat').waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    await rig.db.query(
      `UPDATE rollup_hourly SET gross = gross + 123456 WHERE store = 'S01' AND business_date = $1
         AND utc_hour = (SELECT min(utc_hour) FROM rollup_hourly WHERE store = 'S01' AND business_date = $1)`,
      [TODAY],
    );
    await page
      .getByRole('link', { name: /^S01/ })
      .getByText(/£2,1\d\d/)
      .waitFor();
    expect(await page.getByRole('link', { name: /^S01/ }).count()).toBe(1);
    await close();
  });

  it('leads by keyboard alone to a shop, its orders and one of them', async () => {
    const { page, close } = await open();
    await signIn(page, 'victor');
    await page.keyboard.press('Tab');
    await page.getByRole('link', { name: 'To the content' }).press('Enter');
    const focused = () => page.evaluate('document.activeElement?.textContent ?? ""');
    const tabTo = async (pattern: RegExp): Promise<void> => {
      for (let at = 0; at < 30; at++) {
        await page.keyboard.press('Tab');
        if (pattern.test(String(await focused()))) return;
      }
      throw new Error(`no way by Tab to ${pattern}`);
    };
    await tabTo(/^S01/);
    await page.keyboard.press('Enter');
    await heading(page, /^S01 Market/).waitFor();
    await tabTo(/^Orders$/);
    await page.keyboard.press('Enter');
    await heading(page, 'Orders').waitFor();
    await page.getByRole('link', { name: 'S01-20250723-000060' }).waitFor();
    await page.getByRole('link', { name: 'S01-20250723-000060' }).focus();
    await page.keyboard.press('Enter');
    await heading(page, 'S01-20250723-000060').waitFor();
    await page.getByText('Bytes match their hash').waitFor();
    expect(page.url()).toMatch(/#\/orders\/S01-20250723-000060$/);
    await close();
  });
});

describe('orders', () => {
  it('go back a page at a time to the first, each once', async () => {
    const { page, close } = await open();
    await signIn(page, 'victor');
    await goTo(page, `#/orders?store=S03&date=${TODAY}`, 'Orders');
    await page.getByRole('link', { name: 'S03-20250723-000011' }).waitFor();
    await page.getByRole('button', { name: 'Older orders' }).click();
    await page.getByText('60 orders, all there are.').waitFor();
    expect(await page.locator('tbody tr').count()).toBe(60);
    await close();
  });

  it('show what somebody typed as text, never as markup', async () => {
    const evil = '<img src=x onerror="document.title=1">';
    const journal = createStoreJournal('S04', { date: TODAY, epoch: 3 });
    const { event } = journal.sell();
    const line = event.lines[0];
    const note = {
      ...event,
      lines: [{ ...line, name: evil, meta: { ...line?.meta, note: evil } }],
    };
    await rig.db.query(
      `UPDATE journal SET payload = $1 WHERE store = 'S04' AND subject = 'S04-20250723-000001'`,
      [JSON.stringify(note)],
    );
    await rig.db.query(`UPDATE stores SET name = $1 WHERE store = 'S04'`, [evil]);
    const { page, close } = await open();
    await signIn(page, 'victor');
    await page.getByText(evil).first().waitFor();
    await goTo(page, '#/orders/S04-20250723-000001', 'S04-20250723-000001');
    await page.getByText(`Note: ${evil}`).waitFor();
    await page.getByText('Bytes differ from their hash').waitFor();
    expect(await page.locator('img[src="x"]').count()).toBe(0);
    await close();
  });
});

describe('the catalogue studio', () => {
  const sampleZip = (change: (name: string, text: string) => string): Buffer =>
    Buffer.from(
      zipFiles(
        readdirSync(MENU)
          .filter((name) => /\.csv$/i.test(name))
          .map((name) => ({ name, text: change(name, readFileSync(join(MENU, name), 'utf8')) })),
      ),
    );
  const upload = async (page: Page, buffer: Buffer): Promise<void> => {
    await page
      .getByLabel('ZIP of the tables')
      .setInputFiles({ name: 'set.zip', mimeType: 'application/zip', buffer });
    await page.getByRole('button', { name: 'Import' }).click();
  };

  it('tells every fault of a broken set at its cell and imports nothing', async () => {
    const { page, close } = await open();
    await signIn(page, 'erin');
    await goTo(page, '#/catalogue/drafts', 'Catalogue');
    const broken = sampleZip((name, text) =>
      name === 'PDITEM1.CSV' ? text.replace(/(\n\d+,[^,]*,)\d+/, '$1ninety') : text,
    );
    await upload(page, broken);
    await page
      .getByText(/PDITEM1\.CSV:\d+ EAT_VAT_CLASS/)
      .first()
      .waitFor();
    await heading(page, 'No drafts').waitFor();
    const { rows } = await rig.db.query('SELECT 1 FROM catalogue_drafts');
    expect(rows).toEqual([]);
    await close();
  });

  it('a set becomes a draft, an edit shows in words and money, and somebody else approves it', async () => {
    const erin = await open();
    await signIn(erin.page, 'erin');
    await goTo(erin.page, '#/catalogue/drafts', 'Catalogue');
    await upload(
      erin.page,
      sampleZip((_, text) => text),
    );
    // The set speaks of what the shop does not stock: warnings, told before one goes on.
    await erin.page
      .getByText(/rows about what this shop does not stock/)
      .first()
      .waitFor();
    await erin.page.getByRole('button', { name: 'To the draft' }).click();
    await heading(erin.page, /^Import of shop 1/).waitFor();
    await erin.page.getByText('Every shop could sell from it.').waitFor();
    expect(await erin.page.getByRole('button', { name: 'Approve' }).count()).toBe(0);
    await publish(erin.page.url());
    await goTo(erin.page, '#/catalogue/drafts', 'Catalogue');
    await erin.page.getByLabel('What for').fill('Burgers for S02');
    await erin.page.getByRole('button', { name: 'Begin draft' }).click();
    await heading(erin.page, 'Burgers for S02').waitFor();
    await erin.page.getByLabel('Work on what is sold by').selectOption('S02');
    await erin.page.getByLabel('Search by code or name').fill('Cheeseburger');
    await erin.page.getByRole('button', { name: 'Edit Cheeseburger', exact: true }).click();
    await erin.page.getByLabel('Prices, band 1', { exact: true }).fill('6.25');
    await erin.page.getByRole('button', { name: 'Add a choice' }).click();
    await erin.page.getByLabel('Add to choice 1').fill('30');
    await erin.page.keyboard.press('Enter');
    await erin.page.getByRole('button', { name: /^Take .* out of choice 1/ }).waitFor();
    expect(await accessFaults(erin.page)).toEqual([]);
    await shoot(erin.page, 'entry-form');
    await erin.page.getByRole('button', { name: 'Remove choice 1' }).click();
    await erin.page.getByRole('button', { name: 'Save into the draft' }).click();
    await erin.page.getByText(/Cheeseburger.*£5\.95.*£6\.25/).waitFor();
    await erin.page.getByLabel('Only what this shop has its own way').check();
    const own = erin.page.getByRole('region', { name: 'Products and meals' }).locator('tbody tr');
    await own.getByText('Own', { exact: true }).waitFor();
    expect(await own.count()).toBe(1);
    await shoot(erin.page, 'own-entries');
    await publish(erin.page.url());
    await goTo(erin.page, '#/catalogue', 'Catalogue');
    await erin.page.getByText('release 2').first().waitFor();
    await erin.close();
  });

  /** Somebody else approves the draft at `url` and publishes it. */
  async function publish(url: string): Promise<void> {
    const abe = await open();
    await signIn(abe.page, 'abe');
    await abe.page.goto(url);
    await abe.page.getByRole('button', { name: 'Approve' }).click();
    await abe.page.getByText('Approved by abe').waitFor();
    await abe.page.getByRole('button', { name: 'Publish' }).click();
    await heading(abe.page, 'Shop by shop').waitFor();
    await abe.close();
  }
});

describe('the fleet', () => {
  it('a shop is provisioned: the file is downloaded, the code shown once; rotated; revoked', async () => {
    const { page, close } = await open();
    await signIn(page, 'ada');
    await goTo(page, '#/fleet/access', 'Fleet');
    await page.getByRole('button', { name: 'Provision a shop' }).click();
    // By keyboard: the first free code is filled in, and at hand.
    await page.getByLabel('Code', { exact: true }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.type('Quay');
    await page.keyboard.press('Enter');
    await heading(page, 'S05 can join').waitFor();
    const code = (await page.getByLabel('One-time code').textContent()) ?? '';
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download S05.join.json' }).click();
    const download = await downloading;
    expect(download.suggestedFilename()).toBe('S05.join.json');
    const file = readFileSync(await download.path(), 'utf8');
    const nowMs = rig.clock.nowMs();
    expect(readJoinFile(file, { code, nowMs })).toMatchObject({
      ok: true,
      value: { store_code: 'S05', name: 'Quay' },
    });
    expect(page.url()).not.toContain(code);
    expect(await accessFaults(page)).toEqual([]);
    await shoot(page, 'fleet-joining');
    await page.getByRole('button', { name: 'I have both: forget the code' }).click();
    expect(await page.content()).not.toContain(code);

    await page.getByLabel('Choose S05').check();
    await page.getByRole('button', { name: 'Rotate now' }).click();
    await page.getByText('S05.2 on offer').waitFor();
    expect([...rig.accounts.keys()]).toEqual(['S05', 'S05.2']);
    await page.getByLabel('Choose S05').check();
    await page.getByLabel('Choose S01').check();
    await page.getByRole('button', { name: 'Rotate 2 now' }).click();
    await page.getByText('2 of 2, 1 refused').waitFor();
    await page.getByRole('button', { name: 'Revoke S05' }).click();
    await page.getByLabel('Why').fill('the shop moved');
    await page.getByRole('form', { name: 'Revoke S05' }).getByText('Revoke S05').click();
    await page
      .getByRole('row', { name: /^S05|S05 Quay/ })
      .getByText('Revoked')
      .waitFor();
    expect(rig.accounts.size).toBe(0);
    await close();
  });

  it('settings are previewed shop by shop in words, and changed where something differs', async () => {
    const { page, close } = await open();
    await signIn(page, 'ada');
    await goTo(page, '#/fleet/settings', 'Fleet');
    const held = page.getByRole('region', { name: 'Settings of the shops' });
    await held.getByLabel('Choose S01').check();
    await held.getByLabel('Choose S02').check();
    await page.getByLabel('Cheques are taken').selectOption('on');
    await page.getByLabel('The day begins at').fill('5 am');
    await page.getByRole('button', { name: 'Preview' }).click();
    await page.getByText(/rollover/).waitFor();
    await page.getByLabel('The day begins at').fill('05:00');
    await page.getByRole('button', { name: 'Preview' }).click();
    const preview = page.getByRole('region', { name: 'What each shop will get' });
    await preview.getByText('Cheques are taken: off → on').first().waitFor();
    await preview.getByText('The day begins at: 04:00 → 05:00').first().waitFor();
    await page.getByLabel('Why').fill('a trial');
    await page.getByRole('button', { name: 'Change it' }).click();
    await page.getByText('2 shops are told').waitFor();
    const row = held.getByRole('row', { name: /S01/ });
    // Six are on as delivered, and cheques now.
    await row.getByRole('cell', { name: 'on', exact: true }).nth(6).waitFor();
    await goTo(page, '#/shops/S01', /^S01/);
    await page.getByText('a trial').waitFor();
    const { rows } = await rig.db.query(
      `SELECT store, config->'flags'->>'cheques' AS cheques FROM store_configs ORDER BY store`,
    );
    expect(rows).toEqual([
      { store: 'S01', cheques: 'true' },
      { store: 'S02', cheques: 'true' },
    ]);
    await close();
  });
});

describe('every screen', () => {
  const SCREENS = [
    ['overview', 'Overview'],
    ['shops/S02', /^S02/],
    ['orders', 'Orders'],
    ['orders/S01-20250723-000002', 'S01-20250723-000002'],
    ['reports/day?period=four-weeks', 'Reports'],
    ['reports/product', 'Reports'],
    ['days', 'Days'],
    ['catalogue', 'Catalogue'],
    ['catalogue/drafts', 'Catalogue'],
    ['catalogue/menu', 'Catalogue'],
    ['catalogue/prices', 'Catalogue'],
    ['fleet', 'Fleet'],
    ['fleet/access', 'Fleet'],
    ['fleet/settings', 'Fleet'],
    ['fleet/errors', 'Fleet'],
    ['days/certificates/S01', 'Certificates'],
    ['quarantine', 'Quarantine'],
    ['reports/waste?by=day', 'Reports'],
    ['password', 'Your password'],
    ['people', 'People'],
    ['audit', 'Audit log'],
  ] as const;

  it.each(['light', 'dark'] as const)('in %s has nothing that axe faults', async (theme) => {
    const { page, close } = await open(theme);
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    const faults = new Map<string, readonly string[]>([['sign-in', await accessFaults(page)]]);
    await signIn(page, 'ada');
    for (const [place, title] of SCREENS) {
      await goTo(page, `#/${place}`, title);
      await page.waitForLoadState('networkidle', { timeout: 1500 }).catch(() => undefined);
      faults.set(place, await accessFaults(page));
      await shoot(page, `${place.replaceAll(/[/?=]/g, '-')}-${theme}`);
    }
    expect([...faults].filter(([, found]) => found.length > 0)).toEqual([]);
    expect(errors).toEqual([]);
    await close();
  });
});
