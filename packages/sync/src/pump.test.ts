import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createPump, type Pump, type PumpEffect, type PumpEvent, PUMP_SETTINGS } from './pump.ts';
import { fuzzEffort } from '../../../test/fuzz/runs.ts';

const settings = {
  ...PUMP_SETTINGS,
  liveWindow: 3,
  maxBatchEvents: 4,
  ackTimeoutMs: 100,
  holdMs: 1000,
};

type Send = Extract<PumpEffect, { type: 'send' }>;
type Scan = Extract<PumpEffect, { type: 'scan' }>;
const sends = (effects: readonly PumpEffect[]): readonly Send[] =>
  effects.filter((effect) => effect.type === 'send');
const scans = (effects: readonly PumpEffect[]): readonly Scan[] =>
  effects.filter((effect) => effect.type === 'scan');

/** A pump on a journal that answers every scan at once; `handle` says what was sent. */
function driven(initial = settings) {
  const pump = createPump(initial);
  const open = new Set<number>();
  const held: number[] = [];
  const answer = ({ scan, after, through, limit }: Scan): PumpEvent => {
    const found = [...open].filter((row) => row > after && row <= through).sort((a, b) => a - b);
    return { type: 'scanned', scan, rows: found.slice(0, limit), complete: found.length <= limit };
  };
  const handle = (event: PumpEvent, nowMs: number): readonly (readonly number[])[] => {
    const effects = pump.handle(event, nowMs);
    held.push(...effects.flatMap((one) => (one.type === 'held-back' ? [one.row] : [])));
    const sent = sends(effects).map(({ rows, message }) => {
      lastMessage = message;
      return rows;
    });
    return [...sent, ...scans(effects).flatMap((scan) => handle(answer(scan), nowMs))];
  };
  let lastMessage = 0;
  return {
    pump,
    held,
    handle,
    last: () => lastMessage,
    commit: (...rows: number[]) => rows.forEach((row) => open.add(row)),
    release: (rows: readonly number[], nowMs: number) => {
      for (const row of rows) open.delete(row);
      return handle({ type: 'released', rows }, nowMs);
    },
  };
}

