import type { Product, StockComponent, StockKind } from '../catalogue.ts';
import { importProductChoices } from './import-choices.ts';
import type { Menu } from './import-menu.ts';
import type { PriceList } from './import-price-list.ts';
import {
  bandPricesOf,
  type LegacySet,
  missingProduct,
  type RowOf,
  stockedMembers,
} from './import-set.ts';
import { placeOf, usableRows } from './table.ts';

/** PRODNAME holds 16 characters on the chain's tills. */
const NAME_LENGTH = 16;

/** Everything the shop sells singly or in meals, from all the tables that speak of it. */
export function importProducts(set: LegacySet, menu: Menu, priceList: PriceList): Product[] {
  const { tables, log } = set;
  const rows = usableRows(tables.products, log);
  const texts = importTexts(set);
  const choices = importProductChoices(set);
  const addOns = importAddOns(set);
  const food = importComponents(set, 'A');
  const packaging = importComponents(set, 'B');
  for (const row of rows) noteProduct(set, row);
  return rows.map(({ cells }) => {
    const { code } = cells;
    const {
      menuName = '',
      description = '',
      cookZone = 'none',
      allergens = null,
      kcal = null,
    } = texts.get(code) ?? {};
    return {
      code,
      name: cells.name,
      menuName,
      description,
      eatVatClass: cells.eatVatClass,
      takeVatClass: cells.takeVatClass,
      readbackOrder: cells.readbackOrder,
      mealOnly: cells.mealOnly,
      meal: cells.meal,
      mealDrink: cells.mealDrink,
      largeDrink: cells.largeDrink,
      prices: bandPricesOf(cells, 'price'),
      mealPrices: bandPricesOf(cells, 'other'),
      choiceGroups: choices.get(code) ?? [],
      addOns: addOns.get(code) ?? null,
      double: priceList.sizes.get(code)?.double ?? null,
      triple: priceList.sizes.get(code)?.triple ?? null,
      cookZone,
      menuKey: menu.productKeys.get(code) ?? null,
      priceListPlace: priceList.productPlaces.get(code) ?? null,
      components: [...(food.get(code) ?? []), ...(packaging.get(code) ?? [])],
      allergens,
      kcal,
      available: cells.available,
    };
  });
}

function noteProduct({ tables, log }: LegacySet, row: RowOf<'products'>): void {
  const { code, name } = row.cells;
  const path = `products.${code}`;
  log.cite(path, { ...placeOf(tables.products, row, 'code'), column: null });
  for (const field of ['eatVatClass', 'takeVatClass', 'largeDrink'] as const) {
    log.cite(`${path}.${field}`, placeOf(tables.products, row, field));
  }
  if (name.length > NAME_LENGTH) {
    const message = `names longer than ${NAME_LENGTH} characters, which older tills cut`;
    log.warn(tables.products.fileName, message, `line ${row.line}: ${name}`);
  }
}

function importTexts(set: LegacySet): ReadonlyMap<number, RowOf<'productTexts'>['cells']> {
  const { productTexts } = set.tables;
  const rows = usableRows(productTexts, set.log, ({ code }) => missingProduct(set, code));
  return new Map(rows.map(({ cells }) => [cells.code, cells]));
}

/** The add-ons of each product with a row in EPOS_ADD_ONS, which may name none. */
function importAddOns(set: LegacySet): ReadonlyMap<number, Product['addOns']> {
  const { addOns } = set.tables;
  const file = addOns.fileName;
  const rows = usableRows(addOns, set.log, ({ code }) => missingProduct(set, code));
  return new Map(
    rows.map(({ line, cells }) => [cells.code, stockedMembers(set, cells.addOns, { file, line })]),
  );
}

function importComponents(
  set: LegacySet,
  kind: StockKind,
): ReadonlyMap<number, readonly StockComponent[]> {
  const table = kind === 'A' ? set.tables.food : set.tables.packaging;
  const rows = usableRows(table, set.log, ({ product }) => missingProduct(set, product));
  const byProduct = Map.groupBy(rows, ({ cells }) => cells.product as number);
  return new Map(
    [...byProduct].map(([code, of]) => [
      code,
      of.map(({ cells }) => ({ kind, code: cells.stock, quantityMicro: cells.quantity })),
    ]),
  );
}
