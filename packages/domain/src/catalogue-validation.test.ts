import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryCatalogue } from '../test/arbitrary-catalogue.ts';
import { smallSet } from '../test/legacy-set.ts';
import type { Catalogue, Combo, Product } from './catalogue.ts';
import { MAX_SOLD_ITEMS } from './catalogue-limits.ts';
import { validateCatalogue } from './catalogue-validation.ts';
import { productCode } from './ids.ts';
import { importLegacyCatalogue } from './legacy/import-catalogue.ts';

const SOUND = ((): Catalogue => {
  const imported = importLegacyCatalogue(smallSet(), { shop: 1 });
  if (!imported.ok) throw new Error(JSON.stringify(imported.error));
  return imported.value.catalogue;
})();

/** Values of any kind, as a slip of an editor or a foreign sender would have them. */
type Slips<T> = { readonly [K in keyof T]?: unknown };

const withProduct = (code: number, slips: Slips<Product>): Catalogue => ({
  ...SOUND,
  products: SOUND.products.map((one) =>
    one.code === code ? ({ ...one, ...slips } as Product) : one,
  ),
});
const withCombo = (code: number, slips: Slips<Combo>): Catalogue => ({
  ...SOUND,
  combos: SOUND.combos.map((one) => (one.code === code ? ({ ...one, ...slips } as Combo) : one)),
});
const withParts = (slips: Slips<Catalogue>): Catalogue => ({ ...SOUND, ...slips }) as Catalogue;

const faultsOf = (catalogue: Catalogue): readonly string[] =>
  validateCatalogue(catalogue).map(({ path, rule, value }) => `${path} ${rule} ${value}`);

describe('A sound catalogue', () => {
  it('has no fault', () => {
    expect(validateCatalogue(SOUND)).toEqual([]);
    fc.assert(
      fc.property(arbitraryCatalogue, (catalogue) => {
        expect(validateCatalogue(catalogue)).toEqual([]);
      }),
    );
  });

  it('need not name every stock item, nor stock the base drinks of the price list', () => {
    const settings = { ...SOUND.settings, standardBaseDrink: 4711, kidsBaseDrink: 4712 };
    expect(faultsOf(withParts({ stockItems: [], settings }))).toEqual([]);
  });
});

