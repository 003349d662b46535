import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { booksOfSummary, daySummarySchema } from '@tillwire/contract';
import {
  basisPoints,
  type BusinessDate,
  businessDate,
  catalogVersion,
  changePayment,
  dayFiles,
  epochMsOf,
  type Order,
  pence,
  productCode,
  storeCode,
  takePaidOut,
  utcInstant,
  vatClassCode,
  voidOrder,
} from '@tillwire/domain';
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
import { freshDatabase } from '../../../../test/harness/postgres.ts';
import { type KioskDatabase, openKioskDatabase } from './database.ts';
import { createDayStore, type DayIssue, type DayStore } from './day-store.ts';
import { createOrderStore, type OrderStore } from './order-store.ts';
import { createShiftStore, type ShiftStore } from './shift-store.ts';

const STORE = storeCode('S03');
const shop = selling(catalogue([product(1, 600), product(2, 120)]));
const menu = {
  version: 7,
  lists: {
    products: [1, 2].map(productCode),
    combos: [],
    vatClasses: [{ vatClass: vatClassCode(1), vatRate: basisPoints(2000) }],
  },
};
/** Wednesday 26 November 2025 and the two days after it. */
const [WEDNESDAY, THURSDAY, FRIDAY] = ['2025-11-26', '2025-11-27', '2025-11-28'].map(
  businessDate,
) as [BusinessDate, BusinessDate, BusinessDate];
const noon = (date: BusinessDate): number => epochMsOf(utcInstant(Date.parse(`${date}T12:00:00Z`)));

const databases = [
  {
    name: 'SQLite',
    open: async () => {
      const folder = await mkdtemp(join(tmpdir(), 'tillwire-days-'));
      return {
        address: { path: join(folder, 'kiosk.db') },
        drop: () => rm(folder, { recursive: true }),
      };
    },
  },
  {
    name: 'PostgreSQL',
    open: async () => {
      const { url, drop } = await freshDatabase();
      return { address: { url }, drop };
    },
  },
];

