import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { drawSchedule } from './chaos/schedule.ts';
import { difference, wireOf } from './checker/findings.ts';
import { chainFaults, numberFaults } from './checker/journal.ts';
import { checkMenus } from './checker/menus.ts';
import { checkTwins } from './checker/twins.ts';
import { createHistory, type OrderAnswer } from './load/history.ts';
import { createRandom } from './random.ts';
import type { JournalRow } from './store/end-state.ts';
import type { OfficeBooks } from './store/office-books.ts';
import type { DeadEvent } from './store/shop-disk.ts';
import { hasDisks } from './world/disk.ts';
import { createMeddler, type Passage } from './world/meddler.ts';

const MEASURES = { minutes: 30, stores: 5, ingestWorkers: 2, perMinute: 20 };

describe('A schedule of faults', () => {
  it('is the same for the same seed, and another for another', () => {
    const one = drawSchedule({ seed: '7', ...MEASURES });
    expect(drawSchedule({ seed: '7', ...MEASURES })).toEqual(one);
    expect(drawSchedule({ seed: '8', ...MEASURES })).not.toEqual(one);
  });

  it('holds about as many faults as asked for, every kind among them, in order and within its time', () => {
    const schedule = drawSchedule({ seed: '7', ...MEASURES });
    expect(schedule.length).toBeGreaterThan(450);
    expect(schedule.length).toBeLessThan(750);
    const kinds = new Set<string>(schedule.map(({ fault }) => fault.kind));
    expect(kinds.size).toBe(hasDisks() ? 32 : 30);
    expect(schedule.filter(({ fault }) => fault.kind === 'twin-shop')).toHaveLength(1);
    // A machine that is gone has what it sold at Head Office alone: that is not lost any more.
    const inOrder = schedule.map(({ fault }) => fault.kind);
    const lastLoss = Math.max(
      inOrder.lastIndexOf('lose-office'),
      inOrder.lastIndexOf('restore-office'),
    );
    expect(lastLoss).toBeGreaterThan(0);
    expect(inOrder.indexOf('twin-shop')).toBeGreaterThan(lastLoss);
    const times = schedule.map(({ atMs }) => atMs);
    expect(times.toSorted((a, b) => a - b)).toEqual(times);
    expect(times.at(-1)).toBeLessThan(30 * 60_000);
  });
});

describe('A line that reads what passes', () => {
  const publish = (id: number): Buffer => Buffer.from([0x32, 6, 0, 1, 0x61, 0, id, 0x78]);
  const puback = (id: number): Buffer => Buffer.from([0x40, 2, 0, id]);
  /** A connection that is meddled with, and what it passes in the end of `pieces`. */
  const meddling = () => {
    const due: { readonly work: () => void; readonly ms: number }[] = [];
    const random = createRandom('meddler');
    const meddler = createMeddler(random, (work, ms) => due.push({ work, ms }));
    meddler.isMeddling(true);
    const passed = (passage: Passage, pieces: readonly Buffer[]): readonly Buffer[] => {
      const out: Buffer[] = [];
      for (const piece of pieces) passage(piece, (frame) => out.push(frame));
      for (const { work } of due.splice(0).toSorted((a, b) => a.ms - b.ms)) work();
      return out;
    };
    return { ...meddler.connection(), passed };
  };

  it('passes every message on at least once, out of order, some of them twice, however they are cut', () => {
    const whole = Buffer.concat(Array.from({ length: 50 }, (_, id) => publish(id + 1)));
    const pieces = [whole.subarray(0, 3), whole.subarray(3, 101), whole.subarray(101)];
    const { up, passed } = meddling();
    const ids = passed(up, pieces).map((frame) => frame.readUInt16BE(5));
    expect(new Set(ids).size).toBe(50);
    expect(ids.length).toBeGreaterThan(55);
    expect(ids).not.toEqual(ids.toSorted((a, b) => a - b));
  });

  it('keeps the second answer to a message that was passed on twice from its sender', () => {
    const { up, down, passed } = meddling();
    const sent = passed(
      up,
      Array.from({ length: 20 }, (_, id) => publish(id + 1)),
    );
    const answers = passed(
      down,
      sent.map((frame) => puback(frame.readUInt16BE(5))),
    );
    expect(answers).toHaveLength(20);
  });
});

