import { addDays, type BusinessDate, isBusinessDate, mondayOf } from '@tillwire/domain';
import { type KioskDatabase, type KioskTransaction, readMeta, writeMeta } from './database.ts';

const NAME = 'pruned_through';

/** Says that orders of `date` are no longer all here. */
export async function notePruned(tx: KioskTransaction, date: BusinessDate): Promise<void> {
  const last = await readMeta(tx, NAME);
  if (last === null || last < date) await writeMeta(tx, NAME, date);
}

/**
 * Whether a day can no longer be worked out from its orders, nor its week's VAT: some were pruned, months after Head
 * Office had them. It is not corrected any more.
 */
export async function isBeyondCorrection(
  on: KioskDatabase | KioskTransaction,
  date: BusinessDate,
): Promise<boolean> {
  const last = await readMeta(on, NAME);
  return last !== null && isBusinessDate(last) && date <= addDays(mondayOf(last), 6);
}
