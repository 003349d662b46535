import { expect, it } from 'vitest';
import { concernsOf, type Shop } from './shops.ts';

const NOW_MS = Date.parse('2025-11-27T12:00:00Z');

const WELL: Shop = {
  store: 'S01',
  name: 'Harbour',
  provisionedAt: '2025-01-01T00:00:00Z',
  revokedAt: null,
  online: true,
  changedAt: '2025-11-27T06:00:00Z',
  heartbeatAt: '2025-11-27T11:59:30Z',
  heartbeat: {
    at: '2025-11-27T11:59:30Z',
    version: '0.1.0',
    uptimeS: 1,
    catalogVersion: 7,
    configVersion: 0,
    unsent: 0,
    oldestUnsentS: 0,
    parked: 0,
    publishErrorPpm: 0,
    diskFreeBytes: 1,
    memoryBytes: 1,
    lastZ: null,
    lastBackupAt: null,
  },
  quarantined: 0,
  epochs: [],
  sales: { orders: 0, gross: 0, comparedOrders: 0, comparedGross: 0, comparedGrossOfDay: 0 },
  lastDay: { date: '2025-11-26', state: 'reconciled' },
  catalogue: { version: 7, release: 1, progress: 'applied' },
};

const texts = (change: Partial<Shop>): readonly string[] =>
  concernsOf({ ...WELL, ...change }, NOW_MS).map(({ text }) => text);

it('A shop that is well needs no look, nor does one that never reported', () => {
  expect(texts({})).toEqual([]);
  expect(texts({ online: false, changedAt: null, heartbeatAt: null, heartbeat: null })).toEqual([]);
});

it('A shop that said it applied its menu is not behind, though its heartbeat is from before', () => {
  expect(texts({ catalogue: { version: 8, release: 2, progress: 'applied' } })).toEqual([]);
});

it.each<[string, Partial<Shop>]>([
  ['Line down', { online: false }],
  ['No heartbeat', { heartbeatAt: '2025-11-27T11:54:59Z' }],
  ['Day differs', { lastDay: { date: '2025-11-26', state: 'differs' } }],
  ['Menu refused', { catalogue: { version: 8, release: 2, progress: 'refused' } }],
  ['Menu behind', { catalogue: { version: 8, release: 2, progress: 'unheard' } }],
  ['Parked messages', { quarantined: 1 }],
])('%s is told', (text, change) => {
  expect(texts(change)).toEqual([text]);
});
