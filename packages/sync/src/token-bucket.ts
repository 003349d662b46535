import { invariant } from '@tillwire/domain';

/** A limit on events a second that lets a second's worth go at once. Times are the caller's monotonic milliseconds. */
export interface TokenBucket {
  /** How many of `wanted` may go now. All or nothing: a batch is not worth starting for a few. */
  readonly allow: (wanted: number, nowMs: number) => number;
  readonly take: (count: number) => void;
  /** When `allow(wanted)` will be above 0; the past when it is. */
  readonly dueMs: (wanted: number) => number;
  /** Events a second; null: no limit. */
  readonly setRate: (ratePerS: number | null, nowMs: number) => void;
  readonly fill: (nowMs: number) => void;
}

export function createTokenBucket(initialPerS: number | null): TokenBucket {
  let ratePerS = initialPerS;
  let tokens = 0;
  let atMs = 0;

  const check = (): void => invariant(ratePerS === null || ratePerS > 0, `a rate of ${ratePerS}`);
  check();
  const capacity = (): number => Math.max(1, ratePerS ?? 0);
  const needed = (wanted: number): number => Math.min(wanted, Math.floor(capacity()));
  const refill = (nowMs: number): void => {
    const passedMs = Math.max(0, nowMs - atMs);
    if (ratePerS !== null) tokens = Math.min(capacity(), tokens + (passedMs * ratePerS) / 1000);
    atMs = Math.max(atMs, nowMs);
  };

  return {
    allow: (wanted, nowMs) => {
      if (ratePerS === null) return wanted;
      refill(nowMs);
      return tokens >= needed(wanted) ? Math.min(wanted, Math.floor(tokens)) : 0;
    },
    take: (count) => {
      if (ratePerS !== null) tokens -= count;
    },
    dueMs: (wanted) => {
      const short = needed(wanted) - tokens;
      return ratePerS === null || short <= 0 ? atMs : atMs + Math.ceil((short * 1000) / ratePerS);
    },
    setRate: (next, nowMs) => {
      refill(nowMs);
      ratePerS = next;
      check();
      tokens = Math.min(tokens, capacity());
    },
    fill: (nowMs) => {
      tokens = capacity();
      atMs = nowMs;
    },
  };
}
