import { describe, expect, test } from 'vitest';
import { CATALOGUE_PLANTS, simulateCatalogue } from './simulate-catalogue.ts';
import { PLANTS, simulate } from './simulate.ts';

/** Everyday; `npm run simulate:sync` goes on for as long as somebody has. */
const SEEDS = 30;
const SEEDS_WITH_PLANT = 200;

/** The first violation that any of the seeds comes to. */
function firstViolation(
  run: (seed: number) => { readonly violation: string | null },
): string | null {
  for (let seed = 1; seed <= SEEDS_WITH_PLANT; seed++) {
    const { violation } = run(seed);
    if (violation !== null) return violation;
  }
  return null;
}

describe('the chain upward under loss, doubling, reordering, crashes and restores', () => {
  test(`loses and doubles nothing in ${SEEDS} seeds, and comes to rest`, () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { violation } = simulate({ seed });
      expect(violation, `seed ${seed}`).toBeNull();
    }
  });

  test('is the same run again by the same seed', () => {
    const [first, second] = [1, 1].map(() => simulate({ seed: 7, traced: true }));
    expect(first?.trace.length).toBeGreaterThan(100);
    expect(second).toEqual(first);
  });

  test.each(PLANTS)('shows %s for what it is', (plant) => {
    expect(firstViolation((seed) => simulate({ seed, plant }))).not.toBeNull();
  });
});

describe('the chain downward under the same, with wiped brokers, forged documents and clocks that jump', () => {
  test(`sells nothing that was not issued and ends with what was meant, in ${SEEDS} seeds`, () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { violation } = simulateCatalogue({ seed });
      expect(violation, `seed ${seed}`).toBeNull();
    }
  });

  test('is the same run again by the same seed', () => {
    const [first, second] = [1, 1].map(() => simulateCatalogue({ seed: 7, traced: true }));
    expect(first?.trace.length).toBeGreaterThan(100);
    expect(second).toEqual(first);
  });

  test.each(CATALOGUE_PLANTS)('shows %s for what it is', (plant) => {
    expect(firstViolation((seed) => simulateCatalogue({ seed, plant }))).not.toBeNull();
  });
});
