import { describe, expect, it } from 'vitest';
import { pause, systemClock, systemIds } from './clock.ts';

describe('time and chance', () => {
  it('give wall-clock milliseconds, and durations that never go back', () => {
    expect(systemClock.nowMs()).toBeGreaterThan(Date.parse('2025-01-01T00:00:00Z'));
    const before = systemClock.monotonicMs();
    expect(systemClock.monotonicMs()).toBeGreaterThanOrEqual(before);
  });
  it('give ids and secrets that differ', () => {
    expect(systemIds.uuid()).not.toBe(systemIds.uuid());
    expect(systemIds.secret(32)).toMatch(/^[\w-]{43}$/);
    expect(systemIds.secret(32)).not.toBe(systemIds.secret(32));
    const chance = systemIds.chance();
    expect(chance >= 0 && chance < 1).toBe(true);
  });
});

describe('a pause', () => {
  it('ends by itself', async () => {
    const before = systemClock.monotonicMs();
    await pause(20);
    expect(systemClock.monotonicMs() - before).toBeGreaterThanOrEqual(15);
  });
  it('ends at once when it is called off, before or meanwhile', async () => {
    const controller = new AbortController();
    const long = pause(600_000, controller.signal);
    controller.abort();
    await long;
    await pause(600_000, controller.signal);
    expect(controller.signal.aborted).toBe(true);
  });
});
