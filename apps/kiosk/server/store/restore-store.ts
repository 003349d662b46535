import { type DaySummary, type OrderEvent, sha256 } from '@tillwire/contract';
import {
  addDays,
  type BusinessDate,
  businessDate,
  businessDateFor,
  clockDate,
  type DayRules,
  dayStartMs,
  invariant,
  MAX_DAYS_AHEAD,
  mondayOf,
  parseGlobalOrderId,
  type StoreCode,
} from '@tillwire/domain';
import type { Ids } from '@tillwire/runtime';
import { nextEpoch, sequenceAfterRestore } from '@tillwire/sync';
import { doubtClock } from './clock-store.ts';
import { type KioskDatabase, type KioskTransaction, write, writeMeta } from './database.ts';
import { reissueFrom } from './day-store.ts';
import { type JournalTail, lockJournal } from './journal-append.ts';
import { firstSequenceOf, raiseNumberFloor } from './number-floor.ts';
import { judgeOwn, type OwnEvent, readOwn } from './own-events.ts';
import { firstWrongIssue } from './wrong-issue.ts';

/** What a restored kiosk began with. */
export interface NewEpoch {
  readonly epoch: number;
  readonly date: BusinessDate;
  /** The next order's number on that date. */
  readonly nextSequence: number;
}

/**
 * Makes a database that was put back from a backup a journal of its own: a new epoch above every one before, order
 * numbers above any that the lost disk can have printed, a new installation to the broker, and a clock nobody has
 * confirmed yet (protocol.md §3.8).
 */
export const beginEpoch = (
  db: KioskDatabase,
  {
    nowMs,
    rules,
    ids,
    known = 0,
  }: {
    readonly nowMs: number;
    readonly rules: DayRules;
    readonly ids: Ids;
    /** The highest epoch Head Office was heard to hold; a clock far ahead may have begun it. */
    readonly known?: number;
  },
): Promise<NewEpoch> =>
  write(db, async (tx) => {
    const tail = await lockJournal(tx);
    const epoch = nextEpoch(Math.max(tail.epoch, known), Math.floor(nowMs / 1000));
    await tx.updateTable('journal_head').set({ epoch, seq: 0 }).where('id', '=', 1).execute();
    const last = await tx
      .selectFrom('trading_days')
      .selectAll()
      .orderBy('business_date', 'desc')
      .limit(1)
      .executeTakeFirst();
    const today = clockDate(nowMs, rules);
    const { date } = businessDateFor(
      today,
      {
        last: last === undefined ? null : businessDate(last.business_date),
        lastClosed: last !== undefined && last.closed_at_ms !== null,
      },
      true,
    );
    const sold = last?.business_date === date ? last.last_sequence : 0;
    // The clock's own rollover: a date whose day before had an early Z has not begun by it, and would count from zero
    // at each restore.
    const secondsIn = Math.floor((nowMs - dayStartMs(today, rules)) / 1000);
    const nextSequence = sequenceAfterRestore(sold, secondsIn);
    await tx
      .insertInto('trading_days')
      .values({ business_date: date, last_sequence: nextSequence - 1, closed_at_ms: null })
      .onConflict((conflict) =>
        conflict.column('business_date').doUpdateSet({ last_sequence: nextSequence - 1 }),
      )
      .execute();
    // The lost disk may have had this day's Z and sold on the next date already, or gone by a clock some days ahead.
    await raiseNumberFloor(tx, { through: addDays(date, MAX_DAYS_AHEAD), first: nextSequence });
    await writeMeta(tx, 'install_id', ids.uuid().slice(0, 8));
    await doubtClock(tx, await lastCommitMs(tx));
    return { epoch, date, nextSequence };
  });

async function lastCommitMs(tx: KioskTransaction): Promise<number> {
  const row = await tx
    .selectFrom('journal')
    .select((eb) => eb.fn.max('created_at_ms').as('at'))
    .executeTakeFirst();
  return row?.at ?? 0;
}

/** What became of the store's own events that Head Office gave back. */
export interface TakenBack {
  readonly stored: number;
  readonly held: number;
  /** Events that are not this store's, do not fit their neighbours, or stand where another is held. */
  readonly refused: readonly { readonly reason: string; readonly hash: string }[];
}

/**
 * Stores events of ended epochs that this kiosk's disk lost, as acknowledged, and issues the closed days they touch
 * anew where those say something else (protocol.md §3.8). At most 100; the same again changes nothing.
 */
