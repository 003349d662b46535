import { generateSigningKeyPem, signingKeyFromPem } from '@tillwire/contract';
import { expect, it } from 'vitest';
import { createSigner } from './state-dir.ts';

it('Numbers of signed messages are the time in microseconds, and rise though the clock stands or goes back', () => {
  const key = signingKeyFromPem(generateSigningKeyPem());
  let nowMs = 1_764_000_000_000;
  const sign = createSigner(() => [key], { nowMs: () => nowMs, monotonicMs: () => 0 });
  const numberAt = (atMs: number): number => {
    nowMs = atMs;
    return sign('ho/ack/S03', {}).number;
  };
  const first = numberAt(1_764_000_000_000);
  expect(first).toBe(1_764_000_000_000_000);
  expect(numberAt(1_764_000_000_000)).toBe(first + 1);
  expect(numberAt(1_763_999_000_000)).toBe(first + 2);
  expect(numberAt(1_764_000_000_001)).toBe(first + 1000);
});
