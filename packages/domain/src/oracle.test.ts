import { describe, expect, test } from 'vitest';
import { type OracleDay, oracleFiles } from '../test/oracle.ts';
import { createDice, type Dice, randomCatalogue, randomDay } from '../test/random-days.ts';
import {
  bookedTotal,
  businessDate,
  type DayCatalogue,
  dayFiles,
  dayStatistics,
  type DayStatistics,
  pence,
  tenderedTotal,
} from './index.ts';

// 5 January 2026 is a Monday.
const WEEK = [5, 6, 7, 8, 9, 10, 11].map((day) => `2026-01-${String(day).padStart(2, '0')}`);
const WEEKS = 1429;

interface Sold extends OracleDay {
  readonly statistics: DayStatistics;
}

function randomWeek(dice: Dice): readonly Sold[] {
  let menu = randomCatalogue(dice);
  return WEEK.map((date) => {
    const day = randomDay(dice, menu);
    menu = day.menu;
    const catalogue: DayCatalogue = {
      products: menu.products.map(({ code }) => code),
      combos: menu.combos.map(({ code }) => code),
      vatClasses: menu.vatClasses.map((one) => ({ vatClass: one.class, vatRate: one.rate })),
    };
    const count = () => pence(dice.roll(100_000));
    const counted = dice.chance(30) ? { cash: count(), cheque: count(), card: count() } : null;
    return { date, orders: day.orders, catalogue, counted, statistics: dayStatistics(day.orders) };
  });
}

const filesOf = (week: readonly Sold[], last: Sold) =>
  dayFiles({
    businessDate: businessDate(last.date),
    statistics: last.statistics,
    catalogue: last.catalogue,
    counted: last.counted,
    weekVat: week.map(({ statistics }) => statistics.vat),
  });

describe('a day’s files written by two who never read each other', () => {
  test(`agree to the byte on ${WEEKS * WEEK.length} random days`, () => {
    for (let seed = 1; seed <= WEEKS; seed++) {
      const week = randomWeek(createDice(seed));
      week.forEach((day, at) => {
        const soFar = week.slice(0, at + 1);
        const files = filesOf(soFar, day);
        const oracle = oracleFiles(soFar);
        for (const [which, { name, text }] of files.entries()) {
          const other = oracle[which];
          // Compared before it is expected: a matcher on ten thousand long equal texts is the slow part.
          if (name === other?.name && text === other.text) continue;
          expect
            .soft(`${name}\n${text}`, `seed ${seed}, ${day.date}`)
            .toBe(`${other?.name}\n${other?.text}`);
          throw new Error(`seed ${seed}, ${day.date}: ${name} differs`);
        }
      });
    }
  });

  test('leave nothing of the tenders unbooked', () => {
    for (let seed = 1; seed <= 200; seed++) {
      for (const { statistics } of randomWeek(createDice(seed))) {
        expect(tenderedTotal(statistics), `seed ${seed}`).toBe(bookedTotal(statistics));
      }
    }
  });
});
