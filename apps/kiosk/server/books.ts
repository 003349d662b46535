import { booksOfSummary } from '@tillwire/contract';
import {
  type BusinessDate,
  businessDateFor,
  clockDate,
  countedCash,
  type CountFault,
  type DayBooks,
  type DayFile,
  dayFiles,
  type DayRules,
  dayStatistics,
  type DenominationCount,
  err,
  ok,
  onAccountByCompany,
  type Order,
  type Pence,
  type Result,
  revenueRow,
  salesByChannel,
  salesByHour,
  salesByProduct,
  tenderedTotal,
  tillReading,
  type TillReading,
} from '@tillwire/domain';
import type { Clock, Ids } from '@tillwire/runtime';
import type { CatalogueInForce, CatalogueSource } from './catalogue-source.ts';
import { isWitnessed } from './clock-witness.ts';
import type { EventBus } from './events.ts';
import type { ClosingCatalogue, DayIssue, DayStore, TradingDay } from './store/day-store.ts';
import type { OrderStore } from './store/order-store.ts';
import type { Shift, ShiftStore } from './store/shift-store.ts';

/** Why the books did not do what they were asked. */
export type BooksRefusal =
  | { readonly type: 'no-catalogue' }
  /** Nothing is open, and the clock has not come to the next day. */
  | { readonly type: 'nothing-to-close'; readonly last: BusinessDate }
  | { readonly type: 'shift-open'; readonly shift: Shift }
  | { readonly type: 'unknown-shift' }
  | { readonly type: 'already-counted'; readonly shift: Shift }
  | { readonly type: 'bad-counts'; readonly faults: readonly CountFault[] };

/** The X reading: what a Z would say now, without closing. Amounts in pence. */
export interface Reading {
  readonly businessDate: BusinessDate;
  readonly orders: number;
  readonly gross: Pence;
  /** The columns of the RV file. */
  readonly revenue: ReturnType<typeof revenueRow>;
  readonly tenders: TillReading;
  readonly vat: DayBooks['statistics']['vat'];
}

export interface ShiftOpening {
  readonly requestId: string;
  readonly float: Pence;
  readonly crewId: string;
}

export interface CashUpRequest {
  readonly requestId: string;
  readonly shiftId: string;
  readonly counts: readonly DenominationCount[];
  readonly cheque: Pence | null;
  readonly card: Pence | null;
  readonly crewId: string;
  readonly note: string;
}

export interface Books {
  /** The date a sale would be booked on now. */
  readonly currentDate: () => Promise<BusinessDate>;
  readonly reading: () => Promise<Reading>;
  /** The Z of the open day, and of any forgotten before it. */
  readonly close: () => Promise<Result<DayIssue, BooksRefusal>>;
  /** Closes every open day whose rollover has passed; the dates it closed. */
  readonly closeForgotten: () => Promise<readonly BusinessDate[]>;
  readonly days: (limit: number) => Promise<readonly TradingDay[]>;
  readonly issue: (date: BusinessDate, revision?: number) => Promise<DayIssue | null>;
  /** The four files of a closed day, as last issued or at a revision; null while it is open. */
  readonly files: (date: BusinessDate, revision?: number) => Promise<readonly DayFile[] | null>;
  readonly report: (date: BusinessDate) => Promise<DayReport>;
  readonly openShift: (opening: ShiftOpening) => Promise<Result<Shift, BooksRefusal>>;
  readonly cashUp: (request: CashUpRequest) => Promise<Result<Shift, BooksRefusal>>;
  /** Keeps the reason of a variance, which is known only once the drawer is counted. */
  readonly explainCashUp: (shiftId: string, note: string) => Promise<Result<Shift, BooksRefusal>>;
  readonly shifts: (date: BusinessDate) => Promise<readonly Shift[]>;
  readonly currentShift: () => Promise<Shift | null>;
}

