import { setTimeout as pause } from 'node:timers/promises';

const STEP_MS = 20;

/**
 * Asks `condition` again and again until it answers something other than `undefined`, `null` or `false`, and gives
 * that answer. @throws once `withinMs` have passed, saying `what` was waited for and why the last asking failed.
 */
export async function waitFor<T>(
  what: string,
  condition: () => Promise<T> | T,
  { withinMs = 15_000 }: { readonly withinMs?: number } = {},
): Promise<NonNullable<Exclude<T, false>>> {
  const end = performance.now() + withinMs;
  let failure: unknown;
  for (;;) {
    try {
      const answer = await condition();
      if (answer !== undefined && answer !== null && answer !== false) {
        return answer as NonNullable<Exclude<T, false>>;
      }
      failure = undefined;
    } catch (error) {
      failure = error;
    }
    if (performance.now() > end) {
      throw new Error(`waited ${withinMs} ms in vain for ${what}`, { cause: failure });
    }
    await pause(STEP_MS);
  }
}
