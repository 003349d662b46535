import { describe, expect, it } from 'vitest';
import { catalogueOf, faultsOf, productIn, reportOf, warningsOf } from '../../test/imported.ts';
import {
  inAllBands,
  legacyFile,
  SMALL_SET,
  smallSet,
  withLine,
  withRows,
} from '../../test/legacy-set.ts';
import { InvariantError } from '../result.ts';
import { importLegacyCatalogue } from './import-catalogue.ts';

describe('An import report', () => {
  it('counts every collection', () => {
    expect(reportOf()).toMatchObject({
      shop: 1,
      counts: {
        vatClasses: 2,
        products: 12,
        combos: 2,
        channels: 2,
        menuPages: 3,
        extras: 2,
        relishes: 1,
        stockItems: 4,
        shops: 1,
        priceListSections: 4,
        miscellaneous: 2,
      },
      missing: [],
    });
  });

  it('says of each file that may be missing what is lost by it', () => {
    const required = new Set(['PDITEM1.CSV', 'COMBTB1.CSV', 'PDVAT_TB.CSV']);
    const others = Object.keys(SMALL_SET).filter((name) => !required.has(name));
    const { missing } = reportOf(Object.fromEntries(others.map((name) => [name, null])));
    expect(missing.map(({ file }) => file).toSorted()).toEqual(others.toSorted());
    expect(missing).toContainEqual({
      file: 'PRICE1.CSV',
      cost: 'there is one channel, OT-C Standard, in price band 1, accepting all but on account',
    });
    expect(missing.every(({ cost }) => cost.length > 20)).toBe(true);
  });

  it('counts rows about what the shop does not stock, with a few examples', () => {
    const changes = {
      'P_CHOICE.CSV': withRows('P_CHOICE.CSV', '994,26', '71,994', '995,26', '996,26'),
      'EPOS_ADD_ONS.CSV': withLine('EPOS_ADD_ONS.CSV', 2, '1,BURGER,36|994|36'),
      'EPOS_FREE_PROD.CSV': withLine('EPOS_FREE_PROD.CSV', 2, '71,BITES,994,26|27'),
      'EXTRAS1.CSV': withRows('EXTRAS1.CSV', '994,XTR,,7'),
      'COMP_PRO.CSV': withRows('COMP_PRO.CSV', '44,994,0'),
    };
    expect(warningsOf(changes)).toEqual(
      expect.arrayContaining([
        'P_CHOICE.CSV: rows about what this shop does not stock, dropped: 4 (line 5: product 994; line 6: product 994; line 7: product 995; …)',
        'EPOS_ADD_ONS.CSV: products in a list that this shop does not stock, dropped (line 2: product 994)',
        'EPOS_ADD_ONS.CSV: products twice in a list, taken once (line 2: product 36)',
        'EPOS_FREE_PROD.CSV: choices of which this shop stocks none, dropped (line 2)',
        'EXTRAS1.CSV: rows about what this shop does not stock, dropped (line 4: product 994)',
        'COMP_PRO.CSV: rows about what this shop does not stock, dropped (line 5: combo 44)',
        'APP_PROD.CSV: double or triple versions not stocked, dropped (line 4: product 172)',
      ]),
    );
    const catalogue = catalogueOf(changes);
    expect(productIn(catalogue, 1)?.addOns).toEqual([36]);
    expect(productIn(catalogue, 71)?.choiceGroups).toEqual([[26, 27]]);
  });

  it('warns of unknown columns and files, and of rows said twice', () => {
    const warnings = warningsOf({
      'PDVAT_TB.CSV': [
        'VAT_CLASS,VAT_RATE,Colour,,VAT_DESC',
        '0,0,x,,Zero',
        '1,20,x,,Std',
        '1,20.0,y,,Std',
      ],
      'PDITEM7.CSV': SMALL_SET['PDITEM1.CSV'],
    });
    expect(warnings).toEqual(
      expect.arrayContaining([
        'PDVAT_TB.CSV: unknown columns, ignored: 2 (COLOUR; a column without a name)',
        'PDVAT_TB.CSV: rows said twice, taken once (lines 3 and 4)',
        'PDITEM7.CSV: is no table of shop 1, ignored',
      ]),
    );
  });
});

