import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { type StoreCode, storeCode } from '@tillwire/domain';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { accessFaults } from '../ui/head-office-rig.ts';
import { openStudio, spoil, type Studio } from '../ui/studio.ts';

/** A chain's whole day at the catalogue studio, with as many shops as the chain has; any set of tables will do. */
const SET = process.env['CATALOGUE_SET'] ?? join(import.meta.dirname, '../../sample-menu');
const SHOP = Number(process.env['CATALOGUE_SHOP'] ?? '1');
const STORES = Array.from({ length: 15 }, (_, at) =>
  storeCode(`S${String(at + 1).padStart(2, '0')}`),
);
const [OWN, CANARY, SPOILT] = [storeCode('S07'), storeCode('S01'), storeCode('S09')];
/** Long enough for every shop to have it staged before. */
const SCHEDULED_IN_MS = 25_000;

/** What the tables ask for a cheeseburger in the first band. */
function cheeseburger(): { readonly code: number; readonly price: number } {
  const table = readdirSync(SET).find((name) => /^PDITEM\d+\.CSV$/i.test(name)) ?? '';
  const [head = '', ...rows] = readFileSync(join(SET, table), 'latin1').split(/\r?\n/);
  const columns = head.split(',');
  const row = rows.find((each) => each.includes(',CHEESEBURGER,'))?.split(',') ?? [];
  const cell = (name: string): number => Number(row[columns.indexOf(name)]);
  return { code: cell('PRODNUMB'), price: cell('VATPR') };
}
const { code: CODE, price: PRICE } = cheeseburger();

let studio: Studio;
beforeAll(async () => {
  studio = await openStudio(STORES, { inThisProcess: true });
});
afterAll(() => studio?.stop());

const tell = (line: string): void => void process.stderr.write(`${line}\n`);
const began = performance.now();
const step = (name: string): void =>
  tell(`${((performance.now() - began) / 1000).toFixed(1)} s: ${name}`);

/** What every shop asks, once that is so: `priceOf` names it. */
const expectPrices = async (priceOf: (store: StoreCode, at: number) => number): Promise<void> => {
  const expected = STORES.map(priceOf);
  expect(await studio.pricesOnce(CODE, expected)).toEqual(expected);
};
const pounds = (pence: number): string => (pence / 100).toFixed(2);
const change = (draft: string, target: string, price: number): Promise<void> =>
  studio.priced(draft, { target, code: CODE, name: 'cheeseburger', pounds: pounds(price) });

it('fifteen shops: imported, one shop dearer on schedule, canary and waves, halted, mended, finished, rolled back', async () => {
  const { page } = studio.abe;
  step(`${STORES.length} shops run`);
  await studio.importSet(SET, SHOP);
  await studio.publish({ canary: null, waveSize: '' });
  await studio.releaseRow(page, 1).getByText('Complete').waitFor();
  await expectPrices(() => PRICE);
  step('every shop sells from the imported set');

  await change('Dearer at one shop', OWN, PRICE + 30);
  const from = new Date(Date.now() + SCHEDULED_IN_MS);
  const london = from.toLocaleString('en-GB', { timeZone: 'Europe/London' });
  const [date = '', time = ''] = london.split(', ');
  await studio.publish({ canary: OWN, waveSize: '', from: { date, time } });
  const own = studio.shopRow(page, OWN);
  await own.getByText('release 1, then 2').waitFor();
  await own.getByText('Staged', { exact: true }).waitFor();
  await expectPrices(() => PRICE);
  await studio.shoot(page, 'studio-scheduled');
  step(`${OWN} has the price of ${time} staged and sells at the old one`);
  await own.getByText('Applied', { exact: true }).waitFor({ timeout: 2 * SCHEDULED_IN_MS });
  await expectPrices((store) => (store === OWN ? PRICE + 30 : PRICE));
  expect(Date.now()).toBeGreaterThanOrEqual(from.getTime() - 1000);
  step(`at its time ${OWN} alone is dearer`);

  const mend = await spoil(studio.chain, SPOILT);
  await change('Dearer everywhere', 'base', PRICE + 20);
  await studio.publish({ canary: CANARY, waveSize: '5' });
  const rolling = studio.rollOut(page, 3);
  await rolling.getByText('Halted', { exact: true }).waitFor({ timeout: 60_000 });
  await rolling.getByText(new RegExp(`${SPOILT} refused version`)).waitFor();
  await studio.shopRow(page, SPOILT).getByText('Refused', { exact: true }).waitFor();
  const dearer = (store: StoreCode): number => (store === OWN ? PRICE + 30 : PRICE + 20);
  const { body: release } = await studio.chain.ask('/api/catalogue/releases/3');
  const told: ReadonlySet<string> = new Set(release.waves.slice(0, release.wavesTold).flat());
  tell(`waves ${JSON.stringify(release.waves)}, told ${release.wavesTold}`);
  expect(told.size).toBeLessThan(STORES.length);
  const before = (store: StoreCode): number => (store === OWN ? PRICE + 30 : PRICE);
  await expectPrices((store) =>
    told.has(store) && store !== SPOILT ? dearer(store) : before(store),
  );
  expect(await accessFaults(page)).toEqual([]);
  await studio.shoot(page, 'studio-halted');
  step(`${SPOILT} refused what was tampered with; the waves after it were told nothing`);

  await mend();
  await rolling.getByRole('button', { name: `Tell ${SPOILT} again and go on` }).click();
  await studio.releaseRow(page, 3).getByText('Complete').waitFor({ timeout: 60_000 });
  await expectPrices(dearer);
  await studio.shoot(page, 'studio-finished');
  step('mended, the roll-out finished');

  await page.getByRole('button', { name: 'Go back to it (1)' }).click();
  await page.getByRole('button', { name: 'Yes, go back to release 1' }).click();
  await studio.releaseRow(page, 4).getByText('Complete').waitFor({ timeout: 60_000 });
  await expectPrices(() => PRICE);
  step('every shop went back to release 1');
});
