import {
  type BusinessDate,
  businessDate,
  cashUp,
  type CountedTakings,
  type DenominationCount,
  dayStatistics,
  type Pence,
  pence,
  type Revenue,
  sumPence,
  ZERO,
} from '@tillwire/domain';
import { type KioskDatabase, type KioskTransaction, write } from './database.ts';
import { orderOfBytes } from './order-bytes.ts';

/** A drawer's turn with what came of counting it. Amounts in pence. */
export interface Shift {
  readonly shiftId: string;
  readonly businessDate: BusinessDate;
  readonly float: Pence;
  readonly openedBy: string;
  readonly openedAtMs: number;
  readonly open: boolean;
  readonly cashUp: CountedShift | null;
}

export interface CountedShift {
  readonly counts: readonly DenominationCount[];
  readonly counted: Pence;
  readonly expected: Pence;
  /** counted − expected: negative is short. */
  readonly variance: Pence;
  /** Null: not counted, the recorded figure stands. */
  readonly cheque: Pence | null;
  readonly card: Pence | null;
  readonly crewId: string;
  readonly note: string;
  readonly countedAtMs: number;
}

export interface NewShift {
  readonly requestId: string;
  readonly shiftId: string;
  readonly date: BusinessDate;
  readonly float: Pence;
  readonly crewId: string;
  readonly nowMs: number;
}

export interface NewCashUp {
  readonly requestId: string;
  readonly shiftId: string;
  readonly counts: readonly DenominationCount[];
  readonly counted: Pence;
  /** Null: not counted. */
  readonly cheque: Pence | null;
  readonly card: Pence | null;
  readonly crewId: string;
  readonly note: string;
  readonly nowMs: number;
}

export interface ShiftStore {
  /** Opens a shift; the same request again gives the same one. One drawer: an open shift must end first. */
  readonly open: (
    shift: NewShift,
  ) => Promise<
    | { readonly type: 'opened' | 'repeated'; readonly shift: Shift }
    | { readonly type: 'shift-open'; readonly shift: Shift }
  >;
  /** Counts a shift, ending it if it is open; each shift once. */
  readonly cashUp: (
    count: NewCashUp,
  ) => Promise<
    | { readonly type: 'counted' | 'repeated'; readonly shift: Shift }
    | { readonly type: 'unknown-shift' }
    | { readonly type: 'already-counted'; readonly shift: Shift }
  >;
  /** Says why a counted drawer was not what it should be. */
  readonly explain: (shiftId: string, note: string) => Promise<Shift | null>;
  /** Of a date in their order, or the open one of any date. */
  readonly list: (date: BusinessDate) => Promise<readonly Shift[]>;
  readonly current: () => Promise<Shift | null>;
}

export function createShiftStore(db: KioskDatabase): ShiftStore {
  return {
    open: ({ requestId, shiftId, date, float, crewId, nowMs }) =>
      write(db, async (tx) => {
        await lockShifts(tx);
        const repeated = await findShift(tx, 'shifts.request_id', requestId);
        if (repeated !== null) return { type: 'repeated', shift: repeated };
        const open = await openShift(tx);
        if (open !== null) return { type: 'shift-open', shift: open };
        const before = await tx
          .selectFrom('shifts')
          .select('through_sequence')
          .where('business_date', '=', date)
          .orderBy('after_sequence', 'desc')
          .orderBy('opened_at_ms', 'desc')
          .limit(1)
          .executeTakeFirst();
        await tx
          .insertInto('shifts')
          .values({
            shift_id: shiftId,
            request_id: requestId,
            business_date: date,
            after_sequence: before?.through_sequence ?? 0,
            through_sequence: null,
            float_pence: float,
            opened_by: crewId,
            opened_at_ms: nowMs,
          })
          .execute();
        return { type: 'opened', shift: await shiftOf(tx, shiftId) };
      }),
    cashUp: ({ requestId, shiftId, counts, counted, cheque, card, crewId, note, nowMs }) =>
      write(db, async (tx) => {
        await lockShifts(tx);
        const held = await findShift(tx, 'shifts.shift_id', shiftId);
        if (held === null) return { type: 'unknown-shift' };
        if (held.cashUp !== null) {
          const known = await tx
            .selectFrom('cash_ups')
            .select('request_id')
            .where('shift_id', '=', shiftId)
            .executeTakeFirst();
          const type = known?.request_id === requestId ? 'repeated' : 'already-counted';
          return { type, shift: held };
        }
        await endShift(tx, shiftId, held.businessDate);
        const taken = await takingsOf(tx, shiftId);
        const { expected } = cashUp(held.float, taken.cash, counted);
        await tx
          .insertInto('cash_ups')
          .values({
            shift_id: shiftId,
            request_id: requestId,
            counts: JSON.stringify(counts),
            cash_pence: counted,
            expected_pence: expected,
            cheque_pence: cheque,
            card_pence: card,
            crew_id: crewId,
            note,
            counted_at_ms: nowMs,
          })
          .execute();
        return { type: 'counted', shift: await shiftOf(tx, shiftId) };
      }),
    explain: (shiftId, note) =>
      write(db, async (tx) => {
        const set = await tx
          .updateTable('cash_ups')
          .set({ note })
          .where('shift_id', '=', shiftId)
          .returning('shift_id')
          .executeTakeFirst();
        return set === undefined ? null : shiftOf(tx, shiftId);
      }),
    list: async (date) => {
      const rows = await shifts(db)
        .where('business_date', '=', date)
        .orderBy('after_sequence')
        .orderBy('opened_at_ms')
        .execute();
      return rows.map(shiftOfRow);
    },
    current: () => openShift(db),
  };
}

