import {
  basisPoints,
  type Catalogue,
  catalogVersion,
  changePayment,
  type CustomerTender,
  type LineRequest,
  type Order,
  pence,
  priceBand,
  type Product,
  type SellingContext,
  takeOrder,
  takePaidOut,
  type TenderRequest,
  vatClassCode,
  voidOrder,
} from '../src/index.ts';
import { catalogue, channel, combo, committed, product, selling } from './builders.ts';

// Days of trade by a seed, thousands a second: what a generator of a property-testing library would take
// a minute for.

export interface Dice {
  /** An integer of [0, sides). */
  readonly roll: (sides: number) => number;
  readonly chance: (percent: number) => boolean;
  readonly pick: <T>(from: readonly T[]) => T;
}

/** mulberry32. */
export function createDice(seed: number): Dice {
  let state = seed >>> 0;
  const roll = (sides: number): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * sides);
  };
  return {
    roll,
    chance: (percent) => roll(100) < percent,
    pick: <T>(from: readonly T[]) => from[roll(from.length)] as T,
  };
}

const BURGERS = [1, 2, 3, 4, 5, 6];
const [SIDE, LARGE_SIDE] = [30, 31];
const DRINKS = [40, 41, 42, 43];
const LARGE_DRINKS = [50, 51];
const KIDS_DRINKS = [88, 89];
const EXTRAS = [60, 61, 62];
const DIPS = [70, 71, 72, 73];
// Numbered as products are, on purpose.
const COMBOS = [1, 2, 3, 40];

/** A small shop at random: five VAT classes at any rates, six bands, meals dearer and cheaper than their parts. */
export function randomCatalogue(dice: Dice): Catalogue {
  const price = (): number => dice.pick([0, 1, 5, 35, 99, 130, 245, 315, 550, 1005, 3333]);
  const six = (least: number): Product['prices'] =>
    [1, 2, 3, 4, 5, 6].map(() => pence(Math.max(least, price()))) as unknown as Product['prices'];
  const vatClass = (): Product['eatVatClass'] => vatClassCode(dice.roll(5));
  const classes = () => ({ eatVatClass: vatClass(), takeVatClass: vatClass() });
  const groups = (): Product['choiceGroups'] =>
    [...Array(dice.pick([0, 0, 1, 2])).keys()].map((at) =>
      dice.chance(50) ? DIPS : [DIPS[at] ?? 70],
    ) as unknown as Product['choiceGroups'];
  const item = (code: number, rest: Partial<Product> = {}): Product =>
    product(code, 0, {
      ...classes(),
      prices: six(dice.chance(90) ? 1 : 0),
      mealPrices: six(0),
      addOns: (dice.chance(50) ? EXTRAS : EXTRAS.slice(1)) as unknown as Product['addOns'],
      ...rest,
    });
  return catalogue(
    [
      ...BURGERS.map((code) =>
        item(code, {
          meal: dice.pick(['none', 'standard', 'standard', 'kids']),
          choiceGroups: groups(),
        }),
      ),
      item(SIDE),
      item(LARGE_SIDE),
      ...DRINKS.map((code) =>
        item(code, {
          mealDrink: 'standard',
          largeDrink: dice.pick([50, 51, code, null]) as Product['largeDrink'],
        }),
      ),
      ...LARGE_DRINKS.map((code) => item(code, { mealDrink: 'standard' })),
      ...KIDS_DRINKS.map((code) => item(code, { mealDrink: 'kids' })),
      ...[...EXTRAS, ...DIPS].map((code) => item(code)),
    ].filter(({ code }) => !BURGERS.includes(code) || dice.chance(85)),
    {
      vatClasses: [0, 1, 2, 3, 4].map((code) => ({
        class: vatClassCode(code),
        rate: basisPoints(dice.pick([0, 500, 1250, 2000, 2000, 1, 1775, 10_000])),
        name: `Class ${code}`,
      })),
      combos: COMBOS.map((code) => {
        const parts = [dice.pick([30, ...DRINKS]), dice.pick([31, 60, 61])] as number[];
        return combo(code, 0, {
          ...classes(),
          prices: six(1),
          components: parts.slice(dice.roll(2)) as never,
          choiceGroups: dice.pick([[], [DIPS], [DIPS, DRINKS]]) as never,
          tradeUp: dice.chance(50)
            ? {
                combo: (code === 40 ? 41 : code) as never,
                prices: six(1),
                replacements: [{ product: 30, by: 31 }] as never,
              }
            : null,
        });
      }),
      channels: [channel('OT-C'), channel('PH', { band: priceBand(1 + dice.roll(6)) })],
    },
  );
}

