import { describe, expect, it } from 'vitest';
import {
  inAllBands,
  legacyFile,
  SMALL_SET,
  smallSet,
  withLine,
  withRows,
} from '../../test/legacy-set.ts';
import type { Catalogue, Combo, Product } from '../catalogue.ts';
import { InvariantError } from '../result.ts';
import {
  type ImportedCatalogue,
  type ImportReport,
  importLegacyCatalogue,
} from './import-catalogue.ts';
import { formatImportFault, formatImportWarning } from './import-log.ts';

type Changes = Parameters<typeof smallSet>[0];

function imported(changes: Changes = {}): ImportedCatalogue {
  const result = importLegacyCatalogue(smallSet(changes), { shop: 1 });
  if (!result.ok) throw new Error(result.error.map(formatImportFault).join('\n'));
  return result.value;
}
const catalogueOf = (changes?: Changes): Catalogue => imported(changes).catalogue;
const reportOf = (changes?: Changes): ImportReport => imported(changes).report;
const warningsOf = (changes?: Changes): readonly string[] =>
  reportOf(changes).warnings.map(formatImportWarning);

function faultsOf(changes: Changes): readonly string[] {
  const result = importLegacyCatalogue(smallSet(changes), { shop: 1 });
  return result.ok ? [] : result.error.map(formatImportFault);
}

const productIn = (catalogue: Catalogue, code: number): Product | undefined =>
  catalogue.products.find((product) => product.code === code);
const comboIn = (catalogue: Catalogue, code: number): Combo | undefined =>
  catalogue.combos.find((combo) => combo.code === code);

