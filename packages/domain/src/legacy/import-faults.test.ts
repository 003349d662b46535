import { describe, expect, it } from 'vitest';
import { inAllBands, SMALL_SET, smallSet, withLine, withRows } from '../../test/legacy-set.ts';
import { importLegacyCatalogue } from './import-catalogue.ts';
import { byPlace, formatImportFault, formatImportWarning, type ImportFault } from './import-log.ts';

// Where an import tells what, and what it stays silent about.

type Changes = Parameters<typeof smallSet>[0];

const importOf = (changes: Changes, shop = 1) => importLegacyCatalogue(smallSet(changes), { shop });
function catalogueOf(changes: Changes) {
  const imported = importOf(changes);
  if (!imported.ok) throw new Error(imported.error.map(formatImportFault).join('\n'));
  return imported.value.catalogue;
}
function warningsOf(changes: Changes = {}): readonly string[] {
  const imported = importOf(changes);
  return imported.ok ? imported.value.report.warnings.map(formatImportWarning) : [];
}
function faultsOf(changes: Changes): readonly ImportFault[] {
  const imported = importOf(changes);
  return imported.ok ? [] : imported.error;
}
const saidOf = (changes: Changes): readonly string[] => faultsOf(changes).map(formatImportFault);
const price = inAllBands(100, 0);

describe('A broken rule', () => {
  it('of a combo is told at its cell, or else at its row', () => {
    const long = 'x'.repeat(201);
    expect(
      saidOf({
        'COMBTB1.CSV': withRows(
          'COMBTB1.CSV',
          `6,ODD,0,8,9,${inAllBands(1, 0)}`,
          `7,${long},0,1,1,${inAllBands(1, 0)}`,
        ),
      }),
    ).toEqual([
      'COMBTB1.CSV:4 EAT_VAT_CLASS: "8" is not allowed: there is no such VAT class',
      'COMBTB1.CSV:4 TAKE_VAT_CLASS: "9" is not allowed: there is no such VAT class',
      `COMBTB1.CSV:5: combos.7.name "${'x'.repeat(60)}…" is not allowed: the text has more than 200 characters`,
    ]);
  });

  it.each(['PDITEM1.CSV', 'COMBTB1.CSV', 'PDVAT_TB.CSV'] as const)(
    'is not looked for while %s cannot be read, as everything refers to it',
    (file) => {
      const headless = { [file]: withLine(file, 1, 'PRODNUMB') };
      const broken = { ...headless, 'COMP_PRO.CSV': withRows('COMP_PRO.CSV', '5,888,0') };
      expect(new Set(faultsOf(broken).map((fault) => `${fault.file}:${fault.line}`))).toEqual(
        new Set([`${file}:1`]),
      );
    },
  );

  it('of a cell at fault already is not told again, of a sound cell in the same row it is', () => {
    const changes = {
      'PDITEM1.CSV': withRows(
        'PDITEM1.CSV',
        `101,A,9,x,0,False,0,0,0,${price}`,
        `102,B,9,1,0,False,0,0,0,${price},surplus`,
      ),
    };
    expect(saidOf(changes)).toEqual([
      'PDITEM1.CSV:14 TAKE_VAT_CLASS: "x" is not allowed, must be a whole number from 0 to 99',
      'PDITEM1.CSV:14 EAT_VAT_CLASS: "9" is not allowed: there is no such VAT class',
      'PDITEM1.CSV:15: the row has 22 fields, must have 21 as the header',
    ]);
  });
});

describe('A fault', () => {
  it('carries the value that was given, and none where something is missing', () => {
    const valuesOf = (changes: Changes) => faultsOf(changes).map(({ value }) => value);
    expect(valuesOf({ 'P_CHOICE.CSV': ['PRODNUMB', '71'] })).toEqual(['']);
    expect(valuesOf({ 'P_CHOICE.CSV': [] })).toEqual(['']);
    expect(valuesOf({ 'PDVAT_TB.CSV': null })).toEqual(['']);
    expect(valuesOf({ 'pditem1.csv': SMALL_SET['PDITEM1.CSV'] })).toEqual(['']);
    expect(valuesOf({ 'P_CHOICE.CSV': withRows('P_CHOICE.CSV', '71,26,27') })).toEqual([
      '71,26,27',
    ]);
    const colours = withRows('EPOS_PROD1.CSV', '51,COLA,Cola,1,4,7,,3', '99,COLA,Cola,1,4,,2,3');
    expect(valuesOf({ 'EPOS_PROD1.CSV': colours })).toEqual(['7', '']);
    const twice = withRows('OPT_PRO.CSV', '4,30,0', '4,71,31');
    expect(valuesOf({ 'OPT_PRO.CSV': twice })).toEqual(['0', '31']);
  });

  it('of a colour stands for each of its three parts', () => {
    const keyed = (colour: string) =>
      saidOf({ 'EPOS_PROD1.CSV': withRows('EPOS_PROD1.CSV', `51,COLA,Cola,1,4,${colour}`) });
    for (const partial of ['1,,', ',1,', ',,1', '1,2,', '1,,3', ',2,3']) {
      expect(keyed(partial)).toEqual([
        'EPOS_PROD1.CSV:6 COLOUR_RED: must be a number from 0 to 255 for all of red, green and blue, or for none',
      ]);
    }
    expect(keyed(',,')).toEqual([]);
    expect(keyed('0,0,0')).toEqual([]);
  });

  it('in a key leaves its row out; elsewhere the row counts with a stand-in', () => {
    const unkeyed = { 'EXTRAS1.CSV': withRows('EXTRAS1.CSV', 'x,A,A,1', 'x,B,B,2') };
    expect(saidOf(unkeyed)).toEqual(
      [4, 5].map(
        (line) =>
          `EXTRAS1.CSV:${line} PRODNUMB: "x" is not allowed, must be a whole number from 1 to 99999`,
      ),
    );
  });

  it('makes a repeated key no second one', () => {
    const again = (first: string, second: string) =>
      saidOf({ 'EXTRAS1.CSV': withRows('EXTRAS1.CSV', first, second) });
    expect(again('30,A,Fries,x', '30,A,Chips,2')).toHaveLength(1);
    expect(again('30,A,Fries,1', '30,A,Chips,x')).toHaveLength(1);
    expect(again('30,A,Fries,1,surplus', '30,A,Chips,2')).toHaveLength(1);
    expect(again('30,A,Fries,1', '30,A,Chips,1')).toEqual([
      'EXTRAS1.CSV:5 ITEM_DESC: "Chips" contradicts line 4, must be "Fries" for the same key',
    ]);
  });

  it('shows a value of 60 characters whole', () => {
    const given = 'x'.repeat(60);
    expect(saidOf({ 'P_CHOICE.CSV': withRows('P_CHOICE.CSV', `71,${given}`) })[0]).toContain(
      `"${given}" is not allowed`,
    );
  });

  it('of a column missing from the header leaves the rows unread', () => {
    expect(saidOf({ 'P_CHOICE.CSV': ['PRODNUMB,OTHER', 'x,y'] })).toEqual([
      'P_CHOICE.CSV:1 OPT_PRODNUMB: is missing from the header, and the table needs it',
    ]);
  });
});

