import { describe, expect, it } from 'vitest';
import {
  catalogue,
  combo,
  committed,
  paidBy,
  prices,
  product,
  request,
  selling,
  single,
  taken,
} from '../test/builders.ts';
import { productCode } from './ids.ts';
import type { LineRequest, Order } from './order.ts';
import { basisPoints } from './money.ts';
import {
  addStatistics,
  bookedTotal,
  dayStatistics,
  NO_SALES,
  tenderedTotal,
} from './statistics.ts';
import { takePaidOut, voidOrder } from './taking-orders.ts';

// One order at a time: what each adds to the figures of the day.

const codes = (...list: number[]) => list.map(productCode);
const shop = () =>
  selling(
    catalogue(
      [
        product(1, 550, { meal: 'standard', choiceGroups: [codes(26, 27)] }),
        product(26, 35),
        product(27, 55),
        product(30, 235, { mealPrices: prices(140) }),
        product(31, 295, { mealPrices: prices(200) }),
        product(36, 115),
        product(51, 175, { mealDrink: 'standard', largeDrink: productCode(52) }),
        product(52, 255, { mealDrink: 'standard', vat: 0 }),
      ],
      {
        extras: [{ product: productCode(36), label: 'Bacon', sequence: 1 }],
        combos: [combo(4, 600, { components: codes(1, 30), choiceGroups: [codes(26)] })],
      },
    ),
    { cheques: true },
  );
const sold = (lines: readonly LineRequest[], rest: Parameters<typeof request>[1] = {}): Order =>
  committed(taken(request(lines, { crewId: '7', ...rest }), shop()), 1);
const revenueOf = (order: Order) =>
  Object.fromEntries(
    Object.entries(dayStatistics([order]).revenue).filter(([, amount]) => amount !== 0),
  );
const item = (code: number, rest: object) => ({
  code,
  takeaway: 0,
  eatIn: 0,
  waste: 0,
  staff: 0,
  option: 0,
  ...rest,
});

describe('Revenue', () => {
  it.each([
    ['cash', { cash: 235 }],
    ['card', { card: 235 }],
    ['cheque', { cheque: 235 }],
    ['on-account', { onAccount: 235 }],
    ['voucher', { voucher: 235 }],
  ] as const)('of %s is in its own figure', (method, figure) => {
    expect(revenueOf(sold([single(30)], { tenders: paidBy(method) }))).toEqual({
      ...figure,
      vat: 39,
    });
  });

  it('has vouchers at face value with the overage beside it', () => {
    const order = sold([single(30)], { tenders: paidBy('voucher', 500) });
    expect(revenueOf(order)).toEqual({ voucher: 500, voucherOverage: 265, vat: 39 });
    expect(tenderedTotal(dayStatistics([order]))).toBe(235);
    expect(bookedTotal(dayStatistics([order]))).toBe(235);
  });

  it('of crew food and waste is net of VAT and has no VAT of its own', () => {
    // 235 at 20 % is 196 net, twice.
    expect(revenueOf(sold([single(30, 2)], { tenders: paidBy('crew-food') }))).toEqual({
      staff: 392,
    });
    expect(revenueOf(sold([single(30, 2)], { tenders: paidBy('cooked-waste') }))).toEqual({
      waste: 392,
    });
    expect(dayStatistics([sold([single(30)], { tenders: paidBy('crew-food') })]).vat).toEqual([]);
  });

  it('of crew food takes extras by their quantity: 458 + 2 × 96, times 3', () => {
    const line: LineRequest = {
      kind: 'product',
      code: 1,
      quantity: 3,
      choices: [26],
      extras: [{ code: 36, quantity: 2 }],
    };
    expect(revenueOf(sold([line], { tenders: paidBy('crew-food') }))).toEqual({ staff: 1950 });
  });

  it('of a paid out leaves the cash', () => {
    const out = takePaidOut({ amount: 300, crewId: '7', reason: 'milk', channel: 'OT-C' }, shop());
    if (!out.ok) throw new Error('refused');
    expect(revenueOf(committed(out.value, 1))).toEqual({ cash: -300, paidOut: 300 });
  });

  it('counts large meals and discounts by the quantity', () => {
    const line: LineRequest = {
      kind: 'product',
      code: 1,
      quantity: 2,
      meal: { drink: 51, goLarge: true },
      choices: [26],
    };
    // 2 × (550 + 200 + 255), of 2 × (550 + 295 + 255) singly; the drink is zero-rated.
    expect(revenueOf(sold([line]))).toEqual({
      cash: 2010,
      goLarge: 2,
      mealDiscount: 190,
      vat: 250,
    });
  });
});