describe('Numbers from a seed', () => {
  it('lie where they should, evenly', () => {
    const random = createRandom('x');
    const drawn = Array.from({ length: 10_000 }, () => random.whole(1, 6));
    for (let face = 1; face <= 6; face++) {
      const share = drawn.filter((one) => one === face).length / drawn.length;
      expect(Math.abs(share - 1 / 6)).toBeLessThan(0.02);
    }
    expect([...random.shuffled([1, 2, 3])].toSorted((a, b) => a - b)).toEqual([1, 2, 3]);
  });

  it('of one part do not move those of another', () => {
    const [one, other] = [createRandom('x'), createRandom('x')];
    other.chance();
    expect(one.fork('till').chance()).toBe(other.fork('till').chance());
  });
});

describe('The checker', () => {
  it('names the first field in which two orders part, and both values', () => {
    const order = { totals: { gross: 560 }, lines: [{ code: 44 }], kitchen: 'none' };
    expect(difference(order, structuredClone(order))).toBeNull();
    expect(difference(order, { ...order, kitchen: 'packed' }, new Set(['kitchen']))).toBeNull();
    expect(difference(order, { ...order, totals: { gross: 561 } })).toBe(
      '.totals.gross: 560 was answered, 561 is there',
    );
    expect(difference(order, { ...order, lines: [] })).toContain('.lines.0');
    expect(difference(order, undefined)).toContain('undefined is there');
  });

  it('sees a request with two orders, and a number printed for two requests', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tillwire-history-'));
    const history = createHistory(join(folder, 'history.jsonl'));
    const sold = (requestId: string, id: string) =>
      history.sold(requestId, { globalOrderId: id, store: 'S01', revision: 1 } as OrderAnswer);
    sold('r1', 'one');
    sold('r1', 'one');
    sold('r2', 'two');
    expect(history.faults).toEqual([]);
    sold('r1', 'three');
    sold('r3', 'two');
    expect(history.faults).toEqual([
      'request r1 was answered with one and three',
      'two was printed for request r2 and for r3',
    ]);
    rmSync(folder, { recursive: true });
  });

  it('lets a dead disk have taken what only it held, and nothing else', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tillwire-history-'));
    const history = createHistory(join(folder, 'history.jsonl'));
    const answer = (id: string, revision: number) =>
      ({ globalOrderId: id, store: 'S01', revision }) as OrderAnswer;
    history.sold('r1', answer('one', 1));
    history.changed(answer('one', 2));
    history.sold('r2', answer('two', 1));
    const dead = (subject: string, revision: number, hash: string): DeadEvent => ({
      epoch: 1,
      seq: 1,
      kind: 'order',
      subject,
      revision,
      hash,
      requestId: null,
    });
    const events = [dead('one', 2, 'lost'), dead('two', 1, 'sent')];
    history.died({ store: 'S01', events, orders: ['one', 'two'], numbers: {} });
    history.changed(answer('two', 2));
    const states = (id: string) =>
      history.statesOf(id, ({ hash }) => hash === 'sent').map(({ revision }) => revision);
    expect(states('one')).toEqual([1]);
    expect(states('two')).toEqual([1, 2]);
    history.changed(answer('one', 2));
    expect(states('one')).toEqual([1, 2]);
    rmSync(folder, { recursive: true });
  });

  it('finds gaps and breaks in a journal, but for what a dead disk took', () => {
    const rows: JournalRow[] = [];
    let before = '0'.repeat(64);
    for (let seq = 1; seq <= 5; seq++) {
      const payload = `event ${seq}`;
      const hash = createHash('sha256').update(payload).digest('hex');
      const place = { journal_epoch: 1, journal_seq: seq, kind: 'order', subject: '', revision: 1 };
      rows.push({ ...place, kind: 'order', hash, prev_hash: before, payload });
      before = hash;
    }
    const dead = rows
      .slice(2, 3)
      .map(({ hash }) => ({ epoch: 1, seq: 3, hash }) as unknown as DeadEvent);
    const gapped = rows.filter(({ journal_seq }) => journal_seq !== 3);
    const first = (all: readonly JournalRow[], gone: readonly DeadEvent[] = []) =>
      chainFaults('S01', all, gone)[0]?.what;
    expect(first(rows)).toBeUndefined();
    expect(first(gapped)).toBe('S01 1/4 follows 2');
    expect(first(gapped, dead)).toBeUndefined();
    expect(first([...rows.slice(0, 4), { ...rows[4], payload: 'x' } as JournalRow])).toBe(
      'S01 1/5 is not what its hash says',
    );
  });

  it('takes one hole in the numbers for a dead disk, from the last one it had printed', () => {
    const orders = [1, 2, 12_000, 12_001].map(
      (number) => ({ number, businessDate: '2026-11-25' }) as OrderAnswer,
    );
    const disk = { store: 'S01', events: [], orders: [], numbers: { '2026-11-25': 3 } };
    const faults = (died: readonly string[], disks: readonly (typeof disk)[]) =>
      numberFaults('S01', orders, { died, deadEvents: [], disks });
    expect(faults(['S01-20261125-000003'], [disk])).toEqual([]);
    expect(faults([], [disk])).toHaveLength(1);
    expect(faults([], [])).toHaveLength(1);
  });

  it('knows an order of twins whose next state is parked, the other’s event being in its place', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tillwire-history-'));
    const [history, twin] = [createHistory(join(folder, 'a')), createHistory(join(folder, 'b'))];
    const answer = (status: 'completed' | 'voided', revision: number) =>
      ({
        globalOrderId: 'S01-1',
        store: 'S01',
        revision,
        status,
        kind: 'paid-out',
        paymentMethod: 'paid-out',
        totals: { gross: 0, net: 0, vat: 0 },
        tenders: [],
        vat: [],
        lines: [],
      }) as unknown as OrderAnswer;
    history.sold('r1', answer('completed', 1));
    history.changed(answer('voided', 2));
    const [held, aside] = [answer('completed', 1), answer('voided', 2)].map((state) =>
      JSON.stringify(wireOf(state)),
    ) as [string, string];
    const hash = createHash('sha256').update(held).digest('hex');
    const rows = (sql: string): readonly object[] => {
      if (sql.includes('FROM journal')) return [{ payload: held, hash }];
      if (sql.includes('FROM quarantine')) return [{ payload: Buffer.from(aside) }];
      if (!sql.includes('FROM orders')) return [];
      return [{ global_order_id: 'S01-1', revision: 1, gross: 0, status: 'completed' }];
    };
    const books = { query: (sql: string) => Promise.resolve(rows(sql)) } as unknown as OfficeBooks;
    const found = await checkTwins('S01', { histories: [history, twin], books });
    expect(found).toEqual({ orders: 1, lost: 0, duplicated: 0, forks: 1, findings: [] });
    rmSync(folder, { recursive: true });
  });

  it('sees a menu sold by halves', () => {
    const order = (globalOrderId: string, catalogVersion: number, singlePrice: number) =>
      ({
        globalOrderId,
        catalogVersion,
        kind: 'sale',
        lines: [{ kind: 'product', components: [{ code: 1, singlePrice }] }],
      }) as unknown as OrderAnswer;
    const whole = [
      order('a', 9, 560),
      order('b', 9, 415),
      order('c', 11, 517),
      order('d', 11, 417),
    ];
    expect(checkMenus(whole, 10)).toEqual([]);
    expect(checkMenus([...whole, order('e', 11, 415)], 10)).toEqual([
      { check: 'menu', what: 'version 11 was sold by halves: d, e' },
    ]);
  });
});
