import { useEffect } from 'preact/hooks';
import { onLive } from '../live.ts';
import { type Loaded, useLoad } from '../load.ts';
import type { Overview } from '../shops.ts';
import { type Changed, overviewAfter } from './overview-after.ts';

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
