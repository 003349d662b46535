import * as fc from 'fast-check';
import {
  acceptsTender,
  businessDate,
  type Catalogue,
  catalogVersion,
  changePayment,
  type Channel,
  type ComboLineRequest,
  type CustomerTender,
  DEFAULT_TILL_RULES,
  extrasOffered,
  globalOrderId,
  indexCatalogue,
  isHouseTender,
  isTouchedByConfig,
  kindOf,
  type LineRequest,
  type Order,
  type OrderRequest,
  type PriceBand,
  priceOrder,
  type ProductCode,
  type ProductLineRequest,
  relishesOf,
  type SellingContext,
  storeCode,
  takeOrder,
  takePaidOut,
  type TakenOrder,
  type TenderMethod,
  type TenderRequest,
  type TillRules,
  utcInstant,
  voidOrder,
} from '../src/index.ts';
import { arbitraryCatalogue } from './arbitrary-catalogue.ts';

/** An order at its last revision, with what the till asked for; a paid out has no request. */
export interface Sale {
  readonly request: OrderRequest | null;
  readonly order: Order;
}

/** A day of a shop: every order was really taken by `takeOrder` under `context`. */
export interface Day {
  readonly context: SellingContext;
  readonly sales: readonly Sale[];
}

export const ordersOf = ({ sales }: Day): readonly Order[] => sales.map(({ order }) => order);

// Orders are drafted by throwing dice over what the catalogue offers, and only what the till accepts is kept:
// so the drafts need not know the rules, and none of the accepted orders is out of the rules.

/** Whole numbers to decide by, taken in order and then from the start again. */
type Throw = (sides: number) => number;
const throwsOf = (dice: readonly number[]): Throw => {
  let next = 0;
  return (sides) => (dice[next++ % dice.length] ?? 0) % sides;
};
const pick = <T>(pool: readonly T[], dice: Throw): T | undefined => pool[dice(pool.length)];

/** Mostly small, now and then large. */
const quantityOf = (dice: Throw): number => (dice(12) === 0 ? 1 + dice(999) : 1 + dice(3));

const choicesOf = (
  groups: readonly (readonly ProductCode[])[],
  { index }: SellingContext,
  dice: Throw,
): readonly number[] =>
  groups.flatMap((group) => {
    const available = group.filter((code) => index.products.get(code)?.available === true);
    return pick(available.length > 0 ? available : group, dice) ?? [];
  });

function draftProduct(context: SellingContext, dice: Throw): ProductLineRequest | null {
  const { index } = context;
  const product = pick(index.catalogue.products, dice);
  if (product === undefined) return null;
  const drinks = index.catalogue.products.filter(({ mealDrink }) => mealDrink === product.meal);
  const drink = product.meal === 'none' ? undefined : pick(drinks, dice);
  const asMeal = drink !== undefined && (product.mealOnly || dice(2) === 0);
  const offered = dice(2) === 0 ? extrasOffered(index, product) : [];
  const relishes = dice(3) === 0 ? relishesOf(index, product) : [];
  return {
    kind: 'product',
    code: product.code,
    quantity: quantityOf(dice),
    ...(asMeal && {
      meal: { drink: drink.code, goLarge: drink.largeDrink !== null && dice(2) === 0 },
    }),
    choices: choicesOf(product.choiceGroups, context, dice),
    extras: offered.slice(0, dice(4)).map((code) => ({ code, quantity: 1 + dice(3) })),
    without: relishes.slice(0, 1 + dice(2)).map(({ code }) => code),
    ...(dice(5) === 0 && { note: 'well done' }),
  };
}

function draftCombo(context: SellingContext, dice: Throw): ComboLineRequest | null {
  const combo = pick(context.index.catalogue.combos, dice);
  return combo === undefined
    ? null
    : {
        kind: 'combo',
        code: combo.code,
        quantity: quantityOf(dice),
        choices: choicesOf(combo.choiceGroups, context, dice),
        tradeUp: combo.tradeUp !== null && dice(2) === 0,
      };
}

