import { useEffect } from 'preact/hooks';
import { onLive } from '../live.ts';
import { type Loaded, useLoad } from '../load.ts';
import type { Overview, Shop } from '../shops.ts';

/** The `stores` event: shops of which anything changed, and the day as it is now. */
type Changed = Overview & { readonly stores: readonly Shop[] };

/** `before` with what changed since. */
export function overviewAfter(before: Overview, { stores, ...day }: Changed): Overview {
  const changed = new Map(stores.map((shop) => [shop.store, shop]));
  const known = before.stores.map((shop) => changed.get(shop.store) ?? shop);
  const fresh = stores.filter(({ store }) => !before.stores.some((shop) => shop.store === store));
  return { ...before, ...day, stores: [...known, ...fresh] };
}

/** Every shop as it is, kept so while it changes. */
export function useOverview(): Loaded<Overview> {
  const overview = useLoad<Overview>('/api/stores');
  const { reload, set } = overview;
  useEffect(() => {
    const offs = [
      onLive('connected', reload),
      onLive('stores', (data) => set((before) => overviewAfter(before, data as Changed))),
    ];
    return () => offs.forEach((off) => off());
  }, []);
  return overview;
}
