import type { Hour } from '../shops.ts';

/** Two days hour by hour, each hour counted from the same moment of its day. Amounts in pence. */
export interface HoursBeside {
  readonly places: readonly string[];
  readonly today: readonly (number | null)[];
  readonly compared: readonly number[];
}

const HOUR_MS = 3_600_000;
const WEEK_HOURS = 168;

/** `today` has nothing yet after `nowMs`; `hourText` names an hour in the reader's zone. */
export function hoursBeside(
  hours: readonly Hour[],
  today: string,
  nowMs: number,
  hourText: (epochMs: number) => string,
): HoursBeside {
  const slot = ({ date, utcHour }: Hour): number =>
    date === today ? utcHour : utcHour + WEEK_HOURS;
  const slots = hours.map(slot);
  if (slots.length === 0) return { places: [], today: [], compared: [] };
  const first = Math.min(...slots);
  const last = Math.max(...slots);
  const nowHour = Math.floor(nowMs / HOUR_MS);
  const gross = (isToday: boolean, at: number): number =>
    hours
      .filter((hour) => (hour.date === today) === isToday && slot(hour) === at)
      .reduce((sum, hour) => sum + hour.gross, 0);
  const range = Array.from({ length: last - first + 1 }, (_, at) => first + at);
  return {
    places: range.map((at) => hourText(at * HOUR_MS)),
    today: range.map((at) => (at > nowHour ? null : gross(true, at))),
    compared: range.map((at) => gross(false, at)),
  };
}
