import { storeCode } from '@tillwire/domain';
import { ConfigError } from '@tillwire/runtime';
import { describe, expect, it } from 'vitest';
import { parseHeadOfficeConfig } from '../config.ts';
import { createBatcher, type Waiting } from './batcher.ts';
import { commitBisecting } from './committer.ts';
import { subscriptionsOf } from './ingest.ts';
import { withoutHoles } from './refill.ts';
import { isOurs, parseShard } from './shard.ts';
import { createTurns } from './turns.ts';

describe('The batcher', () => {
  const message = (events: number): Waiting => ({ events: Array(events).fill(0) });
  const rig = (lanes = 1) => {
    const batches: number[] = [];
    const open: PromiseWithResolvers<void>[] = [];
    const timers: (() => void)[] = [];
    const settled: number[] = [];
    let tries = true;
    const batcher = createBatcher({
      commit: (batch) => {
        batches.push(batch.reduce((sum, { events }) => sum + events.length, 0));
        const done = Promise.withResolvers<void>();
        open.push(done);
        return done.promise;
      },
      backOff: async () => tries,
      onSettled: (batch) => settled.push(batch.length),
      maxEvents: 100,
      maxWaitMs: 50,
      lanes,
      setTimer: (_, fire) => {
        timers.push(fire);
        return () => undefined;
      },
    });
    return { batcher, batches, open, timers, settled, giveUp: () => (tries = false) };
  };

  it('closes a batch when it is full, or when its time has come', async () => {
    const { batcher, batches, timers, open } = rig(2);
    batcher.add(message(60));
    expect(batches).toEqual([]);
    batcher.add(message(60));
    expect(batches).toEqual([120]);
    batcher.add(message(1));
    timers.at(-1)?.();
    expect(batches).toEqual([120, 1]);
    const drained = batcher.drain();
    for (const { resolve } of open) resolve();
    await drained;
    expect(batcher.pending()).toBe(0);
  });

  it('tries a batch again until it is stored, unless told to give it up', async () => {
    const { batcher, batches, open, settled, giveUp } = rig();
    batcher.add(message(100));
    open[0]?.reject(new Error('the database is away'));
    await expect.poll(() => batches).toEqual([100, 100]);
    expect(settled).toEqual([]);
    giveUp();
    open[1]?.reject(new Error('still'));
    await batcher.drain();
    expect(settled).toEqual([1]);
  });
});

describe('A batch the database refuses', () => {
  const refusal = (code: string): Error => Object.assign(new Error('refused'), { code });

  it('is halved until only what is wrong is left out', async () => {
    const outcomes = await commitBisecting([1, 2, 3, 4, 5, 6, 7], async (part) => {
      if (part.includes(5)) throw refusal('22P05');
      return part.map(() => ({ type: 'stored' as const }));
    });
    expect(outcomes.map(({ type }) => type)).toEqual([
      ...Array(4).fill('stored'),
      'refused',
      'stored',
      'stored',
    ]);
  });

  it.each(['57P01', '42501', '42703'])(
    'for another reason than its data, %s, is not split: nothing may be acknowledged',
    async (code) => {
      const reason = refusal(code);
      await expect(commitBisecting([1, 2], () => Promise.reject(reason))).rejects.toBe(reason);
    },
  );
});

describe('Several workers', () => {
  it('share every topic but the retained one', () => {
    expect(subscriptionsOf(true, false)).toEqual([
      '$share/ingest/stores/+/orders',
      '$share/ingest/stores/+/daily/exports',
      '$share/ingest/stores/+/telemetry/health',
      '$share/ingest/stores/+/telemetry/errors',
      'stores/+/telemetry/state',
    ]);
  });

  it('split the stores where the broker can not share, each store to exactly one', () => {
    const shards = ['1/3', '2/3', '3/3'].map(parseShard);
    for (const store of ['S01', 'S02', 'S03', 'S99', 'S1234'].map(storeCode)) {
      expect(shards.filter((shard) => isOurs(store, shard))).toHaveLength(1);
    }
    expect(['0/3', '4/3', '1', '1/0', 'x'].map(parseShard)).toEqual(Array(5).fill(null));
  });
});

it('Places that a store does not hold itself are not asked for', () => {
  const holes = [
    { from: 1, to: 2 },
    { from: 5, to: 5 },
    { from: 9, to: 20 },
  ];
  expect(withoutHoles([{ from: 1, to: 10 }], holes)).toEqual([
    { from: 3, to: 4 },
    { from: 6, to: 8 },
  ]);
});

it('A wrong configuration is told all at once, without its secrets', () => {
  const parse = (): unknown =>
    parseHeadOfficeConfig({
      DATABASE_URL: 'mysql://user:geheim@host/db',
      MQTT_URL: 'mqtt://broker.example',
      INGEST_SHARD: '3/2',
      ADMIN_TOKEN: 'short',
    });
  expect(parse).toThrow(ConfigError);
  try {
    parse();
  } catch (error) {
    const text = String(error);
    for (const name of ['DATABASE_URL', 'HO_STATE_DIR', 'INGEST_SHARD', 'ADMIN_TOKEN']) {
      expect(text).toContain(name);
    }
    expect(text).not.toMatch(/geheim|short/);
  }
  const sound = { DATABASE_URL: 'postgres://u@h/d', HO_STATE_DIR: '/var/lib/tillwire' };
  expect(() => parseHeadOfficeConfig({ ...sound, MQTT_URL: 'mqtt://broker.example' })).toThrow(
    /MQTT_URL: without TLS only to this machine/,
  );
  expect(parseHeadOfficeConfig({ ...sound, INGEST_SHARD: '1/2' })).toMatchObject({
    broker: null,
    shard: { part: 1, of: 2 },
  });
});

describe('Turns', () => {
  it('run in the order they came, so many at once and no more, whatever becomes of one', async () => {
    const inTurn = createTurns(2);
    const begun: number[] = [];
    const open: PromiseWithResolvers<number>[] = [];
    const all = [0, 1, 2, 3].map((at) =>
      inTurn(() => {
        begun.push(at);
        open[at] = Promise.withResolvers<number>();
        return open[at].promise;
      }),
    );
    expect(begun).toEqual([0, 1]);
    open[1]?.reject(new Error('no'));
    await expect(all[1]).rejects.toThrow('no');
    expect(begun).toEqual([0, 1, 2]);
    open[0]?.resolve(10);
    expect(await all[0]).toBe(10);
    expect(begun).toEqual([0, 1, 2, 3]);
    open[2]?.resolve(12);
    open[3]?.resolve(13);
    expect(await Promise.all([all[2], all[3]])).toEqual([12, 13]);
    expect(await inTurn(async () => 14)).toBe(14);
  });
});