describe('A product', () => {
  it('comes out of all the tables that speak of it', () => {
    expect(productIn(catalogueOf(), 1)).toEqual({
      code: 1,
      name: 'BURGER',
      menuName: 'Beef Burger',
      description: 'Beef, lettuce, and a bun',
      eatVatClass: 1,
      takeVatClass: 1,
      readbackOrder: 9,
      mealOnly: false,
      meal: 'standard',
      mealDrink: 'none',
      largeDrink: null,
      prices: [500, 500, 500, 500, 500, 500],
      mealPrices: [0, 0, 0, 0, 0, 0],
      choiceGroups: [[26]],
      addOns: [36, 26],
      double: 2,
      triple: null,
      cookZone: 'prep',
      menuKey: { page: 1, sequence: 1, label: 'Burger', colour: { red: 231, green: 52, blue: 52 } },
      priceListPlace: { section: 4, sequence: 4, mealSection: 1, mealSequence: 1 },
      components: [
        { kind: 'A', code: 7, quantityMicro: 1_000_000 },
        { kind: 'A', code: 26, quantityMicro: 500_000 },
        { kind: 'B', code: 1, quantityMicro: 400_000 },
      ],
      allergens: null,
      kcal: null,
      available: true,
    });
  });

  it('has its padded values trimmed and its prices in their bands', () => {
    const prices = '1,101,2,102,3,103,4,104,5,105,6,106';
    const catalogue = catalogueOf({
      'PDITEM1.CSV': withLine(
        'PDITEM1.CSV',
        5,
        ` 26 ,  DIP KETCHUP ,1,0, 96,FALSE,0,0,000,${prices}`,
      ),
    });
    expect(productIn(catalogue, 26)).toMatchObject({
      name: 'DIP KETCHUP',
      prices: [1, 2, 3, 4, 5, 6],
      mealPrices: [101, 102, 103, 104, 105, 106],
    });
  });

  it('has the groups of EPOS_FREE_PROD, which win over P_CHOICE', () => {
    expect(productIn(catalogueOf(), 71)?.choiceGroups).toEqual([[26, 27], [27]]);
  });

  it('without a row in EPOS_FREE_PROD has its P_CHOICE rows as one group', () => {
    expect(productIn(catalogueOf(), 13)?.choiceGroups).toEqual([[26]]);
    const catalogue = catalogueOf({ 'EPOS_FREE_PROD.CSV': null });
    expect(productIn(catalogue, 71)?.choiceGroups).toEqual([[26, 27]]);
    expect(productIn(catalogue, 1)?.choiceGroups).toEqual([]);
  });

  it('with an empty row in EPOS_FREE_PROD has no groups, whatever P_CHOICE says', () => {
    const catalogue = catalogueOf({
      'EPOS_FREE_PROD.CSV': withLine('EPOS_FREE_PROD.CSV', 2, '71,,,'),
    });
    expect(productIn(catalogue, 71)?.choiceGroups).toEqual([]);
  });

  it('has its own add-ons, maybe none, with a row in EPOS_ADD_ONS, and else the general list', () => {
    const catalogue = catalogueOf();
    expect(productIn(catalogue, 13)?.addOns).toEqual([]);
    expect(productIn(catalogue, 2)?.addOns).toBeNull();
  });

  it('takes add-ons whose quotes were forgotten, since the list is the last column', () => {
    const catalogue = catalogueOf({
      'EPOS_ADD_ONS.CSV': withLine('EPOS_ADD_ONS.CSV', 2, '1,BURGER,36,26, 27'),
    });
    expect(productIn(catalogue, 1)?.addOns).toEqual([36, 26, 27]);
  });

  it('knows its allergens and kcal where PROD_EXT has the columns', () => {
    const { products } = catalogueOf({
      'PROD_EXT.CSV': [
        'PRODNUMB,NAME_ON_MENU,COOK_ZONE,Allergens,kcal,PROD_DESC',
        '1,Beef Burger,1,Gluten; Milk ,525,',
        '30,Fries,3,none,,',
        '31,Large Fries,3,,0,',
      ],
    });
    const known = products.map(({ code, allergens, kcal }) => [code, allergens, kcal]);
    expect(known).toEqual(
      expect.arrayContaining([
        [1, ['Gluten', 'Milk'], 525],
        [30, [], null],
        [31, null, 0],
        [2, null, null],
      ]),
    );
  });

  it('with a name longer than 16 characters is only warned of', () => {
    const row = `27,DIP MAYONNAISE MEDIUM,1,0,96,False,0,0,0,${inAllBands(55, 0)}`;
    expect(warningsOf({ 'PDITEM1.CSV': withLine('PDITEM1.CSV', 6, row) })).toContain(
      'PDITEM1.CSV: names longer than 16 characters, which older tills cut (line 6: DIP MAYONNAISE MEDIUM)',
    );
  });

  it('may contain a negative quantity', () => {
    expect(productIn(catalogueOf(), 13)?.components).toEqual([
      { kind: 'A', code: 53, quantityMicro: -1_250_000 },
    ]);
  });
});