const METHODS: readonly TenderMethod[] = [
  'cash',
  'card',
  'cheque',
  'on-account',
  'voucher',
  'crew-food',
  'cooked-waste',
];

/** One open tender, cash with change, a voucher above the total, or two or three that share it. */
function draftTenders(
  methods: readonly TenderMethod[],
  total: number,
  dice: Throw,
): TenderRequest[] {
  const customers = methods.filter((method) => !isHouseTender(method));
  const first = pick(customers, dice);
  if (first === undefined || total === 0) return [];
  if (dice(3) === 0 && total >= 3) {
    const share = 1 + dice(total - 2);
    const second = pick(customers, dice) ?? first;
    const third = pick(customers, dice) ?? first;
    const rest = total - share;
    return dice(2) === 0
      ? [{ method: first, amount: share }, { method: second }]
      : [
          { method: first, amount: share },
          { method: second, amount: 1 + dice(rest - 1) },
          { method: third },
        ];
  }
  if (first === 'cash' && dice(2) === 0) return [{ method: first, tendered: total + dice(2000) }];
  if (first === 'voucher' && dice(2) === 0) return [{ method: first, amount: total + dice(2000) }];
  return [{ method: first }];
}

const acceptedBy = (channel: Channel, rules: TillRules): readonly TenderMethod[] =>
  METHODS.filter((method) => acceptsTender(channel, method, rules));

/** The lines of `drafts` that the till sells by themselves. */
function sellable(
  head: Pick<OrderRequest, 'channel' | 'vatBasis'>,
  drafts: readonly LineRequest[],
  kind: 'sale' | 'crew-food' | 'cooked-waste',
  context: SellingContext,
): readonly LineRequest[] {
  const sells = (lines: readonly LineRequest[]): boolean =>
    priceOrder({ ...head, lines }, kind, context).ok;
  const lines = drafts.filter((line) => sells([line]));
  return sells(lines) ? lines : lines.slice(0, 1);
}

/** A request the till accepts, or null. */
function draftRequest(context: SellingContext, dice: Throw): OrderRequest | null {
  const { index, rules } = context;
  const open = index.catalogue.channels.filter(
    ({ code, operates }) => operates && !rules.channelsOff.has(code),
  );
  const channel = pick(open, dice);
  if (channel === undefined) return null;
  const methods = acceptedBy(channel, rules);
  const house = dice(5) === 0 ? pick(methods.filter(isHouseTender), dice) : undefined;
  const head = {
    channel: channel.code,
    vatBasis: channel.delivers || dice(2) === 0 ? ('take' as const) : ('eat' as const),
    ...(dice(3) === 0 || house !== undefined ? { crewId: dice(2) === 0 ? '0' : '7' } : {}),
  };
  const kind = kindOf(house === undefined ? [] : [{ method: house }]);
  const drafts = Array.from({ length: 1 + dice(6) }, () =>
    dice(3) === 0 ? draftCombo(context, dice) : draftProduct(context, dice),
  ).filter((line) => line !== null);
  const lines = sellable(head, drafts, kind, context);
  const priced = priceOrder({ ...head, lines }, kind, context);
  if (!priced.ok) return null;
  const tenders =
    house === undefined
      ? draftTenders(methods, priced.value.totals.gross, dice)
      : [{ method: house }];
  return { ...head, lines, tenders };
}

const account = { crewId: '7', reason: 'asked to' };

/** What becomes of some orders later in the day. */
function laterRevision(order: Order, context: SellingContext, dice: Throw): Order {
  const fate = dice(8);
  if (fate === 0) {
    const voided = voidOrder(order, account);
    return voided.ok ? voided.value : order;
  }
  if (fate > 2) return order;
  const customers = METHODS.filter((method): method is CustomerTender => !isHouseTender(method));
  const moved = changePayment(order, pick(customers, dice) ?? 'cash', context);
  return moved.ok ? moved.value : order;
}

const STORE = storeCode('S09');
const DATE = businessDate('2025-07-16');

