import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  booksOfSummary,
  daySummarySchema,
  generateSigningKeyPem,
  sha256,
  signingKeyFromPem,
  topicOf,
  trustedKeyFromPem,
  publicPemOf,
  verifyMessage,
} from '@tillwire/contract';
import {
  type BusinessDate,
  businessDate,
  catalogVersion,
  changePayment,
  dayFiles,
  type Order,
  storeCode,
  utcInstant,
  voidOrder,
} from '@tillwire/domain';
import { createLog, systemClock, systemIds } from '@tillwire/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { certificateTopic, issueCertificate } from '../apps/head-office/books/certificate.ts';
import { judgeDay } from '../apps/head-office/books/day-judge.ts';
import { commitMessages, createMeeting } from '../apps/head-office/ingest/lane.ts';
import { readDaySummary, readOrderEvent } from '../apps/head-office/ingest/read-event.ts';
import { listParked, park } from '../apps/head-office/store/quarantine-store.ts';
import { replayParked } from '../apps/head-office/ingest/replay.ts';
import { listDays, listIssues, readSummaryText } from '../apps/head-office/store/day-store.ts';
import { verifyRollups } from '../apps/head-office/store/rollup-store.ts';
import { advanceWatermarks } from '../apps/head-office/store/watermark-store.ts';
import { headOfficeDatabase } from '../apps/head-office/test/head-office-database.ts';
import { type KioskDatabase, openKioskDatabase } from '../apps/kiosk/server/store/database.ts';
import { createDayStore, type DayStore } from '../apps/kiosk/server/store/day-store.ts';
import { createOrderStore, type OrderStore } from '../apps/kiosk/server/store/order-store.ts';
import { selling } from '../packages/domain/test/builders.ts';
import { createDice, randomCatalogue, randomOrder } from '../packages/domain/test/random-days.ts';

// A store's own books and Head Office's, with nothing between them but the events in whatever order a test likes.

const STORE = storeCode('S03');
const [WEDNESDAY, THURSDAY] = ['2025-11-26', '2025-11-27'].map(businessDate) as [
  BusinessDate,
  BusinessDate,
];
const EPOCH = 1;
const log = createLog('test', 'silent');
const key = signingKeyFromPem(generateSigningKeyPem());

interface Event {
  readonly kind: 'order' | 'day';
  readonly seq: number;
  readonly payload: string;
}

let folder: string;
let kiosk: KioskDatabase;
let orders: OrderStore;
let days: DayStore;
let office: Awaited<ReturnType<typeof headOfficeDatabase>>;
let requests = 0;

const dice = createDice(2025);
const catalogue = randomCatalogue(dice);
const shop = selling(catalogue, { cheques: true });
const lists = {
  products: catalogue.products.map(({ code }) => code),
  combos: catalogue.combos.map(({ code }) => code),
  vatClasses: catalogue.vatClasses.map((vat) => ({ vatClass: vat.class, vatRate: vat.rate })),
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillwire-books-'));
  kiosk = await openKioskDatabase(
    { path: join(folder, 'kiosk.db') },
    { store: STORE, clock: systemClock, ids: systemIds },
  );
  const own = { store: STORE, crashPoint: () => undefined };
  orders = createOrderStore(kiosk, own);
  days = createDayStore(kiosk, own);
  office = await headOfficeDatabase();
});
afterEach(async () => {
  await kiosk.destroy();
  await office.drop();
  await rm(folder, { recursive: true });
});

const noon = (date: BusinessDate): number => Date.parse(`${date}T12:00:00Z`);

async function sell(date: BusinessDate, count: number): Promise<readonly Order[]> {
  const sold: Order[] = [];
  for (let at = 0; at < count; at++) {
    const outcome = await orders.commit({
      requestId: `r${++requests}`,
      taken: { ...randomOrder(dice, shop, 1), reason: null },
      createdAt: utcInstant(noon(date)),
      clockDate: date,
      clockConfirmed: false,
      catalogVersion: catalogVersion(7),
      configVersion: null,
    });
    if (outcome.type !== 'committed') throw new Error(outcome.type);
    sold.push(outcome.stored.order);
  }
  return sold;
}

const close = (date: BusinessDate) => days.close(date, { version: 7, lists }, noon(date));

const journal = async (): Promise<readonly Event[]> =>
  kiosk.selectFrom('journal').select(['kind', 'seq', 'payload']).orderBy('seq').execute();