describe('A combo', () => {
  it('has its components, its choices, and a trade-up with what that replaces', () => {
    expect(comboIn(catalogueOf(), 4)).toEqual({
      code: 4,
      name: 'PLATTER',
      menuName: 'Sharing Platter',
      description: '6 Bites, 8 Rings',
      eatVatClass: 1,
      takeVatClass: 1,
      prices: [1005, 1005, 1005, 1005, 1005, 1005],
      components: [71, 30],
      choiceGroups: [
        [26, 27],
        [26, 27],
      ],
      tradeUp: {
        combo: 5,
        prices: [1105, 1105, 1105, 1105, 1105, 1105],
        replacements: [
          { product: 26, by: 27 },
          { product: 30, by: 31 },
        ],
      },
      menuKey: { page: 1, sequence: 9, label: 'Sharing Platter', colour: null },
      priceListPlace: { section: 3, sequence: 1, mealSection: 0, mealSequence: 0 },
      available: true,
    });
  });

  it('without a row in EPOS_COMB_FREE_PROD has its OPT_PRO rows as one group', () => {
    expect(comboIn(catalogueOf(), 5)?.choiceGroups).toEqual([[26]]);
  });

  it('without a trade-up ignores replacements, with a warning', () => {
    const changes = { 'COMP_PRO.CSV': withLine('COMP_PRO.CSV', 4, '5,71,30') };
    expect(comboIn(catalogueOf(changes), 5)?.tradeUp).toBeNull();
    expect(warningsOf(changes)).toContain(
      'COMP_PRO.CSV: replacements in a combo without a trade-up, ignored (line 4: product 30 for 71)',
    );
  });

  it('ignores a replacement of a choice it does not offer, with a warning', () => {
    const changes = { 'OPT_PRO.CSV': withRows('OPT_PRO.CSV', '4,36,26') };
    expect(comboIn(catalogueOf(changes), 4)?.tradeUp?.replacements).toHaveLength(2);
    expect(warningsOf(changes)).toContain(
      'OPT_PRO.CSV: replacements of what the combo does not offer, ignored (line 5: product 26 for 36)',
    );
  });

  it('must be told one replacement for one product', () => {
    expect(faultsOf({ 'OPT_PRO.CSV': withRows('OPT_PRO.CSV', '4,30,0') })).toEqual([
      'OPT_PRO.CSV:5 T_PRODNUMB: "0" contradicts COMP_PRO.CSV:3, must be 31 for the same product',
    ]);
    expect(faultsOf({ 'OPT_PRO.CSV': withRows('OPT_PRO.CSV', '4,71,30') })).toEqual([
      'OPT_PRO.CSV:5 T_PRODNUMB: "30" contradicts COMP_PRO.CSV:2, must be 0 for the same product',
    ]);
    expect(faultsOf({ 'OPT_PRO.CSV': withRows('OPT_PRO.CSV', '4,30,31') })).toEqual([]);
  });
});

