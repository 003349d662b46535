import type { BusinessDate } from './ids.ts';
import { invariant } from './result.ts';

const DAY_MS = 86_400_000;

/** How a shop reckons its trading day. */
export interface DayRules {
  /** An IANA zone, `Europe/London`. */
  readonly timeZone: string;
  /** Minutes after local midnight at which the day begins: 240 is 04:00. */
  readonly rolloverMinutes: number;
}

export const DEFAULT_DAY_RULES: DayRules = { timeZone: 'Europe/London', rolloverMinutes: 240 };

const ROLLOVER = /^([01]\d|2[0-3]):([0-5]\d)$/;
/** Minutes after midnight of `04:00`, or null when `text` is no time of day. */
export function parseRollover(text: string): number | null {
  const match = ROLLOVER.exec(text);
  return match === null ? null : Number(match[1]) * 60 + Number(match[2]);
}

const formatters = new Map<string, Intl.DateTimeFormat>();
const formatterOf = (timeZone: string): Intl.DateTimeFormat => {
  const known = formatters.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  formatters.set(timeZone, made);
  return made;
};

/** Whether the platform knows `timeZone`. */
export function isTimeZone(timeZone: string): boolean {
  try {
    formatterOf(timeZone);
    return true;
  } catch {
    return false;
  }
}

/** The wall clock of a zone at an instant. */
export interface LocalTime {
  readonly date: BusinessDate;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

export function localTimeOf(epochMs: number, timeZone: string): LocalTime {
  const parts = new Map(
    formatterOf(timeZone)
      .formatToParts(epochMs)
      .map(({ type, value }) => [type, value]),
  );
  return {
    date: `${parts.get('year')}-${parts.get('month')}-${parts.get('day')}` as BusinessDate,
    hour: Number(parts.get('hour')),
    minute: Number(parts.get('minute')),
    second: Number(parts.get('second')),
  };
}

/**
 * The date the clock alone would give: the local date, or the one before while the wall clock stands before
 * the rollover, so that 00:40 belongs to the evening before. Wall-clock time decides, through
 * daylight-saving changes too.
 */
export function clockDate(epochMs: number, { timeZone, rolloverMinutes }: DayRules): BusinessDate {
  const { date, hour, minute } = localTimeOf(epochMs, timeZone);
  return hour * 60 + minute < rolloverMinutes ? addDays(date, -1) : date;
}

/**
 * The instant at which the trading day `date` begins, in epoch milliseconds, to the second.
 */
export function dayStartMs(date: BusinessDate, rules: DayRules): number {
  // No zone is more than 15 hours from UTC, so the start lies within this window. Only a rollover inside the
  // hour that autumn repeats makes the clock date fall back here; either of its two moments is then taken.
  let before = Date.parse(`${date}T00:00:00Z`) - 16 * 3_600_000;
  let after = before + 56 * 3_600_000;
  invariant(
    clockDate(before, rules) < date && clockDate(after, rules) >= date,
    `the trading day ${date} has a beginning`,
  );
  while (after - before > 1000) {
    const middle = Math.floor((before + after) / 2000) * 1000;
    if (clockDate(middle, rules) < date) before = middle;
    else after = middle;
  }
  return after;
}

export function addDays(date: BusinessDate, days: number): BusinessDate {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS)
    .toISOString()
    .slice(0, 10) as BusinessDate;
}

/** Whole days from `from` to `to`. */
export const daysBetween = (from: BusinessDate, to: BusinessDate): number =>
  Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS);

/** 1 Monday to 7 Sunday. */
export const weekdayOf = (date: BusinessDate): number =>
  ((new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7) + 1;

export const mondayOf = (date: BusinessDate): BusinessDate => addDays(date, 1 - weekdayOf(date));

/** A clock more than this many days ahead of the books needs a second witness. */
export const MAX_DAYS_AHEAD = 7;

export interface DayState {
  /** The last business date used, null for a shop that never traded. */
  readonly last: BusinessDate | null;
  /** Whether that one had its Z. */
  readonly lastClosed: boolean;
}

export type DateOddity =
  /** The clock says an earlier date than the books; the books' stands. */
  | { readonly type: 'clock-behind'; readonly clock: BusinessDate; readonly used: BusinessDate }
  /** The clock is more than 7 days ahead and nobody confirmed it; the books' date stands. */
  | { readonly type: 'clock-far-ahead'; readonly clock: BusinessDate; readonly used: BusinessDate };

/**
 * The business date of a sale: max(the clock's date, the last date, or the day after it if that one is
 * closed). It never goes back or reopens. A clock date more than 7 days ahead of the last one counts only when
 * confirmed, by Head Office's time or a manager.
 */
export function businessDateFor(
  clock: BusinessDate,
  { last, lastClosed }: DayState,
  confirmed: boolean,
): { readonly date: BusinessDate; readonly oddity: DateOddity | null } {
  if (last === null) return { date: clock, oddity: null };
  const floor = lastClosed ? addDays(last, 1) : last;
  if (clock > floor) {
    if (confirmed || daysBetween(last, clock) <= MAX_DAYS_AHEAD)
      return { date: clock, oddity: null };
    return { date: floor, oddity: { type: 'clock-far-ahead', clock, used: floor } };
  }
  return {
    date: floor,
    oddity: clock < last ? { type: 'clock-behind', clock, used: floor } : null,
  };
}

/**
 * Whether an oddity is none after all: each date from the clock's to the day before the one used has had its Z
 * (`closed`: how many of them), as when a day was closed before its end. Whole days.
 */
export const isExplainedByZs = ({ clock, used }: DateOddity, closed: number): boolean =>
  closed === daysBetween(clock, used);