it('Faults stand in the order of files, of a file first its own, then by line', () => {
  const place = (file: string, line: number | null) =>
    ({ file, line, column: null, value: '', message: '' }) satisfies ImportFault;
  const faults = [place('B', 10), place('B', 9), place('A', 3), place('B', null)];
  expect(byPlace(faults).map(({ file, line }) => `${file}${line}`)).toEqual([
    'A3',
    'Bnull',
    'B9',
    'B10',
  ]);
});

describe('A sound set', () => {
  const about = (word: string, changes: Changes = {}) =>
    warningsOf(changes).filter((warning) => warning.includes(word));

  it('is warned of files of other names and other shops, never of its own', () => {
    expect(about('is no table of shop 1, ignored')).toEqual([]);
    expect(about('is no table of shop 1, ignored', { 'PRICE2.CSV': [], 'README.CSV': [] })).toEqual(
      ['PRICE2.CSV: is no table of shop 1, ignored', 'README.CSV: is no table of shop 1, ignored'],
    );
    const settings = ['REGULAR_SIDE,LARGE_SIDE,BASE_DRINK,KIDS_BASE_DRINK', '30,31,51,93'];
    expect(about('is no table', { 'settings.csv': settings })).toEqual([]);
  });

  it('is warned that its shop has no row, where there is a table of shops', () => {
    expect(about("receipts have no shop's name")).toEqual([]);
    const others = {
      'SHOPS_TB.CSV': SMALL_SET['SHOPS_TB.CSV'].map((row) => row.replace(/^1,/, '2,')),
    };
    expect(about("receipts have no shop's name", others)).toEqual([
      "SHOPS_TB.CSV: shop 1 is not in it, so receipts have no shop's name, address and VAT number",
    ]);
    expect(about("receipts have no shop's name", { 'SHOPS_TB.CSV': null })).toEqual([]);
    const [header, own = ''] = SMALL_SET['SHOPS_TB.CSV'];
    const two = [header, own, own.replace(/^1,/, '2,')].map(String);
    expect(about("receipts have no shop's name", { 'SHOPS_TB.CSV': two })).toEqual([]);
  });

  it('is not warned of places in sections where there is no table of sections', () => {
    expect(about('that GROUP_TB.CSV does not have', { 'GROUP_TB.CSV': null })).toEqual([]);
  });

  it('is warned of names longer than 16 characters only', () => {
    const named = (name: string) => ({
      'PDITEM1.CSV': withRows('PDITEM1.CSV', `101,${name},1,1,0,False,0,0,0,${price}`),
    });
    expect(about('longer than 16', named('SIXTEEN LETTERS!'))).toEqual([]);
    expect(about('longer than 16', named('SEVENTEEN LETTERS'))).toHaveLength(1);
  });

  it('drops choices of a combo whose combo or product is not stocked, each with its line', () => {
    const options = withRows('OPT_PRO.CSV', '77,26,0', '4,998,0');
    expect(about('OPT_PRO.CSV', { 'OPT_PRO.CSV': options })).toEqual([
      'OPT_PRO.CSV: rows about what this shop does not stock, dropped: 2 (line 5: combo 77; line 6: product 998)',
    ]);
    const listed = withLine('EPOS_FREE_PROD.CSV', 3, '1,BURGER,26|998,997');
    expect(about('EPOS_FREE_PROD.CSV', { 'EPOS_FREE_PROD.CSV': listed })).toEqual([
      'EPOS_FREE_PROD.CSV: products in a list that this shop does not stock, dropped: 2 (line 3: product 998; line 3: product 997)',
      'EPOS_FREE_PROD.CSV: choices of which this shop stocks none, dropped (line 3)',
    ]);
  });

  it('has empty texts and no zone for what PROD_EXT and COMB_EXT do not speak of', () => {
    const catalogue = catalogueOf({});
    expect(catalogue.products.find(({ code }) => code === 2)).toMatchObject({
      menuName: '',
      description: '',
      cookZone: 'none',
    });
    expect(catalogue.combos.find(({ code }) => code === 5)).toMatchObject({
      menuName: '',
      description: '',
    });
  });

  it('is of any shop up to 9999', () => {
    expect(importOf({}, 9999).ok).toBe(false);
    expect(() => importOf({}, 10_000)).toThrow('not a shop number: 10000');
  });
});
