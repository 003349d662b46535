import {
  catalogVersion,
  clockDate,
  DEFAULT_DAY_RULES,
  storeCode,
  utcInstant,
} from '@tillwire/domain';
import { errorEventSchema } from '@tillwire/contract';
import { systemClock, systemIds } from '@tillwire/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  catalogue,
  product,
  request,
  selling,
  single,
  taken,
} from '../../../../packages/domain/test/builders.ts';
import { databases, type TestDatabase } from '../test/databases.ts';
import { STORE } from '../test/kiosk-rig.ts';
import { type KioskDatabase, openKioskDatabase, write, WrongStoreError } from './database.ts';
import { createErrorStore } from './error-store.ts';
import { createJournalStore, type JournalStore } from './journal-store.ts';
import { createOrderStore } from './order-store.ts';

const NOON = Date.parse('2025-11-26T12:00:00Z');
const shop = selling(catalogue([product(1, 600)]));
const WHOLE = { after: 0, through: 1000, limit: 100, maxBytes: 1_000_000 };

describe.each(databases)('The journal on $name', ({ open }) => {
  let database: TestDatabase;
  let db: KioskDatabase;
  let journal: JournalStore;

  beforeEach(async () => {
    database = await open();
    db = await openKioskDatabase(database.address, {
      store: STORE,
      clock: systemClock,
      ids: systemIds,
    });
    journal = createJournalStore(db);
  });
  afterEach(async () => {
    await db.destroy();
    await database.drop();
  });

  const sell = async (count: number, { crashAt = '' } = {}): Promise<void> => {
    const orders = createOrderStore(db, {
      store: STORE,
      crashPoint: (name) => {
        if (name === crashAt) throw new Error(`died at ${name}`);
      },
    });
    for (let at = 0; at < count; at++) {
      await orders.commit({
        requestId: systemIds.uuid(),
        taken: taken(request([single(1)]), shop),
        createdAt: utcInstant(NOON + at * 1000),
        clockDate: clockDate(NOON, DEFAULT_DAY_RULES),
        clockConfirmed: false,
        catalogVersion: catalogVersion(7),
        configVersion: null,
      });
    }
  };
  const outbox = async () => (await journal.scan(WHOLE)).rows;
  const places = (...seqs: number[]) => seqs.map((seq) => ({ epoch: 1, seq }));

  it('brings unreleased rows in order, in pieces by count and by bytes', async () => {
    await sell(5);
    expect(await journal.scan(WHOLE)).toEqual({ rows: [1, 2, 3, 4, 5], complete: true });
    expect(await journal.scan({ ...WHOLE, limit: 2 })).toEqual({ rows: [1, 2], complete: false });
    expect(await journal.scan({ ...WHOLE, after: 3, through: 4 })).toEqual({
      rows: [4],
      complete: true,
    });
    // At least one, however large.
    expect((await journal.scan({ ...WHOLE, maxBytes: 1 })).rows).toEqual([1]);
    const [one] = await journal.load([1]);
    const size = one?.payload.length ?? 0;
    expect((await journal.scan({ ...WHOLE, maxBytes: size * 3 + 10 })).rows).toEqual([1, 2, 3]);
  });

  it('releases each place once, by name or up to a watermark', async () => {
    await sell(6);
    expect(await journal.release(places(2, 9), 'acked', NOON)).toEqual([2]);
    expect(await journal.release(places(2), 'acked', NOON)).toEqual([]);
    expect(await journal.release(places(3), 'parked', NOON)).toEqual([3]);
    expect(await journal.unsent()).toMatchObject({ count: 4, oldestMs: NOON, parked: 1 });
    expect(await journal.releaseThrough({ epoch: 1, seq: 5 }, NOON)).toEqual([1, 4, 5]);
    expect(await outbox()).toEqual([6]);
    // What was parked is in the books after all.
    expect(await journal.release(places(3), 'acked', NOON)).toEqual([3]);
    expect((await journal.unsent()).parked).toBe(0);
  });

  it('takes releases back, and says from where', async () => {
    await sell(4);
    await journal.releaseThrough({ epoch: 1, seq: 4 }, NOON);
    expect(await journal.requeue({ epoch: 1, from: 2, to: 3 })).toBe(2);
    expect(await outbox()).toEqual([2, 3]);
    expect(await journal.requeue({ epoch: 1, from: 2, to: 3 })).toBeNull();
    expect(await journal.requeue({ epoch: 2, from: 1, to: 9 })).toBeNull();
  });

  it('knows its head, its hashes and nothing that was rolled back', async () => {
    expect(await journal.heads()).toMatchObject([{ journal_epoch: 1, journal_seq: 0 }]);
    await sell(2);
    await expect(sell(1, { crashAt: 'web.before-commit' })).rejects.toThrow('died');
    await sell(1);
    const hashes = await journal.hashesAt(places(1, 2, 3, 4));
    expect([...hashes.keys()]).toEqual(['1 1', '1 2', '1 3']);
    expect(await journal.heads()).toEqual([
      { journal_epoch: 1, journal_seq: 3, hash: hashes.get('1 3'), holes: [] },
    ]);
    const days = await db.selectFrom('trading_days').select('last_sequence').execute();
    expect(days).toEqual([{ last_sequence: 3 }]);
  });

  it('belongs to one store', async () => {
    const other = { store: storeCode('S02'), clock: systemClock, ids: systemIds };
    await expect(openKioskDatabase(database.address, other)).rejects.toThrow(WrongStoreError);
  });

  it('leaves nothing of a transaction that failed', async () => {
    await expect(
      write(db, async (tx) => {
        await tx.insertInto('crew').values({ crew_id: '7', name: 'Ann' }).execute();
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(await db.selectFrom('crew').selectAll().execute()).toEqual([]);
  });
});

describe.each(databases)('Error events on $name', ({ open: openDatabase }) => {
  it('count repeats, are kept until acknowledged, and are not told again at once', async () => {
    const database = await openDatabase();
    let nowMs = NOON;
    const clock = { ...systemClock, nowMs: () => nowMs };
    const own = { store: STORE, clock, ids: systemIds };
    const db = await openKioskDatabase(database.address, own);
    const errors = createErrorStore(db, own);
    const report = { code: 'clock-behind', message: 'it is late', facts: { used: 'x' } };
    for (let at = 0; at < 3; at++) await errors.report(report);
    const [open, ...others] = await errors.unacknowledged(10);
    expect(others).toEqual([]);
    expect(JSON.parse(open?.payload ?? '')).toMatchObject({ code: 'clock-behind', count: 3 });
    await errors.acknowledge([open?.id ?? ''], NOON);
    await errors.report(report);
    expect(await errors.unacknowledged(10)).toEqual([]);
    nowMs += 3_600_000;
    await errors.report(report);
    const [again] = await errors.unacknowledged(10);
    expect(JSON.parse(again?.payload ?? '')).toMatchObject({ count: 2 });
    await errors.report({
      code: 'odd',
      message: 'odd',
      facts: { nul: 'a\0b', half: `${'x'.repeat(499)}😀`, long: 'y'.repeat(900) },
    });
    const odd: unknown = JSON.parse((await errors.unacknowledged(10)).at(-1)?.payload ?? '');
    expect(errorEventSchema.safeParse(odd).error).toBeUndefined();
    await db.destroy();
    await database.drop();
  });
});
