import { describe, expect, it } from 'vitest';
import { catalogueOf, faultsOf, productIn, warningsOf } from '../../test/imported.ts';
import { inAllBands, SMALL_SET, withLine, withRows } from '../../test/legacy-set.ts';
import type { Catalogue, Combo } from '../catalogue.ts';

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