describe('A set of tables', () => {
  it('may have its names and headers in any letter case, in any order', () => {
    const files = smallSet().map(({ fileName, header, rows }) => ({
      fileName: fileName.toLowerCase(),
      header: header.map((name) => ` ${name.toLowerCase()}`),
      rows,
    }));
    const result = importLegacyCatalogue(files.toReversed(), { shop: 1 });
    expect(result.ok && result.value.catalogue).toEqual(catalogueOf());
  });

  it('must hold the tables nothing can do without', () => {
    expect(importLegacyCatalogue([], { shop: 9 })).toEqual({
      ok: false,
      error: ['COMBTB9.CSV', 'PDITEM9.CSV', 'PDVAT_TB.CSV'].map((file) => ({
        file,
        line: null,
        column: null,
        value: '',
        message: 'is missing, and nothing can be imported without it',
      })),
    });
  });

  it('must hold each table once', () => {
    expect(faultsOf({ 'p_choice.csv': SMALL_SET['P_CHOICE.CSV'] })).toEqual([
      'p_choice.csv: is the same table as P_CHOICE.CSV, and a table may be there only once',
    ]);
  });

  it('must have something in the tables that are sold from', () => {
    expect(
      faultsOf({ 'PRICE1.CSV': SMALL_SET['PRICE1.CSV'].slice(0, 1), 'PDVAT_TB.CSV': [] }),
    ).toEqual(['PDVAT_TB.CSV: is empty, must have a header']);
    expect(faultsOf({ 'PRICE1.CSV': SMALL_SET['PRICE1.CSV'].slice(0, 1) })).toEqual([
      'PRICE1.CSV: channels "0" is not allowed: must not be empty',
    ]);
  });

  it('is of a shop from 1 to 9999', () => {
    for (const shop of [0, 1.5, 10_000]) {
      expect(() => importLegacyCatalogue(smallSet(), { shop })).toThrow(InvariantError);
    }
  });

  it('broken in twenty ways tells of all twenty, in the order of files and lines', () => {
    const price = inAllBands(100, 0);
    const changes = {
      'PDITEM1.CSV': withRows(
        'PDITEM1.CSV',
        `101,A,9,1,0,False,0,0,0,${price}`,
        `102,B,1,1,256,Maybe,3,0,0,${price}`,
        `103,C,1,1,0,False,0,1,998,${price}`,
        `104,D,1,1,0,False,0,2,99,${price}`,
        `105,E,1,1,0,False,0,0,0,100001,-1,${price.slice(6)}`,
        `x7,F,1,1,0,False,0,0,0,${price}`,
        `1,BURGER,1,1,10,False,1,0,0,${inAllBands(500, 0)}`,
        '106,G,1',
        `107,H\u0000,1,1,0,False,0,0,0,${price}`,
        `108,,1,1,0,False,0,0,0,${price}`,
      ),
      'COMBTB1.CSV': withRows('COMBTB1.CSV', `6,MISSING,77,1,1,${inAllBands(1, 1)}`),
      'COMP_PRO.CSV': withRows('COMP_PRO.CSV', '5,888,0', '4,99,997'),
      'PDVAT_TB.CSV': withRows('PDVAT_TB.CSV', '7,17.555,Odd'),
      'EPOS_PROD1.CSV': withRows('EPOS_PROD1.CSV', '51,COLA,Cola,1,4,1,2,'),
      'PROD_EXT.CSV': ['PRODNUMB,PRODNAME,NAME_ON_MENU,PROD_DESC', '1,BURGER,Burger,Nice'],
      'ACODES.CSV': withRows('ACODES.CSV', '1,53,one', '1,8,1,2'),
    };
    expect(faultsOf(changes)).toEqual([
      'ACODES.CSV:5 QTY: "one" is not allowed, must be a decimal from -1000000 to 1000000 with at most 6 decimals',
      'ACODES.CSV:6: the row has 4 fields, must have 3 as the header',
      'COMBTB1.CSV:4 T_COMB_NUM: "77" is not allowed: there is no such combo',
      'COMP_PRO.CSV:5 PRODNUMB: "888" is not allowed: there is no such product',
      'COMP_PRO.CSV:6 T_PRODNUMB: "997" is not allowed: there is no such product',
      'EPOS_PROD1.CSV:6 COLOUR_RED: must be a number from 0 to 255 for all of red, green and blue, or for none',
      'PDITEM1.CSV:14 EAT_VAT_CLASS: "9" is not allowed: there is no such VAT class',
      'PDITEM1.CSV:15 READBACK_ORD: "256" is not allowed, must be a whole number from 0 to 255',
      'PDITEM1.CSV:15 MEAL_ONLY: "Maybe" is not allowed, must be True, False, 1 or 0',
      'PDITEM1.CSV:15 MEAL_CODE: "3" is not allowed, must be 0 or 1 or 2',
      'PDITEM1.CSV:16 T_DRINK_CD: "998" is not allowed: there is no such product',
      'PDITEM1.CSV:17 T_DRINK_CD: "99" is not allowed: must be a drink of the same kind of meal (kids) as its regular version',
      'PDITEM1.CSV:18 VATPR: "100001" is not allowed, must be a whole number of pence from 0 to 100000',
      'PDITEM1.CSV:18 DC_VATPR: "-1" is not allowed, must be a whole number of pence from 0 to 100000',
      'PDITEM1.CSV:19 PRODNUMB: "x7" is not allowed, must be a whole number from 1 to 99999',
      'PDITEM1.CSV:20 READBACK_ORD: "10" contradicts line 2, must be "9" for the same key',
      'PDITEM1.CSV:21: the row has 3 fields, must have 21 as the header',
      'PDITEM1.CSV:22 PRODNAME: "H\\u0000" contains a control character, must be text, not empty',
      'PDITEM1.CSV:23 PRODNAME: is empty, must be text, not empty',
      'PDVAT_TB.CSV:4 VAT_RATE: "17.555" is not allowed, must be a percentage from 0 to 100 with at most 2 decimals',
      'PROD_EXT.CSV:1 COOK_ZONE: is missing from the header, and the table needs it',
    ]);
  });

  it('carries each fault as data too', () => {
    const files = smallSet({ 'P_CHOICE.CSV': withRows('P_CHOICE.CSV', '71,2.5') });
    expect(importLegacyCatalogue(files, { shop: 1 })).toEqual({
      ok: false,
      error: [
        {
          file: 'P_CHOICE.CSV',
          line: 5,
          column: 'OPT_PRODNUMB',
          value: '2.5',
          message: '"2.5" is not allowed, must be a whole number from 1 to 99999',
        },
      ],
    });
  });
});

