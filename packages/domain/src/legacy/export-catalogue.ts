import type {
  BandPrices,
  Catalogue,
  Combo,
  MenuKey,
  Product,
  StockComponent,
  StockKind,
} from '../catalogue.ts';
import type { ProductCode } from '../ids.ts';
import type { Pence } from '../money.ts';
import type { Column } from './columns.ts';
import { USUAL_SETTINGS } from './import-lists.ts';
import type { Tables } from './import-set.ts';
import { type Cells, type Columns, type TableLayout, tableFileName } from './table.ts';
import { SETTINGS_TABLE, TABLES } from './tables.ts';

/** A table as it goes out: the header, then the rows, every field as text. */
export interface LegacyTable {
  readonly fileName: string;
  readonly records: readonly (readonly string[])[];
}

/**
 * All the tables of a catalogue for shop `shop`, as CSV texts with CR LF. Importing them gives the same
 * catalogue again, for every catalogue that passes `validateCatalogue`. What the chain's tables have no
 * place for goes into columns of ours, which are there only when they say something (AVAILABLE,
 * FREE_CHOICE_3 to 6, ALLERGENS, KCAL, the colours of combos), and unusual settings into SETTINGS.CSV.
 */
export function exportLegacyCatalogue(
  catalogue: Catalogue,
  { shop }: { readonly shop: number },
): readonly { readonly fileName: string; readonly text: string }[] {
  return exportLegacyTables(catalogue, { shop }).map(({ fileName, records }) => ({
    fileName,
    text: records.map((record) => `${record.map(csvField).join(',')}\r\n`).join(''),
  }));
}

