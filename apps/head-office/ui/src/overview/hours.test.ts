import { expect, it } from 'vitest';
import { hoursBeside } from './hours.ts';

const HOUR_MS = 3_600_000;
const at = (date: string, utcHour: number, gross: number) => ({ date, utcHour, orders: 1, gross });
const name = (epochMs: number): string => String((epochMs / HOUR_MS) % 24);

it('Puts the same hour of two weekdays beside each other and leaves open what is still to come', () => {
  const beside = hoursBeside(
    [
      at('2025-11-27', 1000, 500),
      at('2025-11-27', 1001, 700),
      at('2025-11-20', 1000 - 168, 400),
      at('2025-11-20', 1003 - 168, 900),
    ],
    '2025-11-27',
    1001.5 * HOUR_MS,
    name,
  );
  expect(beside).toEqual({
    places: ['16', '17', '18', '19'],
    today: [500, 700, null, null],
    compared: [400, 0, 0, 900],
  });
});

it('Of no sales there is nothing to show', () => {
  expect(hoursBeside([], '2025-11-27', 0, name)).toEqual({ places: [], today: [], compared: [] });
});