describe('A row', () => {
  it('with a wrong value in it breaks no further rule by that', () => {
    const row = `101,,x,9,0,False,0,1,bad,${inAllBands(100, 0)}`;
    const faults = faultsOf({
      'PDITEM1.CSV': withRows('PDITEM1.CSV', row, row),
      'PDVAT_TB.CSV': ['VAT_CLASS,VAT_RATE,VAT_DESC', '1,x,Standard', '0,0,'],
      'EPOS_PROD1.CSV': withRows('EPOS_PROD1.CSV', '101,,,1,1,,,'),
    });
    expect(faults.filter((fault) => fault.startsWith('PDITEM1.CSV:14'))).toEqual([
      expect.stringContaining('PRODNAME: is empty'),
      expect.stringContaining('EAT_VAT_CLASS: "x" is not allowed, must be'),
      expect.stringContaining('T_DRINK_CD: "bad"'),
      'PDITEM1.CSV:14 TAKE_VAT_CLASS: "9" is not allowed: there is no such VAT class',
    ]);
    expect(faults.filter((fault) => !fault.startsWith('PDITEM1.CSV'))).toEqual([
      'PDVAT_TB.CSV:2 VAT_RATE: "x" is not allowed, must be a percentage from 0 to 100 with at most 2 decimals',
    ]);
  });

  it('of a key with a wrong colour says so once', () => {
    const keys = withRows('EPOS_PROD1.CSV', '51,COLA,Cola,1,4,256,2,3');
    expect(faultsOf({ 'EPOS_PROD1.CSV': keys })).toEqual([
      'EPOS_PROD1.CSV:6 COLOUR_RED: "256" is not allowed, must be a whole number from 0 to 255',
    ]);
  });

  it('with a header column twice is not read at all', () => {
    const lines = ['PRODNUMB,PRODNUMB,OPT_PRODNUMB', '71,72,bad'];
    expect(faultsOf({ 'P_CHOICE.CSV': lines })).toEqual([
      'P_CHOICE.CSV:1 PRODNUMB: is in the header twice, and may be there only once',
    ]);
  });

  it('with surplus fields is at fault where the last column is no text', () => {
    const lines = ['EPOS_GROUP_TITLE,EPOS_GROUP_ID', 'Fries, Sides,1'];
    expect(faultsOf({ 'EPOS_GROUP1.CSV': lines })).toEqual([
      'EPOS_GROUP1.CSV:2: the row has 3 fields, must have 2 as the header',
    ]);
    const swapped = withLine('EPOS_FREE_PROD.CSV', 2, '71,SIX BITES,26,27,28');
    expect(faultsOf({ 'EPOS_FREE_PROD.CSV': swapped })).toHaveLength(1);
  });
});

it('A long value is cut in its message and whole in its data', () => {
  const long = 'x'.repeat(100);
  const result = importLegacyCatalogue(
    [
      ...smallSet({ 'P_CHOICE.CSV': null }),
      legacyFile('P_CHOICE.CSV', ['PRODNUMB,OPT_PRODNUMB', `${long},26`]),
    ],
    { shop: 1 },
  );
  expect(result.ok ? [] : result.error).toMatchObject([
    { value: long, message: expect.stringContaining(`"${'x'.repeat(60)}…" is not allowed`) },
  ]);
});
