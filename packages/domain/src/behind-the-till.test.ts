import { describe, expect, it } from 'vitest';
import {
  catalogue,
  combo,
  committed,
  product,
  request,
  selling,
  single,
  taken,
} from '../test/builders.ts';
import { uses, menu, shop, sold, burgerMeal, voided, milk } from '../test/harbour-menu.ts';
import {
  cashUp,
  countedCash,
  type LineRequest,
  onAccountByCompany,
  type Order,
  pence,
  productCode,
  salesByChannel,
  salesByHour,
  salesByProduct,
  stockCode,
  stockUsage,
  tillReading,
  utcInstant,
} from './index.ts';

// Cash-up, readings, reports and stock.

describe('cash-up', () => {
  it('counts notes and coins from £50 to 1p', () => {
    expect(
      countedCash([
        { denomination: 5000, count: 2 },
        { denomination: 20, count: 3 },
        { denomination: 1, count: 4 },
      ]),
    ).toEqual({ ok: true, value: 10_064 });
    expect(countedCash([])).toEqual({ ok: true, value: 0 });
  });
  it('takes counts from 0 to 100,000', () => {
    const none = { denomination: 5000, count: 0 };
    const many = { denomination: 1, count: 100_000 };
    expect(countedCash([none, many])).toEqual({ ok: true, value: 100_000 });
  });
  it('names every count that can’t be', () => {
    const counted = countedCash([
      { denomination: 25, count: 1 },
      { denomination: 50, count: -1 },
      { denomination: 50, count: 1 },
      { denomination: 10, count: 100_001 },
    ]);
    expect(counted.ok ? [] : counted.error.map(({ type, path }) => `${type} ${path}`)).toEqual([
      'unknown-denomination counts.0.denomination',
      'bad-count counts.1.count',
      'repeated-denomination counts.2.denomination',
      'bad-count counts.3.count',
    ]);
  });
  it('expects float + cash taken − paid outs, and keeps the difference', () => {
    expect(cashUp(pence(10_000), pence(5_000 - 250), pence(14_700))).toEqual({
      expected: 14_750,
      counted: 14_700,
      variance: -50,
    });
  });
});

describe('the till reading', () => {
  it('lists every tender, paid outs, crew food, waste and deletes', () => {
    const orders = [
      sold([single(1)]),
      sold([single(1)], {
        tenders: [
          { method: 'card', amount: 200 },
          { method: 'voucher', amount: 100 },
          { method: 'cash' },
        ],
      }),
      sold([single(2)], { tenders: [{ method: 'on-account' }] }),
      sold([single(2)], { tenders: [{ method: 'crew-food' }], crewId: '7' }),
      sold([single(1)], { tenders: [{ method: 'cooked-waste' }], crewId: '0' }),
      voided(sold([single(2)])),
      voided(milk()),
      milk(),
    ];
    expect(tillReading(orders)).toEqual({
      cash: { count: 2, amount: 700 },
      cheque: { count: 0, amount: 0 },
      card: { count: 1, amount: 200 },
      onAccount: { count: 1, amount: 600 },
      voucher: { count: 1, amount: 100 },
      paidOut: { count: 1, amount: 250 },
      crewFood: { count: 1, amount: 600 },
      cookedWaste: { count: 1, amount: 500 },
      deleted: { count: 2, amount: 850 },
    });
  });
});

describe('reports', () => {
  const orders = [
    { ...sold([single(1)]), createdAt: utcInstant(Date.parse('2025-07-16T22:30:00Z')) },
    { ...sold([single(2, 2)]), createdAt: utcInstant(Date.parse('2025-07-16T23:10:00Z')) },
    { ...sold([single(1)]), createdAt: utcInstant(Date.parse('2025-07-16T11:00:00Z')) },
    voided(sold([single(1)])),
    sold([single(1)], { tenders: [{ method: 'crew-food' }], crewId: '7' }),
    milk(),
  ];
  it('by hour run as the trading day does, after midnight last', () => {
    expect(salesByHour(orders, { timeZone: 'Europe/London', rolloverMinutes: 240 })).toEqual([
      { hour: 12, orders: 1, gross: 500 },
      { hour: 23, orders: 1, gross: 500 },
      { hour: 0, orders: 1, gross: 1200 },
    ]);
  });
  const delivered = sold([single(1)], {
    channel: 'JE-D',
    tenders: [{ method: 'on-account', amount: 300 }, { method: 'card' }],
  });
  const collected = sold([single(2)], { channel: 'JE-C', tenders: [{ method: 'on-account' }] });
  it('by hour begin with the hour of the rollover', () => {
    const at = (time: string) => ({
      ...sold([single(1)]),
      createdAt: utcInstant(Date.parse(`2025-01-16T${time}Z`)),
    });
    const day = ['03:10:00', '00:10:00', '23:10:00', '04:10:00', '13:10:00'].map(at);
    const hours = (rolloverMinutes: number) =>
      salesByHour(day, { timeZone: 'Europe/London', rolloverMinutes }).map(({ hour }) => hour);
    expect(hours(240)).toEqual([4, 13, 23, 0, 3]);
    expect(hours(270)).toEqual([4, 13, 23, 0, 3]);
    expect(hours(0)).toEqual([0, 3, 4, 13, 23]);
    expect(hours(13 * 60)).toEqual([13, 23, 0, 3, 4]);
  });
  it('by channel are grouped by company, and know a channel that is gone', () => {
    const gone = { ...delivered, channel: 'XX' as Order['channel'] };
    expect(salesByChannel([collected, delivered, gone, ...orders], shop.index)).toEqual([
      { channel: 'XX', name: 'XX', company: 0, orders: 1, gross: 500 },
      { channel: 'OT-C', name: 'OT-C', company: 1, orders: 3, gross: 2200 },
      { channel: 'JE-C', name: 'Eat - Collect', company: 3, orders: 1, gross: 600 },
      { channel: 'JE-D', name: 'Eat - Deliver', company: 3, orders: 1, gross: 500 },
    ]);
  });
  it('of what was sold on account are by company, the tendered part only', () => {
    expect(onAccountByCompany([delivered, collected, ...orders], shop.index)).toEqual([
      { company: 3, names: ['Eat - Collect', 'Eat - Deliver'], orders: 2, gross: 900 },
    ]);
  });
  it('by channel have the channels of a company in the order of their codes', () => {
    const orders2 = [delivered, collected];
    for (const some of [orders2, orders2.toReversed()]) {
      const codes = salesByChannel(some, shop.index).map(({ channel: code }) => code);
      expect(codes).toEqual(['JE-C', 'JE-D']);
    }
  });
  it('on account of a channel that is gone are of company 0', () => {
    const gone = { ...collected, channel: 'XX' as Order['channel'] };
    const known = onAccountByCompany([gone, collected], shop.index);
    expect(onAccountByCompany([collected, gone], shop.index)).toEqual(known);
    expect(known).toEqual([
      { company: 0, names: [], orders: 1, gross: 600 },
      { company: 3, names: ['Eat - Collect', 'Eat - Deliver'], orders: 1, gross: 600 },
    ]);
  });
  it('by product have the best seller first', () => {
    const platter = sold([{ kind: 'combo', code: 4, quantity: 1, choices: [] }]);
    expect(salesByProduct([platter, ...orders])).toEqual([
      { kind: 'product', code: 2, name: 'Original', quantity: 2, gross: 1200 },
      { kind: 'product', code: 1, name: 'Burger', quantity: 2, gross: 1000 },
      { kind: 'combo', code: 4, name: 'Platter', quantity: 1, gross: 900 },
    ]);
  });
});

