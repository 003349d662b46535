import { type DaySummary, daySummarySchema } from '@tillwire/contract';
import { addDays, type BusinessDate, businessDate, mondayOf } from '@tillwire/domain';
import { type Clock, type Log, repeat, type Service } from '@tillwire/runtime';
import type { PoolClient } from 'pg';
import { type Database, inTransaction } from '../store/database.ts';
import {
  bookedVat,
  completeThrough,
  type DayKey,
  daysToJudge,
  eventsBeyond,
  heldOrdersOf,
  type Judgement,
  lockDay,
  parkedIn,
  readSummaryText,
  saveJudgement,
} from '../store/day-store.ts';
import { compareDay } from './compare-day.ts';

const EVERY_MS = 1000;
const DAYS_AT_ONCE = 50;

/** Judges closed days as they become complete: reconciled, or what differs by name. */
export const createDayJudge = ({
  db,
  clock,
  log,
}: {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
}): Service => ({
  name: 'day-judge',
  run: (signal) =>
    repeat(
      EVERY_MS,
      signal,
      async () => {
        for (const day of await daysToJudge(db, DAYS_AT_ONCE)) {
          if (signal.aborted) return;
          const judged = await judgeDay(db, day, clock.nowMs());
          if (judged?.state === 'differs') {
            log.error({ store: day.store, date: day.date }, 'a day differs from what was closed');
          }
        }
      },
      (error) => log.error({ err: error }, 'days could not be judged'),
    ),
});

/**
 * Judges one day now, whatever was made of it before, and keeps the judgement. Null where another worker is at it,
 * or the store never closed that day.
 */
export const judgeDay = (db: Database, day: DayKey, nowMs: number): Promise<Judgement | null> =>
  inTransaction(db, async (client) => {
    if (!(await lockDay(client, day))) return null;
    const text = await readSummaryText(client, day);
    const summary = text === null ? null : daySummarySchema.parse(JSON.parse(text));
    const judgement =
      summary === null ? waiting('its summary is not here') : await judge(client, day, summary);
    await saveJudgement(client, day, judgement, { summary, at: new Date(nowMs) });
    return judgement;
  });

const waiting = (detail: string): Judgement => ({ state: 'waiting', detail, differences: [] });

async function judge(client: PoolClient, day: DayKey, summary: DaySummary): Promise<Judgement> {
  const complete = await completeThrough(client, day.store);
  const needed = [
    ...summary.journal,
    // What came before the summary in its own epoch may be a correction of this day.
    { journal_epoch: summary.journal_epoch, through: summary.journal_seq - 1 },
  ];
  for (const { journal_epoch, through } of needed) {
    const held = complete.get(journal_epoch) ?? 0;
    if (held < through) {
      return waiting(`its events are complete through ${held} of ${through}`);
    }
  }
  const parked = await parkedIn(client, day.store, summary.journal);
  if (parked > 0) {
    return waiting(
      parked === 1 ? '1 of its events is parked' : `${parked} of its events are parked`,
    );
  }
  const monday = mondayOf(businessDate(summary.date));
  const beyond = await eventsBeyond(client, day, summary, monday);
  if (beyond > 0) {
    const detail = beyond === 1 ? '1 newer event came' : `${beyond} newer events came`;
    return { state: 'superseded', detail, differences: [] };
  }
  const differences = compareDay(
    summary,
    await heldOrdersOf(client, day),
    await earlierVat(client, day.store, businessDate(summary.date)),
  );
  return differences.length === 0
    ? { state: 'reconciled', detail: '', differences }
    : { state: 'differs', detail: differences[0]?.what ?? '', differences };
}

/** VAT of the days of the week before `date`, Monday first. */
async function earlierVat(client: PoolClient, store: string, date: BusinessDate) {
  const week = [];
  for (let day = mondayOf(date); day < date; day = addDays(day, 1)) {
    week.push(await bookedVat(client, { store, date: day }));
  }
  return week;
}
