import { describe, expect, it } from 'vitest';
import {
  catalogue,
  channel,
  combo,
  faultsOf,
  faultTypes,
  prices,
  product,
  request,
  selling,
  single,
  taken,
} from '../test/builders.ts';
import { faultMessage } from './faults.ts';
import { channelCode, comboCode, priceBand, productCode, stockCode } from './ids.ts';
import type { LineRequest } from './order.ts';
import { isTouchedByConfig, priceOrder } from './pricing.ts';

const codes = (...list: number[]) => list.map(productCode);
const stock = (code: number) => stockCode(code);

const menu = catalogue(
  [
    product(1, 505, {
      meal: 'standard',
      menuName: 'Cheeseburger',
      addOns: codes(36, 37),
      components: [
        { kind: 'A', code: stock(26), quantityMicro: 1_000_000 },
        { kind: 'A', code: stock(99), quantityMicro: 1_000_000 },
        { kind: 'A', code: stock(27), quantityMicro: -1_000_000 },
        { kind: 'B', code: stock(28), quantityMicro: 1_000_000 },
      ],
    }),
    product(2, 755, { prices: prices(755, { 3: 0 }) }),
    product(3, 350, { meal: 'kids', mealOnly: true, choiceGroups: [codes(26)] }),
    product(4, 560, { choiceGroups: [codes(26, 27), codes(27, 110)] }),
    product(5, 480, { choiceGroups: [codes(26, 27)] }),
    product(6, 640, { available: false, meal: 'standard' }),
    product(7, 0, { meal: 'standard' }),
    product(26, 35, { vat: 0 }),
    product(27, 55, { vat: 0 }),
    product(28, 60, { vat: 0, available: false }),
    product(30, 235, { mealPrices: prices(130) }),
    product(31, 295, { mealPrices: prices(200) }),
    product(36, 115),
    product(37, 65),
    product(38, 85),
    product(51, 190, { mealDrink: 'standard', largeDrink: productCode(99) }),
    product(60, 280, { mealDrink: 'standard', takeVatClass: 0 as never, mealPrices: prices(0) }),
    product(84, 200, { mealDrink: 'kids', mealPrices: prices(185) }),
    product(87, 175, {
      mealDrink: 'standard',
      largeDrink: productCode(87),
      menuKey: { page: 11, sequence: 1, label: 'Coffee', colour: null },
    }),
    product(99, 255, { mealDrink: 'standard' }),
    product(110, 0, { vat: 0 }),
  ],
  {
    channels: [
      channel('OT-C'),
      channel('DV-D', { band: priceBand(3), delivers: true, hotDrinks: false }),
      channel('ZZ-C', { operates: false }),
    ],
    menuPages: [{ id: 11, title: 'Our HOT DRINKS' }],
    extras: [
      { product: productCode(38), label: 'Pineapple', sequence: 2 },
      { product: productCode(37), label: 'Garlic', sequence: 1 },
    ],
    relishes: [{ code: stock(26), name: 'ICEBERG', menuName: 'Lettuce' }],
    combos: [
      combo(4, 950, {
        components: codes(1, 30),
        choiceGroups: [codes(26, 27), codes(26, 27)],
        tradeUp: {
          combo: comboCode(8),
          prices: prices(1100, { 3: 0 }),
          replacements: [
            { product: productCode(30), by: productCode(31) },
            { product: productCode(27), by: productCode(26) },
          ],
        },
      }),
      combo(5, 0, { components: codes(30) }),
      combo(8, 1200, { name: 'C8', menuName: 'Big Sharer', components: codes(1, 31) }),
      combo(9, 700, { components: codes(30), available: false }),
    ],
  },
);
const shop = selling(menu);

const meal = (code: number, drink: number, goLarge?: boolean): LineRequest => ({
  kind: 'product',
  code,
  quantity: 1,
  meal: goLarge === undefined ? { drink } : { drink, goLarge },
});
const comboOf = (code: number, choices: number[], tradeUp?: boolean): LineRequest => ({
  kind: 'combo',
  code,
  quantity: 1,
  choices,
  tradeUp,
});
const totalOf = (line: LineRequest) => taken(request([line]), shop).totals.gross;
const partsOf = (line: LineRequest) =>
  taken(request([line]), shop).lines[0]?.components.map(
    ({ role, code, price }) => `${role} ${code} ${price}`,
  );

