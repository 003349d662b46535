import { randomBytes, randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';

/** The only source of time; tests and simulations bring their own. */
export interface Clock {
  /** The wall clock, milliseconds since 1970-01-01T00:00Z. */
  readonly nowMs: () => number;
  /** Never goes back; for measuring durations. */
  readonly monotonicMs: () => number;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};

/** The only source of randomness. */
export interface Ids {
  readonly uuid: () => string;
  /** In [0, 1). */
  readonly chance: () => number;
  /** `bytes` random bytes, base64url: not to be guessed. */
  readonly secret: (bytes: number) => string;
}

export const systemIds: Ids = {
  uuid: () => randomUUID(),
  chance: () => Math.random(),
  secret: (bytes) => randomBytes(bytes).toString('base64url'),
};

/** Resolves after `ms`, or at once when `signal` aborts; never rejects. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
  });
}
