import type { Catalogue, Combo, MealKind, PriceListPlace, Product } from './catalogue.ts';
import { displayName, mealPriceOf, singlePriceOf } from './catalogue-index.ts';
import type { ComboCode, PriceBand, ProductCode } from './ids.ts';
import { type Pence, pence } from './money.ts';

/** The printed price list of one band (the chain's "App Product Prices – Band n"). Pence. */
export interface PriceList {
  readonly band: PriceBand;
  /** By number; sections with nothing in them are left out. */
  readonly sections: readonly PricedSection[];
  /** By sequence. */
  readonly miscellaneous: readonly PricedExtra[];
}

export interface PricedSection {
  readonly id: number;
  readonly name: string;
  /** Whether its prices are those of meals, with the regular side and the base drink. */
  readonly meal: MealKind;
  /** The drink counted into its meals; null where it prices no meals or there is no such drink. */
  readonly drink: { readonly code: ProductCode; readonly name: string } | null;
  /** In the order of their places. */
  readonly entries: readonly PricedEntry[];
}

/** A price is null where the item is not sold so in the band. */
export interface PricedEntry {
  readonly code: ProductCode | ComboCode;
  readonly name: string;
  readonly price: Pence | null;
  /** The larger versions of a burger, or null: there are none. */
  readonly double: Pence | null;
  readonly triple: Pence | null;
}

export interface PricedExtra {
  readonly product: ProductCode | null;
  readonly label: string;
  /** Null where the catalogue gives none: lines without a product, but for *go large*. */
  readonly price: Pence | null;
}

const priced = (price: number): Pence | null => (price === 0 ? null : pence(price));

/** What the items of the shop cost in `band`, by the sections they are printed in. */
export function priceList(catalogue: Catalogue, band: PriceBand): PriceList {
  const products = new Map(catalogue.products.map((product) => [product.code, product]));
  const at = { catalogue, band, products };
  return {
    band,
    sections: catalogue.priceListSections
      .map(({ id, name, meal, source }): PricedSection => ({
        id,
        name,
        meal,
        drink: drinkOf(meal, at),
        entries: source === 'combo' ? comboEntries(id, at) : productEntries(id, at),
      }))
      .filter(({ entries }) => entries.length > 0),
    miscellaneous: catalogue.miscellaneous.map(({ product, name, label }) => ({
      product,
      label: label || name,
      price: product === null ? supplement(label || name, at) : singlePrice(product, at),
    })),
  };
}

interface Printing {
  readonly catalogue: Catalogue;
  readonly band: PriceBand;
  readonly products: ReadonlyMap<ProductCode, Product>;
}

interface Place {
  readonly sequence: number;
  readonly entry: PricedEntry;
}

const entriesOf = (places: readonly Place[]): readonly PricedEntry[] =>
  places.toSorted((a, b) => a.sequence - b.sequence).map(({ entry }) => entry);

const comboEntries = (id: number, { catalogue, band }: Printing): readonly PricedEntry[] =>
  entriesOf(
    catalogue.combos.flatMap((combo: Combo) => {
      const { code, priceListPlace: place } = combo;
      if (place?.section !== id) return [];
      const price = priced(singlePriceOf(combo, band));
      const entry = { code, name: displayName(combo), price, double: null, triple: null };
      return [{ sequence: place.sequence, entry }];
    }),
  );

/** A product may stand in a section by itself, as a meal, or both. */
const productEntries = (id: number, at: Printing): readonly PricedEntry[] =>
  entriesOf(
    at.catalogue.products.flatMap((product) =>
      product.priceListPlace === null ? [] : placesIn(id, product, product.priceListPlace, at),
    ),
  );

type PriceOf = (code: ProductCode, at: Printing) => Pence | null;

function placesIn(
  id: number,
  product: Product,
  { section, sequence, mealSection, mealSequence }: PriceListPlace,
  at: Printing,
): readonly Place[] {
  const entry = (priceOf: PriceOf): PricedEntry => ({
    code: product.code,
    name: displayName(product),
    price: priceOf(product.code, at),
    double: product.double === null ? null : priceOf(product.double, at),
    triple: product.triple === null ? null : priceOf(product.triple, at),
  });
  return [
    ...(section === id ? [{ sequence, entry: entry(singlePrice) }] : []),
    ...(mealSection === id ? [{ sequence: mealSequence, entry: entry(mealPrice) }] : []),
  ];
}

function singlePrice(code: ProductCode, { products, band }: Printing): Pence | null {
  const product = products.get(code);
  return product === undefined || product.mealOnly ? null : priced(singlePriceOf(product, band));
}

/** Product, regular side and base drink at their meal prices. */
function mealPrice(code: ProductCode, at: Printing): Pence | null {
  const { products, catalogue, band } = at;
  const product = products.get(code);
  const side = products.get(catalogue.settings.regularSide);
  if (product === undefined || side === undefined) return null;
  const drink = baseDrink(product.meal, at);
  if (drink === null || mealPriceOf(product, band) === 0) return null;
  return pence(mealPriceOf(product, band) + mealPriceOf(side, band) + mealPriceOf(drink, band));
}

/**
 * The drink the price list counts into a meal: the base drink of the settings, or where that is not sold in
 * the band the cheapest that is, as shops stock different ones.
 */
function baseDrink(meal: MealKind, { catalogue, products, band }: Printing): Product | null {
  if (meal === 'none') return null;
  const { standardBaseDrink, kidsBaseDrink } = catalogue.settings;
  const usual = products.get(meal === 'standard' ? standardBaseDrink : kidsBaseDrink);
  const isSold = (drink: Product): boolean =>
    drink.mealDrink === meal && mealPriceOf(drink, band) > 0;
  if (usual !== undefined && isSold(usual)) return usual;
  const [cheapest = null] = catalogue.products
    .filter((drink) => drink.available && isSold(drink))
    .toSorted((a, b) => mealPriceOf(a, band) - mealPriceOf(b, band));
  return cheapest;
}

function drinkOf(meal: MealKind, at: Printing): PricedSection['drink'] {
  const drink = baseDrink(meal, at);
  return drink === null ? null : { code: drink.code, name: displayName(drink) };
}

const GO_LARGE = /go\s*large/i;

/** What going large adds to a standard meal with the base drink; null for any other line without a product. */
function supplement(label: string, at: Printing): Pence | null {
  const { catalogue, products, band } = at;
  const regular = products.get(catalogue.settings.regularSide);
  const large = products.get(catalogue.settings.largeSide);
  const drink = GO_LARGE.test(label) ? baseDrink('standard', at) : null;
  const largeDrink = drink?.largeDrink == null ? undefined : products.get(drink.largeDrink);
  if (drink === null || !regular || !large || !largeDrink) return null;
  const costs = (one: Product): number => mealPriceOf(one, band);
  return pence(costs(large) - costs(regular) + costs(largeDrink) - costs(drink));
}
