import { describe, expect, it } from 'vitest';
import { drawSchedule } from './chaos/schedule.ts';
import { difference } from './checker/findings.ts';
import { checkMenus } from './checker/menus.ts';
import type { OrderAnswer } from './load/history.ts';
import { createRandom } from './random.ts';

const MEASURES = { minutes: 30, stores: 5, ingestWorkers: 2, perMinute: 20 };

describe('A schedule of faults', () => {
  it('is the same for the same seed, and another for another', () => {
    const one = drawSchedule({ seed: '7', ...MEASURES });
    expect(drawSchedule({ seed: '7', ...MEASURES })).toEqual(one);
    expect(drawSchedule({ seed: '8', ...MEASURES })).not.toEqual(one);
  });

  it('holds about as many faults as asked for, every kind among them, in order and within its time', () => {
    const schedule = drawSchedule({ seed: '7', ...MEASURES });
    expect(schedule.length).toBeGreaterThan(450);
    expect(schedule.length).toBeLessThan(750);
    expect(new Set(schedule.map(({ fault }) => fault.kind)).size).toBe(23);
    const times = schedule.map(({ atMs }) => atMs);
    expect(times.toSorted((a, b) => a - b)).toEqual(times);
    expect(times.at(-1)).toBeLessThan(30 * 60_000);
  });
});

describe('Numbers from a seed', () => {
  it('lie where they should, evenly', () => {
    const random = createRandom('x');
    const drawn = Array.from({ length: 10_000 }, () => random.whole(1, 6));
    for (let face = 1; face <= 6; face++) {
      const share = drawn.filter((one) => one === face).length / drawn.length;
      expect(Math.abs(share - 1 / 6)).toBeLessThan(0.02);
    }
    expect([...random.shuffled([1, 2, 3])].toSorted((a, b) => a - b)).toEqual([1, 2, 3]);
  });

  it('of one part do not move those of another', () => {
    const [one, other] = [createRandom('x'), createRandom('x')];
    other.chance();
    expect(one.fork('till').chance()).toBe(other.fork('till').chance());
  });
});

describe('The checker', () => {
  it('names the first field in which two orders part, and both values', () => {
    const order = { totals: { gross: 560 }, lines: [{ code: 44 }], kitchen: 'none' };
    expect(difference(order, structuredClone(order))).toBeNull();
    expect(difference(order, { ...order, kitchen: 'packed' }, new Set(['kitchen']))).toBeNull();
    expect(difference(order, { ...order, totals: { gross: 561 } })).toBe(
      '.totals.gross: 560 was answered, 561 is there',
    );
    expect(difference(order, { ...order, lines: [] })).toContain('.lines.0');
    expect(difference(order, undefined)).toContain('undefined is there');
  });

  it('sees a menu sold by halves', () => {
    const order = (globalOrderId: string, catalogVersion: number, singlePrice: number) =>
      ({
        globalOrderId,
        catalogVersion,
        kind: 'sale',
        lines: [{ kind: 'product', components: [{ code: 1, singlePrice }] }],
      }) as unknown as OrderAnswer;
    const whole = [
      order('a', 9, 560),
      order('b', 9, 415),
      order('c', 11, 517),
      order('d', 11, 417),
    ];
    expect(checkMenus(whole, 10)).toEqual([]);
    expect(checkMenus([...whole, order('e', 11, 415)], 10)).toEqual([
      { check: 'menu', what: 'version 11 was sold by halves: d, e' },
    ]);
  });
});
