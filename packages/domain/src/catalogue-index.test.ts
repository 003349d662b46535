import { describe, expect, it } from 'vitest';
import { catalogue, prices, product } from '../test/builders.ts';
import {
  displayName,
  extrasOffered,
  indexCatalogue,
  mealPriceOf,
  relishesOf,
  singlePriceOf,
} from './catalogue-index.ts';
import { priceBand, productCode, stockCode } from './ids.ts';

const key = (page: number) => ({ page, sequence: 1, label: 'L', colour: null });
const food = (code: number, quantityMicro = 1) =>
  ({ kind: 'A', code: stockCode(code), quantityMicro }) as const;
const packaging = (code: number) =>
  ({ kind: 'B', code: stockCode(code), quantityMicro: 1 }) as const;

describe('Hot drinks', () => {
  it('are the products of pages whose title contains "hot drink" in any letter case', () => {
    const of = catalogue(
      [
        product(1, 100, { menuKey: key(1) }),
        product(2, 100, { menuKey: key(2) }),
        product(3, 100, { menuKey: key(3) }),
        product(4, 100),
      ],
      {
        menuPages: [
          { id: 1, title: 'HOT DRINKS & more' },
          { id: 2, title: 'Drinks, hot' },
          { id: 3, title: 'Our hot drink' },
        ],
      },
    );
    expect([...indexCatalogue(of).hotDrinks]).toEqual([1, 3]);
  });
});

describe('The general extras', () => {
  it('are offered in their sequence, by code where that is the same', () => {
    const extra = (code: number, sequence: number) => ({
      product: productCode(code),
      label: 'X',
      sequence,
    });
    const products = [5, 6, 7].map((code) => product(code, 100));
    const index = indexCatalogue(
      catalogue(products, { extras: [extra(7, 2), extra(6, 2), extra(5, 3)] }),
    );
    expect(extrasOffered(index, product(1, 100))).toEqual([6, 7, 5]);
    expect(extrasOffered(index, product(1, 100, { addOns: [] }))).toEqual([]);
    expect(extrasOffered(index, product(1, 100, { addOns: [productCode(7)] }))).toEqual([7]);
  });
});

describe('What may be left out', () => {
  const burger = product(1, 500, {
    components: [food(7), food(26), food(27, 0), food(28, -1), packaging(26), food(99)],
  });
  const relish = (code: number, menuName: string) => ({
    code: stockCode(code),
    name: `R${code}`,
    menuName,
  });
  it('is what the relish table names and the product contains, by its menu name if it has one', () => {
    const relishes = [relish(7, ''), relish(26, 'Lettuce'), relish(27, ''), relish(28, '')];
    const index = indexCatalogue(catalogue([burger], { relishes }));
    expect(relishesOf(index, burger)).toEqual([
      { code: 7, name: 'R7' },
      { code: 26, name: 'Lettuce' },
    ]);
  });
  it('is any food of the product where there is no relish table', () => {
    const of = catalogue([burger], {
      stockItems: [
        { kind: 'A', code: stockCode(7), name: 'Bun' },
        { kind: 'B', code: stockCode(26), name: 'Bag' },
      ],
    });
    const settings = { ...of.settings, anyFoodMayBeLeftOut: true };
    expect(relishesOf(indexCatalogue({ ...of, settings }), burger)).toEqual([
      { code: 7, name: 'Bun' },
      { code: 26, name: 'A26' },
      { code: 99, name: 'A99' },
    ]);
  });
});

describe('A price', () => {
  const of = product(1, 500, {
    prices: prices(500, { 2: 600 }),
    mealPrices: prices(0, { 3: 450 }),
  });
  it('is that of its band, in a meal the single one where there is none for meals', () => {
    expect([1, 2, 3].map((band) => singlePriceOf(of, priceBand(band)))).toEqual([500, 600, 500]);
    expect([1, 2, 3].map((band) => mealPriceOf(of, priceBand(band)))).toEqual([500, 600, 450]);
  });
});

it('A name is the menu’s, or else the till’s', () => {
  expect(displayName(product(1, 1))).toBe('P1');
  expect(displayName(product(1, 1, { menuName: 'Burger' }))).toBe('Burger');
});
