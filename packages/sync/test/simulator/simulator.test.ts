import { describe, expect, test } from 'vitest';
import { PLANTS, simulate } from './simulate.ts';

const SEEDS = 100;

describe('the chain upward under loss, doubling, reordering, crashes and restores', () => {
  test(
    `loses and doubles nothing in ${SEEDS} seeds, and comes to rest`,
    { timeout: 60_000 },
    () => {
      for (let seed = 1; seed <= SEEDS; seed++) {
        const { violation } = simulate({ seed });
        expect(violation, `seed ${seed}`).toBeNull();
      }
    },
  );

  test('is the same run again by the same seed', () => {
    const [first, second] = [1, 1].map(() => simulate({ seed: 7, traced: true }));
    expect(first?.trace.length).toBeGreaterThan(100);
    expect(second).toEqual(first);
  });

  test.each(PLANTS)('shows %s for what it is', (plant) => {
    const found = Array.from({ length: 50 }, (_, at) => simulate({ seed: at + 1, plant })).filter(
      ({ violation }) => violation !== null,
    );
    expect(found.length).toBeGreaterThan(0);
  });
});
