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
import { type DayBooks, dayFiles } from './day-files.ts';
import {
  basisPoints,
  bookedTotal,
  businessDate,
  changePayment,
  comboCode,
  dayStatistics,
  type LineRequest,
  type Order,
  type OrderRequest,
  pence,
  productCode,
  stockCode,
  takePaidOut,
  tenderedTotal,
  vatClassCode,
  voidOrder,
} from './index.ts';

// A scripted Wednesday that uses every feature. Every figure below was worked out on paper from the rules,
// never taken from the program.

const zeroTake = { takeVatClass: vatClassCode(0) };
const reduced = { eatVatClass: vatClassCode(2), takeVatClass: vatClassCode(2) };
const menu = catalogue(
  [
    product(1, 550, {
      meal: 'standard',
      addOns: [productCode(36)],
      components: [{ kind: 'A', code: stockCode(26), quantityMicro: 1_000_000 }],
    }),
    product(3, 350, { meal: 'kids', mealOnly: true, choiceGroups: [[productCode(26)]] }),
    product(5, 560, {
      choiceGroups: [[productCode(26), productCode(27)]],
      addOns: [productCode(36)],
    }),
    product(9, 490, zeroTake),
    product(26, 35, zeroTake),
    product(27, 55, zeroTake),
    product(30, 235, { mealPrices: prices(140) }),
    product(31, 295, { mealPrices: prices(200) }),
    product(36, 115),
    product(51, 175, {
      mealDrink: 'standard',
      largeDrink: productCode(99),
      mealPrices: prices(165),
    }),
    product(60, 305, reduced),
    product(84, 200, { mealDrink: 'kids', mealPrices: prices(185), ...zeroTake }),
    product(99, 255, { mealDrink: 'standard', mealPrices: prices(245) }),
  ],
  {
    relishes: [{ code: stockCode(26), name: 'ICEBERG', menuName: 'Lettuce' }],
    channels: [channel('OT-C'), channel('DV-D', { delivers: true, hotDrinks: false })],
    combos: [
      combo(4, 750, {
        components: [productCode(1), productCode(30)],
        choiceGroups: [[productCode(26), productCode(27)]],
        tradeUp: {
          combo: comboCode(8),
          prices: prices(800),
          replacements: [{ product: productCode(30), by: productCode(31) }],
        },
      }),
      combo(8, 900, { components: [productCode(1), productCode(31)] }),
    ],
  },
);
const shop = selling(menu, { cheques: true });

const meal = (code: number, drink: number, rest: Partial<LineRequest> = {}): LineRequest =>
  ({ kind: 'product', code, quantity: 1, meal: { drink }, ...rest }) as LineRequest;
const comboLine = (choice: number, rest: Partial<LineRequest> = {}): LineRequest =>
  ({ kind: 'combo', code: 4, quantity: 1, choices: [choice], ...rest }) as LineRequest;
const bacon = (quantity: number) => ({ extras: [{ code: 36, quantity }] });

const script: Readonly<Record<string, OrderRequest>> = {
  // 2 × 490 = 980, takeaway zero-rated: net 980, VAT 0.
  sandwiches: request([single(9, 2)]),
  // 550 + 140 + 165 + 2 × 115 = 1085, all 20 %: VAT 92 + 23 + 27 + 2 × 19 = 180, net 905.
  // Meal discount (550 + 235 + 175) − (550 + 140 + 165) = 105. The lettuce left out costs the same.
  mealEatenIn: request([meal(1, 51, { ...bacon(2), without: [26] } as Partial<LineRequest>)], {
    vatBasis: 'eat',
    tenders: [{ method: 'card' }],
  }),
  // 2 × (550 + 200 + 245) = 1990: VAT 2 × (92 + 33 + 41) = 332, net 1658.
  // Meal discount 2 × ((550 + 295 + 255) − 995) = 210; two go-large meals; change 10.
  twoLargeMeals: request(
    [meal(1, 51, { quantity: 2, meal: { drink: 51, goLarge: true } } as Partial<LineRequest>)],
    { tenders: [{ method: 'cash', tendered: 2000 }] },
  ),
  // 350 + 140 + 185 = 675: VAT 58 + 23 + 0 = 81; class 1 net 292 + 117 = 409, class 0 net 185.
  // Dip 26 by itself. Meal discount (350 + 235 + 200) − 675 = 110. Voucher 500, card 175.
  kidsMeal: request([meal(3, 84)], {
    tenders: [{ method: 'voucher', amount: 500 }, { method: 'card' }],
  }),
  // C = 750, D = 550 + 235 + 55 = 840, A = 92, 39, 9 (all eat-in 20 %).
  // E = 82.14 + 34.82 + 8.04 → 82 + 35 + 8 = 125, net 625. Discount 90. Voucher 1500: overage 750.
  comboEatenIn: request([comboLine(27)], {
    vatBasis: 'eat',
    tenders: [{ method: 'voucher', amount: 1500 }],
  }),
  // Traded up: combo 8 at 800 of 1, 31 and dip 26; D = 550 + 295 + 35 = 880, A = 92, 49, 0 (dip zero-rated).
  // E = 83.64 + 44.55 → 84 + 45 = 129, net 671. Discount 80.
  tradedUp: request([comboLine(26, { tradeUp: true } as Partial<LineRequest>)], {
    channel: 'DV-D',
    tenders: [{ method: 'on-account' }],
  }),
  // Crew food, eat-in: meal net 458 + 117 + 138 = 713, wings net 467: 1180. Dip 27 chosen free.
  // Meal discount on nets: (458 + 196 + 146) − 713 = 87.
  crewFood: request([meal(1, 51), { kind: 'product', code: 5, quantity: 1, choices: [27] }], {
    tenders: [{ method: 'crew-food' }],
    crewId: '7',
  }),
  // Cooked waste, eat-in: 2 × combo net 625 = 1250.
  // Combo discount on nets: 2 × ((458 + 196 + 29) − 625) = 116.
  cookedWaste: request([comboLine(26, { quantity: 2 })], {
    tenders: [{ method: 'cooked-waste' }],
    crewId: '0',
  }),
  // 3 × 305 = 915 at 12.5 %: one is net 271, VAT 34, so net 813, VAT 102. Paid cash, then toggled to card.
  soups: request([single(60, 3)]),
  // 550, then deleted: nothing.
  mistake: request([single(1)]),
  // 560 + 115 = 675 by cheque: VAT 93 + 19 = 112, net 563. Dip 26 chosen free.
  wings: request([{ kind: 'product', code: 5, quantity: 1, choices: [26], ...bacon(1) }], {
    tenders: [{ method: 'cheque' }],
  }),
};