describe('Items', () => {
  const meal: LineRequest = {
    kind: 'product',
    code: 1,
    quantity: 2,
    meal: { drink: 51 },
    choices: [27],
    extras: [{ code: 36, quantity: 3 }],
  };
  it('of a meal are its product, side, drink and extras; the free choice is an option', () => {
    const { meals, products, combos } = dayStatistics([sold([meal])]);
    expect(meals).toEqual([{ product: 1, takeaway: 2, eatIn: 0 }]);
    expect(products).toEqual([
      item(1, { takeaway: 2 }),
      item(27, { option: 2 }),
      item(30, { takeaway: 2 }),
      item(36, { takeaway: 6 }),
      item(51, { takeaway: 2 }),
    ]);
    expect(combos).toEqual([]);
  });
  it.each([
    ['eat-in', { vatBasis: 'eat' }, 'eatIn', [{ product: 1, takeaway: 0, eatIn: 2 }]],
    ['crew food', { tenders: paidBy('crew-food') }, 'staff', []],
    ['cooked waste', { tenders: paidBy('cooked-waste') }, 'waste', []],
  ] as const)('of %s are in its own column', (_, rest, column, meals) => {
    const statistics = dayStatistics([sold([meal], rest)]);
    expect(statistics.products).toContainEqual(item(51, { [column]: 2 }));
    expect(statistics.products).toContainEqual(item(27, { option: 2 }));
    expect(statistics.meals).toEqual(meals);
  });
  it('of a combo are itself, its parts and its choices, none an option', () => {
    const line: LineRequest = { kind: 'combo', code: 4, quantity: 2, choices: [26] };
    const { products, combos } = dayStatistics([sold([line])]);
    expect(combos).toEqual([item(4, { takeaway: 2 })]);
    expect(products).toEqual([1, 26, 30].map((code) => item(code, { takeaway: 2 })));
  });
});

describe('The parts of a day', () => {
  it('add up figure by figure', () => {
    const orders = [
      sold([single(30)], { vatBasis: 'eat' }),
      sold([single(52), { kind: 'combo', code: 4, quantity: 1, choices: [26] }]),
      sold([single(30)], { tenders: paidBy('crew-food') }),
      sold([{ kind: 'product', code: 1, quantity: 1, meal: { drink: 51 }, choices: [27] }]),
      sold([single(30, 2)], { tenders: paidBy('cooked-waste') }),
    ];
    const parts = orders.map((order) => dayStatistics([order]));
    expect(addStatistics(parts)).toEqual(dayStatistics(orders));
    expect(addStatistics([])).toEqual(NO_SALES);
    expect(NO_SALES.revenue.cash).toBe(0);
  });
  it('show the highest rate of a class that changed, whichever came first', () => {
    const before = dayStatistics([sold([single(30)])]);
    const after = {
      ...before,
      vat: before.vat.map((booked) => ({ ...booked, vatRate: basisPoints(1500) })),
    };
    for (const parts of [
      [before, after],
      [after, before],
    ]) {
      expect(addStatistics(parts).vat).toEqual([{ vatClass: 1, vatRate: 2000, vat: 78, net: 392 }]);
    }
  });
  it('leave out what was voided', () => {
    const voided = voidOrder(sold([single(30)]), { crewId: '7', reason: 'mistake' });
    expect(voided.ok && dayStatistics([voided.value])).toEqual(NO_SALES);
  });
});
