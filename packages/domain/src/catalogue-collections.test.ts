import { expect, it } from 'vitest';
import { COLLECTION_NAMES, compareKeys, entryKey } from './catalogue-collections.ts';
import { stockCode } from './ids.ts';

it('Keys are in the order of their numbers, or of their code units', () => {
  expect(compareKeys(9, 10)).toBeLessThan(0);
  expect(compareKeys(10, 10)).toBe(0);
  expect(compareKeys('A10', 'A9')).toBeLessThan(0);
  expect(compareKeys('a', 'B')).toBeGreaterThan(0);
  expect(compareKeys('A', 'A')).toBe(0);
  // Where somebody else's keys are of mixed kinds, they are texts.
  expect(compareKeys(9, '10')).toBeGreaterThan(0);
  expect(compareKeys('10', 9)).toBeLessThan(0);
});

it('A stock item is known by kind and five digits', () => {
  const item = { kind: 'A', code: stockCode(26), name: 'Lettuce' } as const;
  expect(entryKey('stockItems', item)).toBe('A00026');
  expect(COLLECTION_NAMES).toHaveLength(11);
});
