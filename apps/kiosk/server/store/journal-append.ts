import {
  canonicalText,
  type JournalPlace,
  MAX_EVENT_BYTES,
  sha256,
  type Sha256,
} from '@tillwire/contract';
import type { KioskTransaction } from './database.ts';

/** Where the journal stands inside a transaction that holds its lock. */
export interface JournalTail {
  readonly epoch: number;
  readonly seq: number;
  readonly hash: Sha256;
  readonly last_row: number;
}

/** An event over the wire's limit must be refused before it exists, never after. */
export class EventTooLargeError extends Error {
  override readonly name = 'EventTooLargeError';
  readonly bytes: number;
  constructor(bytes: number) {
    super(`an event of ${bytes} bytes`);
    this.bytes = bytes;
  }
}

/** Where the journal stands, locked: commits go through here one at a time. */
export async function lockJournal(tx: KioskTransaction): Promise<JournalTail> {
  // An update that changes nothing locks the row on both databases.
  return tx
    .updateTable('journal_head')
    .set((eb) => ({ seq: eb.ref('seq') }))
    .where('id', '=', 1)
    .returning(['epoch', 'seq', 'hash', 'last_row'])
    .executeTakeFirstOrThrow();
}

export interface NewEvent {
  readonly kind: 'order' | 'day';
  /** The order's id, or the day's business date. */
  readonly subject: string;
  readonly createdAtMs: number;
  /** The event once its place is known; written in canonical form, over which its hash is taken. */
  readonly at: (place: JournalPlace) => object;
}

/** Writes an event behind the tail and returns the new tail. @throws {EventTooLargeError} */
export async function appendEvent(
  tx: KioskTransaction,
  tail: JournalTail,
  { kind, subject, createdAtMs, at }: NewEvent,
): Promise<JournalTail> {
  const row = tail.last_row + 1;
  const seq = tail.seq + 1;
  const payload = canonicalText(
    at({ journalEpoch: tail.epoch, journalSeq: seq, prevHash: tail.hash }),
  );
  const bytes = Buffer.byteLength(payload);
  if (bytes > MAX_EVENT_BYTES) throw new EventTooLargeError(bytes);
  const hash = sha256(payload);
  await tx
    .insertInto('journal')
    .values({
      row,
      epoch: tail.epoch,
      seq,
      kind,
      subject,
      hash,
      prev_hash: tail.hash,
      payload,
      created_at_ms: createdAtMs,
      acked_at_ms: null,
      parked_at_ms: null,
    })
    .execute();
  await tx
    .updateTable('journal_head')
    .set({ seq, hash, last_row: row })
    .where('id', '=', 1)
    .execute();
  return { epoch: tail.epoch, seq, hash, last_row: row };
}
