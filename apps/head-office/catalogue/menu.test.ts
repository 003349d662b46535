import {
  applyDelta,
  type Catalogue,
  deltaBetween,
  productCode,
  stockCode,
  storeCode,
} from '@tillwire/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryCatalogue } from '../../../packages/domain/test/arbitrary-catalogue.ts';
import { catalogue, prices, product } from '../../../packages/domain/test/builders.ts';
import { catalogueDiff, changeText } from './diff.ts';
import { catalogueOf, type Menu, menuFaults, rebaseMenu, withCatalogue, withEdit } from './menu.ts';

const [s03, s04] = [storeCode('S03'), storeCode('S04')];
const base = catalogue([product(5, 505), product(30, 130)]);
const plain: Menu = { base, shops: new Map() };
const priced = (code: number, price: number, within: Catalogue = base): Catalogue => ({
  ...within,
  products: within.products.map((one) =>
    one.code === productCode(code) ? { ...one, prices: prices(price) } : one,
  ),
});
const priceOf = (menu: Menu, target: 'base' | typeof s03, code: number): number | undefined =>
  catalogueOf(menu, target).products.find((one) => one.code === productCode(code))?.prices[0];

describe('A menu of a chain', () => {
  it('an import of one shop becomes its difference from the base, whatever the two are', () => {
    fc.assert(
      fc.property(arbitraryCatalogue, arbitraryCatalogue, (all, own) => {
        const menu = withCatalogue({ base: all, shops: new Map() }, s03, own);
        expect(catalogueOf(menu, s03)).toEqual(own);
        expect(catalogueOf(menu, s04)).toEqual(all);
      }),
      { numRuns: 30 },
    );
  });

  it('an edit for one shop reaches that shop only, and taken back leaves nothing behind', () => {
    const edited = withEdit(plain, s03, deltaBetween(base, priced(5, 525)));
    expect([priceOf(edited, s03, 5), priceOf(edited, s04, 5)]).toEqual([525, 505]);
    expect(withCatalogue(edited, s03, base).shops.size).toBe(0);
  });

  it('a new base leaves what differs in a shop as it was', () => {
    const edited = withEdit(plain, s03, deltaBetween(base, priced(5, 525)));
    const raised = withCatalogue(edited, 'base', priced(30, 150, priced(5, 555)));
    expect([priceOf(raised, s03, 5), priceOf(raised, s03, 30)]).toEqual([525, 150]);
  });

  it('is told with every fault and whose it is', () => {
    const gone = { ...base, products: base.products.filter(({ code }) => code !== 30) };
    const broken = withCatalogue(plain, s03, {
      ...gone,
      extras: [{ product: productCode(30), label: 'Fries', sequence: 1 }],
    });
    expect(menuFaults(plain, [s03, s04])).toEqual([]);
    expect(menuFaults(broken, [s03, s04])).toMatchObject([
      { target: s03, path: 'extras.30', rule: 'product-exists' },
    ]);
  });

  it('changes of one menu are done to another, in the base and in the shops', () => {
    const monday = withEdit(
      withCatalogue(plain, 'base', priced(5, 600)),
      s03,
      deltaBetween(priced(5, 600), priced(5, 650)),
    );
    const fix = withCatalogue(plain, 'base', priced(30, 99));
    const rebased = rebaseMenu(plain, monday, fix);
    expect([priceOf(rebased, 'base', 5), priceOf(rebased, 'base', 30)]).toEqual([600, 99]);
    expect([priceOf(rebased, s03, 5), priceOf(rebased, s03, 30)]).toEqual([650, 99]);
  });

  it('nothing changed, rebased onto anything, is that', () => {
    fc.assert(
      fc.property(arbitraryCatalogue, arbitraryCatalogue, (from, onto) => {
        const [left, right] = [
          { base: from, shops: new Map() },
          { base: onto, shops: new Map() },
        ];
        expect(rebaseMenu(left, left, right)).toEqual(right);
      }),
      { numRuns: 20 },
    );
  });
});

describe('A difference', () => {
  it('is told in words and money', () => {
    const after: Catalogue = {
      ...priced(5, 525),
      products: [
        ...priced(5, 525).products,
        { ...product(31, 180), menuName: 'Large fries', available: false },
      ],
    };
    const words = catalogueDiff(base, after).map(changeText);
    expect(words[0]).toContain('price in band 1 £5.05 → £5.25');
    expect(words[1]).toBe('product 31 Large fries: added');
    expect(catalogueDiff(after, base).map(changeText)).toContain('product 31 Large fries: removed');
    const off = { ...after, products: after.products.map((p) => ({ ...p, available: true })) };
    expect(catalogueDiff(after, off).map(changeText)).toEqual([
      'product 31 Large fries: available no → yes',
    ]);
  });

  it('is told in words of lists, stock and colours too', () => {
    const key = { page: 1, sequence: 2, label: 'Key', colour: null };
    const plainly = { ...product(5, 505), menuKey: key, components: [], choiceGroups: [] };
    const richly = {
      ...plainly,
      menuKey: { ...key, colour: { red: 255, green: 128, blue: 0 } },
      components: [{ kind: 'A' as const, code: stockCode(26), quantityMicro: 500_000 }],
      choiceGroups: [[productCode(41), productCode(42)]],
    };
    const [words = ''] = catalogueDiff(catalogue([plainly]), catalogue([richly])).map(changeText);
    expect(words).toContain('menu key colour none → #ff8000');
    expect(words).toContain('components none → A00026 × 0.5');
    expect(words).toContain('choice groups none → one of 41/42');
  });

  it('is empty between equals only', () => {
    fc.assert(
      fc.property(arbitraryCatalogue, arbitraryCatalogue, (one, two) => {
        expect(catalogueDiff(one, structuredClone(one))).toEqual([]);
        const isSame = Object.keys(deltaBetween(one, two)).length === 0;
        expect(catalogueDiff(one, two).length === 0).toBe(isSame);
        expect(applyDelta(one, deltaBetween(one, two))).toEqual(two);
      }),
      { numRuns: 20 },
    );
  });
});
