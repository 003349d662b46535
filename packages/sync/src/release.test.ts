import type { Acknowledgement, EpochState } from '@tillwire/contract';
import { utcInstant } from '@tillwire/domain';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  nextEpoch,
  refillOf,
  sequenceAfterRestore,
  subtractRanges,
  uncoveredBy,
} from './refill.ts';
import { type OwnJournal, prunableBy, releaseBy } from './release.ts';

const state = (epoch: number, rest: Partial<EpochState> = {}): EpochState => ({
  journal_epoch: epoch,
  acked_through: 0,
  acked: [],
  parked: [],
  complete_through: 0,
  watermark_hash: null,
  backed_up_through: 0,
  ...rest,
});
const ack = (incarnation: number, ...epochs: readonly EpochState[]): Acknowledgement => ({
  incarnation,
  epochs: [...epochs],
  acked_ids: [],
  now: utcInstant(0),
  number: 1,
  signatures: [],
});
/** Epochs with their heads; the event at seq 3 of epoch 1 has the hash `1/3`. */
const own = (heads: Readonly<Record<number, number>>, incarnation = 5): OwnJournal => {
  const held = new Map(Object.entries(heads).map(([epoch, head]) => [Number(epoch), head]));
  return {
    incarnation,
    heads: held,
    hashAt: ({ epoch, seq }) => (seq <= (held.get(epoch) ?? 0) ? `${epoch}/${seq}` : undefined),
  };
};

describe('an acknowledgement', () => {
  test('releases a row whose hash it names, and rows up to a watermark with the store’s own hash', () => {
    const epoch = state(1, {
      acked: [{ seq: 4, hash: '1/4' }],
      parked: [{ seq: 5, hash: '1/5' }],
      complete_through: 2,
      watermark_hash: '1/2',
    });
    expect(releaseBy(ack(5, epoch), own({ 1: 6 }))).toMatchObject({
      released: [{ epoch: 1, seq: 4 }],
      parked: [{ epoch: 1, seq: 5 }],
      releasedThrough: [{ epoch: 1, seq: 2 }],
      beganAnew: false,
      alarms: [],
    });
  });

  test('of a lower incarnation releases nothing', () => {
    expect(
      releaseBy(ack(4, state(1, { acked: [{ seq: 1, hash: '1/1' }] })), own({ 1: 1 })),
    ).toBeNull();
  });

  test('of a higher incarnation queues again all that no watermark with the store’s own hash covers', () => {
    const higher = ack(
      6,
      state(1, { complete_through: 2, watermark_hash: '1/2' }),
      state(2, { complete_through: 3, watermark_hash: 'other' }),
    );
    const journal = own({ 1: 4, 2: 3, 3: 1, 4: 0 });
    expect(releaseBy(higher, journal)?.beganAnew).toBe(true);
    expect(uncoveredBy(higher, journal)).toEqual([
      { epoch: 1, from: 3, to: 4 },
      { epoch: 2, from: 1, to: 3 },
      { epoch: 3, from: 1, to: 1 },
    ]);
    expect(releaseBy(ack(6), own({ 1: 4 }, 0))?.beganAnew).toBe(false);
  });

  test.each([
    [
      'another hash in the epoch being written',
      state(2, { acked: [{ seq: 1, hash: 'x' }] }),
      'hash-mismatch',
      true,
    ],
    [
      'more than the epoch being written has',
      state(2, { acked: [{ seq: 9, hash: 'x' }] }),
      'ahead-of-us',
      true,
    ],
    ['a later epoch', state(3, { complete_through: 1, watermark_hash: 'x' }), 'ahead-of-us', true],
    [
      'another hash in an ended epoch',
      state(1, { acked: [{ seq: 1, hash: 'x' }] }),
      'hash-mismatch',
      false,
    ],
  ])('that tells of %s alarms', (_, epoch, type, startsNewEpoch) => {
    const release = releaseBy(ack(5, epoch), own({ 1: 3, 2: 3 }));
    expect(release).toMatchObject({ released: [], releasedThrough: [], startsNewEpoch });
    expect(release?.alarms).toMatchObject([{ type }]);
  });

  test('that holds more of an ended epoch than a restored store is no alarm', () => {
    const release = releaseBy(
      ack(5, state(1, { complete_through: 9, watermark_hash: 'x' })),
      own({ 1: 3, 2: 0 }),
    );
    expect(release).toMatchObject({ releasedThrough: [], alarms: [], startsNewEpoch: false });
  });

  test('lets rows be pruned that it covers, that are backed up, and whose watermark is the store’s own', () => {
    const marks = { complete_through: 5, watermark_hash: '1/5', backed_up_through: 9 };
    expect(prunableBy(ack(5, state(1, marks)), own({ 1: 6 }))).toEqual([{ epoch: 1, seq: 4 }]);
    expect(prunableBy(ack(5, state(1, { ...marks, backed_up_through: 2 })), own({ 1: 6 }))).toEqual(
      [{ epoch: 1, seq: 2 }],
    );
    expect(prunableBy(ack(5, state(1, { ...marks, watermark_hash: 'x' })), own({ 1: 6 }))).toEqual(
      [],
    );
    expect(prunableBy(ack(4, state(1, marks)), own({ 1: 6 }))).toEqual([]);
  });
});

