import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  basisPoints,
  businessDate,
  catalogVersion,
  DEFAULT_DAY_RULES,
  type Order,
  productCode,
  storeCode,
  utcInstant,
  vatClassCode,
  voidOrder,
} from '@tillwire/domain';
import { type Clock, systemIds } from '@tillwire/runtime';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  catalogue,
  product,
  request,
  selling,
  single,
  taken,
} from '../../../../packages/domain/test/builders.ts';
import { DamagedFileError } from '../store/backup-file.ts';
import { type KioskDatabase, openKioskDatabase } from '../store/database.ts';
import { createDayStore } from '../store/day-store.ts';
import { createJournalStore } from '../store/journal-store.ts';
import { createOrderStore } from '../store/order-store.ts';
import { clockDoubt } from '../store/clock-store.ts';
import { beginEpoch, takeBack } from '../store/restore-store.ts';
import { createSyncStateStore, NO_SYNC_STATE } from '../store/sync-state-store.ts';
import { backUp, listBackups, verifyBackup } from './backups.ts';
import { restoreBackup } from './restore.ts';

const STORE = storeCode('S03');
const shop = selling(catalogue([product(1, 600)]));
const DATE = businessDate('2025-11-26');
/** Two hours after the rollover of 04:00. */
const SIX = Date.parse('2025-11-26T06:00:00Z');
const menu = {
  version: 7,
  lists: {
    products: [productCode(1)],
    combos: [],
    vatClasses: [{ vatClass: vatClassCode(1), vatRate: basisPoints(2000) }],
  },
};
const own = { store: STORE, crashPoint: () => undefined };

let folder: string;
let path: string;
let nowMs: number;
let db: KioskDatabase;
let requests = 0;
const clock: Clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };

const openDatabase = (file: string): Promise<KioskDatabase> =>
  openKioskDatabase({ path: file }, { store: STORE, clock, ids: systemIds });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillwire-backup-'));
  path = join(folder, 'kiosk.db');
  nowMs = SIX;
  db = await openDatabase(path);
});
afterEach(async () => {
  await db.destroy();
  await rm(folder, { recursive: true });
});

async function sell(on: KioskDatabase, count = 1): Promise<readonly Order[]> {
  const sold: Order[] = [];
  for (let at = 0; at < count; at++) {
    const outcome = await createOrderStore(on, own).commit({
      requestId: `r${++requests}`,
      taken: taken(request([single(1)]), shop),
      createdAt: utcInstant(nowMs),
      clockDate: DATE,
      clockConfirmed: false,
      catalogVersion: catalogVersion(7),
      configVersion: null,
    });
    if (outcome.type !== 'committed') throw new Error(outcome.type);
    sold.push(outcome.stored.order);
  }
  return sold;
}

const takeBackup = () =>
  backUp(path, { store: STORE, folder: join(folder, 'backups'), nowMs, keep: 2, key: null });

const restore = (backup: string, to = path) =>
  restoreBackup({
    backup,
    target: to,
    store: STORE,
    rules: DEFAULT_DAY_RULES,
    clock,
    ids: systemIds,
  });

/** The bytes of every event of an epoch, as Head Office would give them back. */
async function eventsOf(on: KioskDatabase, epoch = 1): Promise<readonly string[]> {
  const rows = await on
    .selectFrom('journal')
    .select('payload')
    .where('epoch', '=', epoch)
    .orderBy('seq')
    .execute();
  return rows.map(({ payload }) => payload);
}

it('A backup is a whole database, read back, and the oldest beyond those kept go', async () => {
  await sell(db, 3);
  const first = await takeBackup();
  expect(first.report).toEqual({
    store: 'S03',
    epoch: 1,
    seq: 3,
    events: 3,
    orders: 3,
    lastCommitMs: SIX,
  });
  for (let more = 0; more < 2; more++) {
    nowMs += 60_000;
    await takeBackup();
  }
  const kept = await listBackups(join(folder, 'backups'), STORE);
  expect(await readdir(join(folder, 'backups'))).toHaveLength(2);
  expect(kept).toHaveLength(2);
  expect(kept).not.toContain(first.file);
});

it('A backup whose bytes were changed is not one', async () => {
  await sell(db, 3);
  const { file } = await takeBackup();
  const bytes = await readFile(file);
  const at = bytes.indexOf('"gross":600');
  bytes.write('"gross":601', at);
  await writeFile(file, bytes);
  await expect(verifyBackup(file)).rejects.toThrow(/is not what was written/);
  await expect(restore(file)).rejects.toThrow(DamagedFileError);
});

