import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { storeCode } from '@tillwire/domain';
import { zipFiles } from '@tillwire/runtime';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PASSWORD } from '../../apps/head-office/test/dashboard-rig.ts';
import { type Chain, priceAt, startChain, untilPrices } from '../harness/chain.ts';
import {
  accessFaults,
  buildOffice,
  openOffice,
  type OfficePage,
  signIn,
} from './head-office-rig.ts';
import { launchBrowser } from './till-rig.ts';

const MENU = join(import.meta.dirname, '../../sample-menu');
const STORES = ['S01', 'S02', 'S03'].map(storeCode);
/** Cheeseburger: £5.95 in the sample menu. */
const CODE = 5;
const PRICE = 595;
const PEOPLE = { erin: 'catalogue-editor', abe: 'approver' } as const;

let browser: Browser;
let chain: Chain;
let erin: OfficePage;
let abe: OfficePage;

beforeAll(async () => {
  buildOffice();
  [browser, chain] = await Promise.all([launchBrowser(), startChain(STORES)]);
  for (const [name, role] of Object.entries(PEOPLE)) {
    const body = { name, fullName: name, role, password: PASSWORD };
    const { status } = await chain.tell('/api/users', body);
    if (status !== 201) throw new Error(`${name} was not taken: ${status}`);
  }
  const url = await chain.headOfficeUrl();
  const open = async (name: string): Promise<OfficePage> => {
    const opened = await openOffice(browser, url, { theme: 'light' });
    await signIn(opened.page, name);
    return opened;
  };
  [erin, abe] = [await open('erin'), await open('abe')];
});
afterAll(async () => {
  await browser.close();
  await chain.stop();
});

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { name }).first();
const shopRow = (page: Page, store: string) =>
  page.getByRole('region', { name: 'Shops and their catalogue' }).getByRole('row', {
    name: new RegExp(`^${store}`),
  });
const rollOut = (page: Page, releaseId: number) =>
  page.getByRole('region', { name: `Roll-out of release ${releaseId}` });
const releaseRow = (page: Page, releaseId: number) =>
  page.getByRole('region', { name: 'Releases' }).getByRole('row', {
    name: new RegExp(`^${releaseId}\\b`),
  });
/** What each shop asks, once that is what is expected. */
const pricesOnce = async (
  expected: readonly number[],
): Promise<readonly (number | undefined)[]> => {
  await untilPrices(chain.kiosks, CODE, expected);
  return Promise.all(chain.kiosks.map(async (kiosk) => (await priceAt(kiosk, CODE))?.price));
};

