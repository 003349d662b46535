import {
  booksOfSummary,
  type DaySummary,
  daySummaryOf,
  daySummarySchema,
  ordersDigest,
  sha256,
} from '@tillwire/contract';
import {
  addDays,
  type BusinessDate,
  businessDate,
  type ClassVat,
  type DayCatalogue,
  dayStatistics,
  daysBetween,
  invariant,
  mondayOf,
  type Order,
  type StoreCode,
  sumPence,
  utcInstant,
} from '@tillwire/domain';
import type { CrashPoint } from '@tillwire/runtime';
import { type KioskDatabase, type KioskTransaction, write } from './database.ts';
import { appendEvent, type JournalTail, lockJournal } from './journal-append.ts';
import { orderOfBytes } from './order-bytes.ts';
import { isBeyondCorrection } from './pruned-through.ts';
import { countedTakings } from './shift-store.ts';

/** A closed day as it was last issued. */
export interface DayIssue {
  readonly summary: DaySummary;
  readonly row: number;
}

export interface TradingDay {
  readonly date: BusinessDate;
  /** Sold on it, voided ones included: fewer than its last number where a restore left some out. */
  readonly orders: number;
  readonly closedAtMs: number | null;
  /** The last issue's; 0 while the day is open. */
  readonly revision: number;
}

/** The catalogue in force at a Z. */
export interface ClosingCatalogue {
  readonly version: number;
  readonly lists: DayCatalogue;
}

export interface DayStore {
  /** The Z of `date` and of every day before it still open, each in one durable transaction; the last one's issue. */
  readonly close: (
    date: BusinessDate,
    catalogue: ClosingCatalogue,
    nowMs: number,
  ) => Promise<DayIssue | { readonly type: 'already-closed' }>;
  /** Issues a closed day anew, and every later closed day of its week: something about it changed. */
  readonly reissue: (date: BusinessDate, nowMs: number) => Promise<void>;
  readonly issue: (date: BusinessDate, revision?: number) => Promise<DayIssue | null>;
  /** Newest first. */
  readonly days: (limit: number) => Promise<readonly TradingDay[]>;
  readonly ordersOf: (date: BusinessDate) => Promise<readonly Order[]>;
  /** Days whose last issue is not on disk yet, oldest first. */
  readonly unexported: () => Promise<readonly DayIssue[]>;
  /** The files of an issue, and so of those before it, are on disk. */
  readonly markExported: (date: BusinessDate, revision: number, nowMs: number) => Promise<void>;
}

export function createDayStore(
  db: KioskDatabase,
  { store, crashPoint }: { readonly store: StoreCode; readonly crashPoint: CrashPoint },
): DayStore {
  const closeOne = (
    date: BusinessDate,
    catalogue: ClosingCatalogue,
    nowMs: number,
  ): Promise<DayIssue | { readonly type: 'already-closed' }> =>
    write(db, async (tx) => {
      const tail = await lockJournal(tx);
      const day = await dayRow(tx, date);
      if (day !== undefined && day.closed_at_ms !== null) return { type: 'already-closed' };
      const later = await tx
        .selectFrom('trading_days')
        .select('business_date')
        .where('business_date', '>', date)
        .executeTakeFirst();
      invariant(later === undefined || day !== undefined, 'days are closed in their order');
      await tx
        .insertInto('trading_days')
        .values({ business_date: date, last_sequence: 0, closed_at_ms: nowMs })
        .onConflict((conflict) =>
          conflict.column('business_date').doUpdateSet({ closed_at_ms: nowMs }),
        )
        .execute();
      await tx
        .updateTable('shifts')
        .set({ through_sequence: day?.last_sequence ?? 0 })
        .where('business_date', '=', date)
        .where('through_sequence', 'is', null)
        .execute();
      crashPoint('day.before-issue');
      const { issue, tail: next } = await appendIssue(tx, tail, { store, date, catalogue, nowMs });
      // A day that came back after a restore can be closed behind later ones of its week.
      await reissueAfter(tx, next, { store, date, nowMs });
      return issue;
    });

  return {
    close: async (date, catalogue, nowMs) => {
      const earlier = await db
        .selectFrom('trading_days')
        .select('business_date')
        .where('closed_at_ms', 'is', null)
        .where('business_date', '<', date)
        .orderBy('business_date')
        .execute();
      for (const day of earlier) await closeOne(businessDate(day.business_date), catalogue, nowMs);
      const closed = await closeOne(date, catalogue, nowMs);
      crashPoint('day.after-close');
      return closed;
    },
    reissue: (date, nowMs) =>
      write(db, async (tx) => {
        await reissueFrom(tx, await lockJournal(tx), { store, date, nowMs });
      }),
    issue: (date, revision) => readIssue(db, date, revision),
    days: async (limit) => {
      const rows = await db
        .selectFrom('trading_days')
        .leftJoin('day_issues', 'day_issues.business_date', 'trading_days.business_date')
        .select((eb) => [
          'trading_days.business_date as date',
          'closed_at_ms',
          eb
            .selectFrom('orders')
            .select((of) => of.fn.countAll<number>().as('count'))
            .whereRef('orders.business_date', '=', 'trading_days.business_date')
            .as('orders'),
          eb.fn.max('day_issues.revision').as('revision'),
        ])
        .groupBy(['trading_days.business_date', 'closed_at_ms'])
        .orderBy('trading_days.business_date', 'desc')
        .limit(limit)
        .execute();
      return rows.map(({ date, orders, closed_at_ms, revision }) => ({
        date: businessDate(date),
        orders: Number(orders),
        closedAtMs: closed_at_ms,
        revision: revision ?? 0,
      }));
    },
    ordersOf: async (date) => (await dayOrders(db, date)).map(({ order }) => order),
    unexported: async () => {
      const rows = await db
        .selectFrom('day_issues')
        .select('business_date')
        .distinct()
        .where('exported_at_ms', 'is', null)
        .orderBy('business_date')
        .execute();
      const issues: DayIssue[] = [];
      for (const { business_date } of rows) {
        const issue = await readIssue(db, businessDate(business_date));
        if (issue !== null) issues.push(issue);
      }
      return issues;
    },
    markExported: async (date, revision, nowMs) => {
      await db
        .updateTable('day_issues')
        .set({ exported_at_ms: nowMs })
        .where('business_date', '=', date)
        .where('revision', '<=', revision)
        .where('exported_at_ms', 'is', null)
        .execute();
    },
  };
}

