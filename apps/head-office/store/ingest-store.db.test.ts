import { canonicalText, sha256 } from '@tillwire/contract';
import { businessDate } from '@tillwire/domain';
import { createLog } from '@tillwire/runtime';
import fc from 'fast-check';
import type { PoolClient } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { waitFor } from '../../../test/harness/wait.ts';
import { storedOrderRows } from '../ingest/read-event.ts';
import { headOfficeDatabase } from '../test/head-office-database.ts';
import { createStoreJournal, type JournalEvent, type StoreJournal } from '../test/store-journal.ts';
import { inTransaction, openDatabase } from './database.ts';
import { lockStores } from './ingest-statement.ts';
import { storeOrderEvents } from './ingest-store.ts';
import { storeLateEvents } from './late-events.ts';
import { listOrders, readOrder } from './order-queries.ts';
import { ensurePartitions } from './partitions.ts';
import { verifyRollups } from './rollup-store.ts';

const RECEIVED = new Date('2025-07-16T10:00:00Z');
const DAY = { from: '2025-07-01', to: '2025-07-31' };

let office: Awaited<ReturnType<typeof headOfficeDatabase>>;
beforeAll(async () => {
  office = await headOfficeDatabase();
});
afterAll(() => office.drop());

const TABLES = [
  'orders',
  'order_lines',
  'journal',
  'rollup_hourly',
  'rollup_channel',
  'rollup_product',
  'rollup_vat',
];
const empty = () => office.db.query(TABLES.map((table) => `DELETE FROM ${table}`).join('; '));
beforeEach(empty);

const store = (events: readonly JournalEvent[]) =>
  storeOrderEvents(
    office.db,
    events.map(({ text }) => storedOrderRows(text)),
    RECEIVED,
    storedOrderRows,
  );
const storeLate = (client: PoolClient, { text }: JournalEvent) =>
  storeLateEvents(client, [storedOrderRows(text)], RECEIVED, storedOrderRows);
const types = async (events: readonly JournalEvent[]) =>
  (await store(events)).map(({ type }) => type);

/** Everything the books say: orders, lines, journal, rollups without rows of zeros. */
async function books(): Promise<object> {
  const tables = [
    'SELECT order_key::text, revision, journal_epoch, journal_seq, status, gross, net, vat, payment_method, encode(hash, $$hex$$) FROM orders ORDER BY 1',
    'SELECT order_key::text, line_no, item_code, qty, line_total_gross FROM order_lines ORDER BY 1, 2',
    'SELECT store, journal_epoch, journal_seq, revision, encode(hash, $$hex$$), payload FROM journal ORDER BY 1, 2, 3',
    'SELECT * FROM rollup_hourly WHERE orders <> 0 ORDER BY 1, 2, 3',
    'SELECT * FROM rollup_channel WHERE orders <> 0 ORDER BY 1, 2, 3, 4',
    'SELECT * FROM rollup_product WHERE qty <> 0 ORDER BY 1, 2, 3, 4',
    'SELECT * FROM rollup_vat WHERE net <> 0 OR vat <> 0 ORDER BY 1, 2, 3, 4',
  ];
  const found = [];
  for (const table of tables) found.push((await office.db.query(table)).rows);
  return found;
}

/** Stores `mine`; before its statement number `at` another worker stores `theirs`, or comes to wait for us. */
async function interrupted(
  mine: readonly JournalEvent[],
  at: number,
  theirs: readonly JournalEvent[],
): Promise<{ readonly outcomes: readonly string[]; readonly wasReached: boolean }> {
  let other: Promise<readonly string[]> | undefined;
  let statements = 0;
  const slow = (client: PoolClient): PoolClient =>
    Object.assign(Object.create(client) as PoolClient, {
      query: async (text: string, values: unknown[]) => {
        if (statements++ === at) {
          let isDone = false;
          other = types(theirs).finally(() => (isDone = true));
          await waitFor('the other worker', async () => isDone || (await somebodyWaits()));
        }
        return client.query(text, values);
      },
    });
  const stored = await inTransaction(office.db, (client) =>
    storeLateEvents(
      slow(client),
      mine.map(({ text }) => storedOrderRows(text)),
      RECEIVED,
      storedOrderRows,
    ),
  );
  const outcomes = [...stored.map(({ type }) => type), ...((await other) ?? [])];
  return { outcomes, wasReached: other !== undefined };
}

