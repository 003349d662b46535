import { describe, expect, it } from 'vitest';
import {
  catalogue,
  channel,
  combo,
  committed,
  prices,
  product,
  request,
  selling,
  single,
  taken,
} from '../test/builders.ts';
import {
  basisPoints,
  cashUp,
  type Catalogue,
  countedCash,
  type LineRequest,
  onAccountByCompany,
  type Order,
  pence,
  percentText,
  poundsAndPence,
  productCode,
  readback,
  receiptOf,
  salesByChannel,
  salesByHour,
  salesByProduct,
  stockCode,
  stockUsage,
  takePaidOut,
  tillReading,
  utcInstant,
  vatClassCode,
  voidOrder,
} from './index.ts';

// Readings, reports, stock, read-back and receipts of domain.md §6.

const uses = (kind: 'A' | 'B', code: number, quantityMicro: number) => ({
  kind,
  code: stockCode(code),
  quantityMicro,
});
const menu: Catalogue = catalogue(
  [
    product(1, 500, {
      menuName: 'Burger',
      meal: 'standard',
      readbackOrder: 12,
      components: [uses('A', 7, 1_000_000), uses('A', 26, 500_000), uses('B', 1, 400_000)],
    }),
    product(2, 600, { menuName: 'Original', readbackOrder: 2, meal: 'standard' }),
    product(5, 560, {
      menuName: 'Wings',
      readbackOrder: 60,
      choiceGroups: [[productCode(26), productCode(27)]],
    }),
    product(26, 35, { menuName: 'Ketchup dip', readbackOrder: 96, vat: 0 }),
    product(27, 55, { menuName: 'Mayo dip', readbackOrder: 96, vat: 2 }),
    product(30, 235, { menuName: 'Fries', mealPrices: prices(140), readbackOrder: 87 }),
    product(31, 295, { menuName: 'Large fries', mealPrices: prices(200), readbackOrder: 86 }),
    product(36, 115, {
      menuName: 'Bacon',
      readbackOrder: 0,
      components: [uses('A', 26, -250_000)],
    }),
    product(51, 175, {
      menuName: 'Cola',
      mealDrink: 'standard',
      readbackOrder: 237,
      largeDrink: productCode(51),
    }),
    product(110, 0, { name: 'DIP NONE', readbackOrder: 0 }),
  ],
  {
    channels: [
      channel('JE-C', { name: 'Eat - Collect', company: 3 }),
      channel('JE-D', { name: 'Eat - Deliver', company: 3, delivers: true }),
      channel('OT-C', { company: 1 }),
    ],
    combos: [combo(4, 900, { menuName: 'Platter', components: [productCode(1), productCode(30)] })],
    extras: [{ product: productCode(36), label: 'Bacon', sequence: 1 }],
    relishes: [{ code: stockCode(26), name: 'LETTUCE', menuName: '' }],
    stockItems: [
      { kind: 'A', code: stockCode(7), name: 'Bun' },
      { kind: 'A', code: stockCode(26), name: 'Lettuce' },
    ],
    shops: [
      {
        shop: 9,
        name: 'Shop 9',
        abbreviation: 'S9',
        franchisee: '',
        fullName: 'Harbour Burgers Ltd',
        address: ['9 Quay Street', 'Town'],
        postCode: 'AB1 2CD',
        vatNumber: 'GB999 9999 73',
        telephone: '01632 960009',
        operators: '',
      },
    ],
  },
);
const shop = selling(menu);
const sold = (lines: readonly LineRequest[], rest: Parameters<typeof request>[1] = {}, at = 1) =>
  committed(taken(request(lines, rest), shop), at);
const burgerMeal: LineRequest = {
  kind: 'product',
  code: 1,
  quantity: 1,
  meal: { drink: 51 },
  extras: [{ code: 36, quantity: 2 }],
  without: [26],
  note: 'cut in half',
};
const voided = (order: Order): Order => {
  const result = voidOrder(order, { crewId: '7', reason: 'test' });
  if (!result.ok) throw new Error('not voided');
  return result.value;
};
const milk = (): Order => {
  const out = takePaidOut({ amount: 250, crewId: '7', reason: 'milk', channel: 'OT-C' }, shop);
  if (!out.ok) throw new Error('refused');
  return committed(out.value, 9);
};

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