describe('a heartbeat', () => {
  const held = (epoch: number, ...held: readonly (readonly [number, number])[]) => ({
    epoch,
    held: held.map(([from, to]) => ({ from, to })),
    mayBePruned: false,
  });

  test('has what Head Office lacks asked for again', () => {
    const refill = refillOf([{ epoch: 1, head: 9, holes: [] }], [held(1, [1, 2], [5, 6])]);
    expect(refill).toEqual({
      ask: [
        { epoch: 1, from: 3, to: 4 },
        { epoch: 1, from: 7, to: 9 },
      ],
      giveBack: [],
      restored: [],
      behind: false,
    });
  });

  test('of a restored store has its own events returned, and counts what neither side has as restored', () => {
    const store = [
      { epoch: 1, head: 5, holes: [{ from: 2, to: 2 }] },
      { epoch: 7, head: 0, holes: [] },
    ];
    expect(refillOf(store, [held(1, [1, 3], [8, 9]), held(4, [1, 2])])).toEqual({
      ask: [{ epoch: 1, from: 4, to: 5 }],
      giveBack: [
        { epoch: 1, from: 2, to: 2 },
        { epoch: 1, from: 8, to: 9 },
        { epoch: 4, from: 1, to: 2 },
      ],
      restored: [{ epoch: 1, from: 6, to: 7 }],
      behind: false,
    });
  });

  test('that does not name an old epoch has pruned it', () => {
    const refill = refillOf(
      [{ epoch: 7, head: 0, holes: [] }],
      [{ ...held(1, [1, 3]), mayBePruned: true }],
    );
    expect(refill).toEqual({ ask: [], giveBack: [], restored: [], behind: false });
  });

  test('with less of the epoch being written than is held, or of an earlier one, tells of an old disk', () => {
    expect(refillOf([{ epoch: 1, head: 2, holes: [] }], [held(1, [1, 3])]).behind).toBe(true);
    expect(refillOf([{ epoch: 1, head: 2, holes: [] }], [held(2, [1, 1])]).behind).toBe(true);
  });
});

test('ranges without others are the numbers that are left', () => {
  const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 30 }));
  const rangesOf = (list: readonly number[]) =>
    list.toSorted((a, b) => a - b).map((at) => ({ from: at, to: at }));
  const spans = fc.array(fc.tuple(fc.nat(3), fc.nat(3))).map((steps) => {
    let at = 1;
    return steps.map(([gap, length]) => {
      const from = at + gap;
      at = from + length + 1;
      return { from, to: from + length };
    });
  });
  const expand = (ranges: readonly { readonly from: number; readonly to: number }[]) =>
    ranges.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, at) => from + at));
  fc.assert(
    fc.property(spans, fc.oneof(spans, numbers.map(rangesOf)), (ranges, taken) => {
      const gone = new Set(expand(taken));
      const left = expand(ranges).filter((one) => !gone.has(one));
      expect(expand(subtractRanges(ranges, taken))).toEqual(left);
    }),
  );
});

test('epochs and order numbers after a restore are above all before', () => {
  expect(nextEpoch(1, 1_764_000_000)).toBe(1_764_000_000);
  expect(nextEpoch(1_764_000_000, 1_764_000_000)).toBe(1_764_000_001);
  expect(sequenceAfterRestore(123, 3600)).toBe(46_000);
  expect(sequenceAfterRestore(50_000, 3600)).toBe(51_000);
});