it('A restored kiosk begins a new epoch and prints no number the lost disk can have printed', async () => {
  await sell(db, 3);
  const { file } = await takeBackup();
  await sell(db, 2);
  await db.destroy();
  const begun = await restore(file);
  // Two hours after the rollover: 10,000 + 10 × 7,200.
  expect(begun).toMatchObject({ epoch: SIX / 1000, date: DATE, nextSequence: 82_000 });
  expect(begun.keptAs).not.toBeNull();
  db = await openDatabase(path);
  const [order] = await sell(db);
  expect(order?.id).toBe('S03-20251126-082000');
  expect(await createDayStore(db, own).days(1)).toMatchObject([{ date: DATE, orders: 4 }]);
  expect(await createJournalStore(db).heads()).toMatchObject([
    { journal_epoch: 1, journal_seq: 3 },
    { journal_epoch: SIX / 1000, journal_seq: 1 },
  ]);
  expect(await clockDoubt(db)).toBe(SIX);
});

it('Numbers of the week after a restore are above any the lost disk can have printed, later ones begin at 1', async () => {
  await sell(db);
  const { file } = await takeBackup();
  await db.destroy();
  await restore(file);
  db = await openDatabase(path);
  const days = createDayStore(db, own);
  const ids: string[] = [];
  for (let day = 0; day <= 8; day++) {
    const [order] = await sell(db);
    ids.push(order?.id ?? '');
    if (order !== undefined) await days.close(order.businessDate, menu, nowMs);
  }
  expect(ids.map((id) => id.slice(-6))).toEqual([...Array(8).fill('082000'), '000001']);
});

it('Restored twice from one backup on the date after an early Z, a kiosk prints no number twice', async () => {
  await createDayStore(db, own).close((await sell(db))[0]?.businessDate ?? DATE, menu, nowMs);
  await sell(db);
  const { file } = await takeBackup();
  const ids: string[] = [];
  for (let time = 0; time < 2; time++) {
    nowMs += 60_000;
    await db.destroy();
    await restore(file);
    db = await openDatabase(path);
    ids.push(...(await sell(db, 2)).map(({ id }) => id));
  }
  expect(ids).toEqual([
    'S03-20251127-082600',
    'S03-20251127-082601',
    'S03-20251127-083200',
    'S03-20251127-083201',
  ]);
});

it('A backup is not restored under a clock behind it, nor in the place of another store', async () => {
  await sell(db);
  const { file } = await takeBackup();
  nowMs -= 1000;
  await expect(restore(file)).rejects.toThrow(/clock is behind the backup/);
  nowMs += 1000;
  const abroad = { backup: file, target: path, store: 'S04', rules: DEFAULT_DAY_RULES, clock };
  await expect(restoreBackup({ ...abroad, ids: systemIds })).rejects.toThrow(/S03, not of S04/);
});

it('Its own events come back from Head Office as they were, each once, acknowledged', async () => {
  await sell(db, 3);
  const { file } = await takeBackup();
  const [lost] = await sell(db, 2);
  const events = await eventsOf(db);
  await db.destroy();
  await restore(file);
  db = await openDatabase(path);
  const back = { store: STORE, nowMs };
  expect(await takeBack(db, events.slice(2), back)).toEqual({ stored: 2, held: 1, refused: [] });
  expect(await takeBack(db, events.slice(2), back)).toEqual({ stored: 0, held: 3, refused: [] });
  expect(lost && (await createOrderStore(db, own).read(lost.id))?.order).toEqual(lost);
  // The three of the backup are sent again: its disk never saw them acknowledged.
  expect(await createJournalStore(db).unsent()).toMatchObject({ count: 3 });
  // A till that never had its answer asks again: the sale is there.
  const again = await createOrderStore(db, own).findRequest(`r${requests}`);
  expect(again?.order.id).toBe('S03-20251126-000005');
});

it('A day closed on the lost disk, and sold on after the restore, is issued anew with all of it', async () => {
  const [first] = await sell(db, 2);
  const { file } = await takeBackup();
  await sell(db);
  if (first === undefined) throw new Error('nothing sold');
  await createOrderStore(db, own).revise(first.id, nowMs, (order) =>
    voidOrder(order, { crewId: '7', reason: 'mistake' }),
  );
  await createDayStore(db, own).close(DATE, menu, nowMs);
  const events = await eventsOf(db);
  await db.destroy();
  await restore(file);
  db = await openDatabase(path);
  await sell(db);
  expect((await takeBack(db, events, { store: STORE, nowMs })).stored).toBe(3);
  const issue = await createDayStore(db, own).issue(DATE);
  // Four sales, one of them voided: 3 × 600.
  expect(issue?.summary).toMatchObject({
    journal_epoch: SIX / 1000,
    revision: 2,
    totals: { gross: 1800 },
    orders: { count: 4, voided: 1 },
  });
});

