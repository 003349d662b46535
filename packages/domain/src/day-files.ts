import type { BusinessDate, ComboCode, ProductCode, VatClassCode } from './ids.ts';
import type { BasisPoints, Pence } from './money.ts';
import type { ClassVat, DayStatistics } from './statistics.ts';
import { weekdayOf } from './trading-day.ts';

/** Cash, cheques and cards as counted at cash-up, pence; the recorded figures stand until then. */
export interface CountedTakings {
  readonly cash: Pence;
  readonly cheque: Pence;
  readonly card: Pence;
}

/** What the files of a day list besides what was sold: the catalogue in force at Z. Ascending. */
export interface DayCatalogue {
  readonly products: readonly ProductCode[];
  readonly combos: readonly ComboCode[];
  readonly vatClasses: readonly {
    readonly vatClass: VatClassCode;
    readonly vatRate: BasisPoints;
  }[];
}

/** Everything the four files of a day are made of. */
export interface DayBooks {
  readonly businessDate: BusinessDate;
  readonly statistics: DayStatistics;
  readonly catalogue: DayCatalogue;
  readonly counted: CountedTakings | null;
  /** VAT by class of this day and the earlier ones of its week, Monday first; a day not traded has an empty list. */
  readonly weekVat: readonly (readonly ClassVat[])[];
}

export interface DayFile {
  readonly name: string;
  /** ASCII, CR LF after every row, no BOM. */
  readonly text: string;
}

/** The four legacy files, to the byte. */
export const dayFiles = (books: DayBooks): readonly DayFile[] => [
  { name: `MP${fileDate(books.businessDate)}.CSV`, text: mealFile(books) },
  { name: `PD${fileDate(books.businessDate)}.CSV`, text: productFile(books) },
  { name: `RV${fileDate(books.businessDate)}.CSV`, text: revenueFile(books) },
  { name: 'K_WK_VAT.csv', text: weekVatFile(books) },
];

/** `ddmmyy`: 200725 is 20 July 2025. */
const fileDate = (date: BusinessDate): string =>
  date.slice(8, 10) + date.slice(5, 7) + date.slice(2, 4);

const csv = (header: string, rows: readonly (readonly (number | string)[])[]): string =>
  [header, ...rows.map((row) => row.join(','))].map((line) => `${line}\r\n`).join('');

/** The codes of the catalogue and of what was sold, ascending, each once. */
const listed = <Code extends number>(
  catalogue: readonly Code[],
  sold: readonly { readonly code: Code }[],
): readonly Code[] =>
  [...new Set([...catalogue, ...sold.map(({ code }) => code)])].sort((a, b) => a - b);

export interface MealRow {
  readonly product: ProductCode;
  readonly takeaway: number;
  readonly eatIn: number;
}

/** The rows of MP: a product of the catalogue or sold that day each. */
export function mealRows({ statistics, catalogue }: DayBooks): readonly MealRow[] {
  const meals = new Map(statistics.meals.map((meal) => [meal.product, meal]));
  return listed(catalogue.products, statistics.products).map(
    (product) => meals.get(product) ?? { product, takeaway: 0, eatIn: 0 },
  );
}

const mealFile = (books: DayBooks): string =>
  csv(
    'PRODNUMB,TAKEAWAY,EATIN',
    mealRows(books).map(({ product, takeaway, eatIn }) => [product, takeaway, eatIn]),
  );

export interface ProductRow {
  readonly code: ProductCode | ComboCode;
  readonly combo: boolean;
  readonly takeaway: number;
  readonly eatIn: number;
  readonly waste: number;
  readonly staff: number;
  readonly option: number;
}

/** The rows of PD: products, then combos. */
export function productRows({ statistics, catalogue }: DayBooks): readonly ProductRow[] {
  const none = { takeaway: 0, eatIn: 0, waste: 0, staff: 0, option: 0 };
  const products = new Map(statistics.products.map((item) => [item.code, item]));
  const combos = new Map(statistics.combos.map((item) => [item.code, item]));
  return [
    ...listed(catalogue.products, statistics.products).map((code) => ({
      ...(products.get(code) ?? { code, ...none }),
      combo: false,
    })),
    ...listed(catalogue.combos, statistics.combos).map((code) => ({
      ...(combos.get(code) ?? { code, ...none }),
      combo: true,
    })),
  ];
}

const productFile = (books: DayBooks): string =>
  csv(
    'PRODNUMB,COMBO,TAKEAWAY,EATIN,WASTE,STAFF,OPTION',
    productRows(books).map((row) => [
      row.code,
      row.combo ? 'TRUE' : 'FALSE',
      row.takeaway,
      row.eatIn,
      row.waste,
      row.staff,
      row.option,
    ]),
  );

