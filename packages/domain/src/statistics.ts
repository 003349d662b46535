import type { ComboCode, ProductCode, VatClassCode } from './ids.ts';
import { type BasisPoints, netOf, type Pence, pence, ZERO } from './money.ts';
import type { LineComponent, Order, OrderLine } from './order.ts';

/** Units sold of a product as a customer meal, by basis (the MP file). */
export interface MealCount {
  readonly product: ProductCode;
  readonly takeaway: number;
  readonly eatIn: number;
}

/** Units of a product or combo by how they left the shop (the PD file). */
export interface ItemCount<Code> {
  readonly code: Code;
  readonly takeaway: number;
  readonly eatIn: number;
  readonly waste: number;
  readonly staff: number;
  /** Chosen free with a product. */
  readonly option: number;
}

/** The money of a day in pence, `goLarge` in meals (the RV file). */
export interface Revenue {
  /** Cash kept less paid outs. */
  readonly cash: Pence;
  readonly cheque: Pence;
  readonly card: Pence;
  readonly onAccount: Pence;
  /** Crew food, net of VAT. */
  readonly staff: Pence;
  /** Cooked waste, net of VAT. */
  readonly waste: Pence;
  readonly paidOut: Pence;
  /** Vouchers at face value. */
  readonly voucher: Pence;
  readonly comboDiscount: Pence;
  readonly voucherOverage: Pence;
  readonly goLarge: number;
  readonly mealDiscount: Pence;
  /** Of customer orders. */
  readonly vat: Pence;
}

/** What customer orders booked in one VAT class, pence. */
export interface ClassVat {
  readonly vatClass: VatClassCode;
  /** The highest rate seen; a file shows the catalogue's where it has the class. */
  readonly vatRate: BasisPoints;
  readonly vat: Pence;
  readonly net: Pence;
}

/**
 * The figures of a day, or of any part of one: those of two parts add up to those of the whole. Each list is
 * ascending by its code and holds only what was sold.
 */
export interface DayStatistics {
  readonly meals: readonly MealCount[];
  readonly products: readonly ItemCount<ProductCode>[];
  readonly combos: readonly ItemCount<ComboCode>[];
  readonly revenue: Revenue;
  readonly vat: readonly ClassVat[];
}

type Column = 'takeaway' | 'eatIn' | 'waste' | 'staff' | 'option';
type Mutable<T> = { -readonly [Key in keyof T]: T[Key] extends Pence ? number : T[Key] };

interface Tally {
  readonly meals: Map<number, Mutable<MealCount>>;
  readonly products: Map<number, Mutable<ItemCount<ProductCode>>>;
  readonly combos: Map<number, Mutable<ItemCount<ComboCode>>>;
  readonly revenue: Mutable<Revenue>;
  readonly vat: Map<number, Mutable<ClassVat>>;
}

const emptyRevenue = (): Mutable<Revenue> => ({
  cash: 0,
  cheque: 0,
  card: 0,
  onAccount: 0,
  staff: 0,
  waste: 0,
  paidOut: 0,
  voucher: 0,
  comboDiscount: 0,
  voucherOverage: 0,
  goLarge: 0,
  mealDiscount: 0,
  vat: 0,
});

const emptyTally = (): Tally => ({
  meals: new Map(),
  products: new Map(),
  combos: new Map(),
  revenue: emptyRevenue(),
  vat: new Map(),
});

function entryOf<Entry>(map: Map<number, Entry>, key: number, create: () => Entry): Entry {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = create();
  map.set(key, made);
  return made;
}

const addItem = <Code extends number>(
  items: Map<number, Mutable<ItemCount<Code>>>,
  code: Code,
  column: Column,
  units: number,
): void => {
  const item = entryOf(items, code, () => ({
    code,
    takeaway: 0,
    eatIn: 0,
    waste: 0,
    staff: 0,
    option: 0,
  }));
  item[column] += units;
};

/** The statistics of `orders` in any order; voided ones count nothing. */
export function dayStatistics(orders: Iterable<Order>): DayStatistics {
  const tally = emptyTally();
  for (const order of orders) if (order.status !== 'voided') tallyOrder(order, tally);
  return settle(tally);
}

function tallyOrder(order: Order, tally: Tally): void {
  const { revenue } = tally;
  if (order.kind === 'paid-out') {
    const paid = -order.tenders.reduce((sum, { amount }) => sum + amount, 0);
    revenue.paidOut += paid;
    revenue.cash -= paid;
    return;
  }
  const column = columnOf(order);
  for (const line of order.lines) {
    tallyLine(line, column, tally);
    if (line.goLarge) revenue.goLarge += line.quantity;
  }
  revenue.mealDiscount += order.discounts.meal;
  revenue.comboDiscount += order.discounts.combo;
  if (order.kind === 'crew-food') revenue.staff += netWorth(order.lines);
  else if (order.kind === 'cooked-waste') revenue.waste += netWorth(order.lines);
  else tallySale(order, tally);
}