it('Events that are not its own, or do not fit, are refused one by one', async () => {
  await sell(db, 3);
  const { file } = await takeBackup();
  await sell(db, 2);
  const events = await eventsOf(db);
  await db.destroy();
  await restore(file);
  db = await openDatabase(path);
  const [fourth = '', fifth = ''] = events.slice(3);
  const forged = fourth.replace(/"prev_hash":"[0-9a-f]{64}"/, `"prev_hash":"${'a'.repeat(64)}"`);
  const abroad = fifth.replaceAll('S03', 'S04');
  const { stored, refused } = await takeBack(db, ['{', forged, abroad, fifth], {
    store: STORE,
    nowMs,
  });
  expect(refused.map(({ reason }) => reason)).toEqual([
    'unreadable',
    'bad-link',
    'other-store',
    'not-of-this-journal',
  ]);
  expect(stored).toBe(0);
  expect((await takeBack(db, [fourth, fifth], { store: STORE, nowMs })).stored).toBe(2);
});

it('Nothing of another machine with this identity is taken for its own, holes and later epochs included', async () => {
  await sell(db, 3);
  const { file } = await takeBackup();
  // The twin sells on in the epoch of both, and then in one of its own.
  await sell(db, 6);
  const twinInOne = await eventsOf(db);
  const rules = DEFAULT_DAY_RULES;
  const { epoch } = await beginEpoch(db, { nowMs, rules, ids: systemIds });
  await sell(db, 4);
  const twinInTwo = await eventsOf(db, epoch);
  await db.destroy();
  // This one has sold otherwise behind the third, and then began an epoch above the twin's.
  path = join(folder, 'first.db');
  await copyFile(file, path);
  db = await openDatabase(path);
  await sell(db, 2);
  const own = await eventsOf(db);
  nowMs += 60_000;
  await beginEpoch(db, { nowMs, rules, ids: systemIds, known: epoch });
  const back = { store: STORE, nowMs };
  const taken = await takeBack(db, twinInOne.slice(5), back);
  expect(taken).toMatchObject({ stored: 0, refused: [{ reason: 'bad-link' }, {}, {}, {}] });
  // A parcel of what stands behind a hole, and one of a whole epoch that hangs on the twin's.
  expect((await takeBack(db, twinInOne.slice(7), back)).stored).toBe(0);
  expect((await takeBack(db, twinInTwo, back)).stored).toBe(0);
  expect((await takeBack(db, twinInTwo.slice(2), back)).stored).toBe(0);
  expect((await takeBack(db, own, back)).held).toBe(5);
});

it('A sale asked for again after the restore and the lost one of the same request both come to the books', async () => {
  await sell(db);
  const { file } = await takeBackup();
  const [lost] = await sell(db);
  const events = await eventsOf(db);
  await db.destroy();
  await restore(file);
  db = await openDatabase(path);
  requests--;
  const [again] = await sell(db);
  if (lost === undefined || again === undefined) throw new Error('nothing sold');
  expect(await takeBack(db, events, { store: STORE, nowMs })).toMatchObject({ stored: 1 });
  const orders = createOrderStore(db, own);
  expect((await orders.findRequest(`r${requests}`))?.order.id).toBe(again.id);
  // Changed later, the lost one still names the request that made it.
  await orders.revise(lost.id, nowMs, (order) =>
    voidOrder(order, { crewId: '7', reason: 'twice' }),
  );
  const [voided] = await db
    .selectFrom('journal')
    .select('payload')
    .where('subject', '=', lost.id)
    .orderBy('row', 'desc')
    .execute();
  expect(JSON.parse(voided?.payload ?? '')).toMatchObject({
    revision: 2,
    request_id: `r${requests}`,
  });
});