describe('A product', () => {
  it.each<[string, Slips<Product>, readonly string[]]>([
    [
      'of VAT classes there are',
      { eatVatClass: 8, takeVatClass: 9 },
      ['eatVatClass vat-class-exists 8', 'takeVatClass vat-class-exists 9'],
    ],
    ['with a name', { name: '' }, ['name not-empty ']],
    [
      'with clean texts',
      { name: ' X', menuName: 'a\tb', description: 'x'.repeat(1001) },
      ['name text  X', 'menuName text a\tb', `description text ${'x'.repeat(1001)}`],
    ],
    [
      'with names an order can carry',
      { name: 'n'.repeat(201), menuName: 'm'.repeat(201) },
      [`name text ${'n'.repeat(201)}`, `menuName text ${'m'.repeat(201)}`],
    ],
    ['without half characters', { menuName: '\ud800' }, ['menuName text \ud800']],
    [
      'with six prices in range',
      { prices: [-1, 100_001, 1.5, 0, 0] },
      ['prices range 5', 'prices.0 range -1', 'prices.1 range 100001', 'prices.2 range 1.5'],
    ],
    [
      'with meal prices in range',
      { mealPrices: [0, 0, 0, 0, 0, Number.NaN] },
      ['mealPrices.5 range NaN'],
    ],
    ['with a readback order up to 255', { readbackOrder: 256 }, ['readbackOrder range 256']],
    [
      'with choices that exist, once each',
      { choiceGroups: [[26, 26], [], [998]] },
      [
        'choiceGroups.0 unique 26',
        'choiceGroups.1 not-empty 0',
        'choiceGroups.2 product-exists 998',
      ],
    ],
    [
      'with at most six groups',
      { choiceGroups: Array.from({ length: 7 }, () => [26]) },
      ['choiceGroups range 7'],
    ],
    [
      'with add-ons that exist, once each',
      { addOns: [36, 36, 998] },
      ['addOns unique 36', 'addOns product-exists 998'],
    ],
    [
      'with sizes that exist',
      { double: 997, triple: 998 },
      ['double product-exists 997', 'triple product-exists 998'],
    ],
    ['with a large drink that exists', { largeDrink: 998 }, ['largeDrink product-exists 998']],
    [
      'with a large drink of the same kind of meal',
      { largeDrink: 93 },
      ['largeDrink same-meal-kind 93'],
    ],
    [
      'with a key on a page there is',
      {
        menuKey: { page: 7, sequence: -1, label: '', colour: { red: 256, green: 0, blue: 0.5 } },
      },
      [
        'menuKey.page page-exists 7',
        'menuKey.sequence range -1',
        'menuKey.label not-empty ',
        'menuKey.colour.red range 256',
        'menuKey.colour.blue range 0.5',
      ],
    ],
    [
      'with a place in a section of products',
      {
        priceListPlace: { section: 3, sequence: -1, mealSection: 77, mealSequence: 100_000 },
      },
      [
        'priceListPlace.section section-exists 3',
        'priceListPlace.mealSection section-exists 77',
        'priceListPlace.sequence range -1',
        'priceListPlace.mealSequence range 100000',
      ],
    ],
    [
      'with a place that is somewhere',
      {
        priceListPlace: { section: 0, sequence: 3, mealSection: 0, mealSequence: 0 },
      },
      ['priceListPlace placed-somewhere 0'],
    ],
    [
      'with stock once each, food first',
      {
        components: [
          { kind: 'B', code: 1, quantityMicro: 1 },
          { kind: 'A', code: 7, quantityMicro: 0.5 },
          { kind: 'A', code: 7, quantityMicro: 2e12 },
          { kind: 'A', code: 0, quantityMicro: 0 },
        ],
      },
      [
        'components unique A7',
        'components food-before-packaging 0',
        'components.A7.quantityMicro range 0.5',
        'components.A7.quantityMicro range 2000000000000',
        'components.A0 range 0',
      ],
    ],
    [
      'with allergens by name',
      { allergens: ['', 'None', 'Milk;Egg', 'Soya', 'Soya'] },
      [
        'allergens unique Soya',
        'allergens not-empty ',
        'allergens text None',
        'allergens text Milk;Egg',
      ],
    ],
    ['with kcal in range', { kcal: -1 }, ['kcal range -1']],
  ])('must be one %s', (_, slips, faults) => {
    expect(faultsOf(withProduct(1, slips))).toEqual(faults.map((fault) => `products.1.${fault}`));
  });
});

