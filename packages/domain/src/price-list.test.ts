import { describe, expect, it } from 'vitest';
import { catalogue, combo, prices, product } from '../test/builders.ts';
import type { PriceListPlace, Product } from './catalogue.ts';
import { priceBand, productCode, stockCode } from './ids.ts';
import { priceList } from './price-list.ts';

const place = (section: number, sequence: number, mealSection = 0, mealSequence = 0) =>
  ({ section, sequence, mealSection, mealSequence }) satisfies PriceListPlace;
const burger: Partial<Product> = { meal: 'standard' };

// Band 2 differs where it is said; the base drinks are 49 and 89.
const menu = catalogue(
  [
    product(1, 500, {
      ...burger,
      menuName: 'Burger',
      mealPrices: prices(480),
      double: productCode(2),
      triple: productCode(3),
      priceListPlace: place(4, 2, 1, 1),
    }),
    product(2, 700, { ...burger, prices: prices(700, { 2: 0 }) }),
    product(3, 900),
    product(5, 450, { ...burger, priceListPlace: place(4, 1) }),
    product(13, 350, { meal: 'kids', mealOnly: true, priceListPlace: place(4, 3, 2, 1) }),
    product(30, 235, { mealPrices: prices(140) }),
    product(31, 295, { mealPrices: prices(200) }),
    product(36, 115, { prices: prices(115, { 2: 0 }) }),
    product(49, 190, {
      mealDrink: 'standard',
      largeDrink: productCode(99),
      mealPrices: prices(150),
    }),
    product(51, 120, { mealDrink: 'standard' }),
    product(88, 85, { mealDrink: 'kids', menuName: 'Milk' }),
    product(90, 80, { mealDrink: 'kids', available: false }),
    product(91, 95, { mealDrink: 'kids' }),
    product(99, 255, { mealDrink: 'standard', mealPrices: prices(190) }),
  ],
  {
    combos: [
      combo(4, 1005, { menuName: 'Platter', priceListPlace: place(3, 2) }),
      combo(5, 1105, { prices: prices(1105, { 2: 0 }), priceListPlace: place(3, 1) }),
      combo(6, 1205),
    ],
    priceListSections: [
      { id: 1, name: 'Burger Meals', source: 'product', meal: 'standard' },
      { id: 2, name: 'Kids Meals', source: 'product', meal: 'kids' },
      { id: 3, name: 'Sharing', source: 'combo', meal: 'none' },
      { id: 4, name: 'Burgers', source: 'product', meal: 'none' },
      { id: 5, name: 'Nothing here', source: 'product', meal: 'none' },
    ],
    miscellaneous: [
      { sequence: 1, product: productCode(36), name: 'XTR BACON', label: 'Extra Bacon' },
      { sequence: 2, product: null, name: '', label: 'goLarge' },
      { sequence: 3, product: null, name: 'Shake instead', label: '' },
    ],
    relishes: [{ code: stockCode(1), name: 'ONION', menuName: 'Onion' }],
  },
);
const listed = () => priceList(menu, priceBand(1));
const sectionOf = (id: number, of = listed()) => of.sections.find((one) => one.id === id);