describe('a receipt', () => {
  it('has shop, number, lines with choices, totals, VAT by rate, tenders and change', () => {
    const large: LineRequest = {
      kind: 'product',
      code: 2,
      quantity: 1,
      meal: { drink: 51, goLarge: true },
    };
    const order = sold(
      [
        burgerMeal,
        large,
        {
          kind: 'product',
          code: 5,
          quantity: 2,
          choices: [27],
          extras: [{ code: 36, quantity: 1 }],
        },
        single(26),
      ],
      { tenders: [{ method: 'cash', tendered: 5000 }] },
    );
    const receipt = receiptOf(order, menu);
    expect(receipt.shop).toEqual({
      name: 'Harbour Burgers Ltd',
      address: ['9 Quay Street', 'Town', 'AB1 2CD'],
      telephone: '01632 960009',
      vatNumber: 'GB999 9999 73',
    });
    expect(receipt).toMatchObject({
      orderId: 'S09-20250716-000001',
      channel: 'OT-C',
      voided: false,
      total: 1045 + 975 + 1350 + 35,
      tenders: [{ method: 'cash', amount: 3405, tendered: 5000 }],
      change: 1595,
    });
    expect(receipt.lines).toEqual([
      {
        quantity: 1,
        name: 'Burger meal',
        total: 1045,
        details: ['Fries', 'Cola', '2 × Bacon £2.30', 'No LETTUCE', 'cut in half'],
      },
      { quantity: 1, name: 'Original meal, large', total: 975, details: ['Large fries', 'Cola'] },
      { quantity: 2, name: 'Wings', total: 1350, details: ['Bacon £1.15', 'Mayo dip'] },
      { quantity: 1, name: 'Ketchup dip', total: 35, details: [] },
    ]);
    expect(receipt.vatByRate.map(({ rate }) => rate)).toEqual([0, 2000]);
    expect(receipt.vatByRate.reduce((sum, { net, vat }) => sum + net + vat, 0)).toBe(3405);
  });
  it('is of its own shop and channel, without empty lines', () => {
    const [own] = menu.shops;
    if (own === undefined) throw new Error('no shop');
    const shops = [
      { ...own, shop: 1, fullName: 'Other' },
      { ...own, postCode: '' },
    ];
    const order = sold([single(1)], { channel: 'JE-C', tenders: [{ method: 'card' }] });
    const receipt = receiptOf(order, { ...menu, shops });
    expect(receipt.shop).toMatchObject({
      name: 'Harbour Burgers Ltd',
      address: ['9 Quay Street', 'Town'],
    });
    expect(receipt.channel).toBe('Eat - Collect');
  });
  it('of a combo lists its parts, not the combo again', () => {
    const order = sold([{ kind: 'combo', code: 4, quantity: 1, choices: [] }]);
    expect(receiptOf(order, menu).lines).toEqual([
      { quantity: 1, name: 'Platter', total: 900, details: ['Burger', 'Fries'] },
    ]);
  });
  it('has VAT by rate ascending, whatever the numbers of the classes', () => {
    const swapped: Catalogue = {
      ...menu,
      vatClasses: menu.vatClasses.map((vat) => ({ ...vat, rate: basisPoints(2000 - vat.class) })),
    };
    const order = committed(taken(request([single(26), single(1)]), selling(swapped)), 1);
    expect(receiptOf(order, swapped).vatByRate.map(({ rate }) => rate)).toEqual([1999, 2000]);
  });
  it('says what of a voucher was not given back', () => {
    const order = sold([single(1)], { tenders: [{ method: 'voucher', amount: 800 }] });
    expect(receiptOf(order, menu)).toMatchObject({ total: 500, change: 0, voucherOverage: 300 });
  });
  it('of a shop or channel the catalogue does not know names them by code', () => {
    const order = { ...sold([single(1)]), channel: 'XX' as Order['channel'] };
    const receipt = receiptOf(order, { ...menu, shops: [] });
    expect(receipt.shop).toEqual({ name: 'S09', address: [], telephone: '', vatNumber: '' });
    expect(receipt.channel).toBe('XX');
    expect(
      receiptOf(order, { ...menu, shops: menu.shops.map((s) => ({ ...s, fullName: '' })) }).shop
        .name,
    ).toBe('Shop 9');
  });
  it('of a paid out and of a voided order say so', () => {
    expect(receiptOf(milk(), menu).tenders).toEqual([
      { method: 'paid-out', amount: -250, tendered: null },
    ]);
    expect(receiptOf(voided(sold([single(1)])), menu).voided).toBe(true);
  });
  it('adds up two VAT classes of one rate', () => {
    const twice: Catalogue = {
      ...menu,
      vatClasses: menu.vatClasses.map((vat) =>
        vat.class === vatClassCode(2) ? { ...vat, rate: basisPoints(2000) } : vat,
      ),
    };
    const order = committed(taken(request([single(1), single(27)]), selling(twice)), 1);
    expect(receiptOf(order, twice).vatByRate).toEqual([{ rate: 2000, net: 417 + 46, vat: 83 + 9 }]);
  });
});

describe('figures for people', () => {
  it('are pounds with commas', () => {
    expect([0, 5, 99, 100, 123_456_789, -250].map(poundsAndPence)).toEqual([
      '£0.00',
      '£0.05',
      '£0.99',
      '£1.00',
      '£1,234,567.89',
      '−£2.50',
    ]);
  });
  it('are percentages without needless decimals', () => {
    expect([0, 500, 1250, 2000, 1725, 10_000].map((r) => percentText(basisPoints(r)))).toEqual([
      '0',
      '5',
      '12.5',
      '20',
      '17.25',
      '100',
    ]);
  });
});
