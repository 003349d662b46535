import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  arbitraryDay,
  type Day,
  inTheBooks,
  ordersOf,
  type Sale,
} from '../test/arbitrary-order.ts';
import { taken } from '../test/builders.ts';
import {
  addStatistics,
  bookedTotal,
  changePayment,
  type CustomerTender,
  type DayBooks,
  dayFiles,
  dayStatistics,
  type LineRequest,
  NO_SALES,
  type Order,
  type OrderRequest,
  priceOrder,
  revenueRow,
  tenderedTotal,
  tillReading,
  voidOrder,
  weekVatRows,
} from './index.ts';

// Laws that hold for every order of every valid catalogue.

const holds = (law: (day: Day) => void): void => fc.assert(fc.property(arbitraryDay, law));
const sum = (amounts: readonly number[]): number => amounts.reduce((total, one) => total + one, 0);

/** The books of a Wednesday, two quiet days before it. */
const booksOf = ({ context }: Day, statistics = NO_SALES): DayBooks => {
  const { products, combos, vatClasses } = context.index.catalogue;
  return {
    businessDate: '2025-07-16' as DayBooks['businessDate'],
    statistics,
    catalogue: {
      products: products.map(({ code }) => code),
      combos: combos.map(({ code }) => code),
      vatClasses: vatClasses.map((vat) => ({ vatClass: vat.class, vatRate: vat.rate })),
    },
    counted: null,
    weekVat: [[], [], statistics.vat],
  };
};

/** A day with a way to divide and mix it. */
const dividedDay = arbitraryDay.chain((day) =>
  fc.record({
    day: fc.constant(day),
    shuffled: fc.shuffledSubarray([...ordersOf(day)], { minLength: day.sales.length }),
    part: fc.array(fc.nat(3), { minLength: day.sales.length, maxLength: day.sales.length }),
  }),
);

describe('Every order', () => {
  it('has gross = net + VAT, whole and by class, by line and by component', () => {
    holds((day) => {
      for (const { totals, vat, lines } of ordersOf(day)) {
        expect(totals.gross).toBe(totals.net + totals.vat);
        expect(totals.net).toBe(sum(vat.map(({ net }) => net)));
        expect(totals.vat).toBe(sum(vat.map((booked) => booked.vat)));
        expect(totals.gross).toBe(sum(lines.map(({ total }) => total)));
        for (const { components, unitPrice, quantity, total } of lines) {
          expect(total).toBe(unitPrice * quantity);
          expect(unitPrice).toBe(sum(components.map((part) => part.price * part.quantity)));
          for (const { price, net, vat: tax } of components) {
            expect(price).toBe(net + tax);
            expect(Math.min(net, tax)).toBeGreaterThanOrEqual(0);
          }
        }
      }
    });
  });

  it('is covered by its tenders exactly, but for voucher overage', () => {
    holds((day) => {
      for (const { kind, tenders, totals, voucherOverage, change } of ordersOf(day)) {
        const paid = sum(tenders.map(({ amount }) => amount));
        if (kind !== 'paid-out') expect(paid - voucherOverage).toBe(totals.gross);
        expect(Math.min(change, voucherOverage)).toBe(0);
      }
    });
  });

  it('is worth the same as crew food and as cooked waste, whatever basis was sent', () => {
    holds((day) => {
      for (const { request } of day.sales) {
        if (request === null) continue;
        const crew = priceOrder({ ...request, vatBasis: 'take' }, 'crew-food', day.context);
        const waste = priceOrder({ ...request, vatBasis: 'eat' }, 'cooked-waste', day.context);
        expect(crew.ok && crew.value.totals).toEqual(waste.ok && waste.value.totals);
        expect(crew.ok && crew.value.discounts).toEqual(waste.ok && waste.value.discounts);
      }
    });
  });
});

describe('Merging and splitting equal lines', () => {
  const splitLine = (line: LineRequest): readonly LineRequest[] =>
    line.quantity === 1
      ? [line]
      : [
          { ...line, quantity: Math.floor(line.quantity / 3) || 1 },
          { ...line, quantity: line.quantity - (Math.floor(line.quantity / 3) || 1) },
        ];
  const split = (request: OrderRequest): OrderRequest => ({
    ...request,
    lines: request.lines.flatMap(splitLine),
  });

  it('changes no total, VAT, discount or statistic', () => {
    holds(({ sales, context }) => {
      for (const { request } of sales) {
        if (request === null) continue;
        const whole = inTheBooks(taken(request, context), 1, context.rules);
        const parts = inTheBooks(taken(split(request), context), 1, context.rules);
        expect(parts.totals).toEqual(whole.totals);
        expect(parts.vat).toEqual(whole.vat);
        expect(parts.discounts).toEqual(whole.discounts);
        expect(dayStatistics([parts])).toEqual(dayStatistics([whole]));
      }
    });
  });
});