/** The figures of RV in the order of its columns: pence, TGOLARGENU in meals. */
export function revenueRow({
  statistics,
  counted,
}: DayBooks): Readonly<Record<RevenueColumn, number>> {
  const { revenue } = statistics;
  return {
    TCASHVAL: revenue.cash,
    TCHQVAL: revenue.cheque,
    TCARDVAL: revenue.card,
    TONACCOUNT: revenue.onAccount,
    TSTAFFVAL: revenue.staff,
    TWASTEVAL: revenue.waste,
    TCOUPVAL: 0,
    TPAYOUTVA: revenue.paidOut,
    TTOKENVAL: revenue.voucher,
    TDISCNTVA: revenue.comboDiscount,
    TTOKENNOVR: revenue.voucherOverage,
    TGOLARGENU: revenue.goLarge,
    TMEAL_DISCNT: revenue.mealDiscount,
    ACTCASH: counted?.cash ?? revenue.cash,
    ACTCHQ: counted?.cheque ?? revenue.cheque,
    ACTCARD: counted?.card ?? revenue.card,
    VAT: revenue.vat,
    XPV: 0,
  };
}

export const REVENUE_COLUMNS = [
  'TCASHVAL',
  'TCHQVAL',
  'TCARDVAL',
  'TONACCOUNT',
  'TSTAFFVAL',
  'TWASTEVAL',
  'TCOUPVAL',
  'TPAYOUTVA',
  'TTOKENVAL',
  'TDISCNTVA',
  'TTOKENNOVR',
  'TGOLARGENU',
  'TMEAL_DISCNT',
  'ACTCASH',
  'ACTCHQ',
  'ACTCARD',
  'VAT',
  'XPV',
] as const;
export type RevenueColumn = (typeof REVENUE_COLUMNS)[number];

function revenueFile(books: DayBooks): string {
  const row = revenueRow(books);
  return csv(REVENUE_COLUMNS.join(','), [REVENUE_COLUMNS.map((column) => row[column])]);
}

/** A VAT class over the week; index 0 is Monday. Pence. */
export interface WeekVatRow {
  readonly vatClass: VatClassCode;
  readonly vatRate: BasisPoints;
  readonly vat: readonly number[];
  readonly net: readonly number[];
}

const WEEK = [0, 1, 2, 3, 4, 5, 6] as const;

/** The rows of K_WK_VAT: every class of the catalogue or booked this week, Monday up to this day. */
export function weekVatRows({ businessDate, catalogue, weekVat }: DayBooks): readonly WeekVatRow[] {
  const days = weekVat.slice(0, weekdayOf(businessDate));
  const rates = new Map<VatClassCode, BasisPoints>();
  for (const { vatClass, vatRate } of days.flat()) rates.set(vatClass, vatRate);
  for (const { vatClass, vatRate } of catalogue.vatClasses) rates.set(vatClass, vatRate);
  return [...rates]
    .sort(([a], [b]) => a - b)
    .map(([vatClass, vatRate]) => {
      const booked = WEEK.map((day) => days[day]?.find((entry) => entry.vatClass === vatClass));
      return {
        vatClass,
        vatRate,
        vat: booked.map((entry) => entry?.vat ?? 0),
        net: booked.map((entry) => entry?.net ?? 0),
      };
    });
}

const weekVatFile = (books: DayBooks): string =>
  csv(
    [
      'VAT_CLASS,VAT_RATE',
      ...WEEK.map((day) => `TOT_VAT_${day + 1}`),
      ...WEEK.map((day) => `T_VAL_EXCLVAT_${day + 1}`),
    ].join(','),
    weekVatRows(books).map(({ vatClass, vatRate, vat, net }) => [
      vatClass,
      percentText(vatRate),
      ...vat.map(poundsText),
      ...net.map(poundsText),
    ]),
  );

/** Pounds with two decimals; a zero prints `0`. What is booked is never negative. */
const poundsText = (amount: number): string => {
  if (amount === 0) return '0';
  const digits = String(amount).padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
};

/** A rate as a percentage without needless decimals: 2000 is `20`, 1750 is `17.5`. */
export const percentText = (rate: BasisPoints): string => {
  const text = String(rate).padStart(3, '0');
  const decimals = text.slice(-2).replace(/0+$/, '');
  return decimals === '' ? text.slice(0, -2) : `${text.slice(0, -2)}.${decimals}`;
};
