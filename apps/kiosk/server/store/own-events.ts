import {
  type DaySummary,
  daySummarySchema,
  type OrderEvent,
  orderEventFaults,
  orderEventSchema,
  ZERO_HASH,
} from '@tillwire/contract';
import type { StoreCode } from '@tillwire/domain';
import { z } from 'zod';
import { type KioskTransaction, readMeta, writeMeta } from './database.ts';

/** An event of the store's own journal as Head Office gives it back. */
export type OwnEvent =
  | { readonly kind: 'order'; readonly event: OrderEvent }
  | { readonly kind: 'day'; readonly event: DaySummary };

export function readOwn(text: string): OwnEvent | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const order = orderEventSchema.safeParse(value);
  if (order.success) {
    return orderEventFaults(order.data).length > 0 ? null : { kind: 'order', event: order.data };
  }
  const day = daySummarySchema.safeParse(value);
  return day.success ? { kind: 'day', event: day.data } : null;
}

export type Verdict =
  | 'missing'
  | 'held'
  | 'other-store'
  | 'not-ended'
  | 'other-event'
  | 'bad-link'
  /** Nothing held leads to it: another machine of this identity can have made it. */
  | 'not-of-this-journal';

interface Place {
  readonly hash: string;
  readonly store: StoreCode;
  /** The epoch being written. */
  readonly epoch: number;
}

/**
 * Whether an event that came back is one this kiosk's disk lost: it fits what is held beside it, and its epoch hangs
 * together with what is held up to there. Where an epoch was once found to go another way, all of it behind that place
 * is the other machine's, and is never merged (protocol.md §3.8).
 */
export async function judgeOwn(
  tx: KioskTransaction,
  { event }: OwnEvent,
  { hash, store, epoch }: Place,
): Promise<Verdict> {
  if (event.store_code !== store) return 'other-store';
  // Of its own running epoch a kiosk holds everything there is.
  if (event.journal_epoch >= epoch) return 'not-ended';
  const verdict = await compareWithHeld(tx, event, hash);
  await noteFork(tx, event, verdict);
  return verdict;
}

async function compareWithHeld(
  tx: KioskTransaction,
  { journal_epoch, journal_seq: seq, prev_hash }: OwnEvent['event'],
  hash: string,
): Promise<Verdict> {
  const around = await tx
    .selectFrom('journal')
    .select(['seq', 'hash', 'prev_hash'])
    .where('epoch', '=', journal_epoch)
    .where('seq', '>=', seq - 1)
    .where('seq', '<=', seq + 1)
    .execute();
  const at = (place: number) => around.find((row) => row.seq === place);
  const same = at(seq);
  if (same !== undefined) return same.hash === hash ? 'held' : 'other-event';
  const [before, after] = [at(seq - 1), at(seq + 1)];
  if (after !== undefined && after.prev_hash !== hash) return 'bad-link';
  if (before !== undefined) return before.hash === prev_hash ? 'missing' : 'bad-link';
  const fork = (await readForks(tx))[journal_epoch];
  if (fork !== undefined && seq > fork) return 'not-of-this-journal';
  const follows =
    seq === 1 ? await isHeldBefore(tx, journal_epoch, prev_hash) : await isBegun(tx, journal_epoch);
  return follows ? 'missing' : 'not-of-this-journal';
}

/** Whether an epoch's first event chains to something held, or to nothing as the very first does. */
async function isHeldBefore(tx: KioskTransaction, epoch: number, hash: string): Promise<boolean> {
  if (hash === ZERO_HASH) return true;
  const held = await tx
    .selectFrom('journal')
    .select('row')
    .where('hash', '=', hash)
    .where('epoch', '<', epoch)
    .executeTakeFirst();
  return held !== undefined;
}

/** Whether anything of the epoch is held: what stands behind a hole has nothing else to hang on. */
async function isBegun(tx: KioskTransaction, epoch: number): Promise<boolean> {
  const held = await tx
    .selectFrom('journal')
    .select('row')
    .where('epoch', '=', epoch)
    .executeTakeFirst();
  return held !== undefined;
}

const FORKS = 'journal_forks';
/** By epoch: the first place at which it went another way. */
const forksSchema = z.record(z.string(), z.int());

async function readForks(tx: KioskTransaction): Promise<Readonly<Record<string, number>>> {
  const text = await readMeta(tx, FORKS);
  return text === null ? {} : forksSchema.parse(JSON.parse(text));
}

/** Keeps the first place of an epoch that did not fit, until what fits comes for it. */
async function noteFork(
  tx: KioskTransaction,
  { journal_epoch, journal_seq }: OwnEvent['event'],
  verdict: Verdict,
): Promise<void> {
  if (verdict === 'held') return;
  const { [journal_epoch]: known, ...others } = await readForks(tx);
  if (verdict === 'missing') {
    if (known === journal_seq) await writeMeta(tx, FORKS, JSON.stringify(others));
  } else if (known === undefined || journal_seq < known) {
    await writeMeta(tx, FORKS, JSON.stringify({ ...others, [journal_epoch]: journal_seq }));
  }
}