describe('A fault says what is allowed', () => {
  const messages = (catalogue: Catalogue): readonly string[] =>
    validateCatalogue(catalogue).map(({ path, message }) => `${path}: ${message}`);
  const [burger, ...others] = SOUND.products;

  it('in a product', () => {
    const slips: Slips<Product> = {
      name: '',
      description: ' padded',
      eatVatClass: 8,
      prices: [1, 2, 3, 4, 5],
      choiceGroups: [[], [26, 26], [998]],
      menuKey: { page: 7, sequence: -1, label: 'X', colour: null },
      priceListPlace: { section: 0, sequence: 0, mealSection: 0, mealSequence: 0 },
      largeDrink: 93,
      components: [
        { kind: 'B', code: 1, quantityMicro: 1 },
        { kind: 'A', code: 1, quantityMicro: 1 },
      ],
      allergens: ['none'],
    };
    expect(messages(withProduct(1, slips))).toEqual([
      'products.1.name: must not be empty',
      'products.1.description: the text is padded',
      'products.1.eatVatClass: there is no such VAT class',
      'products.1.prices: must be six prices',
      'products.1.choiceGroups.0: must not be empty',
      'products.1.choiceGroups.1: must not be there twice',
      'products.1.choiceGroups.2: there is no such product',
      'products.1.menuKey.page: there is no such menu page',
      'products.1.menuKey.sequence: must be a whole number from 0 to 99999',
      'products.1.priceListPlace: a place in no section must be null',
      'products.1.largeDrink: must be a drink of the same kind of meal (none) as its regular version',
      'products.1.allergens: must be one name, not "none"',
      'products.1.components: all food (A) must come before all packaging (B)',
    ]);
    const place = { section: 3, sequence: 0, mealSection: 0, mealSequence: 0 };
    expect(messages(withProduct(1, { priceListPlace: place, menuName: '\ud800' }))).toEqual([
      'products.1.menuName: the text contains half a character',
      'products.1.priceListPlace.section: there is no such section of products in the price list',
    ]);
  });

  it('in a combo', () => {
    const tradeUp = {
      combo: 77,
      prices: [0, 0, 0, 0, 0, 0],
      replacements: [
        { product: 71, by: 30 },
        { product: 30, by: 31 },
        { product: 1, by: 2 },
      ],
    };
    expect(messages(withCombo(4, { tradeUp, menuName: 'x'.repeat(201) }))).toEqual([
      'combos.4.menuName: the text has more than 200 characters',
      'combos.4.tradeUp.combo: there is no such combo',
      'combos.4.tradeUp.replacements: must come before 71',
      'combos.4.tradeUp.replacements: must come before 30',
      'combos.4.tradeUp.replacements.1: must be a component or a choice of the combo',
    ]);
  });

  it('in codes, collections, channels and settings', () => {
    const [channel] = SOUND.channels;
    expect(
      messages(
        withParts({
          products: [{ ...burger, code: 0 }, burger, burger, ...others],
          combos: [{ ...SOUND.combos[0], code: 100_000, tradeUp: null }],
          vatClasses: [...SOUND.vatClasses, { class: 100, rate: 0, name: '' }],
          channels: [{ ...channel, code: 'a b', band: 7 }],
          settings: { ...SOUND.settings, regularSide: 0, anyFoodMayBeLeftOut: true },
        }),
      ),
    ).toEqual([
      'products.1: must not be there twice',
      'vatClasses.100: must be from 0 to 99',
      'settings.regularSide: must be a whole number from 1 to 99999',
      'products.0: must be a whole number from 1 to 99999',
      'combos.100000: must be a whole number from 1 to 99999',
      'channels.a b: must be 1 to 16 of A–Z, 0–9 and hyphen',
      'channels.a b.band: must be 1 to 6',
      'relishes: there must be no relishes where any food may be left out',
    ]);
    const many = {
      stockItems: Array.from({ length: 20_001 }, (_, at) => ({
        kind: 'A',
        code: at + 1,
        name: '',
      })),
    };
    expect(messages(withParts(many))).toEqual(['stockItems: must be at most 20000']);
    expect(
      messages(withParts({ products: [], combos: [], extras: [], miscellaneous: [] })),
    ).toEqual(['products: must not be empty']);
    expect(
      messages(withParts({ relishes: [9, 8].map((code) => ({ code, name: '', menuName: '' })) })),
    ).toEqual(['relishes.8: must come before 9']);
  });
});

