import { addDays, clockDate, DEFAULT_DAY_RULES, type DayRules } from '@tillwire/domain';
import type { Clock } from '@tillwire/runtime';
import type { OverviewPeriod } from '../store/overview-queries.ts';

const HOUR_MS = 3_600_000;
const WEEK_HOURS = 7 * 24;

/** Head Office's own reckoning of the day, the chain's usual one. */
export const HEAD_OFFICE_DAY: DayRules = DEFAULT_DAY_RULES;

/** Today, the same weekday a week before, and how far into it one compares. */
export function overviewPeriod(clock: Clock): OverviewPeriod {
  const now = clock.nowMs();
  const today = clockDate(now, HEAD_OFFICE_DAY);
  return {
    today,
    compared: addDays(today, -7),
    comparedThroughHour: Math.floor(now / HOUR_MS) - WEEK_HOURS,
  };
}