export const takeBack = (
  db: KioskDatabase,
  texts: readonly string[],
  { store, nowMs }: { readonly store: StoreCode; readonly nowMs: number },
): Promise<TakenBack> =>
  write(db, async (tx) => {
    let tail = await lockJournal(tx);
    const touched = new Set<BusinessDate>();
    const refused: { reason: string; hash: string }[] = [];
    let [stored, held] = [0, 0];
    for (const text of texts) {
      const hash = sha256(text);
      const own = readOwn(text);
      const verdict =
        own === null ? 'unreadable' : await judgeOwn(tx, own, { hash, store, epoch: tail.epoch });
      if (own === null || (verdict !== 'missing' && verdict !== 'held')) {
        refused.push({ reason: verdict, hash });
        continue;
      }
      if (verdict === 'held') {
        held++;
        continue;
      }
      tail = await insertOwn(tx, tail, own, { text, hash, nowMs });
      touched.add(businessDate(own.kind === 'order' ? own.event.business_date : own.event.date));
      stored++;
    }
    for (const monday of new Set([...touched].map(mondayOf))) {
      const date = await firstWrongIssue(tx, monday);
      if (date !== null) tail = await reissueFrom(tx, tail, { store, date, nowMs });
    }
    return { stored, held, refused };
  });

async function insertOwn(
  tx: KioskTransaction,
  tail: JournalTail,
  own: OwnEvent,
  { text, hash, nowMs }: { readonly text: string; readonly hash: string; readonly nowMs: number },
): Promise<JournalTail> {
  const row = tail.last_row + 1;
  const { journal_epoch, journal_seq, prev_hash } = own.event;
  await tx
    .insertInto('journal')
    .values({
      row,
      epoch: journal_epoch,
      seq: journal_seq,
      kind: own.kind,
      subject: own.kind === 'order' ? own.event.global_order_id : own.event.date,
      hash,
      prev_hash,
      payload: text,
      created_at_ms: nowMs,
      acked_at_ms: nowMs,
      parked_at_ms: null,
    })
    .execute();
  await tx.updateTable('journal_head').set({ last_row: row }).where('id', '=', 1).execute();
  if (own.kind === 'order') await placeOrder(tx, own.event, row);
  else await placeDay(tx, own.event, { row, nowMs });
  return { ...tail, last_row: row };
}

async function placeOrder(tx: KioskTransaction, event: OrderEvent, row: number): Promise<void> {
  const id = parseGlobalOrderId(event.global_order_id);
  invariant(id !== null, 'an order event names its order');
  const { businessDate: date, sequence } = id;
  const known = await tx
    .selectFrom('orders')
    .innerJoin('journal', 'journal.row', 'orders.row')
    .select(['journal.epoch', 'orders.revision'])
    .where('order_id', '=', event.global_order_id)
    .executeTakeFirst();
  if (known === undefined) {
    await tx
      .insertInto('orders')
      .values({
        order_id: event.global_order_id,
        business_date: date,
        sequence,
        row,
        revision: event.revision,
        status: event.status,
        kind: event.kind,
        // Cooked long ago.
        kitchen: 'none',
        request_id: await freeRequestId(tx, event),
      })
      .execute();
  } else if (
    event.journal_epoch > known.epoch ||
    (event.journal_epoch === known.epoch && event.revision > known.revision)
  ) {
    await tx
      .updateTable('orders')
      .set({ row, revision: event.revision, status: event.status })
      .where('order_id', '=', event.global_order_id)
      .execute();
  }
  // More of this date may still be on its way back, and its numbers were printed too.
  const lastSequence = Math.max(sequence, (await firstSequenceOf(tx, date)) - 1);
  await tx
    .insertInto('trading_days')
    .values({ business_date: date, last_sequence: lastSequence, closed_at_ms: null })
    .onConflict((conflict) =>
      conflict
        .column('business_date')
        .doUpdateSet({ last_sequence: lastSequence })
        .where('trading_days.last_sequence', '<', lastSequence),
    )
    .execute();
}

/**
 * The request id a returned order answers to. A till that never got its answer may have asked again since the restore
 * and been sold a second order: that one answers.
 */
async function freeRequestId(
  tx: KioskTransaction,
  { request_id, global_order_id }: OrderEvent,
): Promise<string> {
  const own = `returned ${global_order_id}`;
  if (request_id === null) return own;
  const taken = await tx
    .selectFrom('orders')
    .select('order_id')
    .where('request_id', '=', request_id)
    .executeTakeFirst();
  return taken === undefined ? request_id : own;
}

async function placeDay(
  tx: KioskTransaction,
  { date, journal_epoch, revision }: DaySummary,
  { row, nowMs }: { readonly row: number; readonly nowMs: number },
): Promise<void> {
  await tx
    .insertInto('day_issues')
    .values({ business_date: date, epoch: journal_epoch, revision, row, exported_at_ms: null })
    .execute();
  await tx
    .insertInto('trading_days')
    .values({ business_date: date, last_sequence: 0, closed_at_ms: nowMs })
    .onConflict((conflict) => conflict.column('business_date').doUpdateSet({ closed_at_ms: nowMs }))
    .execute();
}