describe('a single product', () => {
  it("costs its single price in the channel's band", () => {
    expect(totalOf(single(2, 3))).toBe(3 * 755);
  });
  it('is not sold singly when it is meal only', () => {
    expect(faultTypes([single(3)], shop)).toEqual(['meal-only']);
  });
  it('is not sold singly where its price in the band is 0', () => {
    expect(faultsOf(request([single(2)], { channel: 'DV-D' }), shop)).toEqual([
      'not-sold-in-band lines.0.code',
    ]);
    expect(faultTypes([single(7)], shop)).toEqual(['not-sold-in-band']);
  });
  it('carries the name on the menu, or the till’s', () => {
    const names = taken(request([single(1), single(2)]), shop).lines.map(({ name }) => name);
    expect(names).toEqual(['Cheeseburger', 'P2']);
  });
});

describe('a meal', () => {
  it('costs the meal prices of product, side and drink, each falling back to its single price', () => {
    expect(partsOf(meal(1, 51))).toEqual(['item 1 505', 'side 30 130', 'drink 51 190']);
    expect(totalOf(meal(1, 51))).toBe(505 + 130 + 190);
  });
  it('takes a drink of its own kind only', () => {
    expect(faultTypes([meal(1, 84)], shop)).toEqual(['wrong-meal-drink']);
    expect(faultTypes([meal(1, 30)], shop)).toEqual(['wrong-meal-drink']);
    expect(partsOf(meal(3, 84))).toEqual([
      'item 3 350',
      'side 30 130',
      'drink 84 185',
      'choice 26 0',
    ]);
  });
  it('goes large with the large side and the large version of its drink', () => {
    expect(partsOf(meal(1, 51, true))).toEqual(['item 1 505', 'side 31 200', 'drink 99 255']);
  });
  it('goes large with a drink that names itself', () => {
    expect(partsOf(meal(1, 87, true))).toEqual(['item 1 505', 'side 31 200', 'drink 87 175']);
  });
  it('can’t go large with a drink that has no large version, nor as a kids meal', () => {
    expect(faultTypes([meal(1, 99, true)], shop)).toEqual(['no-large-drink']);
    expect(faultTypes([meal(3, 84, true)], shop)).toEqual(['no-large-drink']);
  });
  it('says false as going regular', () => {
    expect(taken(request([meal(1, 51, false)]), shop).lines[0]?.goLarge).toBe(false);
  });
  it('is not made of a product without a meal, without a price, or not available', () => {
    expect(faultTypes([meal(2, 51)], shop)).toEqual(['not-a-meal']);
    expect(faultTypes([meal(7, 51)], shop)).toEqual(['not-sold-in-band']);
    expect(faultTypes([meal(6, 51)], shop)).toEqual(['unavailable-product']);
    expect(faultTypes([meal(1, 12_345)], shop)).toEqual(['unknown-product']);
  });
  it('needs its side and its large drink to be available', () => {
    const broken = selling({
      ...menu,
      products: menu.products.map((item) =>
        item.code === 30 || item.code === 99 ? { ...item, available: false } : item,
      ),
    });
    expect(faultsOf(request([meal(1, 51)]), broken)).toEqual(['unavailable-product lines.0.meal']);
    expect(faultsOf(request([meal(1, 51, true)]), broken)).toEqual([
      'unavailable-product lines.0.meal.drink',
    ]);
  });
});

describe('extras', () => {
  const withExtra = (code: number, extra: number, quantity = 1): LineRequest => ({
    kind: 'product',
    code,
    quantity: 2,
    extras: [{ code: extra, quantity }],
  });
  it('cost their single price, and their quantity is per unit of the line', () => {
    expect(totalOf(withExtra(1, 36, 3))).toBe(2 * (505 + 3 * 115));
  });
  it('are those of the product’s add-ons and no others', () => {
    expect(faultTypes([withExtra(1, 38)], shop)).toEqual(['extra-not-offered']);
  });
  it('are those of the general list where the product names none', () => {
    expect(totalOf(withExtra(2, 38))).toBe(2 * (755 + 85));
    expect(faultTypes([withExtra(2, 36)], shop)).toEqual(['extra-not-offered']);
  });
  it('have a quantity from 1 to 999', () => {
    for (const bad of [0, -1, 1.5, 1000]) {
      expect(faultsOf(request([withExtra(1, 36, bad)]), shop)).toEqual([
        'bad-quantity lines.0.extras.0.quantity',
      ]);
    }
    expect(totalOf(withExtra(1, 36, 999))).toBe(2 * (505 + 999 * 115));
  });
  it('are at most 100 different ones', () => {
    const many = (count: number) => [
      { ...single(1), extras: Array.from({ length: count }, () => ({ code: 36, quantity: 1 })) },
    ];
    expect(taken(request(many(100)), shop).totals.gross).toBe(505 + 100 * 115);
    expect(faultsOf(request(many(101)), shop)).toEqual(['too-many-extras lines.0.extras']);
  });
  it('go with a meal too', () => {
    const line = { ...meal(1, 51), extras: [{ code: 37, quantity: 1 }] } as LineRequest;
    expect(totalOf(line)).toBe(505 + 130 + 190 + 65);
  });
});

