import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import type { StoreCode } from '@tillwire/domain';
import { zipSync } from 'fflate';
import type { Browser, Locator, Page } from 'playwright-core';
import { PASSWORD } from '../../apps/head-office/test/dashboard-rig.ts';
import { type Chain, priceAt, startChain, untilPrices } from '../harness/chain.ts';
import { openOffice, type OfficePage, signIn } from './head-office-rig.ts';
import { launchBrowser } from './till-rig.ts';

const PEOPLE = { erin: 'catalogue-editor', abe: 'approver' } as const;

/** How an approved draft is published. */
export interface Plan {
  /** Null: none. */
  readonly canary: string | null;
  /** Empty: all at once. */
  readonly waveSize: string;
  /** A day and a time as one types them; left out: at once. */
  readonly from?: { readonly date: string; readonly time: string };
}

/** A chain of real shops with its editor and its approver at their screens. */
export interface Studio {
  readonly chain: Chain;
  readonly erin: OfficePage;
  readonly abe: OfficePage;
  readonly heading: (page: Page, name: string | RegExp) => Locator;
  readonly shopRow: (page: Page, store: string) => Locator;
  readonly rollOut: (page: Page, releaseId: number) => Locator;
  readonly releaseRow: (page: Page, releaseId: number) => Locator;
  /** Uploads a folder of legacy tables into a draft that erin then looks at. */
  readonly importSet: (folder: string, shop: number) => Promise<void>;
  /** Erin begins a draft in which `target`, or the chain, sells a product at `pounds` in every band. */
  readonly priced: (
    draft: string,
    change: {
      readonly target: string;
      readonly code: number;
      readonly name: string;
      readonly pounds: string;
    },
  ) => Promise<void>;
  /** Abe approves the draft that erin looks at, and publishes it. */
  readonly publish: (plan: Plan) => Promise<void>;
  /** What each shop asks for a product, once that is what is expected. */
  readonly pricesOnce: (
    code: number,
    expected: readonly number[],
  ) => Promise<readonly (number | undefined)[]>;
  /** In both themes and two widths, where somebody asked for pictures. */
  readonly shoot: (page: Page, name: string) => Promise<void>;
  readonly stop: () => Promise<void>;
}

export async function openStudio(
  stores: readonly StoreCode[],
  options: Parameters<typeof startChain>[1] = {},
): Promise<Studio> {
  const [browser, chain]: [Browser, Chain] = await Promise.all([
    launchBrowser(),
    startChain(stores, options),
  ]);
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
  const [erin, abe] = [await open('erin'), await open('abe')];
  return { chain, erin, abe, ...placesOf(), ...actsOf(chain, erin, abe), shoot, stop };

  async function stop(): Promise<void> {
    await browser.close();
    await chain.stop();
  }
}

const placesOf = (): Pick<Studio, 'heading' | 'shopRow' | 'rollOut' | 'releaseRow'> => ({
  heading: (page, name) => page.getByRole('heading', { name }).first(),
  shopRow: (page, store) =>
    page.getByRole('region', { name: 'Shops and their catalogue' }).getByRole('row', {
      name: new RegExp(`^${store}`),
    }),
  rollOut: (page, releaseId) =>
    page.getByRole('region', { name: `Roll-out of release ${releaseId}` }),
  releaseRow: (page, releaseId) =>
    page.getByRole('region', { name: 'Releases' }).getByRole('row', {
      name: new RegExp(`^${releaseId}\\b`),
    }),
});

function actsOf(
  chain: Chain,
  { page }: OfficePage,
  abe: OfficePage,
): Pick<Studio, 'importSet' | 'priced' | 'publish' | 'pricesOnce'> {
  const toDrafts = async (): Promise<void> => {
    await page.getByRole('link', { name: 'Catalogue', exact: true }).click();
    await page.getByRole('link', { name: 'Drafts' }).click();
  };
  return {
    importSet: async (folder, shop) => {
      await toDrafts();
      const files = readdirSync(folder).filter((name) => /\.csv$/i.test(name));
      // Byte for byte: the tables need not be UTF-8.
      const set = Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name))]));
      await page.getByLabel('ZIP of the tables').setInputFiles({
        name: 'set.zip',
        mimeType: 'application/zip',
        buffer: Buffer.from(zipSync(set)),
      });
      await page.getByLabel(/^Shop whose tables are read/).fill(String(shop));
      await page.getByRole('button', { name: 'Import' }).click();
      await page.getByRole('button', { name: 'To the draft' }).click();
      await page.getByText('Every shop could sell from it.').waitFor();
    },
    priced: async (draft, { target, code, name, pounds }) => {
      await toDrafts();
      await page.getByLabel('What for').fill(draft);
      await page.getByRole('button', { name: 'Begin draft' }).click();
      await page.getByRole('heading', { name: draft }).first().waitFor();
      await page.getByLabel('Work on what is sold by').selectOption(target);
      await page.getByLabel('Search by code or name').fill(name);
      const products = page.getByRole('region', { name: 'Products and meals' });
      await products
        .getByRole('row', { name: new RegExp(`^${code} `) })
        .getByRole('button', { name: 'Edit' })
        .click();
      for (const band of [1, 2, 3, 4, 5, 6]) {
        await page.getByLabel(`Prices, band ${band}`, { exact: true }).fill(pounds);
      }
      await page.getByRole('button', { name: 'Save into the draft' }).click();
      await page.getByText(new RegExp(`product ${code} .*→ £${pounds}`)).waitFor();
    },
    publish: async ({ canary, waveSize, from }) => {
      await abe.page.goto(page.url());
      await abe.page.getByRole('button', { name: 'Approve' }).click();
      await abe.page.getByText('Approved by abe').waitFor();
      await abe.page.getByLabel('Shops a wave').fill(waveSize);
      if (canary !== null) await abe.page.getByLabel(canary, { exact: true }).check();
      if (from !== undefined) {
        await abe.page.getByLabel(/^In force from .*, day$/).fill(from.date);
        await abe.page.getByLabel(/^Time \(/).fill(from.time);
      }
      await abe.page.getByRole('button', { name: 'Publish' }).click();
      await abe.page.getByRole('heading', { name: 'Shop by shop' }).first().waitFor();
    },
    pricesOnce: async (code, expected) => {
      await untilPrices(chain.kiosks, code, expected);
      return Promise.all(chain.kiosks.map(async (kiosk) => (await priceAt(kiosk, code))?.price));
    },
  };
}

async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env['SCREENSHOTS'];
  if (folder === undefined) return;
  for (const [width, height] of [
    [400, 900],
    [1280, 900],
  ] as const) {
    await page.setViewportSize({ width, height });
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme });
      const path = join(folder, `${name}-${width}-${colorScheme}.png`);
      await page.screenshot({ path, fullPage: true });
    }
  }
}

/** What Head Office tells `store` is spoilt between its desk and the broker; returns how to mend it. */
export async function spoil({ db }: Chain, store: StoreCode): Promise<() => Promise<void>> {
  await db.query(`CREATE OR REPLACE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    NEW.document := jsonb_set(NEW.document, '{now,checksum}', to_jsonb('sha256:' || repeat('0', 64)));
    RETURN NEW; END $$`);
  await db.query(
    `CREATE TRIGGER spoil BEFORE INSERT ON catalogue_deltas FOR EACH ROW WHEN (NEW.store = '${store}')
     EXECUTE FUNCTION spoil()`,
  );
  return async () => {
    await db.query('DROP TRIGGER spoil ON catalogue_deltas');
  };
}
