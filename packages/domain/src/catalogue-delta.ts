import type { Catalogue, CatalogueSettings } from './catalogue.ts';
import {
  COLLECTION_NAMES,
  type CatalogueEntry,
  type CollectionName,
  type EntryKey,
  entryKey,
  sortedByKey,
} from './catalogue-collections.ts';

/** What differs in one collection: whole entries to add or replace, and the keys of those that go. */
export interface CollectionDelta<C extends CollectionName> {
  readonly set: readonly CatalogueEntry<C>[];
  readonly remove: readonly EntryKey[];
}

/**
 * What makes one catalogue out of another, by key: it can add, change and remove any
 * entry. A collection without a difference is absent; between equal catalogues the delta is `{}`.
 */
export type CatalogueDelta = CollectionDeltas & {
  readonly settings?: CatalogueSettings | undefined;
};
type CollectionDeltas = { readonly [C in CollectionName]?: CollectionDelta<C> | undefined };

/**
 * The smallest delta with `applyDelta(base, deltaBetween(base, target))` equal to `target`. Both are
 * catalogues as everywhere: sorted, each key once.
 */
export function deltaBetween(base: Catalogue, target: Catalogue): CatalogueDelta {
  const changes = COLLECTION_NAMES.flatMap((name) => {
    const change = collectionDelta(name, base, target);
    return change.set.length + change.remove.length === 0 ? [] : [[name, change]];
  });
  const settings = isSameData(base.settings, target.settings) ? {} : { settings: target.settings };
  return { ...(Object.fromEntries(changes) as CatalogueDelta), ...settings };
}

function collectionDelta<C extends CollectionName>(
  name: C,
  base: Catalogue,
  target: Catalogue,
): CollectionDelta<C> {
  const before = byKey(name, base[name]);
  const after = byKey(name, target[name]);
  return {
    set: [...after].filter(([key, entry]) => !isSameData(entry, before.get(key))).map(([, e]) => e),
    remove: [...before.keys()].filter((key) => !after.has(key)),
  };
}

/** Total: whatever the base holds, entries set are added or replaced, keys removed are gone. Sorted. */
export function applyDelta(base: Catalogue, delta: CatalogueDelta): Catalogue {
  const collections = COLLECTION_NAMES.map((name) => [name, changedEntries(name, base, delta)]);
  return {
    ...(Object.fromEntries(collections) as Omit<Catalogue, 'settings'>),
    settings: delta.settings ?? base.settings,
  };
}

function changedEntries<C extends CollectionName>(
  name: C,
  base: Catalogue,
  deltas: CollectionDeltas,
): readonly CatalogueEntry<C>[] {
  const change: CollectionDeltas[C] = deltas[name];
  if (change === undefined) return base[name];
  const entries = byKey(name, base[name]);
  for (const key of change.remove) entries.delete(key);
  for (const entry of change.set) entries.set(entryKey(name, entry), entry);
  return sortedByKey(name, [...entries.values()]);
}

const byKey = <C extends CollectionName>(
  name: C,
  entries: readonly CatalogueEntry<C>[],
): Map<EntryKey, CatalogueEntry<C>> =>
  new Map(entries.map((entry) => [entryKey(name, entry), entry]));

/** Whether two values of plain data (no cycles, no class instances) are the same all the way down. */
function isSameData(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [Object.entries(a), new Map(Object.entries(b))];
  return (
    left.length === right.size &&
    left.every(([name, value]) => right.has(name) && isSameData(value, right.get(name)))
  );
}
