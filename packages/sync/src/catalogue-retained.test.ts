import { sha256 } from '@tillwire/contract';
import { utcInstant } from '@tillwire/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  amissOf,
  HEARD_WITHIN_MS,
  planRetained,
  type SeenMessage,
  type WantedMessage,
} from './catalogue-retained.ts';

const full = (version: number): string => `ho/catalog/full/v${version}`;
const wantedSet = (entries: Readonly<Record<string, number>>): Map<string, WantedMessage> =>
  new Map(
    Object.entries(entries).map(([topic, version]) => [
      topic,
      { version, checksum: `sum of ${version}`, payload: `${topic} ${version}` },
    ]),
  );
const seenOf = (
  topic: string,
  version: number,
  bases: readonly number[] = [],
): [string, SeenMessage] => [
  topic,
  { version, checksum: `sum of ${version}`, hash: sha256(`${topic} ${version}`), bases },
];

const wanted = wantedSet({
  'ho/config/S01': 7,
  'ho/catalog/delta/S01': 110,
  [full(100)]: 100,
  [full(105)]: 105,
});

describe('Making the retained set the wanted one', () => {
  it('publishes fulls, then deltas, then configs, into a wiped broker', () => {
    expect(planRetained(wanted, new Map(), sha256)).toEqual({
      publish: [full(100), full(105), 'ho/catalog/delta/S01', 'ho/config/S01'],
      clear: [],
      outrun: [],
    });
  });

  it('does nothing where all is as it should be', () => {
    const seen = new Map([
      seenOf(full(100), 100),
      seenOf(full(105), 105),
      seenOf('ho/catalog/delta/S01', 110, [100]),
      seenOf('ho/config/S01', 7),
    ]);
    expect(planRetained(wanted, seen, sha256)).toEqual({ publish: [], clear: [], outrun: [] });
  });

  it('replaces what is not ours, whoever wrote it', () => {
    const seen = new Map([
      ['ho/catalog/delta/S01', { version: null, checksum: null, hash: 'x', bases: [] }],
    ]);
    expect(planRetained(wanted, seen, sha256).publish).toContain('ho/catalog/delta/S01');
  });

  it('clears an old full only when no delta names it, retained ones included', () => {
    const seen = new Map([
      seenOf(full(90), 90),
      seenOf(full(95), 95),
      seenOf('ho/catalog/delta/S02', 96, [95]),
    ]);
    expect(planRetained(wanted, seen, sha256).clear).toEqual([full(90), 'ho/catalog/delta/S02']);
  });

  it('keeps the newest two fulls though nothing names them', () => {
    const seen = new Map([seenOf(full(120), 120), seenOf(full(119), 119), seenOf(full(118), 118)]);
    expect(planRetained(wanted, seen, sha256).clear).toEqual([full(118)]);
  });

  it('outdoes a delta that is retained under a higher version than was issued', () => {
    const seen = new Map([seenOf('ho/catalog/delta/S01', 200, [100])]);
    expect(planRetained(wanted, seen, sha256).outrun).toEqual([
      { topic: 'ho/catalog/delta/S01', version: 200 },
    ]);
  });

  it('outdoes another document of the same version, and replaces the same signed by other keys', () => {
    const topic = 'ho/catalog/delta/S01';
    const retained = (checksum: string) =>
      new Map([[topic, { version: 110, checksum, hash: 'other', bases: [100] }]]);
    expect(planRetained(wanted, retained('sum of another'), sha256).outrun).toEqual([
      { topic, version: 110 },
    ]);
    const same = planRetained(wanted, retained('sum of 110'), sha256);
    expect([same.outrun, same.publish.includes(topic)]).toEqual([[], true]);
  });

  it('arrives there in a few rounds from any retained set, no delta ever without its base', () => {
    const entry = fc.record({
      topic: fc.constantFrom(
        full(90),
        full(100),
        full(105),
        'ho/catalog/delta/S01',
        'ho/catalog/delta/S09',
      ),
      version: fc.constantFrom(null, 90, 100, 105),
      bases: fc.subarray([90, 100]),
    });
    fc.assert(
      fc.property(fc.array(entry), fc.nat(4), (entries, diesAfter) => {
        const seen = new Map<string, SeenMessage>(
          entries.map(({ topic, ...rest }) => [
            topic,
            { ...rest, checksum: `sum of ${rest.version}`, hash: 'other' },
          ]),
        );
        // It dies after some steps, and begins anew.
        for (const steps of [diesAfter, 99]) {
          const plan = planRetained(wanted, seen, sha256);
          let left = steps;
          for (const topic of plan.publish) {
            if (left-- <= 0) break;
            const message = wanted.get(topic) as WantedMessage;
            const bases = topic.endsWith('delta/S01') ? [100] : [];
            for (const base of bases) expect(seen.has(full(base))).toBe(true);
            const { version, checksum } = message;
            seen.set(topic, { version, checksum, hash: sha256(message.payload), bases });
          }
          for (const topic of plan.clear) if (left-- > 0) seen.delete(topic);
        }
        const last = planRetained(wanted, seen, sha256);
        expect(last.publish).toEqual([]);
        for (const topic of last.clear) seen.delete(topic);
        expect([...wanted.keys()].every((topic) => seen.has(topic))).toBe(true);
      }),
    );
  });
});

describe('What a store says beside what it was told', () => {
  const word = (known: number, newest: number | null, heardAtMs = HEARD_WITHIN_MS) => ({
    version: 110,
    toldAtMs: 0,
    heardAtMs,
    report: {
      store_code: 'S01',
      at: utcInstant(Date.parse('2026-11-02T08:00:00Z')),
      session: 1,
      number: 1,
      in_force: { catalog_version: known, part: 'now' as const },
      newest: {
        catalog_version: newest,
        state: newest === 200 ? ('refused' as const) : ('waiting' as const),
        reason: null,
        detail: '',
      },
    },
  });

  it('is all right where it heard of it, whatever became of it, or had no time to', () => {
    expect(amissOf(word(110, 110))).toBeNull();
    expect(amissOf(word(100, 110))).toBeNull();
    expect(amissOf(word(100, 100, HEARD_WITHIN_MS - 1))).toBeNull();
  });

  it('is behind where it has heard nothing half a minute later', () => {
    expect(amissOf(word(100, 100))).toEqual({ type: 'behind' });
  });

  it('is ahead where it knows more than was issued; but not by what it refused', () => {
    expect(amissOf(word(120, 120, 1))).toEqual({ type: 'ahead', version: 120 });
    expect(amissOf(word(100, 120, 1))).toEqual({ type: 'ahead', version: 120 });
    expect(amissOf(word(110, 200))).toBeNull();
  });
});