function randomLine(dice: Dice, menu: Catalogue): LineRequest {
  const quantity = dice.chance(70) ? 1 : 1 + dice.roll(9);
  if (dice.chance(35)) {
    const sold = dice.pick(menu.combos);
    return {
      kind: 'combo',
      code: sold.code,
      quantity,
      choices: sold.choiceGroups.map(dice.pick),
      tradeUp: sold.tradeUp !== null && dice.chance(40),
    };
  }
  const burgers = menu.products.filter(({ meal }) => meal !== 'none');
  const sold = dice.pick(dice.chance(60) && burgers.length > 0 ? burgers : menu.products);
  const drink = dice.pick(sold.meal === 'kids' ? KIDS_DRINKS : DRINKS);
  const hasLarge = menu.products.find(({ code }) => code === drink)?.largeDrink != null;
  return {
    kind: 'product',
    code: sold.code,
    quantity,
    ...(sold.meal !== 'none' && dice.chance(70)
      ? { meal: { drink, goLarge: sold.meal === 'standard' && hasLarge && dice.chance(50) } }
      : {}),
    choices: sold.choiceGroups.map(dice.pick),
    extras: (sold.addOns ?? []).flatMap((code) =>
      dice.chance(20) ? [{ code, quantity: 1 + dice.roll(3) }] : [],
    ),
  };
}

const CUSTOMER_TENDERS: readonly CustomerTender[] = [
  'cash',
  'card',
  'cheque',
  'on-account',
  'voucher',
];

function randomTenders(dice: Dice): readonly TenderRequest[] {
  const kind = dice.roll(12);
  if (kind === 0) return [{ method: 'crew-food' }];
  if (kind === 1) return [{ method: 'cooked-waste' }];
  if (kind === 2) return [{ method: 'voucher', amount: 10_000_000 }];
  const method = dice.pick(CUSTOMER_TENDERS);
  if (kind <= 4)
    return [{ method: dice.pick(CUSTOMER_TENDERS), amount: 1 + dice.roll(30) }, { method }];
  return [method === 'cash' && dice.chance(50) ? { method, tendered: 99_999_900 } : { method }];
}

/** An order the till takes, after whatever later happens to it. */
export function randomOrder(dice: Dice, context: SellingContext, sequence: number): Order {
  const menu = context.index.catalogue;
  const asked = {
    channel: dice.pick(['OT-C', 'OT-C', 'PH']),
    vatBasis: dice.pick(['take', 'eat'] as const),
    lines: [...Array(1 + dice.roll(4)).keys()].map(() => randomLine(dice, menu)),
    tenders: randomTenders(dice),
    crewId: '7',
  };
  const taken = dice.chance(8)
    ? takePaidOut(
        { amount: 1 + dice.roll(99_999), crewId: '7', reason: 'milk', channel: 'OT-C' },
        context,
      )
    : takeOrder(asked, context);
  // Something not sold in the band, or a split whose first part is above the whole: as another order, then.
  if (!taken.ok) return randomOrder(dice, context, sequence);
  const order = { ...committed(taken.value, sequence), catalogVersion: catalogVersion(sequence) };
  const toggled = dice.chance(10)
    ? changePayment(order, dice.pick(CUSTOMER_TENDERS), context)
    : null;
  const standing = toggled?.ok ? toggled.value : order;
  const voided = dice.chance(10) ? voidOrder(standing, { crewId: '7', reason: 'mistake' }) : null;
  return voided?.ok ? voided.value : standing;
}

/** A handful of orders; on some days the menu is switched between two of them. The last menu is that of the Z. */
export function randomDay(
  dice: Dice,
  first: Catalogue,
): { readonly orders: readonly Order[]; readonly menu: Catalogue } {
  const rules = { cheques: true };
  let menu = first;
  let context = selling(menu, rules);
  const orders: Order[] = [];
  const count = dice.roll(8);
  for (let sequence = 1; sequence <= count; sequence++) {
    if (dice.chance(5)) {
      menu = randomCatalogue(dice);
      context = selling(menu, rules);
    }
    orders.push(randomOrder(dice, context, sequence));
  }
  return { orders, menu };
}