describe('The rest of a catalogue', () => {
  it('has VAT rates in exact basis points', () => {
    const changes = {
      'PDVAT_TB.CSV': [...SMALL_SET['PDVAT_TB.CSV'], '2,17.5,Old', '3,5.250,Low', '4,.5,'],
    };
    expect(catalogueOf(changes).vatClasses.map(({ rate }) => rate)).toEqual([
      0, 2000, 1750, 525, 50,
    ]);
  });

  it('has its channels by code, with booleans in any of their forms', () => {
    expect(catalogueOf().channels).toEqual([
      {
        code: 'DV-D',
        name: 'Rider - Deliver',
        band: 3,
        sequence: 8,
        record: 8,
        subSequence: 1,
        company: 2,
        accountFirm: 5,
        operates: true,
        accepts: {
          cash: false,
          card: false,
          onAccount: true,
          voucher: false,
          crewFood: false,
          cookedWaste: false,
        },
        delivers: true,
        hotDrinks: false,
      },
      expect.objectContaining({ code: 'OT-C', operates: true, delivers: false, hotDrinks: true }),
    ]);
  });

  it('without a PRICE table has one standard channel accepting all but on account', () => {
    const [channel, ...others] = catalogueOf({ 'PRICE1.CSV': null }).channels;
    expect(others).toEqual([]);
    expect(channel).toMatchObject({
      code: 'OT-C',
      name: 'Standard',
      band: 1,
      operates: true,
      accepts: {
        cash: true,
        card: true,
        onAccount: false,
        voucher: true,
        crewFood: true,
        cookedWaste: true,
      },
      delivers: false,
      hotDrinks: true,
    });
  });

  it('gives the kids drinks page 99 a title of its own, and drops keys on other pages without one', () => {
    const catalogue = catalogueOf();
    expect(catalogue.menuPages).toEqual([
      { id: 1, title: 'Burgers' },
      { id: 11, title: 'Hot Drinks' },
      { id: 99, title: 'Kids Drinks' },
    ]);
    expect(productIn(catalogue, 93)?.menuKey).toEqual({
      page: 99,
      sequence: 5,
      label: 'KIDS WATER',
      colour: null,
    });
    expect(productIn(catalogue, 36)?.menuKey).toBeNull();
    expect(warningsOf()).toContain(
      'EPOS_PROD1.CSV: keys on a page without a title in EPOS_GROUP1.CSV, dropped (still sold by code) (line 5: page 98)',
    );
  });

  it('keeps the title that EPOS_GROUP gives page 99, and has no page 99 without a key on it', () => {
    const titled = catalogueOf({ 'EPOS_GROUP1.CSV': withRows('EPOS_GROUP1.CSV', '99,For Kids') });
    expect(titled.menuPages.at(-1)).toEqual({ id: 99, title: 'For Kids' });
    const unused = catalogueOf({ 'EPOS_PROD1.CSV': withLine('EPOS_PROD1.CSV', 4, '93,,,0,5,,,') });
    expect(unused.menuPages.map(({ id }) => id)).toEqual([1, 11]);
  });

  it('has no key for group 0 and for products without a row', () => {
    expect(productIn(catalogueOf(), 2)?.menuKey).toBeNull();
    expect(productIn(catalogueOf(), 51)?.menuKey).toBeNull();
  });

  it('has no page for group 0, even where EPOS_GROUP titles it', () => {
    const titled = { 'EPOS_GROUP1.CSV': withRows('EPOS_GROUP1.CSV', '0,Not on the till') };
    expect(catalogueOf(titled)).toEqual(catalogueOf());
  });

  it.each(['EPOS_GROUP1.CSV', 'EPOS_PROD1.CSV'])(
    "without %s has a menu of the price list's sections",
    (file) => {
      const catalogue = catalogueOf({ [file]: null });
      expect(catalogue.menuPages).toEqual([
        { id: 2, title: 'Kids Meals' },
        { id: 3, title: 'Sharing' },
        { id: 4, title: 'Burgers' },
      ]);
      expect(productIn(catalogue, 1)?.menuKey).toEqual({
        page: 4,
        sequence: 4,
        label: 'BURGER',
        colour: null,
      });
      expect(productIn(catalogue, 13)?.menuKey).toMatchObject({ page: 2, sequence: 7 });
      expect(comboIn(catalogue, 4)?.menuKey).toMatchObject({ page: 3, label: 'PLATTER' });
    },
  );

  it('has extras by product, labelled by the product where the label is empty', () => {
    expect(catalogueOf().extras).toEqual([
      { product: 26, label: 'DIP KETCHUP', sequence: 6 },
      { product: 36, label: 'Extra Bacon', sequence: 5 },
    ]);
  });

  it("has the shop's own stock names before the chain's, and only food and packaging", () => {
    expect(catalogueOf().stockItems).toEqual([
      { kind: 'A', code: 7, name: 'BUNs Falcone 4"' },
      { kind: 'A', code: 26, name: 'Iceberg 89p' },
      { kind: 'A', code: 53, name: 'Meat' },
      { kind: 'B', code: 1, name: 'Carrier' },
    ]);
    expect(warningsOf()).toContain(
      'E_ST1.CSV: stock items neither food (A) nor packaging (B), left out (line 3: C14)',
    );
  });

  it('warns of components without a name', () => {
    expect(warningsOf({ 'ST_ITEMS.CSV': null })).toContain(
      'ST_ITEMS.CSV: components without a name: 3 (A7 of product 1; B1 of product 1; A53 of product 13)',
    );
  });

  it('has shops with the lines of their address that say something', () => {
    expect(catalogueOf().shops).toEqual([
      {
        shop: 1,
        name: 'Shop 1',
        abbreviation: 'SH',
        franchisee: 'Franchisee',
        fullName: 'Burgers Ltd',
        address: ['1 High Street', 'Town'],
        postCode: 'AB1 2CD',
        vatNumber: 'GB123',
        telephone: '01632',
        operators: 'Operator Ltd',
      },
    ]);
  });

  it('takes an older SHOPS_TB, and warns of a shop that is not in it', () => {
    const changes = {
      'SHOPS_TB.CSV': [
        'SHOP_CODE,SHOP_NAME,SHOP_ABBREV,FRANCHISEE,FULL_NAME,ADDRESS_1,ADDRESS_2,ADDRESS_3,POST_CODE',
        '2,Shop 2,SH,Franchisee,Burgers Ltd,1 High Street,,Town,AB1 2CD',
      ],
    };
    expect(catalogueOf(changes).shops).toMatchObject([{ shop: 2, vatNumber: '', telephone: '' }]);
    expect(warningsOf(changes)).toContain(
      "SHOPS_TB.CSV: shop 1 is not in it, so receipts have no shop's name, address and VAT number",
    );
  });

  it('has the price list, with null for lines that have no product', () => {
    const { priceListSections, miscellaneous } = catalogueOf();
    expect(priceListSections.at(-1)).toEqual({
      id: 4,
      name: 'Burgers',
      source: 'product',
      meal: 'none',
    });
    expect(miscellaneous).toEqual([
      { sequence: 2, product: null, name: '', label: 'goLarge' },
      { sequence: 5, product: 36, name: 'XTR BACON', label: 'Bacon' },
    ]);
  });

  it('drops a place in a section that the price list does not have for such items', () => {
    const changes = { 'APP_COMB.CSV': withLine('APP_COMB.CSV', 2, '4,PLATTER,4,1') };
    expect(comboIn(catalogueOf(changes), 4)?.priceListPlace).toBeNull();
    expect(warningsOf(changes)).toContain(
      'APP_COMB.CSV: places in a section of combos that GROUP_TB.CSV does not have, dropped (line 2: section 4)',
    );
    expect(productIn(catalogueOf({ 'GROUP_TB.CSV': null }), 1)?.priceListPlace).toBeNull();
  });

  it('has the usual sides and base drinks, unless the settings table says otherwise', () => {
    expect(catalogueOf().settings).toEqual({
      regularSide: 30,
      largeSide: 31,
      standardBaseDrink: 49,
      kidsBaseDrink: 89,
      anyFoodMayBeLeftOut: false,
    });
    const lines = ['REGULAR_SIDE,LARGE_SIDE,BASE_DRINK,KIDS_BASE_DRINK', '31,30,51,93'];
    expect(catalogueOf({ 'SETTINGS.CSV': lines }).settings).toMatchObject({
      regularSide: 31,
      largeSide: 30,
      standardBaseDrink: 51,
      kidsBaseDrink: 93,
    });
  });

  it('lets any food be left out where there is no relish table', () => {
    const { settings, relishes } = catalogueOf({ 'TOPPING_DEL.CSV': null });
    expect(settings.anyFoodMayBeLeftOut).toBe(true);
    expect(relishes).toEqual([]);
    expect(catalogueOf().relishes).toEqual([{ code: 26, name: 'Iceberg', menuName: 'Lettuce' }]);
  });
});

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

describe('Meals', () => {
  it('need their sides in the shop', () => {
    const without = (...codes: readonly string[]): readonly string[] =>
      SMALL_SET['PDITEM1.CSV'].filter((line) => !codes.includes(line.split(',')[0] ?? ''));
    const tables = { 'COMP_PRO.CSV': null, 'OPT_PRO.CSV': null };
    expect(faultsOf({ ...tables, 'PDITEM1.CSV': without('30', '31') })).toEqual([
      'PDITEM1.CSV: settings.regularSide "30" is not allowed: there is no such product',
      'PDITEM1.CSV: settings.largeSide "31" is not allowed: there is no such product',
    ]);
    const kidsOnly = without('1', '2', '71', '31');
    expect(faultsOf({ ...tables, 'PDITEM1.CSV': kidsOnly })).toEqual([]);
    expect(
      faultsOf({ ...tables, 'PDITEM1.CSV': without('1', '2', '13', '71', '30', '31') }),
    ).toEqual([]);
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
