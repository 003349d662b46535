import {
  type KioskDatabase,
  type KioskTransaction,
  readMeta,
  write,
  writeMeta,
} from './database.ts';
import { forgetHeadOfficeTime, headOfficeTime } from './sync-state-store.ts';

const NOT_BEFORE = 'clock_not_before_ms';
const CONFIRMED_AT = 'clock_confirmed_at_ms';

/** A kiosk was restored: nobody has stood for its clock yet, which must not be before `notBeforeMs`. */
export async function doubtClock(tx: KioskTransaction, notBeforeMs: number): Promise<void> {
  await writeMeta(tx, NOT_BEFORE, String(notBeforeMs));
  await writeMeta(tx, CONFIRMED_AT, '');
  await forgetHeadOfficeTime(tx);
}

/** What a restored kiosk's clock must not be before, until somebody confirmed it; null when nobody doubts it. */
export const clockDoubt = (db: KioskDatabase): Promise<number | null> => readMs(db, NOT_BEFORE);

/** Head Office's time or a manager stands for the clock, which says `nowMs`. */
export const confirmClock = (db: KioskDatabase, nowMs: number): Promise<void> =>
  write(db, async (tx) => {
    await writeMeta(tx, NOT_BEFORE, '');
    await writeMeta(tx, CONFIRMED_AT, String(nowMs));
  });

/** The moments Head Office last spoke of, and a manager or it last confirmed the clock at, ms since 1970. */
export async function clockWitnesses(db: KioskDatabase): Promise<readonly number[]> {
  const moments = [await headOfficeTime(db), await readMs(db, CONFIRMED_AT)];
  return moments.filter((atMs) => atMs !== null);
}

async function readMs(db: KioskDatabase, name: string): Promise<number | null> {
  const text = await readMeta(db, name);
  return text === null || text === '' ? null : Number(text);
}