const value = <T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T => {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
};

function playedDay(): readonly Order[] {
  const orders = Object.entries(script).map(([name, asked], at) => {
    const order = committed(taken(asked, shop), at + 1);
    if (name === 'soups') return value(changePayment(order, 'card', shop));
    if (name === 'mistake') return value(voidOrder(order, { crewId: '7', reason: 'mistake' }));
    return order;
  });
  const milk = takePaidOut({ amount: 300, crewId: '7', reason: 'milk', channel: 'OT-C' }, shop);
  return [...orders, committed(value(milk), orders.length + 1)];
}

/** The day's files by their names. */
function playedFiles(): ReadonlyMap<string, string> {
  const statistics = dayStatistics(playedDay());
  const books: DayBooks = {
    businessDate: businessDate('2025-07-16'),
    statistics,
    catalogue: {
      products: menu.products.map(({ code }) => code),
      combos: menu.combos.map(({ code }) => code),
      vatClasses: menu.vatClasses.map((vat) => ({ vatClass: vat.class, vatRate: vat.rate })),
    },
    counted: { cash: pence(2665), cheque: pence(675), card: pence(2175) },
    weekVat: [
      [
        {
          vatClass: vatClassCode(1),
          vatRate: basisPoints(2000),
          vat: pence(100),
          net: pence(500),
        },
      ],
      [],
      statistics.vat,
    ],
  };
  return new Map(dayFiles(books).map(({ name, text }) => [name, text]));
}