describe('The price list of a band', () => {
  it('has the sections something is printed in, in their order', () => {
    const list = listed();
    expect(list.band).toBe(1);
    expect(list.sections.map(({ id, name, meal }) => `${id} ${name} ${meal}`)).toEqual([
      '1 Burger Meals standard',
      '2 Kids Meals kids',
      '3 Sharing none',
      '4 Burgers none',
    ]);
  });

  it('prints single prices with double and triple; what is sold only as a meal has none', () => {
    expect(sectionOf(4)).toEqual({
      id: 4,
      name: 'Burgers',
      meal: 'none',
      drink: null,
      entries: [
        { code: 5, name: 'P5', price: 450, double: null, triple: null },
        { code: 1, name: 'Burger', price: 500, double: 700, triple: 900 },
        { code: 13, name: 'P13', price: null, double: null, triple: null },
      ],
    });
  });

  it('prints a meal with the regular side and the base drink at meal prices', () => {
    expect(sectionOf(1)).toMatchObject({
      drink: { code: 49, name: 'P49' },
      // 480 + 140 + 150; the double falls back to its single price: 700 + 140 + 150; 3 makes no meal.
      entries: [{ code: 1, price: 770, double: 990, triple: null }],
    });
  });

  it('counts the cheapest drink that is sold where the base drink is not', () => {
    expect(sectionOf(2)).toMatchObject({
      drink: { code: 88, name: 'Milk' },
      entries: [{ code: 13, price: 350 + 140 + 85 }],
    });
    const other = { ...menu.settings, standardBaseDrink: productCode(88) };
    const fromList = priceList({ ...menu, settings: other }, priceBand(1));
    expect(sectionOf(1, fromList)?.drink).toEqual({ code: 51, name: 'P51' });
    const noDrinks = menu.products.filter(({ mealDrink }) => mealDrink === 'none');
    const dry = priceList({ ...menu, products: noDrinks }, priceBand(1));
    expect(sectionOf(2, dry)).toMatchObject({ drink: null, entries: [{ price: null }] });
  });

  it('takes no drink of another kind, nor one without a price, for the base drink', () => {
    const unpriced = menu.products.map((one) =>
      one.code === 49 ? { ...one, prices: prices(0), mealPrices: prices(0) } : one,
    );
    const without = priceList({ ...menu, products: unpriced }, priceBand(1));
    expect(sectionOf(1, without)?.drink).toEqual({ code: 51, name: 'P51' });
    const settings = { ...menu.settings, kidsBaseDrink: productCode(91) };
    const kids = priceList({ ...menu, settings }, priceBand(1));
    expect(sectionOf(2, kids)?.drink).toEqual({ code: 91, name: 'P91' });
    expect(sectionOf(1, kids)?.drink).toEqual({ code: 49, name: 'P49' });
  });

  it('prints no meal without the regular side, and none of a price 0', () => {
    const sideless = menu.products.filter(({ code }) => code !== 30);
    const list1 = priceList({ ...menu, products: sideless }, priceBand(1));
    expect(sectionOf(1, list1)?.entries[0]?.price).toBeNull();
    const free = menu.products.map((one) =>
      one.code === 1 ? { ...one, prices: prices(0), mealPrices: prices(0) } : one,
    );
    const list2 = priceList({ ...menu, products: free }, priceBand(1));
    expect(sectionOf(1, list2)?.entries[0]?.price).toBeNull();
  });

  it('prints combos at their own price, by their places', () => {
    expect(sectionOf(3)?.entries).toEqual([
      { code: 5, name: 'C5', price: 1105, double: null, triple: null },
      { code: 4, name: 'Platter', price: 1005, double: null, triple: null },
    ]);
  });

  it('leaves a price open where the band has none', () => {
    const second = priceList(menu, priceBand(2));
    expect(sectionOf(3, second)?.entries.map(({ price }) => price)).toEqual([null, 1005]);
    expect(sectionOf(4, second)?.entries[1]).toMatchObject({ price: 500, double: null });
    expect(second.miscellaneous[0]?.price).toBeNull();
  });

  it('ends with the miscellaneous lines: extras, and what going large adds', () => {
    expect(listed().miscellaneous).toEqual([
      { product: 36, label: 'Extra Bacon', price: 115 },
      // Side 200 − 140, drink 190 − 150.
      { product: null, label: 'goLarge', price: 100 },
      { product: null, label: 'Shake instead', price: null },
    ]);
  });

  it('knows no price for going large where side or drink have no large version', () => {
    const goLarge = (change: (one: Product) => boolean) =>
      priceList({ ...menu, products: menu.products.filter(change) }, priceBand(1)).miscellaneous[1]
        ?.price;
    expect(goLarge(({ code }) => code !== 31)).toBeNull();
    expect(goLarge(({ code }) => code !== 30)).toBeNull();
    expect(goLarge(({ code }) => code !== 99)).toBeNull();
    // Without 49 the cheapest drink is 51, which has no large version.
    expect(goLarge(({ code }) => code !== 49)).toBeNull();
    expect(goLarge(({ mealDrink }) => mealDrink === 'none')).toBeNull();
  });
});