describe('the pump', () => {
  test('sends nothing before the link is up', () => {
    const { pump } = driven();
    expect(pump.handle({ type: 'committed', head: 3 }, 0)).toEqual([]);
    expect(pump.wakeAtMs()).toBeNull();
  });

  test('sends the backlog in two batches at once and a new sale between them', () => {
    const { handle, commit, release } = driven();
    commit(1, 2, 3, 4, 5, 6, 7, 8, 9);
    expect(handle({ type: 'up', head: 9 }, 0)).toEqual([
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ]);
    commit(10);
    expect(handle({ type: 'committed', head: 10 }, 1)).toEqual([[10]]);
    expect(release([1, 2, 3, 4], 2)).toEqual([[9]]);
  });

  test('comes to what is committed while it scans', () => {
    const pump = createPump(settings);
    pump.handle({ type: 'up', head: 0 }, 0);
    const [scan] = scans(pump.handle({ type: 'committed', head: 1 }, 1));
    pump.handle({ type: 'committed', head: 2 }, 2);
    const event = { type: 'scanned', scan: scan?.scan ?? 0, rows: [1], complete: true } as const;
    const next = pump.handle(event, 3);
    expect(sends(next).map(({ rows }) => rows)).toEqual([[1]]);
    expect(scans(next)).toMatchObject([{ lane: 'live', after: 1, through: 2 }]);
  });

  test('takes no scan of an earlier connection for one of this', () => {
    const pump = createPump(settings);
    pump.handle({ type: 'up', head: 0 }, 0);
    const [old] = scans(pump.handle({ type: 'committed', head: 1 }, 1));
    pump.handle({ type: 'down' }, 2);
    pump.handle({ type: 'up', head: 1 }, 3);
    const [fresh] = scans(pump.handle({ type: 'committed', head: 2 }, 4));
    const stale = { type: 'scanned', scan: old?.scan ?? 0, rows: [1], complete: true } as const;
    expect(pump.handle(stale, 5)).toEqual([]);
    const event = { type: 'scanned', scan: fresh?.scan ?? 0, rows: [2], complete: true } as const;
    expect(sends(pump.handle(event, 6)).map(({ rows }) => rows)).toEqual([[2]]);
  });

  test('is not moved by the broker’s word: without an acknowledgement it sends again, later each time', () => {
    const { pump, handle, commit, last } = driven();
    commit(1);
    handle({ type: 'up', head: 1 }, 0);
    handle({ type: 'accepted', message: last() }, 1);
    expect(handle({ type: 'tick' }, 99)).toEqual([]);
    expect(handle({ type: 'tick' }, 100)).toEqual([]);
    expect(pump.wakeAtMs()).toBe(200);
    expect(handle({ type: 'tick' }, 200)).toEqual([[1]]);
    handle({ type: 'tick' }, 300);
    expect(pump.wakeAtMs()).toBe(500);
  });

  test('finds the denied one of a batch, holds it back until the next connection, and goes on', () => {
    const { handle, commit, held, last, release } = driven();
    commit(1, 2);
    handle({ type: 'up', head: 2 }, 0);
    expect(handle({ type: 'rejected', message: last() }, 1)).toEqual([[1], [2]]);
    handle({ type: 'rejected', message: last() }, 2);
    expect(held).toEqual([2]);
    release([1], 3);
    expect(handle({ type: 'tick' }, 5000)).toEqual([]);
    handle({ type: 'down' }, 5001);
    expect(handle({ type: 'up', head: 2 }, 5002)).toEqual([[2]]);
  });

  test('finds the row that ends connections, holds it back, and tries it again much later', () => {
    const { pump, handle, commit, held, release } = driven();
    commit(1, 2);
    for (let nowMs = 0; nowMs < 2; nowMs++) {
      expect(handle({ type: 'up', head: 2 }, nowMs)).toEqual([[1, 2]]);
      handle({ type: 'down' }, nowMs);
    }
    expect(handle({ type: 'up', head: 2 }, 2)).toEqual([[1], [2]]);
    release([1], 3);
    handle({ type: 'down' }, 4);
    handle({ type: 'up', head: 2 }, 5);
    handle({ type: 'down' }, 6);
    expect(held).toEqual([2]);
    expect(handle({ type: 'up', head: 2 }, 7)).toEqual([]);
    commit(3);
    expect(handle({ type: 'committed', head: 3 }, 8)).toEqual([[3]]);
    release([3], 9);
    expect(pump.wakeAtMs()).toBe(1006);
    expect(handle({ type: 'tick' }, 1006)).toEqual([[2]]);
  });

  test('sends the backlog no faster than its rate, a new sale at once', () => {
    const { handle, commit, release, pump } = driven({ ...settings, ratePerS: 4 });
    commit(1, 2, 3, 4, 5, 6, 7, 8);
    expect(handle({ type: 'up', head: 8 }, 0)).toEqual([[1, 2, 3, 4]]);
    expect(release([1, 2, 3, 4], 10)).toEqual([]);
    commit(9);
    expect(handle({ type: 'committed', head: 9 }, 20)).toEqual([[9]]);
    release([9], 30);
    expect(pump.wakeAtMs()).toBe(1000);
    expect(handle({ type: 'tick' }, 1000)).toEqual([[5, 6, 7, 8]]);
  });

  const action = fc.oneof(
    { weight: 4, arbitrary: fc.constant('sell') },
    { weight: 3, arbitrary: fc.constant('scan') },
    { weight: 3, arbitrary: fc.constant('ack') },
    fc.constantFrom('up', 'down', 'wait', 'reject', 'requeue'),
  );

  test('sends and has released whatever was committed, and keeps its windows, by any order of events', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(action, fc.nat(7))), (actions) => {
        const pump: Pump = createPump(settings);
        const rows = new Map<number, boolean>();
        const asked: Scan[] = [];
        const sent: Send[] = [];
        let nowMs = 0;
        let up = false;
        const tell = (event: PumpEvent): void => {
          const effects = pump.handle(event, nowMs);
          asked.push(...scans(effects));
          sent.push(...sends(effects));
          const { liveWindow, batchWindow, maxBatchEvents } = settings;
          expect(pump.inFlight()).toBeLessThanOrEqual(liveWindow + batchWindow * maxBatchEvents);
        };
        const scan = (): void => {
          const next = asked.shift();
          if (next === undefined) return;
          const { after, through, limit } = next;
          const found = [...rows].flatMap(([row, released]) =>
            !released && row > after && row <= through ? [row] : [],
          );
          const complete = found.length <= limit;
          tell({ type: 'scanned', scan: next.scan, rows: found.slice(0, limit), complete });
        };
        const acknowledge = (at: number): void => {
          const [message] = sent.splice(at % Math.max(1, sent.length), 1);
          for (const row of message?.rows ?? []) rows.set(row, true);
          if (message !== undefined) tell({ type: 'released', rows: message.rows });
        };
        const step = (what: string, value: number): void => {
          nowMs += value;
          if (what === 'sell') {
            rows.set(rows.size + 1, false);
            tell({ type: 'committed', head: rows.size });
          } else if (what === 'scan') scan();
          else if (what === 'ack') acknowledge(value);
          else if (what === 'up' && !up) {
            up = true;
            tell({ type: 'up', head: rows.size });
          } else if (what === 'down' && up) {
            up = false;
            tell({ type: 'down' });
          } else if (what === 'wait') {
            nowMs += 150;
            tell({ type: 'tick' });
          } else if (what === 'reject') {
            const message = sent.pop();
            if (message !== undefined) tell({ type: 'rejected', message: message.message });
          } else if (what === 'requeue') {
            for (const row of rows.keys()) if (row > value) rows.set(row, false);
            tell({ type: 'requeued', after: value });
          }
        };
        for (const [what, value] of actions) step(what, value);
        // A last connection on which everything is answered, without another one to mend what was forgotten.
        step('down', 0);
        step('up', 0);
        step('sell', 0);
        for (let round = 0; round < 400 && [...rows.values()].includes(false); round++) {
          while (asked.length > 0) scan();
          while (sent.length > 0) acknowledge(0);
          nowMs = Math.max(nowMs, pump.wakeAtMs() ?? nowMs);
          tell({ type: 'tick' });
        }
        expect([...rows].filter(([, released]) => !released)).toEqual([]);
      }),
      fuzzEffort(200),
    );
  });
});
