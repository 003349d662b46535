import {
  type Catalogue,
  type CatalogueDelta,
  COLLECTION_NAMES,
  type CollectionName,
} from '@tillwire/domain';
import { z } from 'zod';
import {
  bandNumber,
  channelCodeText,
  counter,
  itemCode,
  plainText,
  rateBp,
  stockCodeNumber,
  vatClassNumber,
} from './primitives.ts';

// A catalogue as it travels: the domain's collections under the chain's own names, fields in
// snake_case, prices in pence, rates in basis points. What the schema cannot say, `validateCatalogue` does.

const text = plainText(1000);
const ordinal = z.int().min(0).max(99_999);
const pricePence = z.int().min(0).max(100_000);
const bandPrices = z.array(pricePence).length(6);
const mealKind = z.enum(['none', 'standard', 'kids']);
const stockKind = z.enum(['A', 'B']);
const choiceGroups = z.array(z.array(itemCode).max(1000)).max(6);

const menuKeySchema = z.object({
  page: counter,
  sequence: ordinal,
  label: text,
  colour: z.object({ red: counter, green: counter, blue: counter }).nullable(),
});

const priceListPlaceSchema = z.object({
  section: counter,
  sequence: ordinal,
  meal_section: counter,
  meal_sequence: ordinal,
});

const productSchema = z.object({
  code: itemCode,
  name: text,
  menu_name: text,
  description: text,
  eat_vat_class: vatClassNumber,
  take_vat_class: vatClassNumber,
  readback_order: counter,
  meal_only: z.boolean(),
  meal: mealKind,
  meal_drink: mealKind,
  large_drink: itemCode.nullable(),
  prices: bandPrices,
  meal_prices: bandPrices,
  choice_groups: choiceGroups,
  add_ons: z.array(itemCode).max(1000).nullable(),
  double: itemCode.nullable(),
  triple: itemCode.nullable(),
  cook_zone: z.enum(['none', 'prep', 'drinks', 'fryer']),
  menu_key: menuKeySchema.nullable(),
  price_list_place: priceListPlaceSchema.nullable(),
  components: z
    .array(z.object({ kind: stockKind, code: stockCodeNumber, quantity_micro: z.int() }))
    .max(1000),
  allergens: z.array(text).max(100).nullable(),
  kcal: counter.nullable(),
  available: z.boolean(),
});

const comboSchema = z.object({
  code: itemCode,
  name: text,
  menu_name: text,
  description: text,
  eat_vat_class: vatClassNumber,
  take_vat_class: vatClassNumber,
  prices: bandPrices,
  components: z.array(itemCode).max(1000),
  choice_groups: choiceGroups,
  trade_up: z
    .object({
      combo: itemCode,
      prices: bandPrices,
      replacements: z.array(z.object({ product: itemCode, by: itemCode })).max(1000),
    })
    .nullable(),
  menu_key: menuKeySchema.nullable(),
  price_list_place: priceListPlaceSchema.nullable(),
  available: z.boolean(),
});

const channelSchema = z.object({
  code: channelCodeText,
  name: text,
  band: bandNumber,
  sequence: ordinal,
  record: ordinal,
  sub_sequence: ordinal,
  company: ordinal,
  account_firm: ordinal,
  operates: z.boolean(),
  accepts: z.object({
    cash: z.boolean(),
    card: z.boolean(),
    on_account: z.boolean(),
    voucher: z.boolean(),
    crew_food: z.boolean(),
    cooked_waste: z.boolean(),
  }),
  delivers: z.boolean(),
  hot_drinks: z.boolean(),
});

const shopSchema = z.object({
  shop: z.int().min(1).max(9999),
  name: text,
  abbreviation: text,
  franchisee: text,
  full_name: text,
  address: z.array(text).max(3),
  post_code: text,
  vat_number: text,
  telephone: text,
  operators: text,
});

const settingsSchema = z.object({
  regular_side: itemCode,
  large_side: itemCode,
  standard_base_drink: itemCode,
  kids_base_drink: itemCode,
  any_food_may_be_left_out: z.boolean(),
});

const ENTRY_SCHEMAS = {
  /** The sales channels, each with the price band it sells in: the chain's PRICE table. */
  price_bands: channelSchema,
  products: productSchema,
  combos: comboSchema,
  vat: z.object({ class: vatClassNumber, rate_bp: rateBp, name: text }),
  menu_pages: z.object({ id: counter, title: text }),
  extras: z.object({ product: itemCode, label: text, sequence: ordinal }),
  relishes: z.object({ code: stockCodeNumber, name: text, menu_name: text }),
  stock_items: z.object({ kind: stockKind, code: stockCodeNumber, name: text }),
  shops: shopSchema,
  price_list_sections: z.object({
    id: counter,
    name: text,
    source: z.enum(['product', 'combo']),
    meal: mealKind,
  }),
  miscellaneous: z.object({
    sequence: ordinal,
    product: itemCode.nullable(),
    name: text,
    label: text,
  }),
} as const;
type WireCollection = keyof typeof ENTRY_SCHEMAS;

