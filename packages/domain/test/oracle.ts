import type {
  CountedTakings,
  DayCatalogue,
  LineComponent,
  Order,
  OrderLine,
} from '../src/index.ts';

// The day's four files a second time, by whoever had only the rules and the shape of an
// order before him: order by order, row by row, with nothing shared with the first but the types. It trusts
// none of an order's own sums: VAT and discounts come anew from prices and rates.

export interface OracleDay {
  /** `YYYY-MM-DD`. */
  readonly date: string;
  readonly orders: readonly Order[];
  readonly catalogue: DayCatalogue;
  readonly counted: CountedTakings | null;
}

export interface OracleFile {
  readonly name: string;
  readonly text: string;
}

/** The files of the last of `week`'s days, which run from Monday on. */
export function oracleFiles(week: readonly OracleDay[]): readonly OracleFile[] {
  const day = week.at(-1);
  if (day === undefined) throw new Error('a week has a day');
  const [year, month, date] = day.date.split('-');
  const stamp = `${date}${month}${year?.slice(2)}`;
  return [
    { name: `MP${stamp}.CSV`, text: mealFile(day) },
    { name: `PD${stamp}.CSV`, text: productFile(day) },
    { name: `RV${stamp}.CSV`, text: revenueFile(day) },
    { name: 'K_WK_VAT.csv', text: weekVatFile(week) },
  ];
}

const csv = (header: string, rows: readonly (readonly (string | number)[])[]): string =>
  [header, ...rows.map((row) => row.join(','))].map((line) => `${line}\r\n`).join('');

const round = (n: number, d: number): number => (n - (n % d)) / d + (2 * (n % d) >= d ? 1 : 0);
const net = (gross: number, rate: number): number => round(gross * 10_000, 10_000 + rate);
const tax = (gross: number, rate: number): number => gross - net(gross, rate);
const sum = <T>(list: readonly T[], of: (one: T) => number): number => {
  let total = 0;
  for (const one of list) total += of(one);
  return total;
};

const standing = ({ orders }: OracleDay): readonly Order[] =>
  orders.filter(({ status }) => status !== 'voided');
const ofKind = (day: OracleDay, kind: Order['kind']): readonly Order[] =>
  standing(day).filter((order) => order.kind === kind);

const isCombo = ({ role }: LineComponent): boolean => role === 'combo';
/** What a combo is made of: its compulsory and its chosen components. */
const partsOf = ({ components }: OrderLine): readonly LineComponent[] =>
  components.filter((component) => !isCombo(component));
const mealOf = ({ isMeal, components }: OrderLine): readonly LineComponent[] =>
  isMeal ? components.filter(({ role }) => ['item', 'side', 'drink'].includes(role)) : [];

/** The codes of the rows: what the catalogue lists and whatever else was sold, ascending. */
function codesOf(day: OracleDay, combos: boolean): readonly number[] {
  const codes = new Set<number>(combos ? day.catalogue.combos : day.catalogue.products);
  for (const { lines } of standing(day)) {
    for (const { components } of lines) {
      for (const one of components) if (isCombo(one) === combos) codes.add(one.code);
    }
  }
  return [...codes].sort((a, b) => a - b);
}

function mealFile(day: OracleDay): string {
  const count = (code: number, basis: string): number =>
    sum(ofKind(day, 'sale'), (order) =>
      order.vatBasis === basis
        ? sum(order.lines, (line) => (line.isMeal && line.code === code ? line.quantity : 0))
        : 0,
    );
  const rows = codesOf(day, false).map((code) => [code, count(code, 'take'), count(code, 'eat')]);
  return csv('PRODNUMB,TAKEAWAY,EATIN', rows);
}

function productFile(day: OracleDay): string {
  const columns = ['TAKEAWAY', 'EATIN', 'WASTE', 'STAFF', 'OPTION'];
  const columnOf = (order: Order, line: OrderLine, { role }: LineComponent): string => {
    if (role === 'choice' && line.kind === 'product') return 'OPTION';
    if (order.kind === 'crew-food') return 'STAFF';
    if (order.kind === 'cooked-waste') return 'WASTE';
    return order.vatBasis === 'take' ? 'TAKEAWAY' : 'EATIN';
  };
  const counts = new Map<string, number>();
  for (const order of standing(day)) {
    for (const line of order.lines) {
      for (const one of line.components) {
        const key = `${isCombo(one)} ${one.code} ${columnOf(order, line, one)}`;
        counts.set(key, (counts.get(key) ?? 0) + one.quantity * line.quantity);
      }
    }
  }
  const rows = [false, true].flatMap((combos) =>
    codesOf(day, combos).map((code) => [
      code,
      combos ? 'TRUE' : 'FALSE',
      ...columns.map((column) => counts.get(`${combos} ${code} ${column}`) ?? 0),
    ]),
  );
  return csv(`PRODNUMB,COMBO,${columns.join(',')}`, rows);
}

/** What a house order is worth without VAT: every price net in its own class, a combo's in the combo's. */
const netWorth = ({ lines }: Order): number =>
  sum(lines, (line) =>
    sum(
      line.components,
      ({ price, vatRate, quantity }) => net(price, vatRate) * quantity * line.quantity,
    ),
  );

