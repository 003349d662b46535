import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves after `ms`, or as soon as `signal` aborts. */
export const pause = async (ms: number, signal?: AbortSignal): Promise<void> => {
  await sleep(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
};

export interface Waiting {
  readonly withinMs: number;
  readonly everyMs?: number;
  readonly signal?: AbortSignal;
}

/** Asks until `condition` holds. @throws after `withinMs`, saying `what` was waited for and the last failure. */
export async function until(
  what: string,
  condition: () => Promise<boolean> | boolean,
  { withinMs, everyMs = 50, signal }: Waiting,
): Promise<void> {
  const end = performance.now() + withinMs;
  let failure: unknown;
  for (;;) {
    try {
      if (await condition()) return;
      failure = undefined;
    } catch (error) {
      failure = error;
    }
    if (signal?.aborted === true) throw new Error(`stopped while waiting for ${what}`);
    if (performance.now() > end) {
      const seconds = Math.round(withinMs / 1000);
      throw new Error(`waited ${seconds} s in vain for ${what}`, { cause: failure });
    }
    await pause(everyMs, signal);
  }
}