describe('A catalogue no order or day could carry', () => {
  const many = <T>(count: number, entry: (at: number) => T): T[] =>
    Array.from({ length: count }, (_, at) => entry(at + 1));
  it('has too many components in a product or combo', () => {
    const stock = (count: number) => ({
      components: many(count, (code) => ({ kind: 'A', code, quantityMicro: 1 })),
    });
    expect(faultsOf(withProduct(1, stock(100)))).toEqual([]);
    expect(faultsOf(withProduct(1, stock(101)))).toEqual(['products.1.components range 101']);
    const parts = { components: many(101, () => 71), tradeUp: null };
    expect(faultsOf(withCombo(4, parts))[0]).toBe('combos.4.components range 101');
  });
  it('has more than 20,000 entries in a collection', () => {
    const items = (count: number) => ({
      stockItems: many(count, (code) => ({ kind: 'A', code, name: '' })),
    });
    expect(faultsOf(withParts(items(20_000)))).toEqual([]);
    expect(faultsOf(withParts(items(20_001)))).toEqual(['stockItems range 20001']);
  });
  it('has names longer than 200 characters', () => {
    const long = 'n'.repeat(201);
    const relish = { code: 1, name: long, menuName: long };
    expect(
      faultsOf(withParts({ relishes: [relish], stockItems: [{ kind: 'A', code: 1, name: long }] })),
    ).toEqual([
      `stockItems.A1.name text ${long}`,
      `relishes.1.name text ${long}`,
      `relishes.1.menuName text ${long}`,
    ]);
  });
});

describe('A combo', () => {
  it('needs components, choices and sections that exist', () => {
    const slips = {
      components: [71, 71, 998],
      choiceGroups: [[997]],
      tradeUp: null,
      priceListPlace: { section: 4, sequence: 1, mealSection: 1, mealSequence: 2 },
    };
    expect(faultsOf(withCombo(4, slips))).toEqual([
      'combos.4.choiceGroups.0 product-exists 997',
      'combos.4.priceListPlace.section section-exists 4',
      'combos.4.priceListPlace.mealSequence range 2',
      'combos.4.priceListPlace.mealSection range 1',
      'combos.4.components unique 71',
      'combos.4.components.998 product-exists 998',
    ]);
  });

  it('needs a trade-up whose combo and replacements exist', () => {
    const tradeUp = {
      combo: 77,
      prices: [0, 0, 0, 0, 0, -5],
      replacements: [
        { product: 71, by: 998 },
        { product: 30, by: 31 },
        { product: 30, by: 26 },
        { product: 36, by: 31 },
      ],
    };
    expect(faultsOf(withCombo(4, { tradeUp }))).toEqual([
      'combos.4.tradeUp.combo combo-exists 77',
      'combos.4.tradeUp.prices.5 range -5',
      'combos.4.tradeUp.replacements unique 30',
      'combos.4.tradeUp.replacements.71 product-exists 998',
      'combos.4.tradeUp.replacements sorted 30',
      'combos.4.tradeUp.replacements.36 replaces-a-part 36',
    ]);
  });
});

describe('A collection', () => {
  it('holds each key once', () => {
    const [first, ...others] = SOUND.vatClasses;
    expect(faultsOf(withParts({ vatClasses: [first, first, ...others] }))).toEqual([
      'vatClasses.0 unique 0',
    ]);
  });

  it('is sorted by its key', () => {
    expect(faultsOf(withParts({ channels: SOUND.channels.toReversed() }))).toEqual([
      'channels.DV-D sorted DV-D',
    ]);
    expect(faultsOf(withParts({ stockItems: SOUND.stockItems.toReversed() }))).toHaveLength(3);
  });
});

