import { describe, expect, it } from 'vitest';
import { createLog } from './log.ts';
import { repeat, runServices, type Service, StopDeadlineError, untilAborted } from './service.ts';

const log = createLog('test', 'silent');

/** A service that tells when it began and ended. */
const telling = (name: string, told: string[], work: Service['run'] = untilAborted): Service => ({
  name,
  run: async (signal) => {
    told.push(`${name} begins`);
    await work(signal);
    told.push(`${name} ends`);
  },
});

describe('services', () => {
  it('run together and stop one after the other, in the order given', async () => {
    const told: string[] = [];
    const stopping = new AbortController();
    const running = runServices([telling('web', told), telling('database', told)], {
      signal: stopping.signal,
      log,
    });
    expect(told).toEqual(['web begins', 'database begins']);
    stopping.abort();
    await running;
    expect(told.slice(2)).toEqual(['web ends', 'database ends']);
  });
  it('stop when one of them fails, and say why', async () => {
    const told: string[] = [];
    const failing = telling('sync', told, () => Promise.reject(new Error('no disk')));
    const running = runServices([failing, telling('database', told)], {
      signal: new AbortController().signal,
      log,
    });
    await expect(running).rejects.toThrow('no disk');
    expect(told).toContain('database ends');
  });
  it('take one that ends unasked for a failure', async () => {
    const running = runServices([telling('sync', [], () => Promise.resolve())], {
      signal: new AbortController().signal,
      log,
    });
    await expect(running).rejects.toThrow('sync ended by itself');
  });
  it('are not waited for beyond the deadline', async () => {
    const stopping = new AbortController();
    const { promise: never } = Promise.withResolvers<void>();
    const running = runServices([telling('stuck', [], () => never)], {
      signal: stopping.signal,
      log,
      deadlineMs: 10,
    });
    stopping.abort();
    await expect(running).rejects.toThrow(StopDeadlineError);
  });
  it('stop at once when they were called off before they began', async () => {
    const told: string[] = [];
    await runServices([telling('web', told)], { signal: AbortSignal.abort(), log });
    expect(told).toEqual(['web begins', 'web ends']);
  });
});

describe('repeated work', () => {
  it('goes on after a failure, and stops when it is called off', async () => {
    const stopping = new AbortController();
    const failures: unknown[] = [];
    let turns = 0;
    await repeat(
      1,
      stopping.signal,
      () => {
        turns++;
        if (turns === 3) stopping.abort();
        return turns === 1 ? Promise.reject(new Error('first')) : Promise.resolve();
      },
      (error) => failures.push(error),
    );
    expect(turns).toBe(3);
    expect(failures).toEqual([new Error('first')]);
  });
});