const columnOf = (order: Order): Exclude<Column, 'option'> => {
  if (order.kind === 'crew-food') return 'staff';
  if (order.kind === 'cooked-waste') return 'waste';
  return order.vatBasis === 'take' ? 'takeaway' : 'eatIn';
};

function tallyLine(line: OrderLine, column: Exclude<Column, 'option'>, tally: Tally): void {
  for (const { role, code, quantity } of line.components) {
    const units = quantity * line.quantity;
    if (role === 'combo') addItem(tally.combos, code as ComboCode, column, units);
    else {
      const free = role === 'choice' && line.kind === 'product';
      addItem(tally.products, code as ProductCode, free ? 'option' : column, units);
    }
  }
  if (line.isMeal && (column === 'takeaway' || column === 'eatIn')) {
    const product = line.code as ProductCode;
    entryOf(tally.meals, product, () => ({ product, takeaway: 0, eatIn: 0 }))[column] +=
      line.quantity;
  }
}

/**
 * Crew food and waste net of VAT: each charged component in its own class, a combo's price in the combo's
 * class, whatever VAT its parts booked.
 */
const netWorth = (lines: readonly OrderLine[]): number =>
  lines.reduce((sum, line) => sum + line.quantity * lineNet(line.components), 0);

const lineNet = (components: readonly LineComponent[]): number =>
  components.reduce(
    (sum, { price, vatRate, quantity }) => sum + netOf(price, vatRate) * quantity,
    0,
  );

function tallySale(order: Order, { revenue, vat }: Tally): void {
  for (const { method, amount } of order.tenders) {
    switch (method) {
      case 'cash':
        revenue.cash += amount;
        break;
      case 'card':
        revenue.card += amount;
        break;
      case 'cheque':
        revenue.cheque += amount;
        break;
      case 'on-account':
        revenue.onAccount += amount;
        break;
      case 'voucher':
        revenue.voucher += amount;
        break;
      case 'crew-food':
      case 'cooked-waste':
        break;
    }
  }
  revenue.voucherOverage += order.voucherOverage;
  revenue.vat += order.totals.vat;
  for (const booked of order.vat) addVat(vat, booked);
}

function addVat(vat: Map<number, Mutable<ClassVat>>, booked: ClassVat): void {
  const { vatClass, vatRate } = booked;
  const entry = entryOf(vat, vatClass, () => ({ vatClass, vatRate, vat: 0, net: 0 }));
  entry.vat += booked.vat;
  entry.net += booked.net;
  if (vatRate > entry.vatRate) entry.vatRate = vatRate;
}

const ascending = <Entry>(map: Map<number, Entry>): readonly Entry[] =>
  [...map.entries()].sort(([a], [b]) => a - b).map(([, entry]) => entry);

/** A sum of pence leaves the tally only as a checked whole number. */
const settle = ({ meals, products, combos, revenue, vat }: Tally): DayStatistics => ({
  meals: ascending(meals),
  products: ascending(products),
  combos: ascending(combos),
  revenue: Object.fromEntries(
    Object.entries(revenue).map(([name, amount]) => [name, pence(amount)]),
  ) as unknown as Revenue,
  vat: ascending(vat).map((entry) => ({
    ...entry,
    vat: pence(entry.vat),
    net: pence(entry.net),
  })),
});

/** The statistics of the parts taken together. */
export function addStatistics(parts: Iterable<DayStatistics>): DayStatistics {
  const total = emptyTally();
  for (const part of parts) {
    for (const { product, takeaway, eatIn } of part.meals) {
      const entry = entryOf(total.meals, product, () => ({ product, takeaway: 0, eatIn: 0 }));
      entry.takeaway += takeaway;
      entry.eatIn += eatIn;
    }
    for (const item of part.products) addItems(total.products, item);
    for (const item of part.combos) addItems(total.combos, item);
    for (const name of Object.keys(total.revenue) as (keyof Revenue)[]) {
      total.revenue[name] += part.revenue[name];
    }
    for (const booked of part.vat) addVat(total.vat, booked);
  }
  return settle(total);
}

const addItems = <Code extends number>(
  items: Map<number, Mutable<ItemCount<Code>>>,
  { code, takeaway, eatIn, waste, staff, option }: ItemCount<Code>,
): void => {
  addItem(items, code, 'takeaway', takeaway);
  addItem(items, code, 'eatIn', eatIn);
  addItem(items, code, 'waste', waste);
  addItem(items, code, 'staff', staff);
  addItem(items, code, 'option', option);
};

/** Gross of customer orders by what paid it, pence: equals Σ net + Σ VAT over the day. */
export const tenderedTotal = ({ revenue }: DayStatistics): Pence =>
  pence(
    revenue.cash +
      revenue.paidOut +
      revenue.cheque +
      revenue.card +
      revenue.onAccount +
      revenue.voucher -
      revenue.voucherOverage,
  );

export const NO_SALES: DayStatistics = dayStatistics([]);

/** Σ net + Σ VAT of the classes, pence. */
export const bookedTotal = ({ vat }: DayStatistics): Pence =>
  vat.reduce((sum, booked) => pence(sum + booked.net + booked.vat), ZERO);
