import { describe, expect, it } from 'vitest';
import { catalogue, combo, product, request, selling, single, taken } from '../test/builders.ts';
import { itemsByZone, kitchenItems, type LineRequest, productCode } from './index.ts';

const cooked = (
  code: number,
  cookZone: 'none' | 'prep' | 'drinks' | 'fryer',
  readbackOrder: number,
  rest: object = {},
) => ({ ...product(code, 100, { readbackOrder, ...rest }), cookZone });

const menu = catalogue(
  [
    cooked(1, 'prep', 12, { meal: 'standard', addOns: [productCode(36), productCode(30)] }),
    cooked(5, 'fryer', 60, { choiceGroups: [[productCode(26), productCode(27)]] }),
    cooked(26, 'none', 96),
    cooked(27, 'none', 96),
    cooked(30, 'fryer', 87),
    cooked(31, 'fryer', 86),
    cooked(36, 'none', 0),
    cooked(51, 'drinks', 237, { mealDrink: 'standard', largeDrink: productCode(51) }),
  ],
  {
    combos: [
      combo(60, 900, {
        components: [1, 51].map(productCode),
        choiceGroups: [[5, 30].map(productCode)],
      }),
    ],
  },
);
const shop = selling(menu);
const made = (lines: readonly LineRequest[], index = shop.index) =>
  kitchenItems(taken(request(lines), shop).lines, index);
const said = (lines: readonly LineRequest[], index = shop.index) =>
  made(lines, index).map(({ zone, quantity, name, details }) =>
    [`${zone}: ${quantity} ${name}`, ...details].join(', '),
  );

describe('the kitchen', () => {
  it('makes a meal in every zone it has a part of, before what is single', () => {
    const meal: LineRequest = { kind: 'product', code: 1, quantity: 2, meal: { drink: 51 } };
    expect(said([single(30), single(51), meal])).toEqual([
      'prep: 2 P1',
      'fryer: 2 P30',
      'fryer: 1 P30',
      'drinks: 2 P51',
      'drinks: 1 P51',
    ]);
    expect(made([meal]).every(({ isMeal }) => isMeal)).toBe(true);
  });
  it('hangs choices, extras and the note on their product, but cooks an extra of another zone there', () => {
    const burger: LineRequest = {
      kind: 'product',
      code: 1,
      quantity: 1,
      extras: [
        { code: 36, quantity: 2 },
        { code: 30, quantity: 1 },
      ],
      note: 'well done',
    };
    expect(said([burger, { kind: 'product', code: 5, quantity: 1, choices: [27] }])).toEqual([
      'prep: 1 P1, + 2 × P36, well done',
      'fryer: 1 P5, P27',
      'fryer: 1 P30',
    ]);
  });
  it('makes a combo of its parts, each with the note', () => {
    const line: LineRequest = {
      kind: 'combo',
      code: 60,
      quantity: 3,
      choices: [5],
      note: 'no ice',
    };
    expect(said([line])).toEqual([
      'prep: 3 P1, no ice',
      'fryer: 3 P5, no ice',
      'drinks: 3 P51, no ice',
    ]);
  });
  it('counts what each zone has to make', () => {
    const items = made([single(1, 2), single(30, 3), single(26)]);
    expect(itemsByZone(items)).toEqual({ prep: 2, fryer: 3, drinks: 0 });
  });
  it('reads a product of order 0 after the line before it, and one off the menu since without a zone', () => {
    expect(said([single(30), single(36), single(1)])).toEqual([
      'prep: 1 P1',
      'fryer: 1 P30',
      'none: 1 P36',
    ]);
    const later = selling({ ...menu, products: menu.products.filter(({ code }) => code !== 30) });
    expect(said([single(30)], later.index)).toEqual(['none: 1 P30']);
  });
});
