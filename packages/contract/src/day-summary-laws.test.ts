import {
  businessDate,
  type DayBooks,
  dayFiles,
  dayStatistics,
  pence,
  storeCode,
  utcInstant,
} from '@tillwire/domain';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { arbitrarySales, arbitrarySelling, type Sale } from '../../domain/test/arbitrary-order.ts';

import { ZERO_HASH } from './canonical.ts';
import {
  booksOfSummary,
  daySummaryFaults,
  daySummaryOf,
  daySummarySchema,
  ordersDigest,
} from './day-summary.ts';

const place = { journalEpoch: 1, journalSeq: 7, prevHash: ZERO_HASH };
const statisticsOf = (sales: readonly Sale[]) => dayStatistics(sales.map(({ order }) => order));

/** The books of a Tuesday with the Monday before it, counted or not. */
const arbitraryBooks: fc.Arbitrary<DayBooks> = arbitrarySelling.chain((context) => {
  const sales = arbitrarySales(context);
  return fc
    .record({ monday: sales, tuesday: sales, counted: fc.option(fc.nat(100_000)) })
    .map(({ monday, tuesday, counted }) => {
      const { products, combos, vatClasses } = context.index.catalogue;
      const statistics = statisticsOf(tuesday);
      return {
        businessDate: businessDate('2025-07-15'),
        statistics,
        catalogue: {
          // The last product was taken off the menu in the course of the day.
          products: products.slice(0, -1).map(({ code }) => code),
          combos: combos.map(({ code }) => code),
          vatClasses: vatClasses.map((vat) => ({ vatClass: vat.class, vatRate: vat.rate })),
        },
        counted:
          counted === null
            ? null
            : { cash: pence(counted), cheque: pence(0), card: pence(counted * 2) },
        weekVat: [statisticsOf(monday).vat, statistics.vat],
      };
    });
});

it('every closed day fits the wire, breaks no rule and gives back its four files byte for byte', () => {
  fc.assert(
    fc.property(arbitraryBooks, (books) => {
      const summary = daySummaryOf(
        books,
        {
          store: storeCode('S09'),
          revision: 1,
          closedAt: utcInstant(1_752_620_400_000),
          catalogVersion: 1,
          journal: [{ journal_epoch: 1, from: 1, through: 6 }],
          orders: { count: 6, voided: 1, digest: ordersDigest([]) },
        },
        place,
      );
      const received = daySummarySchema.parse(JSON.parse(JSON.stringify(summary)));
      expect(daySummaryFaults(received)).toEqual([]);
      expect(dayFiles(booksOfSummary(received))).toEqual(dayFiles(books));
    }),
  );
});
