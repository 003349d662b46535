import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  addDays,
  businessDate,
  catalogVersion,
  globalOrderId,
  storeCode,
  utcInstant,
  voidOrder,
} from '@tillwire/domain';
import { systemClock, systemIds } from '@tillwire/runtime';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  catalogue,
  product,
  request,
  selling,
  single,
  taken,
} from '../../../../packages/domain/test/builders.ts';
import { type KioskDatabase, openKioskDatabase } from './database.ts';
import { createJournalStore } from './journal-store.ts';
import { createOrderStore } from './order-store.ts';
import { KEPT_AFTER_ACK_MS, pruneJournal } from './prune-store.ts';
import { isBeyondCorrection } from './pruned-through.ts';
import { NO_SYNC_STATE, type SyncState } from './sync-state-store.ts';

const STORE = storeCode('S03');
const DATE = businessDate('2025-11-26');
const ACKED = Date.parse('2025-11-26T12:00:00Z');
const shop = selling(catalogue([product(1, 600)]));

let folder: string;
let db: KioskDatabase;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillwire-prune-'));
  db = await openKioskDatabase(
    { path: join(folder, 'kiosk.db') },
    { store: STORE, clock: systemClock, ids: systemIds },
  );
  const orders = createOrderStore(db, { store: STORE, crashPoint: () => undefined });
  for (let at = 1; at <= 10; at++) {
    await orders.commit({
      requestId: `r${at}`,
      taken: taken(request([single(1)]), shop),
      createdAt: utcInstant(ACKED),
      clockDate: DATE,
      clockConfirmed: false,
      catalogVersion: catalogVersion(7),
      configVersion: null,
    });
  }
});
afterEach(async () => {
  await db.destroy();
  await rm(folder, { recursive: true });
});

const acknowledge = (seqs: readonly number[]) =>
  createJournalStore(db).release(
    seqs.map((seq) => ({ epoch: 1, seq })),
    'acked',
    ACKED,
  );

/** Head Office's last word, 90 days and a moment later. */
const wordOf = (prunableThrough: number, rest: Partial<SyncState> = {}): SyncState => ({
  ...NO_SYNC_STATE,
  link: 'up',
  acknowledgedAtMs: ACKED + KEPT_AFTER_ACK_MS + 1,
  watermarks: [
    { epoch: 1, completeThrough: 10, ackedThrough: 10, backedUpThrough: 10, prunableThrough },
  ],
  ...rest,
});

const seqs = async (): Promise<readonly number[]> =>
  (await db.selectFrom('journal').select('seq').orderBy('seq').execute()).map(({ seq }) => seq);

const all = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

it('The beginning of the journal goes once nobody needs it, with the orders on it; the head stays', async () => {
  await acknowledge(all);
  expect(await pruneJournal(db, wordOf(10))).toBe(9);
  expect(await seqs()).toEqual([10]);
  expect(await db.selectFrom('orders').select('sequence').execute()).toEqual([{ sequence: 10 }]);
  expect(await createJournalStore(db).heads()).toMatchObject([
    { journal_epoch: 1, journal_seq: 10, holes: [] },
  ]);
});

it('A day some of whose orders were pruned is not corrected any more, nor is its week', async () => {
  await acknowledge(all);
  await pruneJournal(db, wordOf(4));
  const orders = createOrderStore(db, { store: STORE, crashPoint: () => undefined });
  const last = globalOrderId({ store: STORE, businessDate: DATE, sequence: 10 });
  const outcome = await orders.revise(last, ACKED, (order) =>
    voidOrder(order, { crewId: '7', reason: 'mistake' }),
  );
  expect(outcome).toEqual({ type: 'too-old' });
  // DATE is a Wednesday: its week ends on the fourth day after it.
  expect(await isBeyondCorrection(db, addDays(DATE, 4))).toBe(true);
  expect(await isBeyondCorrection(db, addDays(DATE, 5))).toBe(false);
});

it.each([
  ['behind Head Office’s last verified backup', all, wordOf(4), [5, 6, 7, 8, 9, 10]],
  [
    'from the first event on that is not acknowledged',
    [1, 2, 4, 5],
    wordOf(10),
    [3, 4, 5, 6, 7, 8, 9, 10],
  ],
  ['while the line is down', all, wordOf(10, { link: 'down' }), all],
  [
    'before 90 days of Head Office’s time',
    all,
    wordOf(10, { acknowledgedAtMs: ACKED + KEPT_AFTER_ACK_MS }),
    all,
  ],
  ['while Head Office’s watermark is not its own', all, wordOf(0), all],
])('Nothing is pruned %s', async (_when, acknowledged, word, left) => {
  await acknowledge(acknowledged);
  await pruneJournal(db, word);
  expect(await seqs()).toEqual(left);
});