function discounts(
  day: OracleDay,
  perUnit: (line: OrderLine, valued: (price: number, rate: number) => number) => number,
): number {
  return sum(standing(day), ({ kind, lines }) => {
    const valued = kind === 'sale' ? (price: number) => price : net;
    return sum(lines, (line) => Math.max(0, perUnit(line, valued)) * line.quantity);
  });
}

function revenueFile(day: OracleDay): string {
  const sales = ofKind(day, 'sale');
  const taken = (method: string): number =>
    sum(sales, ({ tenders }) => sum(tenders, (one) => (one.method === method ? one.amount : 0)));
  const paidOut = sum(ofKind(day, 'paid-out'), ({ tenders }) =>
    sum(tenders, (one) => 0 - one.amount),
  );
  const cash = taken('cash') - paidOut;
  const [cheque, card, voucher] = [taken('cheque'), taken('card'), taken('voucher')];
  const due = (order: Order): number => sum(order.lines, priceOf);
  const row = {
    TCASHVAL: cash,
    TCHQVAL: cheque,
    TCARDVAL: card,
    TONACCOUNT: taken('on-account'),
    TSTAFFVAL: sum(ofKind(day, 'crew-food'), netWorth),
    TWASTEVAL: sum(ofKind(day, 'cooked-waste'), netWorth),
    TCOUPVAL: 0,
    TPAYOUTVA: paidOut,
    TTOKENVAL: voucher,
    TDISCNTVA: discounts(day, (line, valued) =>
      line.kind === 'combo'
        ? sum(partsOf(line), (one) => valued(one.singlePrice, one.vatRate)) -
          sum(line.components.filter(isCombo), (one) => valued(one.price, one.vatRate))
        : 0,
    ),
    TTOKENNOVR: sum(
      sales.filter(({ tenders }) => tenders.length === 1 && tenders[0]?.method === 'voucher'),
      (order) => sum(order.tenders, ({ amount }) => amount) - due(order),
    ),
    TGOLARGENU: sum(standing(day), ({ lines }) =>
      sum(lines, (line) => (line.isMeal && line.goLarge ? line.quantity : 0)),
    ),
    TMEAL_DISCNT: discounts(day, (line, valued) =>
      sum(
        mealOf(line),
        (one) => valued(one.singlePrice, one.vatRate) - valued(one.price, one.vatRate),
      ),
    ),
    ACTCASH: day.counted?.cash ?? cash,
    ACTCHQ: day.counted?.cheque ?? cheque,
    ACTCARD: day.counted?.card ?? card,
    VAT: sum([...vatByClass(day).values()], ({ vat }) => vat),
    XPV: 0,
  };
  return csv(Object.keys(row).join(','), [Object.values(row)]);
}

const priceOf = (line: OrderLine): number =>
  sum(line.components, ({ price, quantity }) => price * quantity) * line.quantity;

/** The E of a combo: the VAT in a combo is the share of its price in the VAT of what it is made of. */
function comboVat(line: OrderLine, { price, vatRate }: LineComponent): number {
  const parts = partsOf(line);
  const worth = sum(parts, ({ singlePrice }) => singlePrice);
  if (worth === 0) return tax(price, vatRate);
  return sum(parts, (one) => round(tax(one.singlePrice, one.vatRate) * price, worth));
}

/** What customers' orders book in each class, pence. */
function vatByClass(day: OracleDay): ReadonlyMap<number, { net: number; vat: number }> {
  const booked = new Map<number, { net: number; vat: number }>();
  for (const { lines } of ofKind(day, 'sale')) {
    for (const line of lines) {
      for (const one of line.components) {
        const units = one.quantity * line.quantity;
        const vat = isCombo(one) ? comboVat(line, one) : tax(one.price, one.vatRate);
        const row = booked.get(one.vatClass) ?? { net: 0, vat: 0 };
        booked.set(one.vatClass, {
          net: row.net + (one.price - vat) * units,
          vat: row.vat + vat * units,
        });
      }
    }
  }
  return booked;
}

const pounds = (amount: number): string =>
  amount === 0 ? '0' : `${Math.floor(amount / 100)}.${String(amount % 100).padStart(2, '0')}`;

function weekVatFile(week: readonly OracleDay[]): string {
  const days = week.map(vatByClass);
  const seven = [0, 1, 2, 3, 4, 5, 6];
  const header = ['TOT_VAT', 'T_VAL_EXCLVAT'].flatMap((name) =>
    seven.map((at) => `${name}_${at + 1}`),
  );
  const classes = week.at(-1)?.catalogue.vatClasses ?? [];
  const rows = classes.map(({ vatClass, vatRate }) => [
    vatClass,
    String(vatRate / 100),
    ...seven.map((at) => pounds(days[at]?.get(vatClass)?.vat ?? 0)),
    ...seven.map((at) => pounds(days[at]?.get(vatClass)?.net ?? 0)),
  ]);
  return csv(`VAT_CLASS,VAT_RATE,${header.join(',')}`, rows);
}