/** Takes the events in as ingest does, and moves the watermark. */
async function deliver(events: readonly Event[], to = office.db): Promise<void> {
  await commitMessages(
    {
      db: to,
      acknowledge: () => Promise.resolve('accepted' as const),
      touched: () => undefined,
      meet: createMeeting({ db: to, log }),
      clock: { nowMs: () => noon(THURSDAY), monotonicMs: () => 0 },
      crashPoint: () => undefined,
      log,
    },
    events.map(({ kind, payload }) => {
      const text = { text: payload, value: JSON.parse(payload) as unknown };
      const read = kind === 'order' ? readOrderEvent(text, STORE) : readDaySummary(text, STORE);
      if (!read.fit) throw new Error(read.unfit.detail);
      return {
        store: STORE,
        topic: 'test',
        events: [
          kind === 'order'
            ? { type: 'order' as const, rows: read.row as never }
            : { type: 'day' as const, row: read.row as never },
        ],
        done: () => undefined,
      };
    }),
  );
  await advanceWatermarks(to, STORE, [EPOCH], { again: true, at: new Date(noon(THURSDAY)) });
}

const judge = (date: BusinessDate) => judgeDay(office.db, { store: STORE, date }, noon(THURSDAY));

/** A customer's order that one tender paid. */
const movable = (sold: readonly Order[]): Order => {
  const found = sold.find(
    ({ kind, tenders }) => kind === 'sale' && tenders.length === 1 && tenders[0]?.method === 'cash',
  );
  if (found === undefined) throw new Error('no plain sale among them');
  return found;
};

