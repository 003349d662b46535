import type { CatalogueDelta } from '@tillwire/domain';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  CHEESEBURGER,
  closeChain,
  openChain,
  type SellingChain,
} from '../harness/selling-chain.ts';
import { axeFaults, launchBrowser, openTill } from './till-rig.ts';

let browser: Browser;
let chain: SellingChain;
beforeAll(async () => {
  [browser, chain] = await Promise.all([launchBrowser(), openChain()]);
});
afterAll(async () => {
  await browser.close();
  await closeChain(chain);
});

/** Publishes the menu in force with the cheeseburger as it is to be. */
async function publish(changed: { readonly pence: number; readonly available: boolean }) {
  const { drafts, publishing } = chain.office;
  const { draftId, revision } = await drafts.create({ name: 'test', by: 'editor' });
  const { products } = await drafts.catalogue(draftId, 'base');
  const set = products
    .filter(({ code }) => code === CHEESEBURGER)
    .map((product) => ({
      ...product,
      available: changed.available,
      prices: product.prices.map(() => changed.pence),
    }));
  const edit = { products: { set, remove: [] } } as unknown as CatalogueDelta;
  const draft = await drafts.edit({ draftId, revision, target: 'base', edit, by: 'editor' });
  await publishing.publish({
    draftId,
    revision: draft.revision,
    note: 'test',
    by: 'editor',
    plan: { canaries: [], waveSize: null },
    effectiveFromMs: null,
  });
}

it('a menu published at Head Office reprices an open basket, says what changed, and is what is paid', async () => {
  const [shop] = chain.shops;
  const { page, close } = await openTill(browser, shop.url());
  await page.getByText('Online').waitFor();
  await page.getByRole('button', { name: /^Cheeseburger/ }).click();
  await page.getByRole('button', { name: 'Pay' }).click();
  await publish({ pence: 645, available: true });
  await page.getByText('The menu has changed').waitFor();
  await page.getByText('Cheeseburger: £5.95 → £6.45').waitFor();
  await expect.poll(() => page.locator('.tender-due').textContent()).toBe('£6.45');
  expect(await axeFaults(page)).toEqual([]);
  await page.getByRole('button', { name: 'Cash £10.00' }).click();
  await page.locator('[data-change="355"]').waitFor();

  await page.getByRole('button', { name: /^Cheeseburger/ }).click();
  await page.getByRole('button', { name: /^Hamburger/ }).click();
  await publish({ pence: 645, available: false });
  await page.getByText('Cheeseburger: £6.45 → not sold').waitFor();
  await page.getByRole('button', { name: /^Cheeseburger.*Sold out/ }).waitFor();
  expect(await axeFaults(page)).toEqual([]);
  await page.getByRole('button', { name: 'Remove Cheeseburger' }).click();
  await page.getByRole('button', { name: 'Pay' }).click();
  await page.getByRole('button', { name: /^Exact cash/ }).click();
  await page.locator('[data-change="0"]').waitFor();
  await close();
});
