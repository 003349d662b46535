import { describe, expect, it } from 'vitest';
import {
  businessDate,
  catalogVersion,
  channelCode,
  comboCode,
  epochMsOf,
  globalOrderId,
  isBusinessDate,
  isGlobalOrderId,
  isStoreCode,
  isUtcInstant,
  parseGlobalOrderId,
  priceBand,
  productCode,
  shopOfStore,
  stockCode,
  storeCode,
  storeOfShop,
  utcInstant,
  vatClassCode,
} from './ids.ts';
import { basisPoints, halfUp } from './money.ts';

describe('store codes', () => {
  it.each(['S01', 'S09', 'S99', 'S100', 'S9999'])('%s is one', (code) => {
    expect(isStoreCode(code)).toBe(true);
    expect(storeOfShop(shopOfStore(storeCode(code)))).toBe(code);
  });
  it.each(['S00', 'S1', 'S001', 'S010', 'S10000', 's01', 'S01 ', 'S0a', '', '+', 'S01/x'])(
    '%j is none',
    (code) => {
      expect(isStoreCode(code)).toBe(false);
      expect(() => storeCode(code)).toThrow('not a store code');
    },
  );
  it('shop 0 and shop 10,000 have none', () => {
    expect(() => storeOfShop(0)).toThrow('S00');
    expect(() => storeOfShop(10_000)).toThrow('S10000');
  });
});

describe('business dates', () => {
  it.each(['2024-02-29', '2000-02-29', '2025-12-31', '2025-04-30', '1970-01-01'])(
    '%s is a date',
    (date) => expect(businessDate(date)).toBe(date),
  );
  it.each([
    '2025-02-29',
    '2100-02-29',
    '2025-04-31',
    '2025-13-01',
    '2025-00-01',
    '2025-01-00',
    '1969-12-31',
    '2025-1-1',
    '20250101',
  ])('%s is none', (date) => {
    expect(isBusinessDate(date)).toBe(false);
    expect(() => businessDate(date)).toThrow('not a business date');
  });
});

describe('order ids', () => {
  const parts = {
    store: storeCode('S03'),
    businessDate: businessDate('2025-11-27'),
    sequence: 123,
  };
  it('are store, business date and sequence', () => {
    expect(globalOrderId(parts)).toBe('S03-20251127-000123');
    expect(parseGlobalOrderId('S03-20251127-000123')).toEqual(parts);
  });
  it('keep growing past six digits without a second spelling', () => {
    const seven = { ...parts, sequence: 1_234_567 };
    expect(parseGlobalOrderId(globalOrderId(seven))).toEqual(seven);
    expect(isGlobalOrderId('S03-20251127-0000123')).toBe(false);
  });
  it.each([
    'S03-20251127-000000',
    'S03-20250229-000001',
    'S00-20251127-000001',
    'S03-20251127-1',
    ' S03-20251127-000001',
    'S03-20251127-000001\n',
  ])('%j is none', (id) => expect(parseGlobalOrderId(id)).toBeNull());
  it('have sequences from 1', () => {
    expect(() => globalOrderId({ ...parts, sequence: 0 })).toThrow('not an order sequence: 0');
    expect(() => globalOrderId({ ...parts, sequence: 10_000_000 })).toThrow('10000000');
  });
});

describe('codes', () => {
  it.each([
    [productCode, 1, 99_999, 0, 100_000],
    [comboCode, 1, 99_999, 0, 100_000],
    [stockCode, 1, 99_999, 0, 100_000],
    [vatClassCode, 0, 99, -1, 100],
    [priceBand, 1, 6, 0, 7],
  ] as const)('have their range', (make, least, most, under, over) => {
    expect(make(least)).toBe(least);
    expect(make(most)).toBe(most);
    expect(() => make(under)).toThrow(String(under));
    expect(() => make(over)).toThrow(String(over));
    expect(() => make(1.5)).toThrow('1.5');
  });
  it('versions are positive safe integers', () => {
    expect(catalogVersion(1_733_018_400)).toBe(1_733_018_400);
    expect(() => catalogVersion(0)).toThrow('not a catalogue version');
    expect(() => catalogVersion(2 ** 53)).toThrow('not a catalogue version');
  });
  it.each(['OT-C', 'A', '9X', 'ABCDEFGHIJKLMNOP'])('%s is a channel code', (code) =>
    expect(channelCode(code)).toBe(code),
  );
  it.each(['', '-A', 'A-', 'ot-c', 'A B', 'ABCDEFGHIJKLMNOPQ'])('%j is no channel code', (code) =>
    expect(() => channelCode(code)).toThrow('not a channel code'),
  );
});

describe('instants', () => {
  it('are UTC to the second', () => {
    const instant = utcInstant(Date.parse('2025-11-27T15:42:11.999Z'));
    expect(instant).toBe('2025-11-27T15:42:11Z');
    expect(epochMsOf(instant)).toBe(1_764_258_131_000);
  });
  it.each(['2025-11-27T24:00:00Z', '2025-11-27T15:42:11', '2025-02-30T00:00:00Z', 'now'])(
    '%s is none',
    (text) => expect(isUtcInstant(text)).toBe(false),
  );
});

describe('at their edges', () => {
  it('the first order of a day is an order id', () => {
    expect(parseGlobalOrderId('S01-20250716-000001')?.sequence).toBe(1);
    expect(isGlobalOrderId('S01-20250716-000001')).toBe(true);
    expect(isGlobalOrderId('S01-20250716-000000')).toBe(false);
    expect(isGlobalOrderId('S01-20250230-000001')).toBe(false);
  });
  it('what is refused is named', () => {
    expect(() => utcInstant(-1)).toThrow('not an instant: -1');
    expect(() => basisPoints(10_001)).toThrow('not a rate in basis points: 10001');
    expect(() => halfUp(-1, 2)).toThrow('half-up of -1 / 2');
  });
});