const MAX_ENTRIES = 20_000;
type EntryArrays = {
  [C in WireCollection]: z.ZodArray<(typeof ENTRY_SCHEMAS)[C]>;
};
type EntryDeltas = {
  [C in WireCollection]: z.ZodOptional<
    z.ZodObject<{
      set: z.ZodArray<(typeof ENTRY_SCHEMAS)[C]>;
      remove: z.ZodArray<z.ZodUnion<[z.ZodInt, z.ZodString]>>;
    }>
  >;
};
const wireCollections = Object.keys(ENTRY_SCHEMAS) as readonly WireCollection[];

/** The collections of a whole catalogue, as fields of a message. */
export const contentFields = {
  ...(Object.fromEntries(
    wireCollections.map((name) => [name, z.array(ENTRY_SCHEMAS[name]).max(MAX_ENTRIES)]),
  ) as unknown as EntryArrays),
  settings: settingsSchema,
};

export const contentSchema = z.object(contentFields);
/** A whole catalogue, snake_case. */
export type CatalogueContent = z.infer<typeof contentSchema>;

/** What differs from a base, by key: whole entries set, keys removed. Absent collections are as in the base. */
export const overridesSchema = z.object({
  ...(Object.fromEntries(
    wireCollections.map((name) => [
      name,
      z
        .object({
          set: z.array(ENTRY_SCHEMAS[name]).max(MAX_ENTRIES),
          remove: z.array(z.union([z.int(), plainText(16)])).max(MAX_ENTRIES),
        })
        .optional(),
    ]),
  ) as unknown as EntryDeltas),
  settings: settingsSchema.optional(),
});
export type CatalogueOverrides = z.infer<typeof overridesSchema>;

const WIRE_NAMES: Readonly<Record<CollectionName, WireCollection>> = {
  channels: 'price_bands',
  products: 'products',
  combos: 'combos',
  vatClasses: 'vat',
  menuPages: 'menu_pages',
  extras: 'extras',
  relishes: 'relishes',
  stockItems: 'stock_items',
  shops: 'shops',
  priceListSections: 'price_list_sections',
  miscellaneous: 'miscellaneous',
};

/** Units last in names on the wire; everything else is the same word in the other case. */
const FIELD_NAMES = new Map([['rate', 'rate_bp']]);
const CODE_NAMES = new Map([...FIELD_NAMES].map(([code, wire]) => [wire, code]));

const snakeName = (name: string): string =>
  FIELD_NAMES.get(name) ?? name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const camelName = (name: string): string =>
  CODE_NAMES.get(name) ?? name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** Plain data with every field renamed; a catalogue has no object whose keys are data. */
function renamed(value: unknown, nameOf: (name: string) => string): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((entry) => renamed(entry, nameOf));
  const record = value as Readonly<Record<string, unknown>>;
  // Assigned one by one: objects of one shape are made several times as fast as from lists of pairs.
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(record)) {
    const to = nameOf(name);
    const entry = renamed(record[name], nameOf);
    if (to === '__proto__') Object.defineProperty(copy, to, { value: entry, enumerable: true });
    else copy[to] = entry;
  }
  return copy;
}

const memoized = (nameOf: (name: string) => string): ((name: string) => string) => {
  const known = new Map<string, string>();
  return (name) => {
    const found = known.get(name);
    if (found !== undefined) return found;
    const made = nameOf(name);
    // Names come from documents too: what nobody sends twice is not worth keeping.
    if (known.size < 500) known.set(name, made);
    return made;
  };
};
const toWire = memoized(snakeName);
const toCode = memoized(camelName);

/** Fields of `record` present under `from` names, renamed by collection, their content by field. */
function movedCollections(
  record: Readonly<Record<string, unknown>>,
  direction: 'to-wire' | 'to-code',
): Readonly<Record<string, unknown>> {
  const names = COLLECTION_NAMES.map((name) => [name, WIRE_NAMES[name]] as const);
  const pairs = [...names, ['settings', 'settings'] as const];
  return Object.fromEntries(
    pairs.flatMap(([code, wire]) => {
      const [from, to, nameOf] =
        direction === 'to-wire' ? [code, wire, toWire] : [wire, code, toCode];
      const value = record[from];
      return value === undefined ? [] : [[to, renamed(value, nameOf)]];
    }),
  );
}

/** A catalogue as it travels. `catalogueOfContent` and this are inverses. */
export const contentOfCatalogue = (catalogue: Catalogue): CatalogueContent =>
  movedCollections({ ...catalogue }, 'to-wire') as CatalogueContent;

/**
 * The catalogue a document's collections hold. `content` has the shape of `contentSchema`; fields of entries
 * that this version does not know are kept. Whether it can be sold from, `validateCatalogue` says.
 */
export const catalogueOfContent = (content: object): Catalogue =>
  movedCollections({ ...content }, 'to-code') as unknown as Catalogue;

export const overridesOfDelta = (delta: CatalogueDelta): CatalogueOverrides =>
  movedCollections({ ...delta }, 'to-wire') as CatalogueOverrides;

/** The delta that overrides mean; `overrides` has the shape of `overridesSchema`. */
export const deltaOfOverrides = (overrides: object): CatalogueDelta =>
  movedCollections({ ...overrides }, 'to-code') as unknown as CatalogueDelta;
