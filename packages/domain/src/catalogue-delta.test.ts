import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryCatalogue } from '../test/arbitrary-catalogue.ts';
import type { Catalogue, Product } from './catalogue.ts';
import { applyDelta, deltaBetween } from './catalogue-delta.ts';
import { type ProductCode, productCode, stockCode } from './ids.ts';
import { pence } from './money.ts';

const two = fc.tuple(arbitraryCatalogue, arbitraryCatalogue);
const some = (seed: number): Catalogue =>
  fc.sample(arbitraryCatalogue, { seed, numRuns: 1 })[0] as Catalogue;

describe('A delta between two catalogues', () => {
  it('makes the target out of the base, whatever the two are', () => {
    fc.assert(
      fc.property(two, ([base, target]) => {
        expect(applyDelta(base, deltaBetween(base, target))).toEqual(target);
      }),
    );
  });

  it('is empty between equal catalogues, and only between those', () => {
    fc.assert(
      fc.property(two, ([base, target]) => {
        expect(deltaBetween(base, structuredClone(base))).toEqual({});
        const isEmpty = Object.keys(deltaBetween(base, target)).length === 0;
        expect(isEmpty).toBe(JSON.stringify(base) === JSON.stringify(target));
      }),
    );
  });

  it('survives the wire as JSON', () => {
    fc.assert(
      fc.property(two, ([base, target]) => {
        const sent = JSON.parse(JSON.stringify(deltaBetween(base, target)));
        expect(applyDelta(base, sent)).toEqual(target);
      }),
    );
  });

  it('holds whole entries that differ, the keys that go, and nothing else', () => {
    const base = some(1);
    const [first, ...others] = base.products as readonly [Product, ...Product[]];
    const dearer = { ...first, prices: first.prices.with(0, pence(1)) } as unknown as Product;
    const added: Product = { ...first, code: productCode(99_999) };
    expect(deltaBetween(base, { ...base, products: [dearer, ...others, added] })).toEqual({
      products: { set: [dearer, added], remove: [] },
    });
    expect(deltaBetween(base, { ...base, products: others })).toEqual({
      products: { set: [], remove: [first.code] },
    });
    const settings = { ...base.settings, largeSide: 7 as ProductCode };
    expect(deltaBetween(base, { ...base, settings })).toEqual({ settings });
  });

  it('notices every kind of difference in an entry', () => {
    const base = some(1);
    const [first, ...others] = base.products as readonly [Product, ...Product[]];
    const key = { page: 1, sequence: 1, label: 'X', colour: null };
    const variants: readonly Partial<Product>[] = [
      { addOns: null },
      { addOns: [] },
      { addOns: [productCode(1)] },
      { addOns: [productCode(1), productCode(2)] },
      { menuKey: null },
      { menuKey: key },
      { menuKey: { ...key, colour: { red: 1, green: 2, blue: 3 } } },
      { kcal: null },
      { kcal: 0 },
    ];
    for (const from of variants) {
      for (const to of variants) {
        const before = { ...base, products: [{ ...first, ...from }, ...others] };
        const after = { ...base, products: [{ ...first, ...from, ...to }, ...others] };
        const delta = deltaBetween(before, after);
        expect(applyDelta(before, delta)).toEqual(after);
        expect(delta).toEqual(deltaBetween(before, structuredClone(after)));
        expect('products' in delta).toBe(JSON.stringify(before) !== JSON.stringify(after));
      }
    }
  });

  it('takes a list and a record for different things', () => {
    const base = some(1);
    const [first, ...others] = base.products as readonly [Product, ...Product[]];
    const odd = { ...first, components: {} as unknown as Product['components'] };
    const list = { ...base, products: [{ ...first, components: [] }, ...others] };
    expect(deltaBetween(list, { ...base, products: [odd, ...others] })).toHaveProperty('products');
  });

  it('knows stock items by kind and number', () => {
    const item = { kind: 'A' as const, code: stockCode(9), name: 'Cheese' };
    const other = { kind: 'B' as const, code: stockCode(9), name: 'Bag' };
    const base = { ...some(2), stockItems: [item, other] };
    expect(deltaBetween(base, { ...base, stockItems: [other] }).stockItems).toEqual({
      set: [],
      remove: ['A00009'],
    });
  });
});

describe('Applying a delta', () => {
  it('never fails: unknown keys to remove are passed over, and an entry set wins over its removal', () => {
    const base = some(3);
    const [first] = base.products as readonly [Product];
    const applied = applyDelta(base, {
      products: { set: [first], remove: [first.code, 88_888] },
      menuPages: { set: [], remove: [77] },
    });
    expect(applied).toEqual(base);
  });

  it('keeps every collection sorted', () => {
    const base = some(4);
    const page = (id: number) => ({ id, title: `Page ${id}` });
    const applied = applyDelta(
      { ...base, menuPages: [page(7)] },
      { menuPages: { set: [page(20), page(3)], remove: [] } },
    );
    expect(applied.menuPages.map(({ id }) => id)).toEqual([3, 7, 20]);
  });
});
