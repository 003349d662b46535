import { expect, it } from 'vitest';
import { EMPTY_ENTRIES } from './empty-entries.ts';
import {
  entryOf,
  fieldTitle,
  groupsOf,
  hundredthsOf,
  microOf,
  penceOf,
  percentText,
  poundsText,
  quantityText,
  textsOf,
} from './fields.ts';
import { COLLECTIONS, type CollectionName, keyOf } from './model.ts';

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

it.each([
  ['0.125', 125_000],
  ['1', 1_000_000],
  ['-1', -1_000_000],
  ['0.0000001', null],
  ['', null],
])('Reads %j as %s millionths', (text, micro) => {
  expect(microOf(text)).toBe(micro);
});

it.each([
  ['20', 2000],
  ['17.5 %', 1750],
  ['100', 10_000],
  ['x', null],
])('Reads %j as %s hundredths of a per cent', (text, hundredths) => {
  expect(hundredthsOf(text)).toBe(hundredths);
});

it('Writes pence, quantities and rates as they are read', () => {
  for (const pence of [0, 5, 50, 505, 99_999]) expect(penceOf(poundsText(pence))).toBe(pence);
  for (const micro of [0, 1, -1, 500_000, 1_000_000, -12_345_678]) {
    expect(microOf(quantityText(micro))).toBe(micro);
  }
  for (const rate of [0, 500, 1750, 2000]) expect(hundredthsOf(percentText(rate))).toBe(rate);
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
  eatVatClass: 1,
};

it('An entry nobody touched is the same entry, of whatever collection', () => {
  expect(entryOf(BURGER, textsOf(BURGER))).toEqual({ entry: BURGER });
  for (const entry of Object.values(EMPTY_ENTRIES)) {
    expect(entryOf(entry, textsOf(entry))).toEqual({ entry });
  }
});

it('Leaves out a whole number that is emptied, and takes a product as it is picked', () => {
  const texts = { ...textsOf(BURGER), triple: '', double: '12 Double cheeseburger' };
  expect(entryOf(BURGER, texts)).toEqual({ entry: { ...BURGER, triple: null, double: 12 } });
});

it('Names every field that can’t be read', () => {
  const texts = { ...textsOf(BURGER), 'prices.2': 'five', code: '5x', triple: 'Big one' };
  expect(entryOf(BURGER, texts)).toEqual({ wrong: ['Code', 'Prices, band 3', 'Its triple'] });
});

it('Every field of every collection stands in one group, once', () => {
  for (const entry of Object.values(EMPTY_ENTRIES)) {
    const fields = groupsOf(entry).flatMap((group) => group.fields.map(([field]) => field));
    expect(fields.toSorted()).toEqual(Object.keys(entry).toSorted());
  }
});

it('Names fields as people do', () => {
  expect(['postCode', 'eatVatClass', 'company', 'vatNumber'].map(fieldTitle)).toEqual([
    'Post code',
    'VAT eat in',
    'Company',
    'VAT number',
  ]);
});

it('An entry of every collection has a key', () => {
  for (const name of Object.keys(COLLECTIONS) as CollectionName[]) {
    expect([name, keyOf(name, EMPTY_ENTRIES[name])]).not.toContain(undefined);
  }
  expect(keyOf('stockItems', { kind: 'B', code: 26 })).toBe('B00026');
});
