import { describe, expect, it } from 'vitest';
import { type DayBooks, dayFiles, percentText } from './day-files.ts';
import { businessDate, comboCode, productCode, vatClassCode } from './ids.ts';
import { basisPoints, pence } from './money.ts';
import { NO_SALES } from './statistics.ts';

const booked = (vatClass: number, rate: number, net: number, vat: number) => ({
  vatClass: vatClassCode(vatClass),
  vatRate: basisPoints(rate),
  net: pence(net),
  vat: pence(vat),
});
const sold = (takeaway: number) => ({ takeaway, eatIn: 0, waste: 0, staff: 0, option: 0 });

/** A Wednesday of a shop with products 4 and 20, combo 3 and class 1 at 20 %. */
const books = (rest: Partial<DayBooks> = {}): DayBooks => ({
  businessDate: businessDate('2025-07-16'),
  statistics: NO_SALES,
  catalogue: {
    products: [4, 20].map(productCode),
    combos: [comboCode(3)],
    vatClasses: [{ vatClass: vatClassCode(1), vatRate: basisPoints(2000) }],
  },
  counted: null,
  weekVat: [[], [], []],
  ...rest,
});
/** The rows of a file without its header, by the start of its name. */
const rowsOf = (name: string, of: DayBooks): readonly string[] =>
  (dayFiles(of).find((file) => file.name.startsWith(name))?.text ?? '').split('\r\n').slice(1, -1);

describe('MP and PD', () => {
  it('have a row of zeros for what was not sold', () => {
    expect(rowsOf('MP', books())).toEqual(['4,0,0', '20,0,0']);
    expect(rowsOf('PD', books())).toEqual([
      '4,FALSE,0,0,0,0,0',
      '20,FALSE,0,0,0,0,0',
      '3,TRUE,0,0,0,0,0',
    ]);
  });

  it('have what was sold and is off the menu since, ascending among the rest', () => {
    const products = [5, 100].map((code) => ({ code: productCode(code), ...sold(code) }));
    const combos = [2, 9].map((code) => ({ code: comboCode(code), ...sold(code) }));
    const meals = [{ product: productCode(5), takeaway: 2, eatIn: 1 }];
    const of = books({ statistics: { ...NO_SALES, products, combos, meals } });
    expect(rowsOf('MP', of)).toEqual(['4,0,0', '5,2,1', '20,0,0', '100,0,0']);
    expect(rowsOf('PD', of)).toEqual([
      '4,FALSE,0,0,0,0,0',
      '5,FALSE,5,0,0,0,0',
      '20,FALSE,0,0,0,0,0',
      '100,FALSE,100,0,0,0,0',
      '2,TRUE,2,0,0,0,0',
      '3,TRUE,0,0,0,0,0',
      '9,TRUE,9,0,0,0,0',
    ]);
  });
});

describe('RV', () => {
  const revenue = {
    ...NO_SALES.revenue,
    cash: pence(101),
    cheque: pence(102),
    card: pence(103),
  };
  it('has the recorded figures as the actual ones until they are counted', () => {
    expect(rowsOf('RV', books({ statistics: { ...NO_SALES, revenue } }))).toEqual([
      '101,102,103,0,0,0,0,0,0,0,0,0,0,101,102,103,0,0',
    ]);
  });
  it('has what was counted beside what was recorded, a count of nothing too', () => {
    const counted = { cash: pence(0), cheque: pence(5), card: pence(0) };
    expect(rowsOf('RV', books({ statistics: { ...NO_SALES, revenue }, counted }))).toEqual([
      '101,102,103,0,0,0,0,0,0,0,0,0,0,0,5,0,0,0',
    ]);
  });
});

describe('K_WK_VAT', () => {
  it('holds Monday up to its day, nothing of later ones', () => {
    const week = [1, 2, 3, 4, 5, 6, 7].map((day) => [booked(1, 2000, day * 500, day * 100)]);
    expect(rowsOf('K_WK', books({ weekVat: week }))).toEqual([
      '1,20,1.00,2.00,3.00,0,0,0,0,5.00,10.00,15.00,0,0,0,0',
    ]);
    const sunday = books({ weekVat: week, businessDate: businessDate('2025-07-20') });
    expect(rowsOf('K_WK', sunday)).toEqual([
      '1,20,1.00,2.00,3.00,4.00,5.00,6.00,7.00,5.00,10.00,15.00,20.00,25.00,30.00,35.00',
    ]);
  });

  it('keeps the row of a class whose rate changed, at the rate of today, and what is booked stays', () => {
    expect(rowsOf('K_WK', books({ weekVat: [[booked(1, 1750, 1000, 175)], [], []] }))).toEqual([
      '1,20,1.75,0,0,0,0,0,0,10.00,0,0,0,0,0,0',
    ]);
  });

  it('keeps a class that is off the catalogue, at the rate it had last', () => {
    const weekVat = [[booked(0, 500, 100, 5)], [booked(0, 1250, 8, 1)], []];
    expect(rowsOf('K_WK', books({ weekVat }))).toEqual([
      '0,12.5,0.05,0.01,0,0,0,0,0,1.00,0.08,0,0,0,0,0',
      '1,20,0,0,0,0,0,0,0,0,0,0,0,0,0,0',
    ]);
  });
});

it('A rate is a percentage without needless decimals', () => {
  const rates = [0, 5, 50, 500, 1000, 1005, 1250, 1725, 2000, 2050, 10_000];
  expect(rates.map((rate) => percentText(basisPoints(rate)))).toEqual(
    '0 0.05 0.5 5 10 10.05 12.5 17.25 20 20.5 100'.split(' '),
  );
});