const dayRow = (on: KioskTransaction, date: BusinessDate) =>
  on
    .selectFrom('trading_days')
    .select(['last_sequence', 'closed_at_ms'])
    .where('business_date', '=', date)
    .executeTakeFirst();

export async function readIssue(
  on: KioskDatabase | KioskTransaction,
  date: BusinessDate,
  revision?: number,
): Promise<DayIssue | null> {
  let query = on
    .selectFrom('day_issues')
    .innerJoin('journal', 'journal.row', 'day_issues.row')
    .select(['journal.row', 'journal.payload', 'journal.hash'])
    .where('business_date', '=', date);
  if (revision !== undefined) query = query.where('revision', '=', revision);
  const found = await query
    .orderBy('day_issues.epoch', 'desc')
    .orderBy('revision', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (found === undefined) return null;
  invariant(sha256(found.payload) === found.hash, 'the journal holds what was written');
  return { summary: daySummarySchema.parse(JSON.parse(found.payload)), row: found.row };
}

interface HeldOrder {
  readonly order: Order;
  readonly hash: string;
}

/** The orders of a date at their current revisions, voided ones too. */
export async function dayOrders(
  on: KioskDatabase | KioskTransaction,
  date: BusinessDate,
): Promise<readonly HeldOrder[]> {
  const rows = await on
    .selectFrom('orders')
    .innerJoin('journal', 'journal.row', 'orders.row')
    .select(['journal.payload', 'journal.hash'])
    .where('business_date', '=', date)
    .orderBy('sequence')
    .execute();
  return rows.map(({ payload, hash }) => ({ order: orderOfBytes(payload, hash), hash }));
}

/** Where a date's order events stand in the journal, revisions included: a range an epoch. */
async function journalRanges(
  on: KioskTransaction,
  date: BusinessDate,
): Promise<DaySummary['journal']> {
  const rows = await on
    .selectFrom('orders')
    .innerJoin('journal', 'journal.subject', 'orders.order_id')
    .select((eb) => [
      'journal.epoch',
      eb.fn.min('journal.seq').as('from'),
      eb.fn.max('journal.seq').as('through'),
    ])
    .where('business_date', '=', date)
    .groupBy('journal.epoch')
    .orderBy('journal.epoch')
    .execute();
  return rows.map(({ epoch, from, through }) => ({ journal_epoch: epoch, from, through }));
}

interface NewIssue {
  readonly store: StoreCode;
  readonly date: BusinessDate;
  readonly catalogue: ClosingCatalogue;
  readonly nowMs: number;
}

async function appendIssue(
  tx: KioskTransaction,
  tail: JournalTail,
  { store, date, catalogue, nowMs }: NewIssue,
): Promise<{ readonly issue: DayIssue; readonly tail: JournalTail }> {
  const held = await dayOrders(tx, date);
  const statistics = dayStatistics(held.map(({ order }) => order));
  const last = await readIssue(tx, date);
  const books = {
    businessDate: date,
    statistics,
    catalogue: catalogue.lists,
    counted: await countedTakings(tx, date, statistics.revenue),
    weekVat: [...(await earlierVatOfWeek(tx, date)), statistics.vat],
  };
  const journal = await journalRanges(tx, date);
  const facts = {
    store,
    revision: (last?.summary.revision ?? 0) + 1,
    closedAt: utcInstant(nowMs),
    catalogVersion: catalogue.version,
    journal,
    orders: {
      count: held.length,
      voided: held.filter(({ order }) => order.status === 'voided').length,
      digest: ordersDigest(
        held.map(({ order, hash }) => ({ id: order.id, revision: order.revision, hash })),
      ),
    },
  };
  let summary: DaySummary | undefined;
  const next = await appendEvent(tx, tail, {
    kind: 'day',
    subject: date,
    createdAtMs: nowMs,
    at: (place) => (summary = daySummaryOf(books, facts, place)),
  });
  invariant(summary !== undefined, 'an issue was written');
  assertBooked(summary, held);
  await tx
    .insertInto('day_issues')
    .values({
      business_date: date,
      epoch: tail.epoch,
      revision: facts.revision,
      row: next.last_row,
      exported_at_ms: null,
    })
    .execute();
  return { issue: { summary, row: next.last_row }, tail: next };
}

/** What the tenders paid for is Σ net + Σ VAT of the customer orders, to the penny (domain.md §3). */
function assertBooked({ totals }: DaySummary, held: readonly HeldOrder[]): void {
  const sold = sumPence(
    held.flatMap(({ order }) =>
      order.kind === 'sale' && order.status === 'completed' ? [order.totals.gross] : [],
    ),
  );
  invariant(totals.gross === sold, 'a day is worth what its orders are worth');
}

/** VAT by class of the days of the week before `date`, Monday first, each as it was last issued. */
async function earlierVatOfWeek(
  on: KioskTransaction,
  date: BusinessDate,
): Promise<readonly (readonly ClassVat[])[]> {
  const monday = mondayOf(date);
  const week: (readonly ClassVat[])[] = [];
  for (let day = 0; day < daysBetween(monday, date); day++) {
    const issue = await readIssue(on, addDays(monday, day));
    week.push(issue === null ? [] : booksOfSummary(issue.summary).statistics.vat);
  }
  return week;
}

/**
 * Issues `date` anew with its next revision, and the later closed days of its week, whose K_WK_VAT holds it
 * (domain.md §4). A day not yet closed is left alone: its Z will see the change.
 */
export async function reissueFrom(
  tx: KioskTransaction,
  tail: JournalTail,
  change: Reissue,
): Promise<JournalTail> {
  const day = await dayRow(tx, change.date);
  if (day === undefined || day.closed_at_ms === null) return tail;
  if (await isBeyondCorrection(tx, change.date)) return tail;
  return reissueAfter(tx, await reissueDay(tx, tail, change), change);
}

interface Reissue {
  readonly store: StoreCode;
  readonly date: BusinessDate;
  readonly nowMs: number;
}

/** Issues the closed days of the week after `date` anew. */
async function reissueAfter(
  tx: KioskTransaction,
  tail: JournalTail,
  { store, date, nowMs }: Reissue,
): Promise<JournalTail> {
  const closed = await tx
    .selectFrom('trading_days')
    .select('business_date')
    .where('business_date', '>', date)
    .where('business_date', '<=', addDays(mondayOf(date), 6))
    .where('closed_at_ms', 'is not', null)
    .orderBy('business_date')
    .execute();
  let next = tail;
  for (const { business_date } of closed) {
    next = await reissueDay(tx, next, { store, date: businessDate(business_date), nowMs });
  }
  return next;
}

async function reissueDay(
  tx: KioskTransaction,
  tail: JournalTail,
  { store, date, nowMs }: Reissue,
): Promise<JournalTail> {
  const last = await readIssue(tx, date);
  invariant(last !== null, 'a closed day was issued');
  const catalogue = {
    version: last.summary.source_catalog_version,
    lists: booksOfSummary(last.summary).catalogue,
  };
  return (await appendIssue(tx, tail, { store, date, catalogue, nowMs })).tail;
}
