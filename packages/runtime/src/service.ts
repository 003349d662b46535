import { pause } from './clock.ts';
import type { Log } from './log.ts';

/** A long-running part of a process. */
export interface Service {
  readonly name: string;
  /** Runs until `signal` aborts; settles once everything it holds is given back. Rejects when it can't go on. */
  readonly run: (signal: AbortSignal) => Promise<void>;
}

/** Services did not stop in time. */
export class StopDeadlineError extends Error {
  override readonly name = 'StopDeadlineError';
}

/**
 * Runs `services` together until `signal` aborts or one of them fails, then stops them one after the other in
 * the order given, each within `deadlineMs`. @throws the first failure, or StopDeadlineError.
 */
export async function runServices(
  services: readonly Service[],
  {
    signal,
    log,
    deadlineMs = 10_000,
  }: { readonly signal: AbortSignal; readonly log: Log; readonly deadlineMs?: number },
): Promise<void> {
  const failures: unknown[] = [];
  const stopping = new AbortController();
  signal.addEventListener('abort', () => stopping.abort(), { once: true });
  if (signal.aborted) stopping.abort();
  const running = services.map((service) => {
    const own = new AbortController();
    const done = service.run(own.signal).then(
      () => {
        // Ending unasked is as bad as failing: the others can't do their work without it.
        if (!own.signal.aborted) failures.push(new Error(`${service.name} ended by itself`));
        stopping.abort();
      },
      (error: unknown) => {
        log.error({ service: service.name, err: error }, 'service failed');
        failures.push(error);
        stopping.abort();
      },
    );
    return { service, own, done };
  });
  await new Promise<void>((resolve) => {
    if (stopping.signal.aborted) return resolve();
    stopping.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  for (const { service, own, done } of running) {
    own.abort();
    const deadline = new AbortController();
    const late = pause(deadlineMs, deadline.signal).then(() => !deadline.signal.aborted);
    const isLate = await Promise.race([done.then(() => false), late]);
    deadline.abort();
    if (isLate) throw new StopDeadlineError(`${service.name} did not stop within ${deadlineMs} ms`);
  }
  if (failures.length > 0) throw failures[0];
}

/** Resolves once `signal` aborts. */
export const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** Runs `work` every `everyMs`, first at once, until `signal` aborts; a failure is logged and the next turn tries again. */
export async function repeat(
  everyMs: number,
  signal: AbortSignal,
  work: () => Promise<void>,
  onError: (error: unknown) => void,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await work();
    } catch (error) {
      onError(error);
    }
    await pause(everyMs, signal);
  }
}