describe('free choices', () => {
  const choosing = (code: number, ...choices: number[]): LineRequest => ({
    kind: 'product',
    code,
    quantity: 1,
    choices,
  });
  it('are exactly one from each group, at no price', () => {
    expect(partsOf(choosing(4, 26, 110))).toEqual(['item 4 560', 'choice 26 0', 'choice 110 0']);
  });
  it('may come in any order, and a shared member serves either group', () => {
    expect(partsOf(choosing(4, 110, 26))).toEqual(['item 4 560', 'choice 26 0', 'choice 110 0']);
    expect(partsOf(choosing(4, 27, 27))).toEqual(['item 4 560', 'choice 27 0', 'choice 27 0']);
    expect(partsOf(choosing(4, 27, 26))).toEqual(['item 4 560', 'choice 26 0', 'choice 27 0']);
  });
  it('come by themselves where the only group has one member', () => {
    const line = taken(request([meal(3, 84)]), shop).lines[0];
    expect(line?.components.at(-1)).toMatchObject({ role: 'choice', code: 26, singlePrice: 35 });
    expect(taken(request([{ ...meal(3, 84), choices: [26] } as LineRequest]), shop).lines).toEqual([
      line,
    ]);
  });
  it('are refused when missing, surplus, not offered or unavailable', () => {
    expect(faultTypes([choosing(5)], shop)).toEqual(['missing-choice']);
    expect(faultTypes([choosing(4, 26)], shop)).toEqual(['missing-choice']);
    expect(faultTypes([choosing(4, 26, 26)], shop)).toEqual(['missing-choice']);
    expect(faultTypes([choosing(5, 26, 27)], shop)).toEqual(['surplus-choice']);
    expect(faultTypes([choosing(1, 26)], shop)).toEqual(['choice-not-offered']);
    expect(faultTypes([choosing(5, 28)], shop)).toEqual(['choice-not-offered']);
  });
});

describe('a relish left out', () => {
  const without = (code: number, ...relishes: number[]): LineRequest => ({
    kind: 'product',
    code,
    quantity: 1,
    without: relishes,
  });
  it('never changes the price', () => {
    expect(totalOf(without(1, 26))).toBe(505);
    expect(taken(request([without(1, 26, 26)]), shop).lines[0]?.without).toEqual([
      { code: 26, name: 'Lettuce' },
    ]);
  });
  it('is one of the relish table that the product contains', () => {
    expect(faultTypes([without(1, 99)], shop)).toEqual(['relish-not-in-product']);
    expect(faultTypes([without(1, 27)], shop)).toEqual(['relish-not-in-product']);
    expect(faultTypes([without(2, 26)], shop)).toEqual(['relish-not-in-product']);
    expect(faultsOf(request([without(1, 26, 26, 99)]), shop)).toEqual([
      'relish-not-in-product lines.0.without.2',
    ]);
  });
  it('is any food component where there is no relish table', () => {
    const anyFood = selling({
      ...menu,
      settings: { ...menu.settings, anyFoodMayBeLeftOut: true },
      stockItems: [{ kind: 'A', code: stock(99), name: 'Bun' }],
    });
    const order = taken(request([without(1, 26, 99)]), anyFood);
    expect(order.lines[0]?.without).toEqual([
      { code: 26, name: 'A26' },
      { code: 99, name: 'Bun' },
    ]);
    expect(faultTypes([without(1, 28)], anyFood)).toEqual(['relish-not-in-product']);
  });
});

