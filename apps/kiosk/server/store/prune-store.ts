import { businessDate } from '@tillwire/domain';
import { type KioskDatabase, type KioskTransaction, write } from './database.ts';
import { notePruned } from './pruned-through.ts';
import type { SyncState } from './sync-state-store.ts';

/** Acknowledged events are kept this long, in Head Office's time. */
export const KEPT_AFTER_ACK_MS = 90 * 86_400_000;
const MAX_ROWS_PER_WRITE = 100;

/**
 * Deletes the beginning of the journal that nobody will need again, with the orders and days that stand on it: all of
 * it acknowledged 90 days ago, whole at Head Office by its last word, and in its last verified backup, behind which it
 * is never restored (protocol.md §3.6). The last event of an epoch stays: it names the head. Returns how many went.
 */
export async function pruneJournal(
  db: KioskDatabase,
  { watermarks, acknowledgedAtMs, link }: SyncState,
): Promise<number> {
  // Only by a word of the connection that is up now.
  if (link !== 'up' || acknowledgedAtMs === null) return 0;
  const before = acknowledgedAtMs - KEPT_AFTER_ACK_MS;
  let pruned = 0;
  for (const { epoch, prunableThrough } of watermarks) {
    const through = Math.min(prunableThrough, await settledThrough(db, epoch, before));
    for (;;) {
      const gone = await write(db, (tx) => pruneBeginning(tx, epoch, through));
      pruned += gone;
      if (gone < MAX_ROWS_PER_WRITE) break;
    }
  }
  return pruned;
}

/** The last place of an epoch up to which everything was acknowledged before `beforeMs`, its head left out. */
async function settledThrough(db: KioskDatabase, epoch: number, beforeMs: number): Promise<number> {
  const of = db.selectFrom('journal').where('epoch', '=', epoch);
  const head = await of.select((eb) => eb.fn.max('seq').as('seq')).executeTakeFirst();
  const open = await of
    .select((eb) => eb.fn.min('seq').as('seq'))
    .where((eb) => eb.or([eb('acked_at_ms', 'is', null), eb('acked_at_ms', '>=', beforeMs)]))
    .executeTakeFirst();
  return Math.min(head?.seq ?? 0, open?.seq ?? Number.MAX_SAFE_INTEGER) - 1;
}

async function pruneBeginning(
  tx: KioskTransaction,
  epoch: number,
  through: number,
): Promise<number> {
  const found = await tx
    .selectFrom('journal')
    .select('row')
    .where('epoch', '=', epoch)
    .where('seq', '<=', through)
    .orderBy('seq')
    .limit(MAX_ROWS_PER_WRITE)
    .execute();
  if (found.length === 0) return 0;
  const rows = found.map(({ row }) => row);
  const newest = await tx
    .selectFrom('orders')
    .select((eb) => eb.fn.max('business_date').as('date'))
    .where('row', 'in', rows)
    .executeTakeFirst();
  if (newest?.date != null) await notePruned(tx, businessDate(newest.date));
  await tx.deleteFrom('orders').where('row', 'in', rows).execute();
  await tx.deleteFrom('day_issues').where('row', 'in', rows).execute();
  await tx.deleteFrom('journal').where('row', 'in', rows).execute();
  return rows.length;
}
