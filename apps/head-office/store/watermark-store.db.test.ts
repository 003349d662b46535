import { type Heartbeat, ZERO_HASH } from '@tillwire/contract';
import { storeCode, utcInstant } from '@tillwire/domain';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { storedOrderRows } from '../ingest/read-event.ts';
import { headOfficeDatabase } from '../test/head-office-database.ts';
import { createStoreJournal, type JournalEvent } from '../test/store-journal.ts';
import { storeOrderEvents } from './ingest-store.ts';
import { park } from './quarantine-store.ts';
import { missingRanges, noteStores, storeHeartbeat, storeState } from './telemetry-store.ts';
import { advanceWatermarks, lowerWatermark, readEpochMarks } from './watermark-store.ts';

const AT = new Date('2025-07-16T10:00:00Z');
const S03 = storeCode('S03');

let office: Awaited<ReturnType<typeof headOfficeDatabase>>;
beforeAll(async () => {
  office = await headOfficeDatabase();
});
afterAll(() => office.drop());
beforeEach(async () => {
  const tables = ['orders', 'order_lines', 'journal', 'journal_epochs', 'quarantine', 'stores'];
  const more = ['error_events', 'heartbeats', 'store_states', 'rollup_hourly', 'rollup_channel'];
  const all = [...tables, ...more, 'rollup_product', 'rollup_vat'];
  await office.db.query(all.map((table) => `DELETE FROM ${table}`).join('; '));
  await noteStores(office.db, ['S03'], AT);
});

const hold = (events: readonly JournalEvent[]) =>
  storeOrderEvents(
    office.db,
    events.map(({ text }) => storedOrderRows(text)),
    AT,
    storedOrderRows,
  );
const advance = (epochs: readonly number[], again = false) =>
  advanceWatermarks(office.db, 'S03', epochs, { again, at: AT });
const marks = async (epoch: number) =>
  (await readEpochMarks(office.db, ['S03']))
    .get('S03')
    ?.find(({ journal_epoch }) => journal_epoch === epoch);
const parkAs = (event: JournalEvent, place: { epoch: number; seq: number } | null) =>
  park(
    office.db,
    [
      {
        store: 'S03',
        topic: 'stores/S03/orders',
        reason: 'not-json',
        detail: '',
        payload: Buffer.from(event.text),
        hash: event.hash,
        place,
      },
    ],
    AT,
  );
const alerts = async () =>
  (await office.db.query<{ error_id: string }>('SELECT error_id FROM error_events')).rows.map(
    ({ error_id }) => error_id,
  );
const beat = (
  journal: Heartbeat['journal'],
  { clock = '2025-07-16T12:00:00Z', session = 1, uptimeS = 1, receivedAt = AT } = {},
) =>
  storeHeartbeat(
    office.db,
    {
      store_code: S03,
      at: utcInstant(Date.parse(clock)),
      session,
      version: '0',
      uptime_s: uptimeS,
      catalog_version: 1,
      config_version: 0,
      journal,
      unsent: { count: 0, oldest_age_s: 0 },
      parked: 0,
      publish_error_ppm: 0,
      disk_free_bytes: 1,
      memory_bytes: 1,
      last_z: null,
      last_backup_at: null,
    },
    receivedAt,
  );
const sales = (journal: ReturnType<typeof createStoreJournal>, count: number) =>
  Array.from({ length: count }, () => journal.sell());
const at = (events: readonly JournalEvent[], seq: number) => events[seq - 1] as JournalEvent;