describe('a combo', () => {
  it('costs its own price, with its compulsory components and one choice from each group', () => {
    expect(partsOf(comboOf(4, [26, 27]))).toEqual([
      'combo 4 950',
      'part 1 0',
      'part 30 0',
      'choice 26 0',
      'choice 27 0',
    ]);
  });
  it('trades up to the other combo, its price and its components', () => {
    const line = taken(request([comboOf(4, [26, 27], true)]), shop).lines[0];
    expect(line).toMatchObject({ code: 8, name: 'Big Sharer', tradeUp: true, unitPrice: 1100 });
    expect(line?.components.map(({ code }) => code)).toEqual([8, 1, 31, 26, 26]);
  });
  it('trades up only where it has a trade-up with a price in the band', () => {
    expect(faultTypes([comboOf(8, [], true)], shop)).toEqual(['no-trade-up']);
    const elsewhere = request([comboOf(4, [26, 27], true)], { channel: 'DV-D' });
    expect(faultsOf(elsewhere, shop)).toEqual(['no-trade-up lines.0.tradeUp']);
  });
  it('does not trade up to a combo that is not available', () => {
    const combos = menu.combos.map((one) => (one.code === 8 ? { ...one, available: false } : one));
    const out = selling({ ...menu, combos });
    expect(faultsOf(request([comboOf(4, [26, 27], true)]), out)).toEqual([
      'unavailable-combo lines.0.tradeUp',
    ]);
    expect(faultsOf(request([comboOf(4, [26, 27])]), out)).toEqual([]);
  });
  it('needs all its choices', () => {
    expect(faultTypes([comboOf(4, [26])], shop)).toEqual(['missing-choice']);
    expect(faultTypes([comboOf(4, [26, 36])], shop)).toEqual(['choice-not-offered']);
  });
  it('is refused when unknown, unavailable or without a price', () => {
    expect(faultTypes([comboOf(77, [])], shop)).toEqual(['unknown-combo']);
    expect(faultTypes([comboOf(9, [])], shop)).toEqual(['unavailable-combo']);
    expect(faultTypes([comboOf(5, [])], shop)).toEqual(['not-sold-in-band']);
  });
});

describe('the channel', () => {
  const on = (code: string, line = single(1)) =>
    faultsOf(request([line], { channel: code, tenders: [{ method: 'card' }] }), shop);
  it('must exist and operate at this shop', () => {
    expect(on('NOPE')).toEqual(['unknown-channel channel']);
    expect(on('ZZ-C')).toEqual(['channel-not-operating channel']);
  });
  it('can be switched off by Head Office', () => {
    const off = selling(menu, { channelsOff: new Set(['OT-C']) });
    expect(faultsOf(request([single(1)]), off)).toEqual(['channel-not-operating channel']);
  });
  it('can be given another band by Head Office', () => {
    const rules = { bandByChannel: new Map([['OT-C', priceBand(3)]]) };
    expect(faultTypes([single(2)], selling(menu, rules))).toEqual(['not-sold-in-band']);
    const order = taken(request([single(1)]), selling(menu, rules));
    expect(order.priceBand).toBe(3);
    expect(isTouchedByConfig(channelCode('OT-C'), selling(menu, rules).rules)).toBe(true);
    expect(isTouchedByConfig(channelCode('OT-C'), shop.rules)).toBe(false);
  });
  it('that delivers sells takeaway only', () => {
    expect(faultsOf(request([single(1)], { channel: 'DV-D', vatBasis: 'eat' }), shop)).toEqual([
      'channel-takeaway-only vatBasis',
    ]);
    expect(on('DV-D')).toEqual([]);
  });
  it('without hot drinks refuses them, in a meal too', () => {
    expect(on('DV-D', single(87))).toEqual(['hot-drink-refused lines.0.code']);
    expect(on('DV-D', meal(1, 87))).toEqual(['hot-drink-refused lines.0.meal.drink']);
    expect(on('OT-C', single(87))).toEqual([]);
  });
});

