import { expect, it } from 'vitest';
import type { Overview, Shop } from '../shops.ts';
import { overviewAfter } from './overview-after.ts';

const shop = (store: string, name: string): Shop => ({ store, name }) as Shop;
const DAY = { today: '2025-11-27', compared: '2025-11-20', hours: [] };
const BEFORE: Overview = { ...DAY, stores: [shop('S01', 'Harbour'), shop('S02', 'Market')] };

it('A shop that changed takes its place, one that is new comes last, the others stay', () => {
  const stores = [shop('S02', 'Market Square'), shop('S03', 'Station')];
  expect(overviewAfter(BEFORE, { ...DAY, stores }).stores).toEqual([
    shop('S01', 'Harbour'),
    ...stores,
  ]);
});

it('The day moves on with what changed: after the rollover it is another one', () => {
  const hours = [{ date: '2025-11-28', utcHour: 1, orders: 1, gross: 505 }];
  const next = { today: '2025-11-28', compared: '2025-11-21', hours };
  expect(overviewAfter(BEFORE, { ...next, stores: [] })).toEqual({ ...BEFORE, ...next });
});
