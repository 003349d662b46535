import { addDays, businessDate, isBusinessDate, mondayOf } from '@tillwire/domain';

export interface Period {
  readonly from: string;
  readonly to: string;
}

export const PERIODS = [
  { value: 'today', label: 'Today' },
  { value: 'yesterday', label: 'Yesterday' },
  { value: 'week', label: 'This week' },
  { value: 'last-week', label: 'Last week' },
  { value: 'four-weeks', label: 'Last four weeks' },
  { value: 'dates', label: 'From … to …' },
] as const;

/** The dates a period's name stands for; unknown names and dates mean this week so far. */
export function periodOf(
  name: string,
  todayText: string,
  given: Readonly<Record<string, string>>,
): Period {
  const today = businessDate(todayText);
  const monday = mondayOf(today);
  switch (name) {
    case 'today':
      return { from: today, to: today };
    case 'yesterday':
      return { from: addDays(today, -1), to: addDays(today, -1) };
    case 'last-week':
      return { from: addDays(monday, -7), to: addDays(monday, -1) };
    case 'four-weeks':
      return { from: addDays(today, -27), to: today };
    case 'dates': {
      const to = given['to'] !== undefined && isBusinessDate(given['to']) ? given['to'] : today;
      const from =
        given['from'] !== undefined && isBusinessDate(given['from']) ? given['from'] : monday;
      return from <= to ? { from, to } : { from: to, to: from };
    }
    default:
      return { from: monday, to: today };
  }
}
