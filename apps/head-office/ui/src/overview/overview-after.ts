import type { Overview } from '../shops.ts';

/** The `stores` event: shops of which anything changed, and the day as it is now. */
export type Changed = Overview;

/** `before` with what changed since. */
export function overviewAfter(before: Overview, { stores, ...day }: Changed): Overview {
  const changed = new Map(stores.map((shop) => [shop.store, shop]));
  const known = before.stores.map((shop) => changed.get(shop.store) ?? shop);
  const fresh = stores.filter(({ store }) => !before.stores.some((shop) => shop.store === store));
  return { ...before, ...day, stores: [...known, ...fresh] };
}
