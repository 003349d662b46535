import { describe, expect, it } from 'vitest';
import { catalogue, combo, product, request, selling, single, taken } from '../test/builders.ts';
import { menu, shop, sold, burgerMeal } from '../test/harbour-menu.ts';
import { type LineRequest, productCode, readback } from './index.ts';

describe('read-back', () => {
  it('of a product that is off the menu since is at the front', () => {
    const later = selling({ ...menu, products: menu.products.filter(({ code }) => code !== 5) });
    const lines = sold([single(1), { kind: 'product', code: 5, quantity: 1, choices: [26] }]).lines;
    expect(readback(lines, later.index)[0].map(({ name }) => name)).toEqual(['Burger', 'Wings']);
    expect(readback(lines.toReversed(), later.index)[0][0]?.name).toBe('Wings');
  });
  it('has three sections, meals before singles, lowest first', () => {
    const { lines } = sold([
      single(2),
      single(51, 3),
      burgerMeal,
      { kind: 'product', code: 2, quantity: 1, meal: { drink: 51, goLarge: true } },
    ]);
    const names = readback(lines, shop.index).map((section) =>
      section.map(({ quantity, name, isMeal }) => `${quantity} ${name}${isMeal ? ' (meal)' : ''}`),
    );
    expect(names).toEqual([
      ['1 Original (meal)', '1 Burger (meal)', '1 Original'],
      ['1 Large fries (meal)', '1 Fries (meal)'],
      ['1 Cola (meal)', '1 Cola (meal)', '3 Cola'],
    ]);
  });
  it('what has order 0 follows the item before it; extras, choices and notes follow their product', () => {
    const { lines } = sold([
      burgerMeal,
      { kind: 'product', code: 5, quantity: 1, choices: [27] },
      single(36),
    ]);
    const [food] = readback(lines, shop.index);
    expect(food).toEqual([
      {
        name: 'Burger',
        quantity: 1,
        isMeal: true,
        details: ['2 × Bacon', 'no LETTUCE', 'cut in half'],
      },
      { name: 'Wings', quantity: 1, isMeal: false, details: ['Mayo dip'] },
      { name: 'Bacon', quantity: 1, isMeal: false, details: [] },
    ]);
  });
  it('sections end at 85 and 170', () => {
    const edges = [1, 85, 86, 170, 171, 255];
    const of = selling(
      catalogue(edges.map((readbackOrder) => product(readbackOrder, 100, { readbackOrder }))),
    );
    const { lines } = taken(request(edges.map((code) => single(code))), of);
    expect(readback(lines, of.index).map((section) => section.map(({ name }) => name))).toEqual([
      ['P1', 'P85'],
      ['P86', 'P170'],
      ['P171', 'P255'],
    ]);
  });
  it('what has order 0 within a line is a detail of the part before it', () => {
    const of = selling(
      catalogue(
        [
          product(1, 500, { readbackOrder: 12 }),
          product(30, 235, { readbackOrder: 87 }),
          product(40, 50, { readbackOrder: 0 }),
        ],
        { combos: [combo(4, 900, { components: [1, 30, 40].map(productCode) })] },
      ),
    );
    const line: LineRequest = { kind: 'combo', code: 4, quantity: 1, choices: [] };
    const [food, sides] = readback(taken(request([line]), of).lines, of.index);
    expect(food.map(({ name, details }) => [name, ...details])).toEqual([['C4'], ['P1']]);
    expect(sides.map(({ name, details }) => [name, ...details])).toEqual([['P30', 'P40']]);
  });
  it('a line of its own with order 0 is read right after the item of the line before it', () => {
    const foodOf = (...asked: LineRequest[]) =>
      readback(sold(asked).lines, shop.index)[0].map(({ name }) => name);
    expect(foodOf(single(36), single(1))).toEqual(['Bacon', 'Burger']);
    expect(foodOf(single(1), single(1), single(36), single(2))).toEqual([
      'Original',
      'Burger',
      'Burger',
      'Bacon',
    ]);
    expect(foodOf(single(2), burgerMeal, single(36), single(36))).toEqual([
      'Burger',
      'Bacon',
      'Bacon',
      'Original',
    ]);
    const drinks = readback(sold([single(51), single(36)]).lines, shop.index)[2];
    expect(drinks.map(({ name }) => name)).toEqual(['Cola', 'Bacon']);
  });
  it('reads a combo with its parts in their own sections', () => {
    const { lines } = sold([{ kind: 'combo', code: 4, quantity: 2, choices: [] }]);
    const names = readback(lines, shop.index).map((section) => section.map(({ name }) => name));
    expect(names).toEqual([['Platter', 'Burger'], ['Fries'], []]);
  });
});
