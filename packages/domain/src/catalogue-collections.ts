import type { Catalogue } from './catalogue.ts';

/** A keyed collection of the catalogue; all of it but the settings. */
export type CollectionName = Exclude<keyof Catalogue, 'settings'>;
export type CatalogueEntry<C extends CollectionName> = Catalogue[C][number];
/** What an entry is known by within its collection; a stock item by kind and five digits, `A00026`. */
export type EntryKey = number | string;

const KEYS: { readonly [C in CollectionName]: (entry: CatalogueEntry<C>) => EntryKey } = {
  vatClasses: (vat) => vat.class,
  products: (product) => product.code,
  combos: (combo) => combo.code,
  channels: (channel) => channel.code,
  menuPages: (page) => page.id,
  extras: (extra) => extra.product,
  relishes: (relish) => relish.code,
  stockItems: (item) => `${item.kind}${String(item.code).padStart(5, '0')}`,
  shops: (shop) => shop.shop,
  priceListSections: (section) => section.id,
  miscellaneous: (entry) => entry.sequence,
};

export const COLLECTION_NAMES = Object.keys(KEYS) as readonly CollectionName[];

export const entryKey = <C extends CollectionName>(name: C, entry: CatalogueEntry<C>): EntryKey =>
  KEYS[name](entry);

/** The order every collection is kept in: numbers by value, texts by code unit. */
export function compareKeys(a: EntryKey, b: EntryKey): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [left, right] = [String(a), String(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

export const sortedByKey = <C extends CollectionName>(
  name: C,
  entries: readonly CatalogueEntry<C>[],
): readonly CatalogueEntry<C>[] =>
  entries.toSorted((a, b) => compareKeys(entryKey(name, a), entryKey(name, b)));