describe('an order', () => {
  it('has 1 to 200 lines', () => {
    expect(faultsOf(request([]), shop)).toEqual(['no-lines lines']);
    const many = (count: number) => request(Array.from({ length: count }, () => single(1)));
    expect(faultsOf(many(201), shop)).toEqual(['too-many-lines lines']);
    expect(taken(many(200), shop).totals.gross).toBe(200 * 505);
  });
  it('has quantities from 1 to 999', () => {
    for (const bad of [0, -1, 1000, 0.5, Number.NaN]) {
      expect(faultTypes([single(1, bad)], shop)).toEqual(['bad-quantity']);
    }
    expect(totalOf(single(26, 999))).toBe(999 * 35);
  });
  it('totals at most £100,000', () => {
    const dear = selling(catalogue([product(1, 100_000), product(2, 1)]));
    expect(taken(request([single(1, 100)]), dear).totals.gross).toBe(10_000_000);
    expect(faultTypes([single(1, 100), single(2)], dear)).toEqual(['total-too-large']);
  });
  it('has discounts of at most £100,000 each', () => {
    const parts = { components: codes(1) };
    const gift = selling(catalogue([product(1, 100_000)], { combos: [combo(1, 1, parts)] }));
    const given = (quantity: number) => [{ ...comboOf(1, []), quantity }];
    expect(taken(request(given(100)), gift).discounts.combo).toBe(100 * 99_999);
    expect(faultsOf(request(given(101)), gift)).toEqual(['total-too-large lines']);
  });
  it('reports every fault at once, each with its path', () => {
    const bad = request([single(999), single(6), comboOf(77, []), single(1, 0), single(1)]);
    expect(faultsOf(bad, shop)).toEqual([
      'unknown-product lines.0.code',
      'unavailable-product lines.1.code',
      'unknown-combo lines.2.code',
      'bad-quantity lines.3.quantity',
    ]);
  });
  it('says each fault in words', () => {
    const priced = priceOrder(request([single(999)]), 'sale', shop);
    expect(priced.ok).toBe(false);
    if (!priced.ok) {
      expect(priced.error[0]).toEqual({
        type: 'unknown-product',
        path: 'lines.0.code',
        value: 999,
      });
      expect(priced.error.map(faultMessage)).toEqual(['there is no such product']);
    }
  });
  it('keeps a note, and an empty one is none', () => {
    const noted = { ...single(1), note: '  well done ' } as LineRequest;
    const blank = { ...comboOf(4, [26, 26]), note: '  ' } as LineRequest;
    const lines = taken(request([noted, blank]), shop).lines;
    expect(lines.map(({ note }) => note)).toEqual(['well done', null]);
  });
  it('takes notes of 200 characters that a printer can print', () => {
    const noted = (note: string) => [{ ...single(1), note }] as LineRequest[];
    expect(taken(request(noted('x'.repeat(200))), shop).lines[0]?.note).toHaveLength(200);
    for (const note of ['x'.repeat(201), 'a\u001bb', 'a\nb', '\ud800']) {
      expect(faultsOf(request(noted(note)), shop)).toEqual(['bad-text lines.0.note']);
    }
    const onCombo = { ...comboOf(4, [26, 26]), note: 'a\0b' } as LineRequest;
    expect(faultsOf(request([onCombo]), shop)).toEqual(['bad-text lines.0.note']);
  });
});

describe('VAT', () => {
  it('worked meal: 505 + fries 130 + a zero-rated vanilla shake 280 is VAT 84 + 22 + 0', () => {
    const order = taken(request([meal(1, 60)]), shop);
    expect(order.lines[0]?.components.map(({ vat }) => vat)).toEqual([84, 22, 0]);
    expect(order.vat).toEqual([
      { vatClass: 0, vatRate: 0, net: 280, vat: 0 },
      { vatClass: 1, vatRate: 2000, net: 421 + 108, vat: 84 + 22 },
    ]);
  });
  it('eat-in takes the eat-in class', () => {
    const order = taken(request([meal(1, 60)], { vatBasis: 'eat' }), shop);
    expect(order.lines[0]?.components.map(({ vat }) => vat)).toEqual([84, 22, 47]);
  });
  it('worked combo: 950 of 530, 245, 315 at 20 % and a dip 55 at 0 % is VAT 73 + 34 + 43 + 0 = 150', () => {
    const of = catalogue(
      [product(1, 530), product(2, 245), product(3, 315), product(4, 55, { vat: 0 })],
      {
        combos: [combo(1, 950, { components: codes(1, 2, 3), choiceGroups: [codes(4)] })],
      },
    );
    const order = taken(request([comboOf(1, [4])]), selling(of));
    expect(order.totals).toEqual({ gross: 950, net: 800, vat: 150 });
    expect(order.vat).toEqual([{ vatClass: 1, vatRate: 2000, net: 800, vat: 150 }]);
  });
  it('a combo books net and VAT in its own class even where that is zero-rated', () => {
    const of = catalogue([product(1, 600)], {
      combos: [combo(1, 500, { takeVatClass: 0 as never, components: codes(1) })],
    });
    expect(taken(request([comboOf(1, [])]), selling(of)).vat).toEqual([
      { vatClass: 0, vatRate: 0, net: 417, vat: 83 },
    ]);
  });
  it('a combo whose components are worth nothing takes its own class and price', () => {
    const of = catalogue([product(1, 0)], { combos: [combo(1, 600, { components: codes(1) })] });
    expect(taken(request([comboOf(1, [])]), selling(of)).totals).toEqual({
      gross: 600,
      net: 500,
      vat: 100,
    });
  });
  it('extras take their own class, free choices book nothing', () => {
    const line = { ...single(1, 2), extras: [{ code: 36, quantity: 2 }] } as LineRequest;
    const order = taken(request([line]), shop);
    expect(order.totals.vat).toBe(2 * (84 + 2 * 19));
    expect(taken(request([{ ...single(5), choices: [27] } as LineRequest]), shop).vat).toHaveLength(
      1,
    );
  });
});