describe('The watermark of an epoch', () => {
  it('stands at the last event before the first gap, and moves once that is filled', async () => {
    const events = sales(createStoreJournal('S03'), 5);
    await hold([at(events, 1), at(events, 2), at(events, 4), at(events, 5)]);
    expect(await advance([1])).toBe(true);
    expect(await marks(1)).toMatchObject({
      acked_through: 2,
      complete_through: 2,
      watermark_hash: at(events, 2).hash,
    });
    expect(await advance([1])).toBe(false);
    await hold([at(events, 3)]);
    await advance([1]);
    expect(await marks(1)).toMatchObject({
      complete_through: 5,
      watermark_hash: at(events, 5).hash,
    });
    expect(await alerts()).toEqual([]);
  });

  it('passes what is parked, but names no hash while that is what stands there', async () => {
    const events = sales(createStoreJournal('S03'), 3);
    await hold([at(events, 1)]);
    await parkAs(at(events, 2), { epoch: 1, seq: 2 });
    await advance([1]);
    expect(await marks(1)).toMatchObject({ complete_through: 2, watermark_hash: null });
    await hold([at(events, 3)]);
    await advance([1]);
    expect(await marks(1)).toMatchObject({
      complete_through: 3,
      watermark_hash: at(events, 3).hash,
    });
  });

  it('gives what was parked unread its place by the event behind it, or by the heartbeat', async () => {
    const events = sales(createStoreJournal('S03'), 4);
    await parkAs(at(events, 2), null);
    await parkAs(at(events, 4), null);
    await hold([at(events, 1), at(events, 3)]);
    await advance([1]);
    expect(await marks(1)).toMatchObject({ complete_through: 3 });
    await beat([{ journal_epoch: 1, journal_seq: 4, hash: at(events, 4).hash, holes: [] }]);
    await advance([1]);
    expect(await marks(1)).toMatchObject({ complete_through: 4, watermark_hash: null });
  });

  it('of a new epoch waits for what it chains to, freezes on what nobody ever had, and heals', async () => {
    const journal = createStoreJournal('S03');
    const before = sales(journal, 3);
    journal.restore(9);
    const after = sales(journal, 2);
    await hold([at(before, 1), ...after]);
    await beat([
      { journal_epoch: 1, journal_seq: 3, hash: at(before, 3).hash, holes: [] },
      { journal_epoch: 9, journal_seq: 2, hash: at(after, 2).hash, holes: [] },
    ]);
    await advance([1, 9]);
    expect(await marks(9)).toMatchObject({ acked_through: 0, complete_through: 0 });
    expect(await alerts()).toEqual([]);
    await hold(before);
    await advance([1, 9]);
    expect(await marks(9)).toMatchObject({ complete_through: 2 });

    const stranger = createStoreJournal('S03', { epoch: 20, date: '2025-07-18' });
    stranger.sell();
    stranger.restore(30);
    const lost = sales(stranger, 2);
    await hold(lost);
    await advance([30]);
    expect(await marks(30)).toMatchObject({ acked_through: 2, complete_through: 0 });
    expect(await alerts()).toEqual(['ho:journal-link-broken:30-1']);
    await hold([stranger.events()[0] as JournalEvent]);
    await advance([20]);
    expect(await advance([30])).toBe(false);
    expect(await advance([30], true)).toBe(true);
    expect(await marks(30)).toMatchObject({ complete_through: 2 });
  });

  it('passes places of an ended epoch that neither side holds: they are restored', async () => {
    const journal = createStoreJournal('S03');
    const before = sales(journal, 6);
    journal.restore(9);
    const after = sales(journal, 1);
    await hold([...before.filter((_, place) => ![2, 3, 5].includes(place)), ...after]);
    const ended = {
      journal_epoch: 1,
      journal_seq: 6,
      hash: at(before, 6).hash,
      holes: [
        { from: 3, to: 4 },
        { from: 6, to: 6 },
      ],
    };
    await beat([ended]);
    await advance([1]);
    expect(await marks(1)).toMatchObject({ complete_through: 2 });
    await beat([ended, { journal_epoch: 9, journal_seq: 1, hash: at(after, 1).hash, holes: [] }]);
    await advance([1], true);
    expect(await marks(1)).toMatchObject({ complete_through: 6, watermark_hash: null });
    expect(await alerts()).toEqual([]);
  });

  it('passes a hole of many steps, and one in front of all that is held', async () => {
    const journal = createStoreJournal('S03');
    const { event } = journal.sell();
    const hash = 'ab'.repeat(32);
    const ended = { journal_epoch: 1, journal_seq: 12_000, hash };
    const running = { journal_epoch: 2, journal_seq: 0, hash, holes: [] };
    await beat([{ ...ended, holes: [{ from: 1, to: 12_000 }] }, running]);
    expect(event.journal_seq).toBe(1);
    await advance([1]);
    expect(await marks(1)).toMatchObject({ complete_through: 12_000 });
  });

  it('is taken back when something behind it is gone', async () => {
    const events = sales(createStoreJournal('S03'), 4);
    await hold(events);
    await advance([1]);
    await office.db.query('DELETE FROM journal WHERE journal_seq = 3');
    expect(await missingRanges(office.db, 'S03', 1, { from: 1, to: 6 }, 10)).toEqual([
      { from: 3, to: 3 },
      { from: 5, to: 6 },
    ]);
    await lowerWatermark(office.db, 'S03', 1, 2);
    expect(await marks(1)).toMatchObject({
      acked_through: 2,
      complete_through: 2,
      watermark_hash: at(events, 2).hash,
    });
    await lowerWatermark(office.db, 'S03', 1, 0);
    expect(await marks(1)).toMatchObject({ complete_through: 0, watermark_hash: null });
  });

  it('comes to the same when several workers move it at once', async () => {
    const events = sales(createStoreJournal('S03'), 40);
    await Promise.all(
      [0, 10, 20, 30].map(async (from) => {
        await hold(events.slice(from, from + 10));
        await advance([1]);
      }),
    );
    await advance([1]);
    expect(await marks(1)).toMatchObject({ complete_through: 40 });
    expect(await alerts()).toEqual([]);
  });
});

describe('What a store says of itself', () => {
  it('counts by session, not by arrival', async () => {
    const online = async () =>
      (await office.db.query('SELECT online, session FROM store_states')).rows[0];
    const state = (name: 'online' | 'offline', session: number) =>
      storeState(office.db, { store_code: S03, state: name, session }, AT);
    await state('online', 5);
    await state('offline', 4);
    expect(await online()).toEqual({ online: true, session: 5 });
    await state('offline', 5);
    await state('online', 5);
    expect(await online()).toEqual({ online: false, session: 5 });
    await state('online', 6);
    expect(await online()).toEqual({ online: true, session: 6 });
  });

  const head = (seq: number) => [
    { journal_epoch: 1, journal_seq: seq, hash: ZERO_HASH, holes: [] },
  ];
  const headHeld = async () =>
    (await office.db.query('SELECT head_seq FROM journal_epochs')).rows[0]?.head_seq as number;

  it('in a heartbeat that was overtaken is forgotten', async () => {
    await beat(head(7), { uptimeS: 120 });
    await beat(head(5), { uptimeS: 60 });
    expect(await headHeld()).toBe(7);
    await beat(head(9), { session: 2, uptimeS: 1 });
    await beat(head(7), { session: 1, uptimeS: 180 });
    expect(await headHeld()).toBe(9);
  });

  it('is believed at once when its clock was put back, and soon when its session was', async () => {
    await beat(head(7), { clock: '2099-01-01T00:00:00Z', session: 4_000_000_000 });
    await beat(head(8), { session: 4_000_000_000, uptimeS: 60 });
    expect(await headHeld()).toBe(8);
    const later = new Date(AT.getTime() + 180_000);
    await beat(head(9), { session: 2, receivedAt: later });
    expect(await headHeld()).toBe(9);
  });
});