/** The order `taken` becomes at place `sequence` in the books of a Wednesday. */
export const inTheBooks = (taken: TakenOrder, sequence: number, rules: TillRules): Order => ({
  ...taken,
  id: globalOrderId({ store: STORE, businessDate: DATE, sequence }),
  store: STORE,
  businessDate: DATE,
  createdAt: utcInstant(Date.parse(`${DATE}T09:00:00Z`) + sequence * 17_000),
  revision: 1,
  status: 'completed',
  catalogVersion: catalogVersion(1_733_018_400),
  configVersion: isTouchedByConfig(taken.channel, rules) ? 3 : null,
});

function saleOf(dice: readonly number[], sequence: number, context: SellingContext): Sale | null {
  const throws = throwsOf(dice);
  const channel = context.index.catalogue.channels.find(({ operates }) => operates);
  const paidOut = throws(15) === 0 && channel !== undefined;
  const request = paidOut ? null : draftRequest(context, throws);
  if (!paidOut && request === null) return null;
  const taken =
    request === null
      ? takePaidOut(
          { amount: 1 + throws(99_999), channel: channel?.code ?? '', ...account },
          context,
        )
      : takeOrder(request, context);
  if (!taken.ok) return null;
  const order = inTheBooks(taken.value, sequence, context.rules);
  return { request, order: laterRevision(order, context, throws) };
}

const diceOfAnOrder = fc.array(fc.noBias(fc.nat(999_999)), { minLength: 12, maxLength: 60 });

/** A few valid catalogues sell next to nothing; here most of what is listed has a price and is available. */
const openForBusiness = (catalogue: Catalogue): Catalogue => {
  const priced = (price: number, at: number): number => (price === 0 && at % 3 > 0 ? 199 : price);
  const open = <T extends { readonly prices: Catalogue['products'][number]['prices'] }>(
    item: T,
    at: number,
  ): T => ({
    ...item,
    available: at % 5 < 4,
    prices: item.prices.map((price, band) => priced(price, band + at)) as unknown as T['prices'],
  });
  return {
    ...catalogue,
    products: catalogue.products.map(open),
    combos: catalogue.combos.map(open),
    channels: catalogue.channels.map((channel, at) => ({ ...channel, operates: at < 3 })),
  };
};

const rulesFor = (catalogue: Catalogue): fc.Arbitrary<TillRules> =>
  fc.record({
    cheques: fc.boolean(),
    vouchers: fc.boolean(),
    onAccount: fc.boolean(),
    channelsOff: fc.constant(DEFAULT_TILL_RULES.channelsOff),
    bandByChannel: fc
      .array(
        fc.tuple(
          fc.constantFrom(...catalogue.channels.map(({ code }) => code as string)),
          fc.integer({ min: 1, max: 6 }) as fc.Arbitrary<PriceBand>,
        ),
        { maxLength: 1 },
      )
      .map((bands) => new Map(bands)),
  });

/** A shop with any valid catalogue and any rules; crew member 7 is known. */
export const arbitrarySelling: fc.Arbitrary<SellingContext> = arbitraryCatalogue
  .map(openForBusiness)
  .chain((catalogue) =>
    rulesFor(catalogue).map((rules) => ({
      index: indexCatalogue(catalogue),
      rules,
      knowsCrew: (crewId: string) => crewId === '7',
    })),
  );

/** The orders a shop took in a day, some voided or paid otherwise later: `sequence` rises without gaps. */
export const arbitrarySales = (
  context: SellingContext,
  { maxLength = 12 }: { readonly maxLength?: number } = {},
): fc.Arbitrary<readonly Sale[]> =>
  fc.array(diceOfAnOrder, { maxLength }).map((orders) => {
    const sales: Sale[] = [];
    for (const dice of orders) {
      const sale = saleOf(dice, sales.length + 1, context);
      if (sale !== null) sales.push(sale);
    }
    return sales;
  });

/** Any day of any shop. */
export const arbitraryDay: fc.Arbitrary<Day> = arbitrarySelling.chain((context) =>
  arbitrarySales(context).map((sales) => ({ context, sales })),
);
