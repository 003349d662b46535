import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inkOn, luminance } from './colour.ts';
import { count, dateText, duration, money, orderNumber } from './format.ts';
import { createFrameReader } from './live.ts';
import { placeOf } from './router.ts';

describe('a key of any colour', () => {
  it('is written on in the ink that contrasts at least 4.5 to 1 with it', () => {
    const part = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(fc.record({ red: part, green: part, blue: part }), (colour) => {
        const light = luminance(colour);
        const contrast = inkOn(colour) === 'black' ? (light + 0.05) / 0.05 : 1.05 / (light + 0.05);
        expect(contrast).toBeGreaterThanOrEqual(4.5);
      }),
    );
  });
});

describe('styles', () => {
  it('of one screen name nothing bare that another one styles: each comes when it is first shown, and stays', () => {
    const owners = new Map<string, Set<string>>();
    for (const path of globSync('**/*.css', { cwd: import.meta.dirname })) {
      const text = readFileSync(join(import.meta.dirname, path), 'utf8');
      const selectors = [...text.replaceAll(/\/\*.*?\*\//gs, '').matchAll(/([^{}]+)\{/g)]
        .flatMap(([, list = '']) => list.split(','))
        .map((selector) => selector.trim())
        .filter((selector) => /^\.[\w-]+$/.test(selector));
      for (const selector of selectors) {
        owners.set(selector, (owners.get(selector) ?? new Set()).add(dirname(path)));
      }
    }
    // What is for every screen, and who is signed in, is there from the start.
    const always = new Set(['design', 'access']);
    const shared = [...owners].filter(
      ([, folders]) => [...folders].filter((folder) => !always.has(folder)).length > 1,
    );
    expect(owners.size).toBeGreaterThan(100);
    expect(shared.map(([selector]) => selector)).toEqual([]);
  });
});

describe('an event stream', () => {
  const stream =
    'retry: 1000\n\n: alive\n\nevent: order\ndata: {"a":1}\n\nevent: day\r\ndata: {}\r\n\r\n';
  it('is read the same in whatever pieces it comes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: stream.length }), { maxLength: 10 }),
        (cuts) => {
          const told: unknown[] = [];
          const read = createFrameReader((event, data) => told.push([event, data]));
          let from = 0;
          for (const cut of [...cuts.sort((a, b) => a - b), stream.length]) {
            read(stream.slice(from, cut));
            from = Math.max(from, cut);
          }
          expect(told).toEqual([
            ['order', { a: 1 }],
            ['day', {}],
          ]);
        },
      ),
    );
  });
});

describe('an address', () => {
  it('names a screen and what of it; none is the till', () => {
    expect(placeOf('')).toEqual({ screen: 'till', rest: [] });
    expect(placeOf('#/')).toEqual({ screen: 'till', rest: [] });
    expect(placeOf('#/orders/2025-11-27/S03-20251127-000123')).toEqual({
      screen: 'orders',
      rest: ['2025-11-27', 'S03-20251127-000123'],
    });
  });
});

describe('what people read', () => {
  it('is British', () => {
    expect(money(123_450)).toBe('£1,234.50');
    expect(money(-5)).toBe('−£0.05');
    expect(count(1_234_567)).toBe('1,234,567');
    expect(dateText('2025-11-27')).toBe('Thu, 27 Nov 2025');
    expect(duration(245)).toBe('4:05');
    expect(duration(7800)).toBe('2 h 10 min');
    expect(orderNumber('S03-20251127-000123')).toBe('123');
  });
});
