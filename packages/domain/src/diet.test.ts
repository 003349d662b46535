import { describe, expect, it } from 'vitest';
import { catalogue, combo, product, request, selling, single, taken } from '../test/builders.ts';
import { dietOf } from './diet.ts';
import { productCode } from './ids.ts';
import type { LineRequest } from './order.ts';

const index = (() => {
  const facts = (allergens: readonly string[] | null, kcal: number | null) => ({ allergens, kcal });
  return selling(
    catalogue(
      [
        product(1, 500, { meal: 'standard', ...facts(['Wheat', 'Milk'], 540) }),
        product(2, 400, { choiceGroups: [[26, 27].map(productCode)], ...facts(['Egg'], 300) }),
        product(26, 35, facts([], 45)),
        product(27, 35, facts(null, 60)),
        product(30, 235, facts(['Celery'], 320)),
        product(36, 115, facts(['Milk', 'Soya'], 90)),
        product(37, 115, facts([], null)),
        product(51, 190, { mealDrink: 'standard', ...facts([], 139) }),
      ],
      {
        combos: [combo(4, 600, { components: [1, 30].map(productCode) })],
        extras: [36, 37].map((code) => ({
          product: productCode(code),
          label: 'X',
          sequence: code,
        })),
      },
    ),
  );
})();
const dietOfLine = (line: LineRequest) =>
  dietOf(taken(request([line]), index).lines[0]?.components ?? [], index.index);

describe('Allergens and energy of a line', () => {
  it('are those of everything in it, each allergen once, energy by quantity', () => {
    const burger: LineRequest = {
      kind: 'product',
      code: 1,
      quantity: 3,
      meal: { drink: 51 },
      extras: [{ code: 36, quantity: 2 }],
    };
    expect(dietOfLine(burger)).toEqual({
      allergens: ['Celery', 'Milk', 'Soya', 'Wheat'],
      kcal: 540 + 320 + 139 + 2 * 90,
    });
    expect(dietOfLine(single(26))).toEqual({ allergens: [], kcal: 45 });
  });

  it('of a combo are those of its parts', () => {
    expect(dietOfLine({ kind: 'combo', code: 4, quantity: 1, choices: [] })).toEqual({
      allergens: ['Celery', 'Milk', 'Wheat'],
      kcal: 860,
    });
  });

  it('are not known where one part’s are not', () => {
    const wings = (choice: number): LineRequest => ({ ...single(2), choices: [choice] }) as never;
    expect(dietOfLine(wings(26))).toEqual({ allergens: ['Egg'], kcal: 345 });
    expect(dietOfLine(wings(27))).toEqual({ allergens: null, kcal: 360 });
    const sauced = { ...single(1), extras: [{ code: 37, quantity: 1 }] } as LineRequest;
    expect(dietOfLine(sauced)).toEqual({ allergens: ['Milk', 'Wheat'], kcal: null });
    const gone = [{ role: 'item', code: productCode(999), quantity: 1 } as const];
    expect(dietOf(gone, index.index)).toEqual({ allergens: null, kcal: null });
  });
});