const shoot = async (page: Page, name: string): Promise<void> => {
  const folder = process.env['SCREENSHOTS'];
  if (folder === undefined) return;
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`), fullPage: true });
  }
};

/** Begins a draft in which `store`, or the chain, sells the cheeseburger at `pounds`. */
async function priced(page: Page, name: string, target: string, pounds: string): Promise<void> {
  await page.getByRole('link', { name: 'Catalogue', exact: true }).click();
  await page.getByRole('link', { name: 'Drafts' }).click();
  await page.getByLabel('What for').fill(name);
  await page.getByRole('button', { name: 'Begin draft' }).click();
  await heading(page, name).waitFor();
  await page.getByLabel('Work on what is sold by').selectOption(target);
  await page.getByLabel('Search by code or name').fill('Cheeseburger');
  await page.getByRole('button', { name: 'Edit Cheeseburger', exact: true }).click();
  for (const band of [1, 2, 3, 4, 5, 6]) {
    await page.getByLabel(`Prices, band ${band}`, { exact: true }).fill(pounds);
  }
  await page.getByRole('button', { name: 'Save into the draft' }).click();
  await page.getByText(new RegExp(`Cheeseburger.*→ £${pounds}`)).waitFor();
}

/** A second person approves the draft that the first one looks at, and publishes it. */
async function publish(canary: string | null, waveSize: string): Promise<void> {
  const { page } = abe;
  await page.goto(erin.page.url());
  await page.getByRole('button', { name: 'Approve' }).click();
  await page.getByText('Approved by abe').waitFor();
  await page.getByLabel('Shops a wave').fill(waveSize);
  if (canary !== null) await page.getByLabel(canary, { exact: true }).check();
  await page.getByRole('button', { name: 'Publish' }).click();
  await heading(page, 'Shop by shop').waitFor();
}

it('a set uploaded as a ZIP, approved by a second person, is sold from by every shop', async () => {
  const { page } = erin;
  await page.getByRole('link', { name: 'Catalogue', exact: true }).click();
  await page.getByRole('link', { name: 'Drafts' }).click();
  const files = readdirSync(MENU).filter((name) => /\.csv$/i.test(name));
  const set = files.map((name) => ({ name, text: readFileSync(join(MENU, name), 'utf8') }));
  await page.getByLabel('ZIP of the tables').setInputFiles({
    name: 'set.zip',
    mimeType: 'application/zip',
    buffer: Buffer.from(zipFiles(set)),
  });
  await page.getByRole('button', { name: 'Import' }).click();
  await page.getByRole('button', { name: 'To the draft' }).click();
  await page.getByText('Every shop could sell from it.').waitFor();
  await publish(null, '');
  for (const store of STORES) {
    await shopRow(abe.page, store).getByText('Applied', { exact: true }).waitFor();
  }
  await releaseRow(abe.page, 1).getByText('Complete').waitFor();
  expect(await pricesOnce([PRICE, PRICE, PRICE])).toEqual([PRICE, PRICE, PRICE]);
});

it('a price for one shop reaches that shop alone, and the page says so as it happens', async () => {
  await priced(erin.page, 'Dearer at S02', 'S02', '6.25');
  await publish('S02', '');
  await shopRow(abe.page, 'S02').getByText('release 2').waitFor();
  await releaseRow(abe.page, 2).getByText('Complete').waitFor();
  await shopRow(abe.page, 'S02').getByText('Applied', { exact: true }).waitFor();
  await shopRow(abe.page, 'S01').getByText('release 1').waitFor();
  expect(await pricesOnce([PRICE, 625, PRICE])).toEqual([PRICE, 625, PRICE]);
});

it('waves halt at a shop that refuses, with the reason; mended, they finish; and go back', async () => {
  // What Head Office tells the third shop is spoilt between its desk and the broker.
  await chain.db.query(`CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    NEW.document := jsonb_set(NEW.document, '{now,checksum}', to_jsonb('sha256:' || repeat('0', 64)));
    RETURN NEW; END $$`);
  await chain.db.query(
    `CREATE TRIGGER spoil BEFORE INSERT ON catalogue_deltas FOR EACH ROW WHEN (NEW.store = 'S03')
     EXECUTE FUNCTION spoil()`,
  );
  await priced(erin.page, 'Dearer everywhere', 'base', '6.15');
  await publish('S01', '1');
  const { page } = abe;
  await rollOut(page, 3).getByText('Halted', { exact: true }).waitFor();
  await rollOut(page, 3)
    .getByText(/S03 refused version/)
    .waitFor();
  await shopRow(page, 'S03').getByText('Refused', { exact: true }).waitFor();
  await shopRow(page, 'S01').getByText('Applied', { exact: true }).waitFor();
  expect(await pricesOnce([615, 625, PRICE])).toEqual([615, 625, PRICE]);
  expect(await accessFaults(page)).toEqual([]);
  await shoot(page, 'roll-out-halted');

  await chain.db.query('DROP TRIGGER spoil ON catalogue_deltas');
  await rollOut(page, 3).getByRole('button', { name: 'Tell S03 again and go on' }).click();
  await releaseRow(page, 3).getByText('Complete').waitFor();
  await shopRow(page, 'S03').getByText('Applied', { exact: true }).waitFor();
  expect(await pricesOnce([615, 625, 615])).toEqual([615, 625, 615]);
  await shoot(page, 'roll-out-complete');

  await page.getByRole('button', { name: 'Go back to it (1)' }).click();
  await page.getByRole('button', { name: 'Yes, go back to release 1' }).click();
  await releaseRow(page, 4).getByText('Complete').waitFor();
  for (const store of STORES) await shopRow(page, store).getByText('release 4').waitFor();
  expect(await pricesOnce([PRICE, PRICE, PRICE])).toEqual([PRICE, PRICE, PRICE]);
});