describe.each(databases)('On $name', ({ open }) => {
  let db: KioskDatabase;
  let drop: () => Promise<void>;
  let orders: OrderStore;
  let days: DayStore;
  let shifts: ShiftStore;
  let requests = 0;

  beforeEach(async () => {
    const opened = await open();
    drop = opened.drop;
    db = await openKioskDatabase(opened.address, {
      store: STORE,
      clock: systemClock,
      ids: systemIds,
    });
    const own = { store: STORE, crashPoint: () => undefined };
    orders = createOrderStore(db, own);
    days = createDayStore(db, own);
    shifts = createShiftStore(db);
  });
  afterEach(async () => {
    await db.destroy();
    await drop();
  });

  const commit = async (
    order: Parameters<OrderStore['commit']>[0]['taken'],
    date: BusinessDate,
  ) => {
    const outcome = await orders.commit({
      requestId: `r${++requests}`,
      taken: order,
      createdAt: utcInstant(noon(date)),
      clockDate: date,
      clockConfirmed: false,
      catalogVersion: catalogVersion(7),
      configVersion: null,
    });
    if (outcome.type !== 'committed') throw new Error(outcome.type);
    return outcome.stored.order;
  };
  const sell = (code: number, date: BusinessDate): Promise<Order> =>
    commit(taken(request([single(code)]), shop), date);
  const payOut = async (amount: number, date: BusinessDate): Promise<Order> => {
    const paidOut = takePaidOut({ amount, crewId: '7', reason: 'milk', channel: 'OT-C' }, shop);
    if (!paidOut.ok) throw new Error('refused');
    return commit(paidOut.value, date);
  };
  const close = async (date: BusinessDate): Promise<DayIssue> => {
    const issue = await days.close(date, menu, noon(date));
    if ('type' in issue) throw new Error(issue.type);
    return issue;
  };
  const issueOf = async (date: BusinessDate): Promise<DayIssue> => {
    const issue = await days.issue(date);
    if (issue === null) throw new Error(`${date} was not issued`);
    return issue;
  };
  const weekVatOf = async (date: BusinessDate): Promise<readonly number[]> =>
    (await issueOf(date)).summary.kwkvat[0]?.net ?? [];

  it('the Z freezes a day as an event of the journal, and its files are those of its orders', async () => {
    await sell(1, WEDNESDAY);
    await sell(2, WEDNESDAY);
    await payOut(100, WEDNESDAY);
    const { summary } = await close(WEDNESDAY);
    // 600 + 120 at 20 %: net 500 + 100, VAT 100 + 20. Cash 720 − 100.
    expect(summary.totals).toEqual({ gross: 720, net: 600, vat: 120 });
    expect(summary.krev).toMatchObject({ TCASHVAL: 620, TPAYOUTVA: 100, VAT: 120 });
    expect(summary).toMatchObject({
      revision: 1,
      journal_seq: 4,
      journal: [{ journal_epoch: 1, from: 1, through: 3 }],
      orders: { count: 3, voided: 0 },
    });
    expect(dayFiles(booksOfSummary(summary)).map(({ name }) => name)).toEqual([
      'MP261125.CSV',
      'PD261125.CSV',
      'RV261125.CSV',
      'K_WK_VAT.csv',
    ]);
    const event = await db.selectFrom('journal').selectAll().where('kind', '=', 'day').execute();
    expect(event.map(({ subject, seq }) => [subject, seq])).toEqual([[WEDNESDAY, 4]]);
    expect(daySummarySchema.parse(JSON.parse(event[0]?.payload ?? ''))).toEqual(summary);
  });

  it('a closed day is not closed again, and the next sale belongs to the day after', async () => {
    await sell(1, WEDNESDAY);
    await close(WEDNESDAY);
    expect(await days.close(WEDNESDAY, menu, noon(WEDNESDAY))).toEqual({ type: 'already-closed' });
    const next = await sell(1, WEDNESDAY);
    expect(next.id).toBe('S03-20251127-000001');
  });

  it('a Z closes the forgotten days before it first, in their order', async () => {
    await sell(1, WEDNESDAY);
    await sell(1, FRIDAY);
    await close(FRIDAY);
    expect(await days.days(9)).toMatchObject([
      { date: FRIDAY, revision: 1, orders: 1 },
      { date: WEDNESDAY, revision: 1, orders: 1 },
    ]);
    expect((await issueOf(WEDNESDAY)).row).toBeLessThan((await issueOf(FRIDAY)).row);
  });

  it('a day on which nothing was sold can be closed', async () => {
    const { summary } = await close(THURSDAY);
    expect(summary).toMatchObject({ journal: [], totals: { gross: 0 }, orders: { count: 0 } });
  });

  it('K_WK_VAT holds Monday up to the day, and no day after it', async () => {
    for (const date of [WEDNESDAY, THURSDAY]) {
      await sell(1, date);
      await close(date);
    }
    expect(await weekVatOf(WEDNESDAY)).toEqual([0, 0, 500, 0, 0, 0, 0]);
    expect(await weekVatOf(THURSDAY)).toEqual([0, 0, 500, 500, 0, 0, 0]);
  });

  it('voiding an order of a closed day issues it anew, and every later closed day of its week', async () => {
    const wrong = await sell(1, WEDNESDAY);
    for (const date of [WEDNESDAY, THURSDAY]) {
      await sell(2, date);
      await close(date);
    }
    await sell(2, FRIDAY);
    await orders.revise(wrong.id, noon(FRIDAY), (order) =>
      voidOrder(order, { crewId: '7', reason: 'mistake' }),
    );
    const wednesday = (await issueOf(WEDNESDAY)).summary;
    expect(wednesday).toMatchObject({ revision: 2, totals: { gross: 120 }, orders: { voided: 1 } });
    // Two sales, Z, sale, Z, sale: the void is the seventh event.
    expect(wednesday.journal).toEqual([{ journal_epoch: 1, from: 1, through: 7 }]);
    expect((await issueOf(THURSDAY)).summary.revision).toBe(2);
    expect(await weekVatOf(THURSDAY)).toEqual([0, 0, 100, 100, 0, 0, 0]);
    expect(await days.issue(FRIDAY)).toBeNull();
    expect((await days.issue(WEDNESDAY, 1))?.summary.totals.gross).toBe(720);
  });

  it('a payment moved on a closed day moves the money in its files', async () => {
    const order = await sell(1, WEDNESDAY);
    await close(WEDNESDAY);
    await orders.revise(order.id, noon(THURSDAY), (held) => changePayment(held, 'card', shop));
    expect((await issueOf(WEDNESDAY)).summary.krev).toMatchObject({ TCASHVAL: 0, TCARDVAL: 600 });
  });

  it('issues wait for the disk until their files are written', async () => {
    await sell(1, WEDNESDAY);
    const { summary } = await close(WEDNESDAY);
    expect((await days.unexported()).map((issue) => issue.summary)).toEqual([summary]);
    await days.markExported(WEDNESDAY, 1, noon(THURSDAY));
    expect(await days.unexported()).toEqual([]);
    await days.reissue(WEDNESDAY, noon(THURSDAY));
    expect((await days.unexported()).map((issue) => issue.summary.revision)).toEqual([2]);
  });

  describe('a shift', () => {
    const openShift = (date: BusinessDate, float = 5000) =>
      shifts.open({
        requestId: `shift ${++requests}`,
        shiftId: `s${requests}`,
        date,
        float: pence(float),
        crewId: '7',
        nowMs: noon(date),
      });
    const count = (shiftId: string, counted: number, requestId = `count ${shiftId}`) =>
      shifts.cashUp({
        requestId,
        shiftId,
        counts: [{ denomination: 1, count: counted }],
        counted: pence(counted),
        cheque: null,
        card: null,
        crewId: '7',
        note: '',
        nowMs: noon(WEDNESDAY),
      });

    it('is expected to hold its float, the cash taken in it, less what was paid out', async () => {
      await sell(1, WEDNESDAY);
      const { shift } = await openShift(WEDNESDAY);
      await payOut(150, WEDNESDAY);
      const outcome = await count(shift.shiftId, 5430);
      // 5000 + 600 − 150 = 5450: 20 short.
      expect(outcome).toMatchObject({
        type: 'counted',
        shift: { open: false, cashUp: { expected: 5450, counted: 5430, variance: -20 } },
      });
      const { summary } = await close(WEDNESDAY);
      expect(summary.counted).toEqual({ cash: 430, cheque: 0, card: 0 });
      expect(summary.krev).toMatchObject({ TCASHVAL: 450, ACTCASH: 430 });
    });

    it('is opened once and counted once, whatever is repeated', async () => {
      const { shift } = await openShift(WEDNESDAY);
      expect((await openShift(WEDNESDAY)).type).toBe('shift-open');
      await count(shift.shiftId, 5000);
      expect((await count(shift.shiftId, 5000)).type).toBe('repeated');
      expect((await count(shift.shiftId, 4000, 'other')).type).toBe('already-counted');
      expect((await count('nobody', 1)).type).toBe('unknown-shift');
    });

    it('leaves the recorded figures in the files until every sale lies in a counted one', async () => {
      const { shift } = await openShift(WEDNESDAY);
      await sell(1, WEDNESDAY);
      await count(shift.shiftId, 5600);
      await sell(2, WEDNESDAY);
      expect((await close(WEDNESDAY)).summary.counted).toBeNull();
    });

    it('left open ends at the Z, and counted after it its figures come into the files', async () => {
      const { shift } = await openShift(WEDNESDAY);
      await sell(1, WEDNESDAY);
      expect((await close(WEDNESDAY)).summary.krev).toMatchObject({ ACTCASH: 600 });
      expect(await shifts.current()).toBeNull();
      await count(shift.shiftId, 5590);
      await days.reissue(WEDNESDAY, noon(THURSDAY));
      expect((await issueOf(WEDNESDAY)).summary.krev).toMatchObject({ ACTCASH: 590 });
    });
  });
});
