import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  basisPoints,
  businessDate,
  comboCode,
  type DayBooks,
  dayFiles,
  MAX_SOLD_ITEMS,
  NO_SALES,
  pence,
  productCode,
  storeCode,
  utcInstant,
  vatClassCode,
} from '@tillwire/domain';
import { describe, expect, it } from 'vitest';
import { canonicalText, ZERO_HASH } from './canonical.ts';
import { MAX_EVENT_BYTES } from './payload.ts';
import {
  booksOfSummary,
  daySummaryFaults,
  daySummaryOf,
  daySummarySchema,
  ordersDigest,
} from './day-summary.ts';

const classVat = (vatClass: number, rate: number, net: number, vat: number) => ({
  vatClass: vatClassCode(vatClass),
  vatRate: basisPoints(rate),
  net: pence(net),
  vat: pence(vat),
});

/** A Wednesday on which a shop took £12.00 in cash, £5.00 of it for zero-rated food, and paid £3.00 out. */
const books: DayBooks = {
  businessDate: businessDate('2025-11-26'),
  catalogue: {
    products: [7, 44, 60].map(productCode),
    combos: [comboCode(3)],
    vatClasses: [
      { vatClass: vatClassCode(0), vatRate: basisPoints(0) },
      { vatClass: vatClassCode(1), vatRate: basisPoints(2000) },
    ],
  },
  counted: { cash: pence(850), cheque: pence(0), card: pence(0) },
  weekVat: [
    [classVat(1, 2000, 1000, 200)],
    [],
    [classVat(0, 0, 500, 0), classVat(1, 2000, 583, 117)],
  ],
  statistics: {
    ...NO_SALES,
    meals: [{ product: productCode(44), takeaway: 1, eatIn: 0 }],
    products: [
      { code: productCode(44), takeaway: 1, eatIn: 0, waste: 0, staff: 0, option: 0 },
      // Sold, and no longer on the menu.
      { code: productCode(90), takeaway: 0, eatIn: 0, waste: 0, staff: 0, option: 2 },
    ],
    combos: [{ code: comboCode(3), takeaway: 0, eatIn: 1, waste: 0, staff: 0, option: 0 }],
    revenue: {
      ...NO_SALES.revenue,
      cash: pence(900),
      paidOut: pence(300),
      vat: pence(117),
      goLarge: 1,
    },
    vat: [classVat(0, 0, 500, 0), classVat(1, 2000, 583, 117)],
  },
};

const summary = daySummaryOf(
  books,
  {
    store: storeCode('S03'),
    revision: 1,
    closedAt: utcInstant(1_764_194_400_000),
    catalogVersion: 1_733_018_400,
    journal: [{ journal_epoch: 1, from: 4, through: 9 }],
    orders: { count: 3, voided: 1, digest: ordersDigest([]) },
  },
  { journalEpoch: 1, journalSeq: 10, prevHash: ZERO_HASH },
);

