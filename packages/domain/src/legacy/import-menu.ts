import type { Colour, MenuKey, MenuPage, PriceListPlace } from '../catalogue.ts';
import type { PriceList } from './import-price-list.ts';
import { type LegacySet, missingCombo, missingProduct, type RowOf } from './import-set.ts';
import { usableRows } from './table.ts';

/** The kids' drinks have their page by custom, often without a row in EPOS_GROUP. */
const KIDS_DRINKS: MenuPage = { id: 99, title: 'Kids Drinks' };

/** The group of what is not on the till's pages. */
const NO_PAGE = 0;

export interface Menu {
  readonly pages: readonly MenuPage[];
  readonly productKeys: ReadonlyMap<number, MenuKey>;
  readonly comboKeys: ReadonlyMap<number, MenuKey>;
}

/** The till's pages and keys: from the EPOS tables, or without them from the price list's sections. */
export function importMenu(set: LegacySet, priceList: PriceList): Menu {
  const { tables, log, stockedProducts, stockedCombos } = set;
  const titled = usableRows(tables.menuPages, log)
    .map(({ cells }) => cells)
    .filter(({ id }) => id !== NO_PAGE);
  const products = usableRows(tables.productKeys, log, ({ code }) => missingProduct(set, code));
  const combos = usableRows(tables.comboKeys, log, ({ code }) => missingCombo(set, code));
  if (!tables.menuPages.present || !tables.productKeys.present) {
    return menuOfSections(set, priceList);
  }
  const kidsDrinksUntitled =
    products.some(({ cells }) => cells.page === KIDS_DRINKS.id) &&
    titled.every(({ id }) => id !== KIDS_DRINKS.id);
  const pages = kidsDrinksUntitled ? [...titled, KIDS_DRINKS] : titled;
  const { productKeys, comboKeys } = tables;
  return {
    pages,
    productKeys: keysOf(set, pages, productKeys.fileName, products, stockedProducts),
    comboKeys: keysOf(set, pages, comboKeys.fileName, combos, stockedCombos),
  };
}

type KeyRow = RowOf<'productKeys'> | RowOf<'comboKeys'>;

/** Group 0 is no key; so is a group without a title, which is counted in a warning. */
function keysOf(
  { tables, log }: LegacySet,
  pages: readonly MenuPage[],
  file: string,
  rows: readonly KeyRow[],
  names: ReadonlyMap<number, string>,
): ReadonlyMap<number, MenuKey> {
  const known = new Set(pages.map(({ id }) => id));
  const keys = new Map<number, MenuKey>();
  for (const { line, cells, faulty } of rows) {
    if (faulty) continue;
    const { code, page, sequence } = cells;
    const colour = colourOf(cells);
    if (colour === 'partial') {
      const message = 'must be a number from 0 to 255 for all of red, green and blue, or for none';
      log.fault({ file, line, column: 'COLOUR_RED' }, String(cells.red ?? ''), message);
    } else if (known.has(page)) {
      keys.set(code, { page, sequence, label: cells.label || (names.get(code) ?? ''), colour });
    } else if (page !== NO_PAGE) {
      const message = `keys on a page without a title in ${tables.menuPages.fileName}, dropped (still sold by code)`;
      log.warn(file, message, `line ${line}: page ${page}`);
    }
  }
  return keys;
}

function colourOf({ red, green, blue }: KeyRow['cells']): Colour | null | 'partial' {
  if (red === null && green === null && blue === null) return null;
  return red === null || green === null || blue === null ? 'partial' : { red, green, blue };
}

/** Each item on the page of its section, or where it has none on that of its meal; pages that are used only. */
function menuOfSections({ stockedProducts, stockedCombos }: LegacySet, priceList: PriceList): Menu {
  const productKeys = keysOfPlaces(priceList.productPlaces, stockedProducts);
  const comboKeys = keysOfPlaces(priceList.comboPlaces, stockedCombos);
  const used = new Set([...productKeys.values(), ...comboKeys.values()].map(({ page }) => page));
  return {
    pages: priceList.sections
      .filter(({ id }) => used.has(id))
      .map(({ id, name }) => ({ id, title: name })),
    productKeys,
    comboKeys,
  };
}

const keysOfPlaces = (
  places: ReadonlyMap<number, PriceListPlace>,
  names: ReadonlyMap<number, string>,
): ReadonlyMap<number, MenuKey> =>
  new Map(
    [...places].map(([code, { section, sequence, mealSection, mealSequence }]) => [
      code,
      {
        page: section || mealSection,
        sequence: section === 0 ? mealSequence : sequence,
        label: names.get(code) ?? '',
        colour: null,
      },
    ]),
  );
