import { join } from 'node:path';
import { storeCode } from '@tillwire/domain';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { accessFaults } from './head-office-rig.ts';
import { openStudio, spoil, type Studio } from './studio.ts';

const MENU = join(import.meta.dirname, '../../sample-menu');
const STORES = ['S01', 'S02', 'S03'].map(storeCode);
/** Cheeseburger: £5.95 in the sample menu. */
const [CODE, PRICE] = [5, 595];

let studio: Studio;
beforeAll(async () => {
  studio = await openStudio(STORES);
});
afterAll(() => studio.stop());

const priced = (draft: string, target: string, pounds: string): Promise<void> =>
  studio.priced(draft, { target, code: CODE, name: 'Cheeseburger', pounds });
const pricesOnce = (...expected: readonly number[]) => studio.pricesOnce(CODE, expected);

it('a set uploaded as a ZIP, approved by a second person, is sold from by every shop', async () => {
  const { page } = studio.abe;
  await studio.importSet(MENU, 1);
  await studio.publish({ canary: null, waveSize: '' });
  for (const store of STORES) {
    await studio.shopRow(page, store).getByText('Applied', { exact: true }).waitFor();
  }
  await studio.releaseRow(page, 1).getByText('Complete').waitFor();
  expect(await pricesOnce(PRICE, PRICE, PRICE)).toEqual([PRICE, PRICE, PRICE]);
});

it('a price for one shop reaches that shop alone, and the page says so as it happens', async () => {
  const { page } = studio.abe;
  await priced('Dearer at S02', 'S02', '6.25');
  await studio.publish({ canary: 'S02', waveSize: '' });
  await studio.shopRow(page, 'S02').getByText('release 2').waitFor();
  await studio.releaseRow(page, 2).getByText('Complete').waitFor();
  await studio.shopRow(page, 'S02').getByText('Applied', { exact: true }).waitFor();
  await studio.shopRow(page, 'S01').getByText('release 1').waitFor();
  expect(await pricesOnce(PRICE, 625, PRICE)).toEqual([PRICE, 625, PRICE]);
});

it('waves halt at a shop that refuses, with the reason; mended, they finish; and go back', async () => {
  const { page } = studio.abe;
  const mend = await spoil(studio.chain, storeCode('S03'));
  await priced('Dearer everywhere', 'base', '6.15');
  await studio.publish({ canary: 'S01', waveSize: '1' });
  const rolling = studio.rollOut(page, 3);
  await rolling.getByText('Halted', { exact: true }).waitFor();
  await rolling.getByText(/S03 refused version/).waitFor();
  await studio.shopRow(page, 'S03').getByText('Refused', { exact: true }).waitFor();
  await studio.shopRow(page, 'S01').getByText('Applied', { exact: true }).waitFor();
  expect(await pricesOnce(615, 625, PRICE)).toEqual([615, 625, PRICE]);
  expect(await accessFaults(page)).toEqual([]);

  await mend();
  await rolling.getByRole('button', { name: 'Tell S03 again and go on' }).click();
  await studio.releaseRow(page, 3).getByText('Complete').waitFor();
  await studio.shopRow(page, 'S03').getByText('Applied', { exact: true }).waitFor();
  expect(await pricesOnce(615, 625, 615)).toEqual([615, 625, 615]);

  await page.getByRole('button', { name: 'Go back to it (1)' }).click();
  await page.getByRole('button', { name: 'Yes, go back to release 1' }).click();
  await studio.releaseRow(page, 4).getByText('Complete').waitFor();
  for (const store of STORES) await studio.shopRow(page, store).getByText('release 4').waitFor();
  expect(await pricesOnce(PRICE, PRICE, PRICE)).toEqual([PRICE, PRICE, PRICE]);
});