async function somebodyWaits(): Promise<boolean> {
  const { rows } = await office.db.query(
    `SELECT 1 FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return rows.length > 0;
}

const revisionOf = async ({ event }: JournalEvent) =>
  (await listOrders(office.db, { limit: 500 })).orders.find(
    ({ globalOrderId }) => globalOrderId === event.global_order_id,
  );

describe('An order event', () => {
  it('is stored once, with its bytes, lines and rollups, however often it comes', async () => {
    const journal = createStoreJournal('S03');
    const sales = [journal.sell(), journal.sell(2), journal.sell(3)];
    expect(await types(sales)).toEqual(['stored', 'stored', 'stored']);
    const once = await books();
    expect(await types([...sales, ...sales])).toEqual(Array(6).fill('duplicate'));
    expect(await books()).toEqual(once);
    expect(await verifyRollups(office.db, DAY)).toEqual([]);
    const always = { from: '0001-01-01', to: '9999-12-31' };
    expect(await verifyRollups(office.db, always)).toEqual([]);
    const { orders } = await listOrders(office.db, { store: 'S03', limit: 10 });
    expect(orders.map(({ total }) => total)).toEqual(sales.map(({ event }) => event.totals.gross));
    const hourly = await office.db.query(
      'SELECT sum(orders) AS n, sum(gross) AS g FROM rollup_hourly',
    );
    expect(hourly.rows).toEqual([
      { n: 3, g: sales.reduce((sum, { event }) => sum + event.totals.gross, 0) },
    ]);
  });

  it('of a higher revision replaces the lower one and moves the rollups by the difference', async () => {
    const journal = createStoreJournal('S03');
    const sale = journal.sell();
    const kept = journal.sell(2);
    const paid = journal.paidOtherwise(sale, 'card');
    const voided = journal.voided(paid);
    await store([sale, kept]);
    expect(await types([paid])).toEqual(['stored']);
    expect(await revisionOf(sale)).toMatchObject({ revision: 2, paymentMethod: 'Card' });
    await store([voided]);
    expect(await revisionOf(sale)).toMatchObject({ revision: 3, status: 'voided' });
    expect(await verifyRollups(office.db, DAY)).toEqual([]);
    const { rows } = await office.db.query('SELECT sum(orders) AS orders FROM rollup_channel');
    expect(rows).toEqual([{ orders: 1 }]);
  });

  it('of a lower revision coming late enters the journal only', async () => {
    const journal = createStoreJournal('S03');
    const sale = journal.sell();
    const paid = journal.paidOtherwise(sale, 'card');
    const voided = journal.voided(paid);
    await store([sale, paid, voided]);
    const inOrder = await books();
    await empty();
    expect(await types([voided])).toEqual(['stored']);
    expect(await types([paid])).toEqual(['stored']);
    expect(await types([sale])).toEqual(['stored']);
    expect(await books()).toEqual(inOrder);
    const held = await readOrder(office.db, '2025071600030000001');
    expect(held?.order.revision).toBe(3);
    expect(held?.revisions.map(({ payload }) => payload)).toEqual(
      [sale, paid, voided].map(({ text }) => text),
    );
  });

  it('of a later epoch wins whatever its revision, and tells of the one it overrode', async () => {
    const journal = createStoreJournal('S03');
    const sale = journal.sell();
    const first = journal.paidOtherwise(sale, 'card');
    const second = journal.voided(first);
    journal.restore(5);
    const again = journal.paidOtherwise(sale, 'voucher');
    await store([sale, first, second]);
    const [outcome] = await store([again]);
    expect(outcome).toEqual({ type: 'stored', overrode: { epoch: 1, revision: 3 } });
    expect(await revisionOf(sale)).toMatchObject({
      revision: 2,
      journalEpoch: 5,
      status: 'completed',
    });
    expect(await verifyRollups(office.db, DAY)).toEqual([]);
  });

  it('that is another one at the same place, or of the same revision, is a fork: the first stays', async () => {
    const here = createStoreJournal('S03');
    const twin = createStoreJournal('S03');
    const first = here.sell();
    const other = twin.sell(5);
    await store([first]);
    const before = await books();
    expect(await store([other])).toEqual([{ type: 'fork', heldHash: first.hash }]);
    // Another place, the same revision of the same order.
    here.sell();
    twin.sell(6);
    const mine = here.paidOtherwise(first, 'card');
    const theirs = { ...twin.voided(other) };
    await store([mine]);
    expect((await store([theirs])).map(({ type }) => type)).toEqual(['fork']);
    const apart = createStoreJournal('S03', { epoch: 1 });
    apart.sell();
    apart.sell();
    apart.sell();
    apart.sell();
    const elsewhere = apart.paidOtherwise(first, 'voucher');
    expect(elsewhere.event).toMatchObject({ journal_seq: 5, revision: 2 });
    expect(await store([elsewhere])).toEqual([{ type: 'fork', heldHash: mine.hash }]);
    expect(await verifyRollups(office.db, DAY)).toEqual([]);
    expect(before).not.toEqual(await books());
  });

  it('of another sale under its number is a fork, whichever epoch and order they come in', async () => {
    const sold = (epoch: number, requestId: string, quantity: number): JournalEvent => {
      const { event } = createStoreJournal('S03', { epoch }).sell(quantity);
      const text = canonicalText({ ...event, request_id: requestId });
      return { event, text, hash: sha256(text) };
    };
    // Two machines of one identity, both restored, come to sell under the same number.
    const earlier = sold(5, 'r-here', 1);
    const later = sold(6, 'r-there', 7);
    for (const [first, other] of [
      [earlier, later],
      [later, earlier],
    ] as const) {
      await empty();
      await store([first]);
      const before = await books();
      expect(await store([other])).toEqual([{ type: 'fork', heldHash: first.hash }]);
      expect(await books()).toEqual(before);
    }
    await empty();
    expect(await types([later, earlier])).toEqual(['fork', 'stored']);
    expect(await verifyRollups(office.db, DAY)).toEqual([]);
  });

  it('of another sale under its number is a fork in one batch of one epoch too, whatever its revision', async () => {
    const mine = createStoreJournal('S03').sell();
    const apart = createStoreJournal('S03');
    const { event } = apart.paidOtherwise(apart.sell(4), 'card');
    const text = canonicalText({ ...event, request_id: 'r-there' });
    const other = { event, text, hash: sha256(text) };
    expect(await store([mine, other])).toEqual([
      { type: 'stored' },
      { type: 'fork', heldHash: mine.hash },
    ]);
    expect(await verifyRollups(office.db, DAY)).toEqual([]);
  });

  it('of a later epoch in one batch with the revision it overrides tells of that too', async () => {
    const journal = createStoreJournal('S03');
    const sale = journal.sell();
    const voided = journal.voided(sale);
    journal.restore(5);
    const again = journal.paidOtherwise(sale, 'card');
    const outcomes = await store([sale, voided, again]);
    expect(outcomes[2]).toEqual({ type: 'stored', overrode: { epoch: 1, revision: 2 } });
  });

  it('in one batch with its fork is stored, and the fork is not', async () => {
    const first = createStoreJournal('S03').sell();
    const other = createStoreJournal('S03').sell(4);
    const kept = createStoreJournal('S04').sell();
    const outcomes = await types([first, other, kept]);
    expect(outcomes).toEqual(['stored', 'fork', 'stored']);
    expect(await verifyRollups(office.db, DAY)).toEqual([]);
  });

  it('fills the place it was deleted from by hand, and moves nothing else', async () => {
    const journal = createStoreJournal('S03');
    const sale = journal.sell();
    const paid = journal.paidOtherwise(sale, 'card');
    const voided = journal.voided(paid);
    await store([sale, paid, voided]);
    const whole = await books();
    await empty();
    await store([sale, paid]);
    await office.db.query('DELETE FROM journal');
    expect(await types([voided, paid, sale])).toEqual(['stored', 'stored', 'stored']);
    expect(await books()).toEqual(whole);
    for (const table of ['journal', 'orders']) {
      await office.db.query(`DELETE FROM ${table}`);
    }
    expect(await types([voided, paid, sale])).toEqual(['stored', 'stored', 'stored']);
    expect(await books()).toEqual(whole);
  });

  it('is stored once by two workers that have it at the same moment', async () => {
    const journals = ['S03', 'S04', 'S05'].map((code) => createStoreJournal(code));
    const events = journals.flatMap((journal) => {
      const sales = Array.from({ length: 30 }, (_, at) => journal.sell(1 + (at % 4)));
      return [
        ...sales,
        ...sales.filter((_, at) => at % 3 === 0).map((sale) => journal.voided(sale)),
      ];
    });
    const shuffled = events.toReversed();
    const outcomes = await Promise.all([
      types(events),
      types(shuffled),
      types(events.slice(20, 90)),
      types(shuffled.slice(10, 80)),
    ]);
    const stored = outcomes.flat().filter((type) => type === 'stored');
    expect(stored).toHaveLength(events.length);
    expect(outcomes.flat()).not.toContain('fork');
    expect(await verifyRollups(office.db, DAY)).toEqual([]);
    expect((await office.db.query('SELECT count(*) AS n FROM orders')).rows).toEqual([{ n: 90 }]);
  });

  it('never waits in a circle with those of another worker, however new and revised ones are mixed', async () => {
    const journals = ['S03', 'S04', 'S05', 'S06'].map((code) => createStoreJournal(code));
    const [known, more] = [1, 2].map((price) =>
      journals.flatMap((journal) => Array.from({ length: 60 }, () => journal.sell(price))),
    ) as [JournalEvent[], JournalEvent[]];
    const revised = known.map((sale, at) => (journals[(at / 60) | 0] as StoreJournal).voided(sale));
    await store(known);
    const log = createLog('test', 'silent');
    const workers = [1, 2].map(() => openDatabase(office.url, { log }));
    // Each the revisions of some and new orders of all, in batches as they come by the line.
    await Promise.all(
      workers.flatMap((db, worker) =>
        [0, 1].map(async (lane) => {
          const mine = [...revised, ...more].filter((_, at) => at % 4 === worker * 2 + lane);
          const mixed = mine.toSorted((a, b) => (sha256(a.text) < sha256(b.text) ? -1 : 1));
          for (let at = 0; at < mixed.length; at += 10) {
            const rows = mixed.slice(at, at + 10).map(({ text }) => storedOrderRows(text));
            await storeOrderEvents(db, rows, RECEIVED, storedOrderRows);
          }
        }),
      ),
    );
    // A connection tells its figures when it ends, at the latest.
    await Promise.all(workers.map((db) => db.end()));
    const { rows } = await office.db.query(
      'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()',
    );
    expect(rows).toEqual([{ deadlocks: 0 }]);
    expect(await verifyRollups(office.db, DAY)).toEqual([]);
  });

  it('whose month gets its partition while it waits for its store is stored there', async () => {
    const journal = createStoreJournal('S03', { date: '2024-02-10' });
    await store([journal.sell()]);
    const by = await office.db.connect();
    await by.query('BEGIN');
    await by.query(lockStores(`SELECT 'S03' AS store`));
    const stored = types([journal.sell(2)]);
    await waitFor('the order to wait', somebodyWaits);
    await ensurePartitions(office.db, businessDate('2024-02-10'));
    await by.query('COMMIT');
    by.release();
    expect(await stored).toEqual(['stored']);
    expect((await office.db.query('SELECT FROM orders_202402')).rowCount).toBe(2);
    expect(await verifyRollups(office.db, { from: '2024-02-01', to: '2024-02-29' })).toEqual([]);
  });

  it('of a lower revision that waited for a higher one at another worker does not take its place', async () => {
    const journal = createStoreJournal('S03');
    const [first, other] = [journal.sell(), journal.sell(2)];
    const second = journal.paidOtherwise(first, 'card');
    const third = journal.voided(second);
    await store([other, first]);
    const quick = await office.db.connect();
    await quick.query('BEGIN');
    await storeLate(quick, third);
    const slow = inTransaction(office.db, (client) => storeLate(client, second));
    await waitFor('the other worker to be at the lock', async () => {
      const { rows } = await office.db.query(
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
      );
      return rows.length > 0;
    });
    await quick.query('COMMIT');
    quick.release();
    expect(await slow).toEqual([{ type: 'stored' }]);
    const together = await books();
    await empty();
    await store([other, first, second, third]);
    expect(together).toEqual(await books());
    expect(await verifyRollups(office.db, DAY)).toEqual([]);
  });

  it('comes to the same books when another worker gets in between, at whatever statement', async () => {
    const journal = createStoreJournal('S03');
    const [sale, kept] = [journal.sell(), journal.sell(2)];
    const paid = journal.paidOtherwise(sale, 'card');
    const voided = journal.voided(paid);
    const all = [sale, kept, paid, voided];
    await store(all);
    const expected = await books();
    for (const [held, mine, theirs] of [
      [[sale], [paid], [voided]],
      [[sale], [voided], [paid]],
      [[sale], [paid], [paid]],
      [[], [paid], [sale]],
      [[], [voided, kept], [kept, sale, paid, voided]],
    ] as const) {
      for (let statement = 0, isOver = false; !isOver; statement++) {
        await empty();
        if (held.length > 0) await store(held);
        const { outcomes, wasReached } = await interrupted(mine, statement, theirs);
        expect(outcomes, `${statement}`).not.toContain('fork');
        expect(await verifyRollups(office.db, DAY), `${statement}`).toEqual([]);
        await store(all);
        expect(await books(), `${statement}`).toEqual(expected);
        isOver = !wasReached;
      }
    }
  });

  it('set comes to the same books in any order, batching and repetition', async () => {
    const journal = createStoreJournal('S03');
    const other = createStoreJournal('S12', { date: '2025-07-17' });
    const sales = [journal.sell(), journal.sell(2), journal.sell(3), other.sell(), other.sell(2)];
    const [one, two, , four] = sales as [JournalEvent, JournalEvent, JournalEvent, JournalEvent];
    const paid = journal.paidOtherwise(one, 'card');
    const all = [...sales, paid, journal.voided(paid), journal.voided(two), other.voided(four)];
    await store(all);
    const expected = await books();
    const deliveries = fc
      .array(fc.nat(all.length - 1), { maxLength: 20 })
      .chain((extra) =>
        fc.shuffledSubarray([...all.keys(), ...extra], { minLength: all.length + extra.length }),
      )
      .chain((order) =>
        fc
          .array(fc.integer({ min: 1, max: 7 }), {
            minLength: order.length,
            maxLength: order.length,
          })
          .map((sizes) => ({ order, sizes })),
      );
    await fc.assert(
      fc.asyncProperty(deliveries, async ({ order, sizes }) => {
        await empty();
        const left = order.map((at) => all[at] as JournalEvent);
        for (const size of sizes) {
          const batch = left.splice(0, size);
          if (batch.length > 0) await store(batch);
        }
        expect(await books()).toEqual(expected);
        expect(await verifyRollups(office.db, DAY)).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });
});

describe('The verifier of rollups', () => {
  it('names what is not what the orders sum to', async () => {
    const journal = createStoreJournal('S03');
    const sale = journal.sell();
    await store([sale, journal.sell()]);
    await office.db.query('UPDATE rollup_channel SET gross = gross + 1');
    await office.db.query('DELETE FROM rollup_vat WHERE vat_class = 1');
    const differences = await verifyRollups(office.db, DAY);
    expect(differences.map(({ rollup, store, date }) => ({ rollup, store, date }))).toEqual([
      { rollup: 'channel', store: 'S03', date: '2025-07-16' },
      { rollup: 'vat', store: 'S03', date: '2025-07-16' },
    ]);
    const [channel] = differences;
    expect((channel?.rolledUp[1] ?? 0) - (channel?.orders[1] ?? 0)).toBe(1);
    expect(await verifyRollups(office.db, { from: '2025-08-01', to: '2025-08-31' })).toEqual([]);
  });
});
