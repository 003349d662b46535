import { describe, expect, it } from 'vitest';
import { createLog } from './log.ts';

interface Line {
  readonly msg: string;
  readonly unsaid?: number;
  readonly err?: { readonly message: string };
}

/** A log of a test's own, its lines and its time. */
function logging() {
  const lines: Line[] = [];
  const time = { ms: 0 };
  const log = createLog('test', 'info', {
    to: { write: (text) => void lines.push(JSON.parse(text) as Line) },
    monotonicMs: () => time.ms,
  });
  return { log, lines, time };
}

describe('A log', () => {
  it('of a full disk holds one line ten times a minute, and then how many it did not', () => {
    const { log, lines, time } = logging();
    const kiosk = log.child({ store: 'S10' });
    // Eight a second for an hour and 20 s, as a kiosk whose disk was full once wrote them.
    for (; time.ms < 3_620_000; time.ms += 125) {
      kiosk.error({ err: new Error('database or disk is full'), route: '/api/orders' }, 'failed');
    }
    expect(lines).toHaveLength(61 * 10);
    expect(lines[10]).toMatchObject({ msg: 'failed', unsaid: 470, store: 'S10' });
    expect(lines[10]?.err?.message).toBe('database or disk is full');
    expect(lines.filter(({ unsaid }) => unsaid !== undefined)).toHaveLength(60);
  });

  it('holds every line that is another one, whatever came before', () => {
    const { log, lines } = logging();
    for (let at = 0; at < 30; at++) {
      log.warn({ seq: at }, 'a message was parked');
      log.error({ err: new Error(`${at}`) }, 'failed');
      log.info('switched');
    }
    expect(lines).toHaveLength(90);
    for (let at = 0; at < 30; at++) log.warn('the broker is away');
    for (let at = 0; at < 30; at++) log.child({ store: 'S02' }).warn('the broker is away');
    expect(lines).toHaveLength(110);
  });

  it('says how many words without facts it left out', () => {
    const { log, lines, time } = logging();
    for (let at = 0; at < 12; at++) log.warn('the broker is away');
    time.ms = 60_000;
    log.warn('the broker is away');
    expect(lines.at(-1)).toMatchObject({ msg: 'the broker is away', unsaid: 2 });
  });

  it('takes whatever facts the log itself takes', () => {
    const { log, lines } = logging();
    for (let at = 0; at < 12; at++) log.warn({ position: 7n }, 'behind');
    expect(lines).toHaveLength(10);
  });
});
