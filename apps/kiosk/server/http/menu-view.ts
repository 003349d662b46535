import {
  type CatalogueIndex,
  type Channel,
  type Combo,
  displayName,
  extrasOffered,
  mealPriceOf,
  type PriceBand,
  type Product,
  relishesOf,
  singlePriceOf,
} from '@tillwire/domain';
import { z } from 'zod';

const item = z.object({ code: z.int(), name: z.string() });
const priced = item.extend({ price: z.int() });
const choiceGroups = z.array(z.array(item));
const keyFields = {
  code: z.int(),
  name: z.string(),
  description: z.string(),
  /** Null: on no page; still sold by code. */
  key: z
    .object({
      page: z.int(),
      sequence: z.int(),
      label: z.string(),
      colour: z.object({ red: z.int(), green: z.int(), blue: z.int() }).nullable(),
    })
    .nullable(),
  choiceGroups,
};

export const menuAnswer = z.object({
  catalogVersion: z.int(),
  channel: z.string(),
  priceBand: z.int(),
  channels: z.array(
    z.object({
      code: z.string(),
      name: z.string(),
      delivers: z.boolean(),
      accepts: z.array(z.string()),
    }),
  ),
  pages: z.array(z.object({ id: z.int(), title: z.string() })),
  products: z.array(
    z.object({
      ...keyFields,
      price: z.int().nullable().meta({ description: 'pence; null: not sold singly' }),
      meal: z.enum(['none', 'standard', 'kids']),
      mealPrice: z.int().nullable().meta({ description: 'its part of a meal, pence' }),
      mealDrink: z.enum(['none', 'standard', 'kids']),
      largeDrink: z.int().nullable(),
      double: z.int().nullable(),
      triple: z.int().nullable(),
      extras: z.array(priced),
      relishes: z.array(item),
      cookZone: z.string(),
      allergens: z.array(z.string()).nullable(),
      kcal: z.int().nullable(),
    }),
  ),
  combos: z.array(
    z.object({
      ...keyFields,
      price: z.int(),
      parts: z.array(item),
      tradeUpPrice: z.int().nullable(),
    }),
  ),
  meals: z.object({ side: priced.nullable(), largeSide: priced.nullable() }),
});
export type MenuView = z.infer<typeof menuAnswer>;

const TENDERS = {
  cash: 'cash',
  card: 'card',
  onAccount: 'on-account',
  voucher: 'voucher',
  crewFood: 'crew-food',
  cookedWaste: 'cooked-waste',
} as const;

/** What a channel sells now and for how much, in `band`; what it cannot sell is left out. */
export function menuView(
  index: CatalogueIndex,
  {
    channel,
    band,
    version,
  }: { readonly channel: Channel; readonly band: PriceBand; readonly version: number },
): MenuView {
  const { catalogue } = index;
  const named = (code: number): readonly z.infer<typeof item>[] => {
    const product = index.products.get(code);
    return product === undefined ? [] : [{ code, name: displayName(product) }];
  };
  const groups = (of: Product | Combo): z.infer<typeof choiceGroups> =>
    of.choiceGroups.map((group) => group.flatMap(named));
  const side = (code: number): z.infer<typeof priced> | null => {
    const product = index.products.get(code);
    if (product === undefined) return null;
    return { code, name: displayName(product), price: mealPriceOf(product, band) };
  };
  const extras = (product: Product): z.infer<typeof priced>[] =>
    extrasOffered(index, product).flatMap((code) => {
      const extra = index.products.get(code);
      if (extra?.available !== true) return [];
      return [{ code, name: displayName(extra), price: singlePriceOf(extra, band) }];
    });
  const isSold = (product: Product): boolean =>
    product.available && (channel.hotDrinks || !index.hotDrinks.has(product.code));
  return {
    catalogVersion: version,
    channel: channel.code,
    priceBand: band,
    channels: catalogue.channels
      .filter(({ operates }) => operates)
      .toSorted((a, b) => a.sequence - b.sequence || a.record - b.record)
      .map(({ code, name, delivers, accepts }) => ({
        code,
        name,
        delivers,
        accepts: Object.entries(TENDERS).flatMap(([of, method]) =>
          accepts[of as keyof typeof TENDERS] ? [method] : [],
        ),
      })),
    pages: [...catalogue.menuPages],
    products: catalogue.products.filter(isSold).map((product) => ({
      ...keyView(product),
      choiceGroups: groups(product),
      price: product.mealOnly ? null : singlePriceOf(product, band) || null,
      meal: product.meal,
      mealPrice:
        product.meal === 'none' && product.mealDrink === 'none' ? null : mealPriceOf(product, band),
      mealDrink: product.mealDrink,
      largeDrink: product.largeDrink,
      double: product.double,
      triple: product.triple,
      extras: extras(product),
      relishes: [...relishesOf(index, product)],
      cookZone: product.cookZone,
      allergens: product.allergens === null ? null : [...product.allergens],
      kcal: product.kcal,
    })),
    combos: catalogue.combos
      .filter((combo) => combo.available && singlePriceOf(combo, band) > 0)
      .map((combo) => ({
        ...keyView(combo),
        choiceGroups: groups(combo),
        price: singlePriceOf(combo, band),
        parts: combo.components.flatMap(named),
        tradeUpPrice: combo.tradeUp?.prices[band - 1] || null,
      })),
    meals: {
      side: side(catalogue.settings.regularSide),
      largeSide: side(catalogue.settings.largeSide),
    },
  };
}

const keyView = (of: Product | Combo) => ({
  code: of.code,
  name: displayName(of),
  description: of.description,
  key: of.menuKey,
});
