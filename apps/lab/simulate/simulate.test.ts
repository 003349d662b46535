import { clockDate, DEFAULT_DAY_RULES } from '@tillwire/domain';
import { describe, expect, it } from 'vitest';
import { drawPlan, type PlanOptions } from './plan.ts';
import { latencyOf } from './summary.ts';
import { createReins, createSimulatedTime, isLegs } from './simulated-time.ts';

const OPTIONS: PlanOptions = {
  seed: '7',
  from: '2026-10-23',
  days: 3,
  stores: 4,
  ordersADay: 200,
  light: 30,
  lightOrdersADay: 10,
};

describe('A plan', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(drawPlan(OPTIONS)).toEqual(drawPlan(OPTIONS));
    expect(drawPlan({ ...OPTIONS, seed: '8' })).not.toEqual(drawPlan(OPTIONS));
  });

  it('of a shop is the same however many others there are', () => {
    const alone = drawPlan({ ...OPTIONS, stores: 1, light: 0 });
    expect(alone.shops[0]).toEqual(drawPlan(OPTIONS).shops[0]);
  });

  it('has everything done on its own trading day, in order, the day the clocks go back included', () => {
    const { shops, hours } = drawPlan(OPTIONS);
    expect(hours.map(({ fromMs, toMs }) => toMs - fromMs)).toEqual(
      Array.from({ length: 3 }, () => 12 * 3_600_000),
    );
    for (const { days } of shops) {
      for (const { date, tills, opensMs, closesMs } of days) {
        for (const acts of tills) {
          const times = acts.map(({ atMs }) => atMs);
          expect(times.toSorted((a, b) => a - b)).toEqual(times);
          expect(times.every((ms) => opensMs <= ms && ms < closesMs)).toBe(true);
          expect(new Set(times.map((ms) => clockDate(ms, DEFAULT_DAY_RULES)))).toEqual(
            new Set([date]),
          );
        }
      }
    }
  });

  it('is busy at lunch and in the evening, of every act there is something, and lines go', () => {
    const { shops } = drawPlan({ ...OPTIONS, stores: 10 });
    const acts = shops.flatMap(({ days }) =>
      days.flatMap(({ tills, opensMs }) => tills.flat().map((act) => ({ ...act, opensMs }))),
    );
    const inHour = (hour: number): number =>
      acts.filter(({ atMs, opensMs }) => Math.floor((atMs - opensMs) / 3_600_000) === hour - 11)
        .length;
    expect(inHour(13)).toBeGreaterThan(1.3 * inHour(16));
    expect(inHour(19)).toBeGreaterThan(1.3 * inHour(16));
    expect(new Set(acts.map(({ name }) => name)).size).toBe(7);
    expect(new Set(acts.map(({ id }) => id)).size).toBe(acts.length);
    expect(shops.some(({ offline }) => offline.length > 0)).toBe(true);
    expect(shops.some(({ slow }) => slow.length > 0)).toBe(true);
    expect(shops.flatMap(({ days }) => days).some(({ isForgotten }) => isForgotten)).toBe(true);
  });
});

describe('Simulated time', () => {
  it('passes as fast as it is told, the same for everybody who takes its legs', () => {
    let realMs = 1_000_000;
    const reins = createReins(() => realMs, 5_000_000);
    const other = createSimulatedTime(() => realMs);
    other.take(reins.legs());
    reins.onLeg(other.take);
    const together = (): number => {
      expect(other.nowMs()).toBe(reins.nowMs());
      return reins.nowMs();
    };
    expect(together()).toBe(5_000_000);
    reins.setRate(100);
    realMs += 150;
    expect(together()).toBe(5_000_150);
    realMs += 10;
    expect(together()).toBe(5_001_150);
    reins.jump(9_000_000, 50);
    // Everybody makes the jump at the same moment, which is a little ahead.
    realMs += 149;
    expect(together()).toBe(5_001_150 + 14_900);
    realMs += 1;
    expect(together()).toBe(9_000_000);
    realMs += 20;
    expect(together()).toBe(9_001_000);
    expect(reins.rate()).toBe(50);
  });

  it('knows how long something took in real time, a jump between included', () => {
    let realMs = 0;
    const reins = createReins(() => realMs, 1_000_000);
    reins.setRate(100);
    realMs += 1150;
    expect(reins.nowMs()).toBe(1_100_150);
    expect(reins.realBetween(1_000_150, 1_100_150)).toBe(1000);
    reins.jump(2_000_000, 10);
    realMs += 250;
    expect(reins.nowMs()).toBe(2_001_000);
    expect(reins.realBetween(1_100_150, 2_001_000)).toBe(250);
    expect(reins.realBetween(1_500_000, 2_001_000)).toBe(100);
  });

  it('takes nothing for a time that is none', () => {
    expect(isLegs([{ fromMs: 1, atMs: 2, rate: 3 }])).toBe(true);
    for (const word of [null, [], {}, 'x', [{ fromMs: 1, atMs: 2 }], [{ rate: 1 }], [null]]) {
      expect(isLegs(word)).toBe(false);
    }
  });
});

it('A latency is told by its percentiles; of nothing it is nothing', () => {
  expect(latencyOf(Array.from({ length: 100 }, (_, at) => 100 - at))).toEqual({
    count: 100,
    p50: 51,
    p95: 96,
    p99: 100,
    most: 100,
  });
  expect(latencyOf([])).toEqual({ count: 0, p50: 0, p95: 0, p99: 0, most: 0 });
});
