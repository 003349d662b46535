import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  allergens,
  type Column,
  decimalText,
  flag,
  oneOf,
  orNone,
  product,
  productList,
  quantity,
  rate,
  scaledDecimal,
  whole,
} from './columns.ts';

const readerOf =
  <T>(column: Column<T>) =>
  (text: string): T | undefined =>
    column.read(text);

describe('A decimal', () => {
  it('is read exactly, without floats', () => {
    expect(scaledDecimal('17.5', 2)).toBe(1750);
    expect(scaledDecimal('20', 2)).toBe(2000);
    expect(scaledDecimal('.4', 6)).toBe(400_000);
    expect(scaledDecimal('4.', 6)).toBe(4_000_000);
    expect(scaledDecimal('-0.000001', 6)).toBe(-1);
    expect(scaledDecimal('+1.2500000', 6)).toBe(1_250_000);
    expect(Object.is(scaledDecimal('-0', 6), 0)).toBe(true);
  });

  it.each(['', '.', '-', '1e3', '1,5', '0x1', '1.2345678', 'NaN', '1 000', '9999999999'])(
    'is not %j',
    (text) => {
      expect(scaledDecimal(text, 6)).toBeUndefined();
    },
  );

  it('is read as it was written', () => {
    const scaled = fc.integer({ min: -9_999_999_999, max: 9_999_999_999 });
    fc.assert(
      fc.property(scaled, fc.integer({ min: 1, max: 6 }), (value, places) => {
        expect(scaledDecimal(decimalText(value, places), places)).toBe(value);
      }),
    );
    expect(decimalText(1750, 2)).toBe('17.5');
    expect(decimalText(-1_250_000, 6)).toBe('-1.25');
    expect(decimalText(5, 2)).toBe('0.05');
    expect(decimalText(0, 2)).toBe('0');
  });
});

describe('A column', () => {
  it('of whole numbers takes digits in its range only', () => {
    const read = readerOf(whole('N', 1, 255));
    expect(['1', '007', '255'].map(read)).toEqual([1, 7, 255]);
    expect(['0', '256', '', '1.0', '1e2', '-1', '+1', '١', '9'.repeat(20)].map(read)).toEqual(
      Array.from({ length: 9 }),
    );
  });

  it('of codes takes 0 for none where none is allowed', () => {
    expect(orNone(product('P')).read('0')).toBeNull();
    expect(product('P').read('0')).toBeUndefined();
    expect(product('P').read('100000')).toBeUndefined();
  });

  it('of flags takes the forms real sets use', () => {
    const read = readerOf(flag('F'));
    expect(['True', 'TRUE', '1', 'false', 'False', '0'].map(read)).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(['', 'yes', '-1', 'T', '01'].map(read)).toEqual(Array.from({ length: 5 }));
  });

  it('of a few codes takes these only, in any letter case', () => {
    const read = readerOf(oneOf('S', { P: 'product', C: 'combo' }));
    expect(['P', 'c', 'X', '', 'constructor'].map(read)).toEqual([
      'product',
      'combo',
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('of rates takes 0 to 100 per cent to the basis point', () => {
    const read = readerOf(rate('R'));
    expect(['0', '100', '5.25', '5.250'].map(read)).toEqual([0, 10_000, 525, 525]);
    expect(['100.01', '-1', '5.255', '20%'].map(read)).toEqual(Array.from({ length: 4 }));
  });

  it('of quantities takes a million units at most, of either sign', () => {
    const read = readerOf(quantity('Q'));
    expect(['1000000', '-1000000'].map(read)).toEqual([1_000_000_000_000, -1_000_000_000_000]);
    expect(['1000000.000001', '-1000001', '0.0000001'].map(read)).toEqual(
      Array.from({ length: 3 }),
    );
  });

  it('of product lists takes codes separated by commas, with or without spaces', () => {
    const read = readerOf(productList('L'));
    expect(['', '36', '36,37', '36, 37 ,38'].map(read)).toEqual([[], [36], [36, 37], [36, 37, 38]]);
    expect(['36,', ',36', '36;37', '36 37', '0', '"36'].map(read)).toEqual(
      Array.from({ length: 6 }),
    );
  });

  it('of allergens tells none from not known', () => {
    const read = readerOf(allergens('ALLERGENS'));
    expect(['', 'NONE', 'Gluten', 'Gluten ; Milk'].map(read)).toEqual([
      null,
      [],
      ['Gluten'],
      ['Gluten', 'Milk'],
    ]);
    expect(['Gluten;', 'Milk;None', 'Milk;Milk'].map(read)).toEqual(Array.from({ length: 3 }));
  });
});
