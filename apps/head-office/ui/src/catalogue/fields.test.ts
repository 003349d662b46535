import { expect, it } from 'vitest';
import { entryOf, penceOf, poundsText, textsOf } from './fields.ts';

it.each([
  ['5.05', 505],
  ['5', 500],
  ['£5.5', 550],
  [' 0.05 ', 5],
  ['5.055', null],
  ['-1', null],
  ['1e3', null],
  ['', null],
])('Reads %j as %s pence', (text, pence) => {
  expect(penceOf(text)).toBe(pence);
});

it('Writes pence as they are read', () => {
  for (const pence of [0, 5, 50, 505, 99_999]) expect(penceOf(poundsText(pence))).toBe(pence);
});

const BURGER = {
  code: 5,
  name: 'Cheeseburger',
  prices: [505, 0, 5, 505, 505, 505],
  meal: 'standard',
  available: true,
  choiceGroups: [[41, 42]],
  double: null,
  triple: 7,
};

it('An entry nobody touched is the same entry', () => {
  expect(entryOf(BURGER, textsOf(BURGER))).toEqual({ entry: BURGER });
});

it('Leaves out a whole number that is emptied', () => {
  const texts = { ...textsOf(BURGER), triple: '', double: ' 12 ' };
  expect(entryOf(BURGER, texts)).toEqual({ entry: { ...BURGER, triple: null, double: 12 } });
});

it('Names every field that can’t be read', () => {
  const texts = { ...textsOf(BURGER), 'prices.2': 'five', code: '5x', choiceGroups: '[[41' };
  expect(entryOf(BURGER, texts)).toEqual({ wrong: ['code', 'prices, band 3', 'choiceGroups'] });
});