describe('The rest of a catalogue', () => {
  it('has rates, channels, pages, extras, stock and shops in range', () => {
    const [channel] = SOUND.channels;
    const [shop] = SOUND.shops;
    const faults = faultsOf(
      withParts({
        vatClasses: [...SOUND.vatClasses, { class: 100, rate: 10_001, name: ' ' }],
        channels: [
          {
            ...channel,
            code: 'ot c',
            band: 7,
            name: '',
            sequence: -1,
            record: -1,
            subSequence: -1,
            company: -1,
            accountFirm: 0.5,
          },
        ],
        menuPages: [{ id: 0, title: '' }, ...SOUND.menuPages, { id: 256, title: 'Far' }],
        extras: [{ product: 998, label: '', sequence: -1 }],
        relishes: [{ code: 0, name: ' ', menuName: ' ' }],
        stockItems: [{ kind: 'A', code: 0, name: ' ' }],
        shops: [{ ...shop, shop: 10_000, address: ['a', '', 'c', 'd'], postCode: ' ' }],
        priceListSections: [
          { id: 0, name: '', source: 'product', meal: 'none' },
          ...SOUND.priceListSections,
        ],
        miscellaneous: [{ sequence: -1, product: 998, name: ' ', label: ' ' }],
      }),
    );
    expect(faults).toEqual([
      'vatClasses.100 range 100',
      'vatClasses.100.rate range 10001',
      'vatClasses.100.name text  ',
      'channels.ot c range ot c',
      'channels.ot c.band range 7',
      'channels.ot c.name not-empty ',
      'channels.ot c.sequence range -1',
      'channels.ot c.record range -1',
      'channels.ot c.subSequence range -1',
      'channels.ot c.company range -1',
      'channels.ot c.accountFirm range 0.5',
      'menuPages.0 range 0',
      'menuPages.0.title not-empty ',
      'menuPages.256 range 256',
      'extras.998 product-exists 998',
      'extras.998.label not-empty ',
      'extras.998.sequence range -1',
      'priceListSections.0 range 0',
      'priceListSections.0.name not-empty ',
      'miscellaneous.-1 range -1',
      'miscellaneous.-1.product product-exists 998',
      'miscellaneous.-1.name text  ',
      'miscellaneous.-1.label text  ',
      'stockItems.A0 range 0',
      'stockItems.A0.name text  ',
      'relishes.0 range 0',
      'relishes.0.name text  ',
      'relishes.0.menuName text  ',
      'shops.10000 range 10000',
      'shops.10000.address range 4',
      'shops.10000.address not-empty ',
      'shops.10000.postCode text  ',
    ]);
  });

  it('needs a channel, products, and the sides of the meals it sells', () => {
    expect(faultsOf(withParts({ channels: [] }))).toEqual(['channels not-empty 0']);
    const settings = {
      regularSide: 998,
      largeSide: 0,
      standardBaseDrink: 0,
      kidsBaseDrink: 0,
      anyFoodMayBeLeftOut: true,
    };
    expect(faultsOf(withParts({ settings }))).toEqual([
      'settings.standardBaseDrink range 0',
      'settings.kidsBaseDrink range 0',
      'settings.largeSide range 0',
      'settings.regularSide product-exists 998',
      'settings.largeSide product-exists 0',
      'relishes relishes-or-any-food 1',
    ]);
    const empty = { products: [], combos: [], extras: [], miscellaneous: [] };
    expect(faultsOf(withParts(empty))).toEqual(['products not-empty 0']);
  });

  it('has no more products and combos than the books of a day can hold', () => {
    const [product] = SOUND.products;
    if (product === undefined) throw new Error('a menu has products');
    const many = Array.from({ length: MAX_SOLD_ITEMS }, (_, at) => ({
      ...product,
      code: productCode(10_000 + at),
    }));
    const combos = SOUND.combos.length;
    const room = MAX_SOLD_ITEMS - combos - SOUND.products.length;
    const filled = [...SOUND.products, ...many.slice(0, room)];
    expect(faultsOf(withParts({ products: filled }))).toEqual([]);
    const over = [...SOUND.products, ...many.slice(0, room + 1)];
    expect(faultsOf(withParts({ products: over }))).toEqual([
      `products range ${MAX_SOLD_ITEMS + 1}`,
    ]);
  });

  it('is told what is wrong in a sentence', () => {
    expect(validateCatalogue(withProduct(51, { largeDrink: 998 }))).toEqual([
      {
        path: 'products.51.largeDrink',
        rule: 'product-exists',
        value: 998,
        message: 'there is no such product',
      },
    ]);
  });
});
