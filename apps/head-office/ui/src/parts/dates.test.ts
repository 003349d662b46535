import { expect, it } from 'vitest';
import { britishDate, dateOfText, timeOfText } from './dates.ts';

it.each([
  ['27/11/2025', '2025-11-27'],
  ['3/2/2025', '2025-02-03'],
  ['27.11.2025', '2025-11-27'],
  ['27 Nov 2025', '2025-11-27'],
  ['Thu, 27 November 2025', '2025-11-27'],
  ['2025-11-27', '2025-11-27'],
  [' 29/02/2024 ', '2024-02-29'],
  ['29/02/2025', null],
  ['11/27/2025', null],
  ['27 Foo 2025', null],
  ['', null],
])('Reads %j as %s', (text, date) => {
  expect(dateOfText(text)).toBe(date);
});

it('Reads what it writes', () => {
  expect(dateOfText(britishDate('2025-11-07'))).toBe('2025-11-07');
});

it.each([
  ['4:00', '04:00:00'],
  ['04.30', '04:30:00'],
  [' 23:59:05 ', '23:59:05'],
  ['7', '07:00:00'],
  ['24:00', null],
  ['4:00:60', null],
  ['4:60', null],
  ['', null],
])('Reads the time %j as %s', (text, time) => {
  expect(timeOfText(text)).toBe(time);
});