describe('A day summary', () => {
  it('is what its schema says and breaks no rule', () => {
    expect(daySummarySchema.parse(JSON.parse(canonicalText(summary)))).toEqual(summary);
    expect(daySummaryFaults(summary)).toEqual([]);
  });

  it('of a day that sold nothing totals nothing, whatever the days before it did', () => {
    const quiet = daySummaryOf(
      { ...books, statistics: NO_SALES, weekVat: books.weekVat.slice(0, 1) },
      {
        store: storeCode('S03'),
        revision: 1,
        closedAt: utcInstant(1_764_194_400_000),
        catalogVersion: 1,
        journal: [],
        orders: { count: 0, voided: 0, digest: ordersDigest([]) },
      },
      { journalEpoch: 1, journalSeq: 10, prevHash: ZERO_HASH },
    );
    expect(quiet.totals).toEqual({ gross: 0, net: 0, vat: 0 });
    expect(quiet.kwkvat[1]?.vat).toEqual([200, 0, 0, 0, 0, 0, 0]);
    expect(daySummaryFaults(quiet)).toEqual([]);
  });

  it('gives back the four files of the store, byte for byte', () => {
    expect(dayFiles(booksOfSummary(summary))).toEqual(dayFiles(books));
  });

  it('carries no rows of zeros: the lists of its catalogue give them back', () => {
    expect(summary.kpro.map(({ code }) => code)).toEqual([44, 90, 3]);
    expect(dayFiles(booksOfSummary(summary))[1]?.text).toContain('\r\n60,FALSE,0,0,0,0,0\r\n');
  });

  it.each([
    ['totals', { totals: { ...summary.totals, gross: summary.totals.gross + 1 } }],
    ['krev', { krev: { ...summary.krev, TCARDVAL: 1 } }],
    ['orders.voided', { orders: { ...summary.orders, voided: 4 } }],
    ['journal.0', { journal: [{ journal_epoch: 1, from: 9, through: 4 }] }],
  ])('that breaks a rule of %s is told so', (path, change) => {
    const faults = daySummaryFaults({ ...summary, ...change });
    expect(faults.map((fault) => fault.path)).toContain(path);
  });

  it('of the first version is still read as it was written', () => {
    const file = join(import.meta.dirname, '..', 'golden', 'day-summary.v1.json');
    const golden = readFileSync(file, 'utf8').trim();
    expect(canonicalText(daySummarySchema.parse(JSON.parse(golden)))).toBe(golden);
    expect(golden).toBe(canonicalText(summary));
  });
});

it('A day on which everything of the largest menu was sold, in every way, is one event', () => {
  const often = 99_999;
  const sold = { takeaway: often, eatIn: often, waste: often, staff: often, option: often };
  const codes = Array.from({ length: MAX_SOLD_ITEMS }, (_, at) => productCode(99_999 - at));
  const classes = Array.from({ length: 100 }, (_, at) => classVat(at, 9999, 9_999_999, 9_999_999));
  const worst: DayBooks = {
    businessDate: businessDate('2025-11-30'),
    catalogue: {
      products: codes,
      combos: [],
      vatClasses: classes.map(({ vatClass, vatRate }) => ({ vatClass, vatRate })),
    },
    counted: { cash: pence(99_999_999), cheque: pence(99_999_999), card: pence(99_999_999) },
    weekVat: Array.from({ length: 7 }, () => classes),
    statistics: {
      ...NO_SALES,
      meals: codes.map((product) => ({ product, takeaway: often, eatIn: often })),
      products: codes.map((code) => ({ code, ...sold })),
      vat: classes,
    },
  };
  const facts = {
    store: storeCode('S9999'),
    revision: 99,
    closedAt: utcInstant(1_764_194_400_000),
    catalogVersion: 1_733_018_400,
    journal: [{ journal_epoch: 1_764_194_400, from: 1_000_000, through: 1_009_999 }],
    orders: { count: 9999, voided: 999, digest: ordersDigest([]) },
  };
  const place = { journalEpoch: 1_764_194_400, journalSeq: 1_010_000, prevHash: ZERO_HASH };
  const bytes = Buffer.byteLength(canonicalText(daySummaryOf(worst, facts, place)));
  expect(bytes).toBeLessThanOrEqual(MAX_EVENT_BYTES);
  expect(bytes).toBeGreaterThan(0.9 * MAX_EVENT_BYTES);
});

describe('The digest of a day’s orders', () => {
  const orders = [1, 2, 3].map((n) => ({
    id: `S03-20251126-00000${n}`,
    revision: 1,
    hash: `h${n}`,
  }));

  it('does not depend on their order', () => {
    expect(ordersDigest(orders.toReversed())).toBe(ordersDigest(orders));
  });

  it.each([
    ['an order is missing', orders.slice(1)],
    ['a revision is another', orders.map((order) => ({ ...order, revision: 2 }))],
    ['a hash is another', orders.map((order) => ({ ...order, hash: 'x' }))],
  ])('is another when %s', (_case, others) => {
    expect(ordersDigest(others)).not.toBe(ordersDigest(orders));
  });
});
