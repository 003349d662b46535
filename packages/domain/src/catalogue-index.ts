import type { Catalogue, Channel, Combo, Product } from './catalogue.ts';
import type { PriceBand, ProductCode } from './ids.ts';
import type { BasisPoints, Pence } from './money.ts';

/** A catalogue with its look-ups made once, for pricing. Immutable: a new catalogue is a new index. */
export interface CatalogueIndex {
  readonly catalogue: Catalogue;
  readonly products: ReadonlyMap<number, Product>;
  readonly combos: ReadonlyMap<number, Combo>;
  readonly channels: ReadonlyMap<string, Channel>;
  readonly vatRates: ReadonlyMap<number, BasisPoints>;
  /** Products on a menu page whose title contains *hot drink*. */
  readonly hotDrinks: ReadonlySet<number>;
  /** The general extras list in its order. */
  readonly generalExtras: readonly ProductCode[];
  /** A codes a customer may leave out; null where any A component of a product may be. */
  readonly relishNames: ReadonlyMap<number, string> | null;
  readonly foodNames: ReadonlyMap<number, string>;
}

export function indexCatalogue(catalogue: Catalogue): CatalogueIndex {
  const hotPages = new Set(
    catalogue.menuPages
      .filter(({ title }) => title.toLowerCase().includes('hot drink'))
      .map(({ id }) => id),
  );
  return {
    catalogue,
    products: new Map(catalogue.products.map((product) => [product.code, product])),
    combos: new Map(catalogue.combos.map((combo) => [combo.code, combo])),
    channels: new Map(catalogue.channels.map((channel) => [channel.code, channel])),
    vatRates: new Map(catalogue.vatClasses.map((vat) => [vat.class, vat.rate])),
    hotDrinks: new Set(
      catalogue.products
        .filter(({ menuKey }) => menuKey !== null && hotPages.has(menuKey.page))
        .map(({ code }) => code),
    ),
    generalExtras: catalogue.extras
      .toSorted((a, b) => a.sequence - b.sequence || a.product - b.product)
      .map(({ product }) => product),
    relishNames: catalogue.settings.anyFoodMayBeLeftOut
      ? null
      : new Map(catalogue.relishes.map((relish) => [relish.code, relish.menuName || relish.name])),
    foodNames: new Map(
      catalogue.stockItems.filter(({ kind }) => kind === 'A').map(({ code, name }) => [code, name]),
    ),
  };
}

/** The single price in `band`, pence; 0 where it is not sold singly. */
export const singlePriceOf = (item: Product | Combo, band: PriceBand): Pence =>
  item.prices[band - 1] as Pence;

/** The price as part of a meal in `band`, pence: the single price where no meal price is set. */
export function mealPriceOf(product: Product, band: PriceBand): Pence {
  const mealPrice = product.mealPrices[band - 1] as Pence;
  return mealPrice === 0 ? singlePriceOf(product, band) : mealPrice;
}

/** The name people read: the menu's where there is one, else the till's. */
export const displayName = (item: Product | Combo): string => item.menuName || item.name;

/** The paid extras that may be added to a product, in the order they are offered. */
export const extrasOffered = (index: CatalogueIndex, product: Product): readonly ProductCode[] =>
  product.addOns ?? index.generalExtras;

/** What a customer may have left out of `product`, with the names to show. */
export function relishesOf(
  index: CatalogueIndex,
  product: Product,
): readonly { readonly code: number; readonly name: string }[] {
  return product.components.flatMap(({ kind, code, quantityMicro }) => {
    if (kind !== 'A' || quantityMicro <= 0) return [];
    if (index.relishNames === null)
      return [{ code, name: index.foodNames.get(code) ?? `A${code}` }];
    const name = index.relishNames.get(code);
    return name === undefined ? [] : [{ code, name }];
  });
}