describe('A day', () => {
  it('was paid with exactly Σ net + Σ VAT', () => {
    holds((day) => {
      const statistics = dayStatistics(ordersOf(day));
      expect(tenderedTotal(statistics)).toBe(bookedTotal(statistics));
      const sales = ordersOf(day).filter(
        ({ kind, status }) => kind === 'sale' && status === 'completed',
      );
      expect(bookedTotal(statistics)).toBe(sum(sales.map(({ totals }) => totals.gross)));
      expect(statistics.revenue.vat).toBe(sum(sales.map(({ totals }) => totals.vat)));
    });
  });

  it('balances in its files: K_WK_VAT against the tenders of RV', () => {
    holds((day) => {
      const books = booksOf(day, dayStatistics(ordersOf(day)));
      const rv = revenueRow(books);
      const booked = weekVatRows(books).map(({ vat, net }) => (vat[2] ?? 0) + (net[2] ?? 0));
      expect(sum(booked)).toBe(
        rv.TCASHVAL +
          rv.TPAYOUTVA +
          rv.TCHQVAL +
          rv.TCARDVAL +
          rv.TONACCOUNT +
          rv.TTOKENVAL -
          rv.TTOKENNOVR,
      );
    });
  });

  it('has the same statistics in whatever order its orders and their lines are taken', () => {
    fc.assert(
      fc.property(dividedDay, ({ day, shuffled }) => {
        const upsideDown = shuffled.map((order) => ({ ...order, lines: order.lines.toReversed() }));
        expect(dayStatistics(upsideDown)).toEqual(dayStatistics(ordersOf(day)));
      }),
    );
  });

  it('is the sum of its parts, however it is divided', () => {
    fc.assert(
      fc.property(dividedDay, ({ day, part }) => {
        const parts = [0, 1, 2, 3].map((which) =>
          dayStatistics(ordersOf(day).filter((_, at) => part[at] === which)),
        );
        expect(addStatistics(parts)).toEqual(dayStatistics(ordersOf(day)));
      }),
    );
  });

  it('rebuilt after deletions is as if the deleted had never been sold, to the byte of its files', () => {
    fc.assert(
      fc.property(dividedDay, ({ day, part }) => {
        const isDeleted = (at: number): boolean => part[at] === 0;
        const after = ordersOf(day).map((order, at) => {
          if (!isDeleted(at) || order.status === 'voided') return order;
          const voided = voidOrder(order, { crewId: '7', reason: 'mistake' });
          if (!voided.ok) throw new Error(JSON.stringify(voided.error));
          return voided.value;
        });
        const never = ordersOf(day).filter((_, at) => !isDeleted(at));
        const filesOf = (orders: readonly Order[]) => dayFiles(booksOf(day, dayStatistics(orders)));
        expect(filesOf(after)).toEqual(filesOf(never));
      }),
    );
  });

  it('closes with the X it had: readings kept up sale by sale are the Z', () => {
    holds((day) => {
      let x = NO_SALES;
      for (const order of ordersOf(day)) x = addStatistics([x, dayStatistics([order])]);
      expect(x).toEqual(dayStatistics(ordersOf(day)));
    });
  });

  it('reads at the till what it books', () => {
    holds((day) => {
      const { revenue } = dayStatistics(ordersOf(day));
      const reading = tillReading(ordersOf(day));
      expect({
        cash: reading.cash.amount - reading.paidOut.amount,
        cheque: reading.cheque.amount,
        card: reading.card.amount,
        onAccount: reading.onAccount.amount,
        voucher: reading.voucher.amount,
        paidOut: reading.paidOut.amount,
      }).toEqual({
        cash: revenue.cash,
        cheque: revenue.cheque,
        card: revenue.card,
        onAccount: revenue.onAccount,
        voucher: revenue.voucher,
        paidOut: revenue.paidOut,
      });
    });
  });
});

describe('Moving a payment to another tender', () => {
  const METHODS: readonly CustomerTender[] = ['cash', 'card', 'on-account'];
  const moved = ({ order }: Sale, { context }: Day): readonly Order[] =>
    METHODS.flatMap((method) => {
      const changed = changePayment(order, method, context);
      return changed.ok ? [changed.value] : [];
    });

  it('changes what paid, never what was sold or its VAT', () => {
    holds((day) => {
      for (const sale of day.sales) {
        const before = dayStatistics([sale.order]);
        for (const order of moved(sale, day)) {
          const after = dayStatistics([order]);
          expect(tenderedTotal(after)).toBe(tenderedTotal(before));
          expect({ ...after, revenue: null }).toEqual({ ...before, revenue: null });
        }
      }
    });
  });
});