/** What a manager looks at of a day, open or closed. Amounts in pence. */
export interface DayReport {
  readonly businessDate: BusinessDate;
  readonly hours: ReturnType<typeof salesByHour>;
  readonly products: ReturnType<typeof salesByProduct>;
  readonly channels: ReturnType<typeof salesByChannel>;
  readonly onAccount: ReturnType<typeof onAccountByCompany>;
  readonly vat: DayBooks['statistics']['vat'];
  readonly tenders: TillReading;
  readonly revenue: ReturnType<typeof revenueRow>;
  /** Crew food, waste, paid outs and voided orders, each with who and why. */
  readonly exceptions: readonly {
    readonly globalOrderId: string;
    readonly kind: 'crew-food' | 'cooked-waste' | 'paid-out' | 'voided';
    /** Net of VAT for crew food and waste, else what it came to. */
    readonly amount: number;
    readonly crewId: string | null;
    readonly reason: string | null;
  }[];
}

export interface BooksDeps {
  readonly days: DayStore;
  readonly shifts: ShiftStore;
  readonly orders: Pick<OrderStore, 'currentDate'>;
  readonly catalogue: CatalogueSource;
  readonly day: () => DayRules;
  /** When somebody last stood for the clock, ms since 1970. */
  readonly clockWitnesses: () => Promise<readonly number[]>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly events: EventBus;
  /** Something was journalled. */
  readonly onCommitted: () => void;
}

/** Keeps the shop's books: readings, closings, shifts and reports. */
export function createBooks(deps: BooksDeps): Books {
  const { days, shifts, orders, catalogue, clock, ids } = deps;
  const dateOnClock = (): BusinessDate => clockDate(clock.nowMs(), deps.day());
  const currentDate = (): Promise<BusinessDate> => orders.currentDate(dateOnClock());

  /** The date a sale would be booked on: a clock far ahead that nobody stands for closes no day either. */
  const believedDate = async (last: TradingDay | undefined): Promise<BusinessDate> => {
    const isBelieved = isWitnessed(clock.nowMs(), await deps.clockWitnesses());
    const lastClosed = last !== undefined && last.closedAtMs !== null;
    return businessDateFor(dateOnClock(), { last: last?.date ?? null, lastClosed }, isBelieved)
      .date;
  };

  const closed = (date: string): void => {
    deps.onCommitted();
    deps.events.publish({ type: 'day', businessDate: date });
  };

  const closeOn = async (
    date: BusinessDate,
    inForce: CatalogueInForce,
  ): Promise<Result<DayIssue, BooksRefusal>> => {
    const outcome = await days.close(date, closingCatalogue(inForce), clock.nowMs());
    if ('type' in outcome) return err({ type: 'nothing-to-close', last: date });
    closed(date);
    return ok(outcome);
  };

  return {
    currentDate,
    reading: async () => {
      const date = await currentDate();
      return readingOf(date, await days.ordersOf(date));
    },
    close: async () => {
      const inForce = catalogue.current();
      if (inForce === null) return err({ type: 'no-catalogue' });
      const [last] = await days.days(1);
      if (last === undefined || last.closedAtMs === null) {
        return closeOn(last?.date ?? dateOnClock(), inForce);
      }
      const { date } = businessDateFor(dateOnClock(), { last: last.date, lastClosed: true }, false);
      if (date > dateOnClock()) return err({ type: 'nothing-to-close', last: last.date });
      return closeOn(date, inForce);
    },
    closeForgotten: async () => {
      const inForce = catalogue.current();
      if (inForce === null) return [];
      const known = await days.days(60);
      const today = await believedDate(known[0]);
      const open = known.filter(({ date, closedAtMs }) => closedAtMs === null && date < today);
      const dates: BusinessDate[] = [];
      for (const { date } of open.toReversed()) {
        const outcome = await closeOn(date, inForce);
        if (outcome.ok) dates.push(date);
      }
      return dates;
    },
    days: (limit) => days.days(limit),
    issue: (date, revision) => days.issue(date, revision),
    files: async (date, revision) => {
      const issue = await days.issue(date, revision);
      return issue === null ? null : dayFiles(booksOfSummary(issue.summary));
    },
    report: async (date) =>
      reportOf(date, await days.ordersOf(date), catalogue.current(), deps.day()),
    openShift: async ({ requestId, float, crewId }) => {
      const outcome = await shifts.open({
        requestId,
        shiftId: ids.uuid(),
        date: await currentDate(),
        float,
        crewId,
        nowMs: clock.nowMs(),
      });
      return outcome.type === 'shift-open' ? err(outcome) : ok(outcome.shift);
    },
    cashUp: async ({ counts, ...request }) => {
      const counted = countedCash(counts);
      if (!counted.ok) return err({ type: 'bad-counts', faults: counted.error });
      const nowMs = clock.nowMs();
      const outcome = await shifts.cashUp({ ...request, counts, counted: counted.value, nowMs });
      if (outcome.type === 'unknown-shift' || outcome.type === 'already-counted') {
        return err(outcome);
      }
      // Counted after its Z: the figures counted belong in that day's files.
      if (outcome.type === 'counted') {
        await days.reissue(outcome.shift.businessDate, nowMs);
        closed(outcome.shift.businessDate);
      }
      return ok(outcome.shift);
    },
    explainCashUp: async (shiftId, note) => {
      const shift = await shifts.explain(shiftId, note);
      return shift === null ? err({ type: 'unknown-shift' }) : ok(shift);
    },
    shifts: (date) => shifts.list(date),
    currentShift: () => shifts.current(),
  };
}