/** The journal's head orders sales; taking its lock makes a shift end between two of them. */
const lockShifts = (tx: KioskTransaction) =>
  tx
    .updateTable('journal_head')
    .set((eb) => ({ seq: eb.ref('seq') }))
    .where('id', '=', 1)
    .execute();

const shifts = (on: KioskDatabase | KioskTransaction) =>
  on
    .selectFrom('shifts')
    .leftJoin('cash_ups', 'cash_ups.shift_id', 'shifts.shift_id')
    .select([
      'shifts.shift_id',
      'business_date',
      'through_sequence',
      'float_pence',
      'opened_by',
      'opened_at_ms',
      'counts',
      'cash_pence',
      'expected_pence',
      'cheque_pence',
      'card_pence',
      'crew_id',
      'note',
      'counted_at_ms',
    ]);

type ShiftRow = Awaited<ReturnType<ReturnType<typeof shifts>['executeTakeFirstOrThrow']>>;

const shiftOfRow = (row: ShiftRow): Shift => ({
  shiftId: row.shift_id,
  businessDate: businessDate(row.business_date),
  float: pence(row.float_pence),
  openedBy: row.opened_by,
  openedAtMs: row.opened_at_ms,
  open: row.through_sequence === null,
  cashUp: countedShiftOf(row),
});

function countedShiftOf(row: ShiftRow): CountedShift | null {
  const { counts, cash_pence, expected_pence } = row;
  if (counts === null || cash_pence === null || expected_pence === null) return null;
  return {
    counts: JSON.parse(counts) as readonly DenominationCount[],
    counted: pence(cash_pence),
    expected: pence(expected_pence),
    variance: pence(cash_pence - expected_pence),
    cheque: row.cheque_pence === null ? null : pence(row.cheque_pence),
    card: row.card_pence === null ? null : pence(row.card_pence),
    crewId: row.crew_id ?? '',
    note: row.note ?? '',
    countedAtMs: row.counted_at_ms ?? 0,
  };
}

async function findShift(
  on: KioskTransaction,
  column: 'shifts.shift_id' | 'shifts.request_id',
  value: string,
): Promise<Shift | null> {
  const row = await shifts(on).where(column, '=', value).executeTakeFirst();
  return row === undefined ? null : shiftOfRow(row);
}

const shiftOf = async (on: KioskTransaction, shiftId: string): Promise<Shift> =>
  shiftOfRow(await shifts(on).where('shifts.shift_id', '=', shiftId).executeTakeFirstOrThrow());

async function openShift(on: KioskDatabase | KioskTransaction): Promise<Shift | null> {
  const row = await shifts(on).where('through_sequence', 'is', null).executeTakeFirst();
  return row === undefined ? null : shiftOfRow(row);
}

async function endShift(tx: KioskTransaction, shiftId: string, date: BusinessDate): Promise<void> {
  const day = await tx
    .selectFrom('trading_days')
    .select('last_sequence')
    .where('business_date', '=', date)
    .executeTakeFirst();
  await tx
    .updateTable('shifts')
    .set({ through_sequence: day?.last_sequence ?? 0 })
    .where('shift_id', '=', shiftId)
    .where('through_sequence', 'is', null)
    .execute();
}

/** What the orders of a shift took, at their current revisions. */
async function takingsOf(tx: KioskTransaction, shiftId: string): Promise<Revenue> {
  const rows = await tx
    .selectFrom('shifts')
    .innerJoin('orders', 'orders.business_date', 'shifts.business_date')
    .innerJoin('journal', 'journal.row', 'orders.row')
    .select(['journal.payload', 'journal.hash'])
    .where('shift_id', '=', shiftId)
    .whereRef('sequence', '>', 'after_sequence')
    .whereRef('sequence', '<=', 'through_sequence')
    .execute();
  return dayStatistics(rows.map(({ payload, hash }) => orderOfBytes(payload, hash))).revenue;
}

/**
 * Cash, cheques and cards of a date as counted, once every sale of it lies in a shift that was counted; null
 * until then: the recorded figures stand. The cash is what was in the drawers above their floats.
 */
export async function countedTakings(
  tx: KioskTransaction,
  date: BusinessDate,
  recorded: Pick<Revenue, 'cheque' | 'card'>,
): Promise<CountedTakings | null> {
  const rows = await shifts(tx)
    .where('business_date', '=', date)
    .orderBy('after_sequence')
    .execute();
  const counted = rows.map(shiftOfRow);
  const day = await tx
    .selectFrom('trading_days')
    .select('last_sequence')
    .where('business_date', '=', date)
    .executeTakeFirst();
  const through = Math.max(...rows.map(({ through_sequence }) => through_sequence ?? -1));
  if (rows.length === 0 || through < (day?.last_sequence ?? 0)) return null;
  const counts = counted.flatMap(({ cashUp: count, float }) =>
    count === null ? [] : [{ ...count, cash: pence(count.counted - float) }],
  );
  if (counts.length < counted.length) return null;
  const sumOf = (method: 'cheque' | 'card'): Pence =>
    counts.some((count) => count[method] === null)
      ? recorded[method]
      : sumPence(counts.map((count) => count[method] ?? ZERO));
  return {
    cash: sumPence(counts.map(({ cash }) => cash)),
    cheque: sumOf('cheque'),
    card: sumOf('card'),
  };
}