const csvField = (field: string): string =>
  /[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;

/** The same tables before they are text. */
export function exportLegacyTables(
  catalogue: Catalogue,
  { shop }: { readonly shop: number },
): readonly LegacyTable[] {
  const rows = rowsOf(catalogue);
  const { anyFoodMayBeLeftOut, ...settings } = catalogue.settings;
  const names = Object.keys(rows) as (keyof Tables)[];
  const tables = names
    .filter((name) => name !== 'relishes' || !anyFoodMayBeLeftOut)
    .map((name) => writeTable(TABLES[name], rows[name], shop));
  const usual = Object.entries(USUAL_SETTINGS).every(
    ([name, code]) => settings[name as keyof typeof settings] === code,
  );
  return usual ? tables : [...tables, writeTable(SETTINGS_TABLE, [settings], shop)];
}

function writeTable(
  layout: TableLayout,
  rows: readonly Cells<Columns>[],
  shop: number,
): LegacyTable {
  const written = Object.entries<Column<unknown>>(layout.columns).map(([key, column]) => ({
    column,
    fields: rows.map((row) => column.write(row[key])),
  }));
  const kept = written.filter(
    ({ column, fields }) => column.presence !== 'extension' || fields.some((field) => field !== ''),
  );
  return {
    fileName: tableFileName(layout, shop),
    records: [
      kept.map(({ column }) => column.name),
      ...rows.map((_, at) => kept.map(({ fields }) => fields[at] ?? '')),
    ],
  };
}

type TableRows = {
  readonly [K in keyof Tables]: readonly Tables[K]['rows'][number]['cells'][];
};

function rowsOf(catalogue: Catalogue): TableRows {
  const { products, combos } = catalogue;
  return {
    ...productRows(products),
    ...comboRows(combos),
    ...menuRows(catalogue),
    vatClasses: catalogue.vatClasses,
    extras: catalogue.extras.map(({ product, label, sequence }) => ({
      code: product,
      name: products.find(({ code }) => code === product)?.name ?? '',
      label,
      sequence,
    })),
    channels: catalogue.channels.map(({ accepts, ...channel }) => ({ ...channel, ...accepts })),
    food: componentRows(products, 'A'),
    packaging: componentRows(products, 'B'),
    stockItems: stockItemRows(catalogue),
    ownStockItems: stockItemRows(catalogue),
    relishes: catalogue.relishes,
    shops: catalogue.shops.map(({ address, ...shop }) => {
      const [address1 = '', address2 = '', address3 = ''] = address;
      return { ...shop, address1, address2, address3 };
    }),
  };
}

function productRows(products: readonly Product[]) {
  const choosing = products.filter(({ choiceGroups }) => choiceGroups.length > 0);
  return {
    products: products.map((product) => ({
      ...product,
      ...priceCells(product.prices, product.mealPrices),
    })),
    productTexts: products,
    productOptions: choosing.flatMap(({ code, choiceGroups }) =>
      [...new Set(choiceGroups.flat())].map((option) => ({ product: code, option })),
    ),
    productChoices: choosing.map(choiceCells),
    addOns: products.flatMap(({ code, name, addOns }) =>
      addOns === null ? [] : [{ code, name, addOns }],
    ),
  };
}

function comboRows(combos: readonly Combo[]) {
  const parts = (combo: Combo, products: readonly ProductCode[]) =>
    products.map((product) => ({
      combo: combo.code,
      product,
      replacement:
        combo.tradeUp?.replacements.find((replaced) => replaced.product === product)?.by ?? null,
    }));
  return {
    combos: combos.map((combo) => ({
      ...combo,
      ...priceCells(combo.prices, combo.tradeUp?.prices ?? NO_PRICES),
      tradeUp: combo.tradeUp?.combo ?? null,
    })),
    comboTexts: combos,
    compulsory: combos.flatMap((combo) => parts(combo, combo.components)),
    optionals: combos.flatMap((combo) => parts(combo, [...new Set(combo.choiceGroups.flat())])),
    comboChoices: combos.filter(({ choiceGroups }) => choiceGroups.length > 0).map(choiceCells),
  };
}

/** The till's pages and keys, and the printed price list. */
function menuRows(catalogue: Catalogue) {
  const { products, combos, menuPages, priceListSections, miscellaneous } = catalogue;
  return {
    menuPages,
    productKeys: products.flatMap(keyCells),
    comboKeys: combos.flatMap(keyCells),
    sections: priceListSections,
    miscellaneous,
    productPlaces: products
      .filter((one) => one.priceListPlace !== null || one.double !== null || one.triple !== null)
      .map(({ code, name, double, triple, priceListPlace }) => ({
        ...NOWHERE,
        ...priceListPlace,
        code,
        name,
        double,
        triple,
      })),
    comboPlaces: combos.flatMap(({ code, name, priceListPlace }) =>
      priceListPlace === null ? [] : [{ ...priceListPlace, code, name }],
    ),
  };
}

const NOWHERE = { section: 0, sequence: 0, mealSection: 0, mealSequence: 0 };
const NO_PRICES = [0, 0, 0, 0, 0, 0] as unknown as BandPrices;

function priceCells(prices: BandPrices, others: BandPrices) {
  const [price1, price2, price3, price4, price5, price6] = prices;
  const [other1, other2, other3, other4, other5, other6] = others;
  return {
    price1,
    price2,
    price3,
    price4,
    price5,
    price6,
    other1,
    other2,
    other3,
    other4,
    other5,
    other6,
  } satisfies Record<string, Pence>;
}

function choiceCells<T extends Product | Combo>({ code, name, choiceGroups }: T) {
  const [choice1 = [], choice2 = [], choice3 = [], choice4 = [], choice5 = [], choice6 = []] =
    choiceGroups;
  const choices = { choice1, choice2, choice3, choice4, choice5, choice6 };
  return { code: code as T['code'], name, ...choices };
}

function keyCells<
  T extends { readonly code: unknown; readonly name: string; readonly menuKey: MenuKey | null },
>({ code, name, menuKey }: T) {
  if (menuKey === null) return [];
  const { label, page, sequence, colour } = menuKey;
  const { red = null, green = null, blue = null } = colour ?? {};
  return [{ code: code as T['code'], name, label, page, sequence, red, green, blue }];
}

const componentRows = (products: readonly Product[], kind: StockKind) =>
  products.flatMap(({ code, components }) =>
    components
      .filter((component: StockComponent) => component.kind === kind)
      .map(({ code: stock, quantityMicro }) => ({ product: code, stock, quantity: quantityMicro })),
  );

const stockItemRows = ({ stockItems }: Catalogue) =>
  stockItems.map(({ kind, code, name }) => ({ kind, stock: code, name }));
