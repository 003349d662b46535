import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { basisPoints, halfUp, netOf, pence, splitVat, sumPence } from './money.ts';
import { InvariantError } from './result.ts';

describe('half-up rounding in integers', () => {
  it.each([
    [0, 2, 0],
    [1, 2, 1],
    [3, 2, 2],
    [1, 3, 0],
    [2, 3, 1],
    [837_5, 10, 838],
    [837_4, 10, 837],
  ])('rounds %i / %i to %i', (numerator, denominator, rounded) => {
    expect(halfUp(numerator, denominator)).toBe(rounded);
  });

  it('equals exact rounding by big integers', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 50 }),
        fc.integer({ min: 1, max: 2 ** 50 }),
        (n, d) => {
          const exact = (2n * BigInt(n) + BigInt(d)) / (2n * BigInt(d));
          expect(BigInt(halfUp(n, d))).toBe(exact);
        },
      ),
    );
  });

  it.each([
    [-1, 2],
    [1, 0],
    [1, -2],
    [2 ** 52, 1],
    [0.5, 1],
  ])('refuses %d / %d', (numerator, denominator) => {
    expect(() => halfUp(numerator, denominator)).toThrow(InvariantError);
  });
});

describe('money', () => {
  it('is whole pence, and −0 is 0', () => {
    expect(Object.is(pence(-0), 0)).toBe(true);
    expect(pence(-250)).toBe(-250);
    for (const bad of [0.5, Number.NaN, Infinity, 2 ** 53]) {
      expect(() => pence(bad)).toThrow(`not a whole number of pence: ${bad}`);
    }
  });

  it('sums exactly', () => {
    expect(sumPence([pence(1), pence(-3), pence(10)])).toBe(8);
    expect(sumPence([])).toBe(0);
  });

  it('takes rates from 0 to 100 %', () => {
    expect(basisPoints(0)).toBe(0);
    expect(basisPoints(10_000)).toBe(10_000);
    for (const bad of [-1, 10_001, 17.5]) expect(() => basisPoints(bad)).toThrow(InvariantError);
  });
});

describe('VAT of one unit', () => {
  it('315 p at 20 % is net 263, VAT 52: the net is what is rounded', () => {
    expect(splitVat(pence(315), basisPoints(2000))).toEqual({ net: 263, vat: 52 });
  });

  it('a zero rate leaves the gross', () => {
    expect(splitVat(pence(280), basisPoints(0))).toEqual({ net: 280, vat: 0 });
  });

  it('net + VAT is the gross, and net is within half a penny of exact', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 10_000_000 }),
        fc.integer({ min: 0, max: 10_000 }),
        (g, r) => {
          const { net, vat } = splitVat(pence(g), basisPoints(r));
          expect(net + vat).toBe(g);
          expect(netOf(pence(g), basisPoints(r))).toBe(net);
          expect(Math.abs(2 * (net * (10_000 + r) - g * 10_000))).toBeLessThanOrEqual(10_000 + r);
        },
      ),
    );
  });
});