it('Numbers of the next date that are still on their way back are not printed again', async () => {
  await sell(db);
  const { file } = await takeBackup();
  await createDayStore(db, own).close(DATE, menu, nowMs);
  const [first, second] = await sell(db, 2);
  const events = await eventsOf(db);
  await db.destroy();
  const { nextSequence } = await restore(file);
  db = await openDatabase(path);
  // The first half comes back, the shop sells, then the rest comes.
  await takeBack(db, events.slice(0, 3), { store: STORE, nowMs });
  expect((await createOrderStore(db, own).read(first?.id ?? ('' as never)))?.order).toEqual(first);
  const [sold] = await sell(db);
  expect(sold?.id).toBe(`S03-20251127-${String(nextSequence).padStart(6, '0')}`);
  expect((await takeBack(db, events, { store: STORE, nowMs })).stored).toBe(1);
  expect(second?.id).not.toBe(sold?.id);
});

/** What each day of the week so far was worth, net and VAT, by the last issue of `date`. */
async function weekOf(date: string): Promise<readonly number[]> {
  const issue = await createDayStore(db, own).issue(businessDate(date));
  const rows = issue?.summary.kwkvat ?? [];
  return [0, 1, 2, 3, 4].map((day) =>
    rows.reduce((sum, { net, vat }) => sum + (net[day] ?? 0) + (vat[day] ?? 0), 0),
  );
}

it('A day that comes back with its Z is in the K_WK_VAT of the days closed since the restore', async () => {
  await sell(db);
  const { file } = await takeBackup();
  await createDayStore(db, own).close(DATE, menu, nowMs);
  const events = await eventsOf(db);
  await db.destroy();
  // The backup knows nothing of Wednesday's Z; the shop opens on Thursday with the line down.
  nowMs += 86_400_000;
  await restore(file);
  db = await openDatabase(path);
  const thursday = businessDate('2025-11-27');
  await createDayStore(db, own).close(thursday, menu, nowMs);
  expect(await weekOf('2025-11-27')).toEqual([0, 0, 600, 0, 0]);
  await takeBack(db, events, { store: STORE, nowMs });
  expect(await weekOf('2025-11-27')).toEqual([0, 0, 600, 0, 0]);
});

it('Orders of a day the backup knew nothing of are in the K_WK_VAT of every later day of the week', async () => {
  const { file } = await takeBackup();
  await sell(db, 2);
  const unclosed = await eventsOf(db);
  await createDayStore(db, own).close(DATE, menu, nowMs);
  const closed = await eventsOf(db);
  await db.destroy();
  nowMs += 86_400_000;
  await restore(file);
  db = await openDatabase(path);
  const days = createDayStore(db, own);
  await days.close(businessDate('2025-11-27'), menu, nowMs);
  expect(await weekOf('2025-11-27')).toEqual([0, 0, 0, 0, 0]);
  // First without its Z: the next Z closes it, and the day behind it is issued anew.
  await takeBack(db, unclosed, { store: STORE, nowMs });
  await days.close(businessDate('2025-11-28'), menu, nowMs);
  expect(await weekOf('2025-11-27')).toEqual([0, 0, 1200, 0, 0]);
  expect(await weekOf('2025-11-28')).toEqual([0, 0, 1200, 0, 0]);
  // Then with it: what is said already is not said again.
  const revision = (await days.issue(businessDate('2025-11-28')))?.summary.revision;
  await takeBack(db, closed, { store: STORE, nowMs });
  expect((await days.issue(businessDate('2025-11-28')))?.summary.revision).toBe(revision);
});

it('A Z that comes back is in the K_WK_VAT of the days closed without it', async () => {
  const { file } = await takeBackup();
  await sell(db, 2);
  await createDayStore(db, own).close(DATE, menu, nowMs);
  const events = await eventsOf(db);
  await db.destroy();
  nowMs += 86_400_000;
  await restore(file);
  db = await openDatabase(path);
  await createDayStore(db, own).close(businessDate('2025-11-27'), menu, nowMs);
  await takeBack(db, events, { store: STORE, nowMs });
  expect(await weekOf('2025-11-27')).toEqual([0, 0, 1200, 0, 0]);
});

it('What Head Office said of the time before the backup confirms no clock after the restore', async () => {
  await sell(db);
  const told = { ...NO_SYNC_STATE, session: 4, atMs: nowMs + 1, acknowledgedAtMs: nowMs + 1 };
  await createSyncStateStore(db).save(told);
  const { file } = await takeBackup();
  await db.destroy();
  nowMs += 60_000;
  await restore(file);
  db = await openDatabase(path);
  expect(await createSyncStateStore(db).read()).toEqual({ ...told, acknowledgedAtMs: null });
});
