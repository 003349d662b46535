import { describe, expect, it } from 'vitest';
import {
  catalogue,
  channel,
  combo,
  faultsOf,
  product,
  request,
  selling,
  single,
  taken,
} from '../test/builders.ts';
import { comboCode, productCode } from './ids.ts';
import type { LineRequest } from './order.ts';

// Every refusal of an order names the field it is about, among lines that are well.

const codes = (...list: number[]) => list.map(productCode);
const menu = catalogue(
  [
    product(1, 500, { meal: 'standard', addOns: codes(36, 37) }),
    product(2, 0, { meal: 'standard' }),
    product(3, 350, { meal: 'kids', mealOnly: true }),
    product(4, 560, { choiceGroups: [codes(26), codes(26, 27)] }),
    product(5, 480, { choiceGroups: [codes(28)] }),
    product(26, 35),
    product(27, 55),
    product(28, 60, { available: false }),
    product(30, 235),
    product(31, 295, { available: false }),
    product(36, 115),
    product(37, 65, { available: false }),
    product(51, 190, { mealDrink: 'standard', largeDrink: productCode(52) }),
    product(52, 250, { mealDrink: 'standard' }),
    product(84, 200, { mealDrink: 'kids', largeDrink: productCode(84) }),
  ],
  {
    channels: [channel('OT-C')],
    combos: [
      combo(4, 950, { components: codes(1, 28), choiceGroups: [codes(26)] }),
      combo(5, 0, { components: codes(1) }),
      combo(6, 950, { components: codes(1), choiceGroups: [codes(26, 28)] }),
      combo(7, 950, {
        components: codes(1),
        choiceGroups: [codes(26)],
        tradeUp: {
          combo: comboCode(5),
          prices: [1, 1, 1, 1, 1, 1] as never,
          replacements: [{ product: productCode(26), by: productCode(28) }],
        },
      }),
    ],
  },
);
const shop = selling(menu);

const line = (code: number, rest: Partial<LineRequest> = {}): LineRequest =>
  ({ ...single(code), ...rest }) as LineRequest;
const meal = (code: number, drink: number, goLarge = false) =>
  line(code, { meal: { drink, goLarge } } as Partial<LineRequest>);
const comboLine = (code: number, choices: number[], tradeUp = false): LineRequest => ({
  kind: 'combo',
  code,
  quantity: 1,
  choices,
  tradeUp,
});

describe('A refusal names its field', () => {
  it.each<[string, LineRequest]>([
    ['meal-only code', line(3)],
    ['not-sold-in-band code', line(2)],
    ['not-sold-in-band code', meal(2, 51)],
    ['not-a-meal meal', meal(26, 51)],
    ['unknown-product meal.drink', meal(1, 999)],
    ['wrong-meal-drink meal.drink', meal(1, 84)],
    ['no-large-drink meal.goLarge', meal(1, 52, true)],
    ['no-large-drink meal.goLarge', meal(3, 84, true)],
    ['unavailable-product meal', meal(1, 51, true)],
    ['missing-choice choices', line(4, { choices: [26] })],
    ['missing-choice choices', line(4)],
    ['surplus-choice choices', line(4, { choices: [26, 27, 26] })],
    ['choice-not-offered choices.1', line(4, { choices: [26, 30] })],
    ['unavailable-product choices', line(5)],
    ['extra-not-offered extras.0.code', line(1, { extras: [{ code: 30, quantity: 1 }] })],
    ['unavailable-product extras.0.code', line(1, { extras: [{ code: 37, quantity: 1 }] })],
    ['bad-quantity extras.0.quantity', line(1, { extras: [{ code: 36, quantity: 0 }] })],
    ['relish-not-in-product without.0', line(1, { without: [26] })],
    ['unavailable-product code', comboLine(4, [26])],
    ['not-sold-in-band code', comboLine(5, [])],
    ['unavailable-product choices', comboLine(6, [28])],
    ['unavailable-product choices', comboLine(7, [26], true)],
    ['no-trade-up tradeUp', comboLine(6, [26], true)],
    ['unknown-combo code', comboLine(99, [])],
  ])('%s', (refusal, refused) => {
    const [type, field] = refusal.split(' ');
    expect(faultsOf(request([single(30), refused, single(26)]), shop)).toEqual([
      `${type} lines.1.${field}`,
    ]);
  });

  it('of an order too dear in its lines', () => {
    expect(faultsOf(request([single(1, 999), ...Array(20).fill(single(1, 999))]), shop)).toEqual([
      'total-too-large lines',
    ]);
  });
});

describe('A line says what it is', () => {
  it('a single, a meal, a large meal, a combo and a traded-up one', () => {
    const big = catalogue(
      menu.products.map((one) => ({ ...one, available: true })),
      { combos: menu.combos },
    );
    const lines = [line(1), meal(1, 51), meal(1, 51, true), comboLine(6, [26]), comboLine(7, [26])];
    const order = taken(request([...lines, comboLine(7, [26], true)]), selling(big));
    expect(
      order.lines.map(({ kind, code, isMeal, goLarge, tradeUp, without }) =>
        [kind, code, isMeal, goLarge, tradeUp, without.length].join(' '),
      ),
    ).toEqual([
      'product 1 false false false 0',
      'product 1 true false false 0',
      'product 1 true true false 0',
      'combo 6 false false false 0',
      'combo 7 false false false 0',
      'combo 5 false false true 0',
    ]);
    expect(order.discounts.meal).toBe(0);
  });

  it('gives its only choice by itself only where it is the only member of the only group', () => {
    const free = catalogue([
      product(4, 560, { choiceGroups: [codes(26), codes(26, 27)] }),
      product(5, 480, { choiceGroups: [codes(26)] }),
      product(6, 480, { choiceGroups: [codes(26, 27)] }),
      product(7, 480, { choiceGroups: [codes(26), codes(26)] }),
      product(8, 480),
      product(26, 35),
      product(27, 55),
    ]);
    const choose = (code: number, choices?: number[]) => {
      const asked = request([choices === undefined ? single(code) : line(code, { choices })]);
      return faultsOf(asked, selling(free));
    };
    expect([5, 8].map((code) => choose(code))).toEqual([[], []]);
    for (const code of [4, 6, 7]) expect(choose(code)).toEqual(['missing-choice lines.0.choices']);
    expect(choose(5, [27])).toEqual(['choice-not-offered lines.0.choices.0']);
    expect(choose(6, [27])).toEqual([]);
  });
});