const closingCatalogue = ({ version, catalogue }: CatalogueInForce): ClosingCatalogue => ({
  version,
  lists: {
    products: catalogue.products.map(({ code }) => code),
    combos: catalogue.combos.map(({ code }) => code),
    vatClasses: catalogue.vatClasses.map((vat) => ({ vatClass: vat.class, vatRate: vat.rate })),
  },
});

/** The columns of RV for orders, nothing counted. */
const revenueOf = (businessDate: BusinessDate, orders: readonly Order[]) => {
  const statistics = dayStatistics(orders);
  const nothing = { products: [], combos: [], vatClasses: [] };
  const books = { businessDate, statistics, catalogue: nothing, counted: null, weekVat: [] };
  return { statistics, revenue: revenueRow(books) };
};

function readingOf(businessDate: BusinessDate, orders: readonly Order[]): Reading {
  const { statistics, revenue } = revenueOf(businessDate, orders);
  return {
    businessDate,
    orders: orders.filter(({ status }) => status !== 'voided').length,
    gross: tenderedTotal(statistics),
    revenue,
    tenders: tillReading(orders),
    vat: statistics.vat,
  };
}

function reportOf(
  businessDate: BusinessDate,
  orders: readonly Order[],
  inForce: CatalogueInForce | null,
  rules: DayRules,
): DayReport {
  const { statistics, revenue } = revenueOf(businessDate, orders);
  return {
    businessDate,
    hours: salesByHour(orders, rules),
    products: salesByProduct(orders),
    channels: inForce === null ? [] : salesByChannel(orders, inForce.index),
    onAccount: inForce === null ? [] : onAccountByCompany(orders, inForce.index),
    vat: statistics.vat,
    tenders: tillReading(orders),
    revenue,
    exceptions: orders.flatMap(exceptionOf),
  };
}

function exceptionOf(order: Order): DayReport['exceptions'] {
  const kind = order.status === 'voided' ? 'voided' : order.kind;
  if (kind === 'sale') return [];
  const { staff, waste, paidOut } = dayStatistics([order]).revenue;
  const amount = kind === 'voided' ? order.totals.gross : staff + waste + paidOut;
  const { id, crewId, reason } = order;
  return [{ globalOrderId: id, kind, amount, crewId, reason }];
}