describe('A closed day at Head Office', () => {
  it('is reconciled to the penny, and its files are the store’s byte for byte', async () => {
    await sell(WEDNESDAY, 60);
    await close(WEDNESDAY);
    await deliver(await journal());
    expect(await judge(WEDNESDAY)).toEqual({ state: 'reconciled', detail: '', differences: [] });
    const text = await readSummaryText(office.db, { store: STORE, date: WEDNESDAY });
    const own = await days.issue(WEDNESDAY);
    expect(dayFiles(booksOfSummary(daySummarySchema.parse(JSON.parse(text ?? ''))))).toEqual(
      own === null ? [] : dayFiles(booksOfSummary(own.summary)),
    );
  });

  it('waits while its summary came before its orders, whatever their order then', async () => {
    await sell(WEDNESDAY, 12);
    await close(WEDNESDAY);
    const events = await journal();
    await deliver(events.slice(-1));
    expect(await judge(WEDNESDAY)).toMatchObject({ state: 'waiting' });
    await deliver(events.slice(0, -1).toReversed());
    expect(await judge(WEDNESDAY)).toMatchObject({ state: 'reconciled' });
  });

  it('is superseded by a correction until the store has issued it anew, with the days after it', async () => {
    const sold = await sell(WEDNESDAY, 30);
    await close(WEDNESDAY);
    await sell(THURSDAY, 10);
    await close(THURSDAY);
    await deliver(await journal());
    const before = (await journal()).length;
    const plain = movable(sold);
    await orders.revise(plain.id, noon(THURSDAY), (order) => changePayment(order, 'card', shop));
    const wrong = sold.find(({ id, kind }) => id !== plain.id && kind === 'sale');
    if (wrong === undefined) throw new Error('one sale only');
    await orders.revise(wrong.id, noon(THURSDAY), (order) =>
      voidOrder(order, { crewId: '7', reason: 'mistake' }),
    );
    const correction = (await journal()).slice(before);
    expect(correction.map(({ kind }) => kind)).toEqual([
      'order',
      'day',
      'day',
      'order',
      'day',
      'day',
    ]);
    await deliver(correction.filter(({ kind }) => kind === 'order'));
    expect(await judge(WEDNESDAY)).toMatchObject({ state: 'superseded' });
    expect(await judge(THURSDAY)).toMatchObject({ state: 'superseded' });
    await deliver(correction.toReversed());
    expect(await judge(WEDNESDAY)).toMatchObject({ state: 'reconciled' });
    expect(await judge(THURSDAY)).toMatchObject({ state: 'reconciled' });
    expect(await verifyRollups(office.db, { from: WEDNESDAY, to: THURSDAY })).toEqual([]);
    expect(await listDays(office.db, { limit: 9 })).toMatchObject([
      { date: THURSDAY, revision: 3, state: 'reconciled' },
      { date: WEDNESDAY, revision: 3, state: 'reconciled' },
    ]);
    const last = { store: STORE, date: THURSDAY };
    expect(await listDays(office.db, { after: last, limit: 9 })).toMatchObject([
      { date: WEDNESDAY },
    ]);
    // What was issued before it was corrected stays as it was, the one that stands first.
    const day = { store: STORE, date: WEDNESDAY };
    const issues = await listIssues(office.db, day);
    expect(issues.map(({ revision }) => revision)).toEqual([3, 2, 1]);
    for (const issue of issues) {
      const text = (await readSummaryText(office.db, day, issue)) ?? '';
      expect([sha256(text), JSON.parse(text).revision]).toEqual([issue.hash, issue.revision]);
    }
    expect(await readSummaryText(office.db, day, { epoch: EPOCH, revision: 4 })).toBeNull();
  });

  it.each([
    [
      'a penny in the order',
      'UPDATE orders SET gross = gross + 1, net = net + 1',
      /gross is \d+, was \d+/,
    ],
    [
      'a penny in its first line',
      'UPDATE order_lines SET line_total_gross = line_total_gross + 1',
      /line 1: line_total_gross is \d+/,
    ],
    ['its status', "UPDATE orders SET status = 'voided'", /status is "voided", was "completed"/],
  ])('that had %s changed differs, and names the order', async (_what, change, said) => {
    const sold = await sell(WEDNESDAY, 20);
    await close(WEDNESDAY);
    await deliver(await journal());
    const { id } = movable(sold);
    const where = change.includes('order_lines')
      ? `WHERE line_no = 1 AND order_key = (SELECT order_key FROM orders WHERE global_order_id = '${id}')`
      : `WHERE global_order_id = '${id}'`;
    await office.db.query(`${change} ${where}`);
    const judgement = await judge(WEDNESDAY);
    expect(judgement?.state).toBe('differs');
    expect(judgement?.differences).toEqual([{ order: id, what: expect.stringMatching(said) }]);
  });

  it('waits while one of its orders is parked, and is reconciled once that was replayed', async () => {
    await sell(WEDNESDAY, 10);
    await close(WEDNESDAY);
    const [first, second, ...rest] = await journal();
    if (first === undefined || second === undefined) throw new Error('nothing sold');
    await park(
      office.db,
      [
        {
          store: STORE,
          topic: topicOf('orders', STORE),
          reason: 'refused-by-database',
          detail: 'a partition was missing',
          payload: Buffer.from(second.payload),
          hash: sha256(second.payload),
          place: { epoch: EPOCH, seq: second.seq },
        },
      ],
      new Date(noon(WEDNESDAY)),
    );
    await deliver([first, ...rest]);
    expect(await judge(WEDNESDAY)).toMatchObject({
      state: 'waiting',
      detail: '1 of its events is parked',
    });
    const [parked] = await listParked(office.db, { resolved: false, limit: 9 });
    const replayed = await replayParked(
      { db: office.db, clock: systemClock, log },
      parked?.id ?? 0,
      'made',
    );
    expect(replayed).toEqual({ type: 'replayed', events: 1 });
    expect(await judge(WEDNESDAY)).toMatchObject({ state: 'reconciled' });
    expect(await verifyRollups(office.db, { from: WEDNESDAY, to: WEDNESDAY })).toEqual([]);
  });

  it('whose stored event was changed differs, and names the order', async () => {
    const sold = await sell(WEDNESDAY, 20);
    await close(WEDNESDAY);
    await deliver(await journal());
    const { id } = movable(sold);
    await office.db.query(
      `UPDATE journal SET payload = replace(payload, '"crew_id":', '"crew_id" :') WHERE subject = $1`,
      [id],
    );
    expect((await judge(WEDNESDAY))?.differences).toContainEqual({
      order: id,
      what: 'its event is not what the store sent',
    });
  });
});

it('A certificate is the same from a database refilled by the store, and its signature holds', async () => {
  await sell(WEDNESDAY, 15);
  await close(WEDNESDAY);
  await deliver(await journal());
  const certificate = await issueCertificate(office.db, STORE, [key]);
  expect(certificate).toMatchObject({
    store_code: 'S03',
    journal: [{ journal_epoch: EPOCH, complete_through: 16, parked: [], restored: [] }],
  });
  const refilled = await headOfficeDatabase();
  await deliver((await journal()).toReversed(), refilled.db);
  expect(await issueCertificate(refilled.db, STORE, [key])).toEqual(certificate);
  await refilled.drop();
  if (certificate === null) throw new Error('nothing is complete');
  const trusted = [trustedKeyFromPem(publicPemOf(key))];
  expect(verifyMessage(certificateTopic(STORE), certificate, trusted).ok).toBe(true);
  const forged = { ...certificate, totals: { ...certificate.totals, gross: 1 } };
  expect(verifyMessage(certificateTopic(STORE), forged, trusted).ok).toBe(false);
});
