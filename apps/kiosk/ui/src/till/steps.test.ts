import { indexCatalogue, productCode } from '@tillwire/domain';
import { describe, expect, it } from 'vitest';
import { catalogue, combo, prices, product } from '../../../../../packages/domain/test/builders.ts';
import {
  firstStep,
  inSize,
  leastMealPrice,
  mealDrinks,
  missingText,
  sizesOf,
  stepAfter,
  stepsOf,
  withChoice,
} from './steps.ts';

const dips = [productCode(70), productCode(71)];
const of = indexCatalogue(
  catalogue(
    [
      product(5, 595, {
        meal: 'standard',
        double: productCode(6),
        addOns: [productCode(145)],
      }),
      product(6, 795, { meal: 'standard', addOns: [] }),
      product(10, 100, { addOns: [] }),
      product(30, 245),
      product(31, 315),
      product(39, 795, { choiceGroups: [dips, dips], addOns: [] }),
      product(49, 225, { mealDrink: 'standard', largeDrink: productCode(110) }),
      product(52, 285, { meal: 'kids', mealOnly: true, addOns: [] }),
      product(54, 285, { choiceGroups: [[productCode(70)]], addOns: [] }),
      product(70, 55),
      product(71, 55),
      product(86, 219, { mealDrink: 'standard', mealPrices: prices(129) }),
      product(89, 90, { mealDrink: 'kids' }),
      product(110, 275, { mealDrink: 'standard' }),
      product(145, 35),
    ],
    { combos: [combo(20, 1595, { choiceGroups: [dips, dips] })] },
  ),
);
const line = (code: number, rest = {}) =>
  ({ kind: 'product', code, quantity: 1, ...rest }) as const;
const types = (request: Parameters<typeof stepsOf>[0]) =>
  stepsOf(request, of).map(({ type }) => type);

describe('what is asked about an item', () => {
  it('is the meal, then each choice, then the changes, then a note', () => {
    expect(types(line(5))).toEqual(['meal', 'changes', 'note']);
    expect(types(line(39))).toEqual(['choice', 'choice', 'note']);
    expect(types({ kind: 'combo', code: 20, quantity: 1, choices: [] })).toEqual([
      'choice',
      'choice',
      'note',
    ]);
  });

  it('is nothing where a single group has one member: it comes by itself', () => {
    expect(types(line(54))).toEqual(['note']);
  });

  it('starts at what is missing, and says so', () => {
    expect(missingText(line(52), of)).toBe('Choose a drink');
    expect(missingText(line(39, { choices: [70] }), of)).toBe('Make choice 2 of 2');
    expect(missingText(line(39, { choices: [70, 71] }), of)).toBeNull();
    expect(firstStep(line(39, { choices: [70] }), of)).toMatchObject({ type: 'choice', group: 1 });
    expect(firstStep(line(5), of)).toMatchObject({ type: 'meal' });
  });

  it('advances by itself: to the next missing thing, to the changes, or is complete', () => {
    expect(stepAfter(line(39, { choices: [70] }), of)).toMatchObject({ group: 1 });
    expect(stepAfter(line(39, { choices: [70, 71] }), of)).toBeNull();
    expect(stepAfter(line(5, { meal: { drink: 49 } }), of)).toMatchObject({ type: 'changes' });
    expect(stepAfter(line(52, { meal: { drink: 89 } }), of)).toBeNull();
  });

  it('keeps a later choice made first, with a hole before it', () => {
    expect(withChoice([], 1, 71)).toEqual([0, 71]);
    expect(withChoice([0, 71], 0, 70)).toEqual([70, 71]);
  });
});

describe('meals', () => {
  it('offer the drinks of their kind, large ones only by going large', () => {
    const drinks = (code: number) =>
      mealDrinks(of.products.get(code) ?? product(1, 1), of, null).map((drink) => drink.code);
    expect(drinks(5)).toEqual([49, 86]);
    expect(drinks(52)).toEqual([89]);
  });

  it('show the least they come to, with side and drink', () => {
    const kids = of.products.get(52) ?? product(1, 1);
    expect(leastMealPrice(kids, of, null, 1 as never)).toBe(285 + 245 + 90);
  });
});

describe('sizes', () => {
  it('are other codes, found from any of them', () => {
    expect(sizesOf(of.products.get(6) ?? product(1, 1), of)).toEqual([
      { label: 'Single', code: 5 },
      { label: 'Double', code: 6 },
    ]);
    expect(sizesOf(of.products.get(10) ?? product(1, 1), of)).toEqual([]);
  });

  it('take along what the other size offers too', () => {
    const single = line(5, { meal: { drink: 49 }, extras: [{ code: 145, quantity: 1 }] });
    expect(inSize(single, 6, of)).toEqual(line(6, { meal: { drink: 49 }, extras: [] }));
  });
});
