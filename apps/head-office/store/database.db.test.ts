import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { businessDate } from '@tillwire/domain';
import { createLog, MigrationError, readMigrations, systemIds } from '@tillwire/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startFailingOver } from '../../../test/harness/failing-over.ts';
import { freshDatabase } from '../../../test/harness/postgres.ts';
import { storedOrderRows } from '../ingest/read-event.ts';
import { openStateDir } from '../state-dir.ts';
import { headOfficeDatabase, MIGRATIONS } from '../test/head-office-database.ts';
import { createStoreJournal } from '../test/store-journal.ts';
import { migrate, openDatabase } from './database.ts';
import { settleIncarnation } from './incarnation-store.ts';
import { storeOrderEvents } from './ingest-store.ts';
import { listOrders } from './order-queries.ts';
import { ensurePartitions } from './partitions.ts';

const log = createLog('test', 'silent');

describe('Migrations', () => {
  it('are applied once by processes that start together, and refused when an applied one changed', async () => {
    const { url, drop } = await freshDatabase();
    const pools = [1, 2, 3].map(() => openDatabase(url, { log }));
    const migrations = readMigrations(MIGRATIONS);
    await Promise.all(pools.map((pool) => migrate(pool, migrations)));
    const [db] = pools;
    const applied = await db?.query('SELECT name FROM migrations ORDER BY name');
    expect(applied?.rows).toEqual(migrations.map(({ name }) => ({ name })));
    const edited = migrations.map((each, at) => (at === 0 ? { ...each, checksum: 'x' } : each));
    await expect(pools[0] && migrate(pools[0], edited)).rejects.toThrow(MigrationError);
    for (const pool of pools) await pool.end();
    await drop();
  });
});

describe('Head Office', () => {
  let office: Awaited<ReturnType<typeof headOfficeDatabase>>;
  let folder: string;
  beforeEach(async () => {
    office = await headOfficeDatabase();
    folder = await mkdtemp(join(tmpdir(), 'tillwire-state-'));
  });
  afterEach(async () => {
    await office.drop();
    await rm(folder, { recursive: true });
  });

  it('begins a new incarnation when its database is new, went back, or is another, and only then', async () => {
    const state = openStateDir(folder, systemIds);
    const first = await settleIncarnation(office.db, state, 1_700_000_000_000);
    expect(first).toBe(1_700_000_000);
    expect(await settleIncarnation(office.db, state, 1_700_000_100_000)).toBe(first);
    // Another process with a state directory of its own, the same database: nothing was restored.
    const copy = openStateDir(join(folder, 'copy'), systemIds);
    expect(await settleIncarnation(office.db, copy, 1_700_000_200_000)).toBe(first);
    // A dump of an earlier time: its log is behind what was seen.
    state.writeIncarnation({ incarnation: first, log_position: 'FFFFFF/0' });
    expect(await settleIncarnation(office.db, state, 1_700_000_300_000)).toBe(1_700_000_300);
    // Restored into another database.
    await office.db.query("UPDATE meta SET value = 'elsewhere' WHERE name = 'fingerprint'");
    expect(await settleIncarnation(office.db, state, 1_700_000_300_000)).toBe(1_700_000_301);
    // A dump put back where its tables stood, which knows the same incarnation.
    await office.db.query(
      `CREATE TABLE dumped AS TABLE meta; DROP TABLE meta; CREATE TABLE meta (name text PRIMARY KEY, value text);
       INSERT INTO meta TABLE dumped; DROP TABLE dumped`,
    );
    expect(await settleIncarnation(office.db, state, 1_700_000_300_000)).toBe(1_700_000_302);
    // Emptied.
    await office.db.query('DELETE FROM meta');
    expect(await settleIncarnation(office.db, state, 1_600_000_000_000)).toBe(1_700_000_303);
    expect(await settleIncarnation(office.db, state, 1_800_000_000_000)).toBe(1_700_000_303);
  });

  it('begins a new incarnation at once when a standby takes over', async () => {
    const server = await startFailingOver(folder);
    const state = openStateDir(join(folder, 'state'), systemIds);
    const before = openDatabase(server.url, { log });
    await migrate(before, readMigrations(MIGRATIONS));
    await settleIncarnation(before, state, 1_700_000_000_000);
    await server.failOver();
    await before.end();
    const after = openDatabase(server.url, { log });
    expect(await settleIncarnation(after, state, 1_700_000_100_000)).toBe(1_700_000_100);
    expect(await settleIncarnation(after, state, 1_700_000_200_000)).toBe(1_700_000_100);
    await after.end();
    await server.stop();
  });

  it('keeps one signing key whoever opens its state directory first', () => {
    const [one, two] = [openStateDir(folder, systemIds), openStateDir(folder, systemIds)];
    expect(one.keys().map(({ id }) => id)).toEqual(two.keys().map(({ id }) => id));
    expect(one.keys()).toHaveLength(1);
  });

  it('makes months ahead, and one for orders of a time nobody thought of, which stay where they can be found', async () => {
    const late = createStoreJournal('S03', { date: '2021-02-28' });
    const now = createStoreJournal('S04', { date: '2025-12-31' });
    const events = [late.sell(), late.sell(2), now.sell()].map(({ text }) => storedOrderRows(text));
    await storeOrderEvents(office.db, events, new Date(0), storedOrderRows);
    const before = await listOrders(office.db, { limit: 10 });
    const today = businessDate('2025-11-30');
    expect(await ensurePartitions(office.db, today)).toEqual([
      '202102',
      '202511',
      '202512',
      '202601',
      '202602',
    ]);
    expect(await ensurePartitions(office.db, today)).toEqual([]);
    expect(await listOrders(office.db, { limit: 10 })).toEqual(before);
    const left = await office.db.query(
      `SELECT (SELECT count(*) FROM orders_other) + (SELECT count(*) FROM order_lines_other) AS other,
         (SELECT count(*) FROM orders_202102) AS old`,
    );
    expect(left.rows).toEqual([{ other: 0, old: 2 }]);
    const again = await storeOrderEvents(office.db, events, new Date(0), storedOrderRows);
    expect(again.map(({ type }) => type)).toEqual(['duplicate', 'duplicate', 'duplicate']);
  });

  it('gives orders in pages that neither repeat nor miss one', async () => {
    const journal = createStoreJournal('S03');
    const other = createStoreJournal('S04');
    const events = Array.from({ length: 25 }, (_, at) => (at % 5 === 0 ? other : journal).sell());
    await storeOrderEvents(
      office.db,
      events.map(({ text }) => storedOrderRows(text)),
      new Date(0),
      storedOrderRows,
    );
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await listOrders(office.db, {
        store: 'S03',
        date: '2025-07-16',
        limit: 10,
        after,
      });
      seen.push(...page.orders.map(({ globalOrderId }) => globalOrderId));
      after = page.next;
    } while (after !== undefined);
    expect(seen).toEqual(journal.events().map(({ event }) => event.global_order_id));
    expect(await listOrders(office.db, { date: '2025-07-17', limit: 10 })).toEqual({ orders: [] });
  });
});