describe('the golden day', () => {
  it('is written in four files named after the day', () => {
    expect([...playedFiles().keys()]).toEqual([
      'MP160725.CSV',
      'PD160725.CSV',
      'RV160725.CSV',
      'K_WK_VAT.csv',
    ]);
  });

  it('MP counts the product of each customer meal, not its side or drink, not crew food', () => {
    expect(playedFiles().get('MP160725.CSV')).toBe(
      [
        'PRODNUMB,TAKEAWAY,EATIN',
        '1,2,1', // two large meals taken away, one eaten in
        '3,1,0', // the kids meal
        '5,0,0',
        '9,0,0',
        '26,0,0',
        '27,0,0',
        '30,0,0',
        '31,0,0',
        '36,0,0',
        '51,0,0',
        '60,0,0',
        '84,0,0',
        '99,0,0',
        '',
      ].join('\r\n'),
    );
  });

  it('PD counts every product and combo by how it left the shop', () => {
    expect(playedFiles().get('PD160725.CSV')).toBe(
      [
        'PRODNUMB,COMBO,TAKEAWAY,EATIN,WASTE,STAFF,OPTION',
        '1,FALSE,3,2,2,1,0', // take: 2 large meals + traded-up combo; eat: meal + combo; 2 wasted; 1 crew
        '3,FALSE,1,0,0,0,0',
        '5,FALSE,1,0,0,1,0', // wings by cheque; crew
        '9,FALSE,2,0,0,0,0',
        '26,FALSE,1,0,2,0,2', // combo choices: 1 traded up, 2 wasted; options: kids meal, wings
        '27,FALSE,0,1,0,0,1', // combo choice eaten in; option of the crew's wings
        '30,FALSE,1,2,2,1,0', // kids meal; meal + combo eaten in; waste; crew meal
        '31,FALSE,3,0,0,0,0', // 2 large meals + traded-up combo
        '36,FALSE,1,2,0,0,0', // bacon on wings; 2 on the meal
        '51,FALSE,0,1,0,1,0',
        '60,FALSE,3,0,0,0,0',
        '84,FALSE,1,0,0,0,0',
        '99,FALSE,2,0,0,0,0',
        '4,TRUE,0,1,2,0,0',
        '8,TRUE,1,0,0,0,0', // the traded-up combo is the one booked
        '',
      ].join('\r\n'),
    );
  });

  it('RV holds the money of the day', () => {
    const figures = [
      980 + 1990 - 300, // TCASHVAL: sandwiches, large meals, less the paid out
      675, // TCHQVAL
      1085 + 175 + 915, // TCARDVAL: meal, part of the kids meal, toggled soups
      800, // TONACCOUNT
      1180, // TSTAFFVAL
      1250, // TWASTEVAL
      0, // TCOUPVAL
      300, // TPAYOUTVA
      500 + 1500, // TTOKENVAL: face values
      90 + 80 + 116, // TDISCNTVA
      750, // TTOKENNOVR
      2, // TGOLARGENU
      105 + 210 + 110 + 87, // TMEAL_DISCNT
      2665, // ACTCASH: counted, 5p short
      675, // ACTCHQ
      2175, // ACTCARD
      0 + 180 + 332 + 81 + 125 + 129 + 102 + 112, // VAT of customer orders
      0, // XPV
    ];
    expect(playedFiles().get('RV160725.CSV')).toBe(
      'TCASHVAL,TCHQVAL,TCARDVAL,TONACCOUNT,TSTAFFVAL,TWASTEVAL,TCOUPVAL,TPAYOUTVA,TTOKENVAL,TDISCNTVA,' +
        'TTOKENNOVR,TGOLARGENU,TMEAL_DISCNT,ACTCASH,ACTCHQ,ACTCARD,VAT,XPV\r\n' +
        `${figures.join(',')}\r\n`,
    );
  });

  it('K_WK_VAT holds Monday up to this day, pounds with two decimals, a zero as 0', () => {
    const days = [1, 2, 3, 4, 5, 6, 7];
    expect(playedFiles().get('K_WK_VAT.csv')).toBe(
      [
        `VAT_CLASS,VAT_RATE,${days.map((day) => `TOT_VAT_${day}`).join(',')},${days
          .map((day) => `T_VAL_EXCLVAT_${day}`)
          .join(',')}`,
        // Class 0: sandwiches 9.80 + kids shake 1.85.
        '0,0,0,0,0,0,0,0,0,0,0,11.65,0,0,0,0',
        // Class 1: VAT 1.80 + 3.32 + 0.81 + 1.25 + 1.29 + 1.12; net 9.05 + 16.58 + 4.09 + 6.25 + 6.71 + 5.63.
        '1,20,1.00,0,9.59,0,0,0,0,5.00,0,48.31,0,0,0,0',
        '2,12.5,0,0,1.02,0,0,0,0,0,0,8.13,0,0,0,0',
        '',
      ].join('\r\n'),
    );
  });

  it('balances: what the tenders paid for is Σ net + Σ VAT, 7870', () => {
    const statistics = dayStatistics(playedDay());
    expect(tenderedTotal(statistics)).toBe(2670 + 300 + 675 + 2175 + 800 + 2000 - 750);
    expect(bookedTotal(statistics)).toBe(7870);
  });
});

describe('crew food, worked', () => {
  const crew = (...lines: LineRequest[]) => ({
    ...request(lines),
    tenders: [{ method: 'crew-food' as const }],
    crewId: '0',
  });
  const revenueOf = (asked: OrderRequest, context: typeof shop) =>
    dayStatistics([committed(taken(asked, context), 1)]).revenue;

  it('a meal 550 + 140 + 300 with singles 550, 235, 305 is TSTAFFVAL 825, TMEAL_DISCNT 83', () => {
    const of = catalogue([
      product(1, 550, { meal: 'standard' }),
      product(30, 235, { mealPrices: prices(140) }),
      product(60, 305, { mealDrink: 'standard', mealPrices: prices(300) }),
    ]);
    expect(revenueOf(crew(meal(1, 60)), selling(of))).toMatchObject({
      staff: 825,
      mealDiscount: 83,
      vat: 0,
      cash: 0,
    });
  });

  it('a combo 1005 of 560, 260, 335, 35, 65 is 838, TDISCNTVA 208', () => {
    const parts = [560, 260, 335, 35, 65].map((price, at) => product(at + 1, price));
    const of = catalogue(parts, {
      combos: [combo(4, 1005, { components: parts.map(({ code }) => code) })],
    });
    const line: LineRequest = { kind: 'combo', code: 4, quantity: 1, choices: [] };
    expect(revenueOf(crew(line), selling(of))).toMatchObject({ staff: 838, comboDiscount: 208 });
  });
});