describe('sales by product of equal worth', () => {
  const twins = selling(
    catalogue([product(4, 300), product(5, 300), product(30, 300)], {
      combos: [combo(4, 300, { components: [productCode(5)] })],
    }),
  );
  it('are ordered by code, a product before a combo of the same', () => {
    const asked = [
      { kind: 'combo', code: 4, quantity: 1, choices: [] } as const,
      single(5),
      single(4),
    ];
    for (const lines of [asked, asked.toReversed()]) {
      const order = committed(taken(request(lines), twins), 1);
      expect(salesByProduct([order]).map(({ kind, code }) => `${kind} ${code}`)).toEqual([
        'product 4',
        'combo 4',
        'product 5',
      ]);
    }
  });
});

describe('stock usage', () => {
  it('is in the order of kind and code, and takes a combo for its parts only', () => {
    const parts = (...list: ReturnType<typeof uses>[]) => ({ components: list });
    const of = selling(
      catalogue(
        [product(4, 300, parts(uses('B', 9, 1), uses('B', 2, 1)))].concat(
          product(5, 300, parts(uses('A', 9, 2), uses('A', 3, 2), uses('B', 3, 2))),
        ),
        { combos: [combo(4, 500, { components: [productCode(5)] })] },
      ),
    );
    const line: LineRequest = { kind: 'combo', code: 4, quantity: 1, choices: [] };
    const stocked = (lines: readonly LineRequest[]) =>
      stockUsage([committed(taken(request(lines), of), 1)], of.index).map(
        ({ kind, code, quantityMicro }) => `${kind}${code} ${quantityMicro}`,
      );
    expect(stocked([line])).toEqual(['A3 2', 'A9 2', 'B3 2']);
    expect(stocked([single(4), line])).toEqual(['A3 2', 'A9 2', 'B2 1', 'B3 2', 'B9 1']);
    expect(stocked([line, single(4)])).toEqual(['A3 2', 'A9 2', 'B2 1', 'B3 2', 'B9 1']);
  });
  it('leaves out the food of a relish, not packaging of the same number', () => {
    const twice = { components: [uses('A', 26, 5), uses('B', 26, 7)] };
    const of = selling(
      catalogue([product(4, 300, twice)], {
        relishes: [{ code: stockCode(26), name: 'LETTUCE', menuName: '' }],
      }),
    );
    const line = { ...single(4), without: [26] } as LineRequest;
    expect(stockUsage([committed(taken(request([line]), of), 1)], of.index)).toEqual([
      { kind: 'B', code: 26, name: 'B26', quantityMicro: 7 },
    ]);
  });
  it('follows the A and B components of everything that left the shop, less relishes left out', () => {
    const orders = [
      sold([{ ...burgerMeal, quantity: 2 } as LineRequest]),
      sold([single(1)], { tenders: [{ method: 'cooked-waste' }], crewId: '0' }),
      sold([{ kind: 'combo', code: 4, quantity: 1, choices: [] }]),
      voided(sold([single(1)])),
    ];
    expect(stockUsage(orders, shop.index)).toEqual([
      { kind: 'A', code: 7, name: 'Bun', quantityMicro: 4_000_000 },
      // Two meals without lettuce but with 2 × 2 bacon at −0.25, then one single and one in the combo.
      { kind: 'A', code: 26, name: 'Lettuce', quantityMicro: -1_000_000 + 1_000_000 },
      { kind: 'B', code: 1, name: 'B1', quantityMicro: 1_600_000 },
    ]);
  });
  it('knows nothing of a product that is off the menu since', () => {
    const later = selling({ ...menu, products: menu.products.slice(1) });
    expect(stockUsage([sold([single(1)])], later.index)).toEqual([]);
  });
});
