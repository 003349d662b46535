import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { businessDate } from './ids.ts';
import {
  addDays,
  businessDateFor,
  clockDate,
  daysBetween,
  dayStartMs,
  DEFAULT_DAY_RULES,
  isTimeZone,
  localTimeOf,
  mondayOf,
  parseRollover,
  weekdayOf,
  isExplainedByZs,
} from './trading-day.ts';

const london = DEFAULT_DAY_RULES;
const at = (instant: string) => clockDate(Date.parse(instant), london);
const date = businessDate;

describe('the clock’s date', () => {
  it('rolls over at 04:00, so that 00:40 belongs to the evening before', () => {
    expect(at('2025-11-28T00:40:00Z')).toBe('2025-11-27');
    expect(at('2025-11-28T03:59:59Z')).toBe('2025-11-27');
    expect(at('2025-11-28T04:00:00Z')).toBe('2025-11-28');
  });
  it('is the zone’s in summer', () => {
    expect(at('2025-07-20T02:59:59Z')).toBe('2025-07-19');
    expect(at('2025-07-20T03:00:00Z')).toBe('2025-07-20');
  });
  it('carries through the March night of 23 hours', () => {
    expect(at('2025-03-30T00:59:00Z')).toBe('2025-03-29');
    expect(at('2025-03-30T01:00:00Z')).toBe('2025-03-29'); // 02:00 BST
    expect(at('2025-03-30T02:59:59Z')).toBe('2025-03-29');
    expect(at('2025-03-30T03:00:00Z')).toBe('2025-03-30'); // 04:00 BST
  });
  it('carries through the October night of 25 hours', () => {
    expect(at('2025-10-26T00:30:00Z')).toBe('2025-10-25'); // 01:30 BST
    expect(at('2025-10-26T01:30:00Z')).toBe('2025-10-25'); // 01:30 GMT
    expect(at('2025-10-26T03:59:59Z')).toBe('2025-10-25');
    expect(at('2025-10-26T04:00:00Z')).toBe('2025-10-26');
  });
  it('takes other zones and a rollover at midnight', () => {
    const auckland = { timeZone: 'Pacific/Auckland', rolloverMinutes: 0 };
    expect(clockDate(Date.parse('2025-07-20T12:00:00Z'), auckland)).toBe('2025-07-21');
    expect(localTimeOf(Date.parse('2025-07-20T12:34:56Z'), 'Pacific/Auckland')).toEqual({
      date: '2025-07-21',
      hour: 0,
      minute: 34,
      second: 56,
    });
  });
});

describe('the beginning of a trading day', () => {
  it.each([
    ['2025-11-27', '2025-11-27T04:00:00.000Z'],
    ['2025-07-20', '2025-07-20T03:00:00.000Z'],
    ['2025-03-30', '2025-03-30T03:00:00.000Z'],
    ['2025-10-26', '2025-10-26T04:00:00.000Z'],
  ])('%s begins at %s', (day, start) => {
    expect(new Date(dayStartMs(date(day), london)).toISOString()).toBe(start);
  });
  it('is the first second whose clock date it is, in any zone', () => {
    const zones = ['Europe/London', 'America/St_Johns', 'Pacific/Kiritimati', 'Asia/Kathmandu'];
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: 0, max: 4000 }),
        (timeZone, days) => {
          const rules = { timeZone, rolloverMinutes: 240 };
          const day = addDays(date('2020-01-01'), days);
          const start = dayStartMs(day, rules);
          expect(clockDate(start, rules)).toBe(day);
          expect(clockDate(start - 1000, rules)).toBe(addDays(day, -1));
        },
      ),
    );
  });
});

describe('the business date', () => {
  const open = { last: date('2025-11-27'), lastClosed: false };
  const closed = { last: date('2025-11-27'), lastClosed: true };
  const dateFor = (clock: string, state: typeof open, confirmed = false) =>
    businessDateFor(date(clock), state, confirmed);

  it('is the clock’s for a shop that never traded', () => {
    expect(businessDateFor(date('2099-01-01'), { last: null, lastClosed: false }, false)).toEqual({
      date: '2099-01-01',
      oddity: null,
    });
  });
  it('goes on with the last date while that is open', () => {
    expect(dateFor('2025-11-27', open)).toEqual({ date: '2025-11-27', oddity: null });
    expect(dateFor('2025-11-28', open)).toEqual({ date: '2025-11-28', oddity: null });
  });
  it('never reopens a closed date: it is the day after', () => {
    expect(dateFor('2025-11-27', closed)).toEqual({ date: '2025-11-28', oddity: null });
    expect(dateFor('2025-11-28', closed)).toEqual({ date: '2025-11-28', oddity: null });
    expect(dateFor('2025-11-29', closed)).toEqual({ date: '2025-11-29', oddity: null });
  });
  it('never goes back, and a clock behind the books is an oddity', () => {
    expect(dateFor('2025-11-26', open)).toEqual({
      date: '2025-11-27',
      oddity: { type: 'clock-behind', clock: '2025-11-26', used: '2025-11-27' },
    });
    expect(dateFor('2025-11-26', closed).date).toBe('2025-11-28');
  });
  it('takes a clock up to 7 days ahead, and further only when confirmed', () => {
    expect(dateFor('2025-12-04', open).date).toBe('2025-12-04');
    expect(dateFor('2025-12-05', open)).toEqual({
      date: '2025-11-27',
      oddity: { type: 'clock-far-ahead', clock: '2025-12-05', used: '2025-11-27' },
    });
    expect(dateFor('2099-01-01', closed).date).toBe('2025-11-28');
    expect(dateFor('2099-01-01', open, true)).toEqual({ date: '2099-01-01', oddity: null });
  });
});

describe('the calendar', () => {
  it('adds days over months, years and daylight saving', () => {
    expect(addDays(date('2024-02-28'), 1)).toBe('2024-02-29');
    expect(addDays(date('2025-12-31'), 1)).toBe('2026-01-01');
    expect(addDays(date('2025-03-30'), -1)).toBe('2025-03-29');
    expect(daysBetween(date('2025-03-29'), date('2025-03-31'))).toBe(2);
    expect(daysBetween(date('2025-03-31'), date('2025-03-29'))).toBe(-2);
  });
  it('begins the week on Monday', () => {
    expect(weekdayOf(date('2025-07-14'))).toBe(1);
    expect(weekdayOf(date('2025-07-20'))).toBe(7);
    expect(mondayOf(date('2025-07-20'))).toBe('2025-07-14');
    expect(mondayOf(date('2025-07-14'))).toBe('2025-07-14');
  });
  it('reads a rollover as a time of day', () => {
    expect(parseRollover('04:00')).toBe(240);
    expect(parseRollover('23:59')).toBe(1439);
    for (const bad of ['4:00', '24:00', '04:60', '', '04:00 '])
      expect(parseRollover(bad)).toBeNull();
  });
  it('knows the zones there are', () => {
    expect(isTimeZone('Europe/London')).toBe(true);
    expect(isTimeZone('Europe/Atlantis')).toBe(false);
  });
});

it('A clock behind the books is explained by Zs of every date between, and of no fewer', () => {
  const oddity = {
    type: 'clock-behind',
    clock: businessDate('2025-11-27'),
    used: businessDate('2025-11-29'),
  } as const;
  expect([0, 1, 2].map((closed) => isExplainedByZs(oddity, closed))).toEqual([false, false, true]);
});
