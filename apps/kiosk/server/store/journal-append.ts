import {
  canonicalText,
  type JournalPlace,
  MAX_EVENT_BYTES,
  sha256,
  type Sha256,
} from '@tillwire/contract';
import { invariant } from '@tillwire/domain';
import type { KioskTransaction } from './database.ts';
import { prepared } from './prepared.ts';
import type { KioskTables } from './schema.ts';

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

// An update that changes nothing locks the row on both databases.
const touchHead = prepared((tx) =>
  tx
    .updateTable('journal_head')
    .set((eb) => ({ seq: eb.ref('seq') }))
    .where('id', '=', 1)
    .returning(['epoch', 'seq', 'hash', 'last_row']),
);
const moveHead = prepared((tx, { seq, hash, last_row }: Omit<JournalTail, 'epoch'>) =>
  tx.updateTable('journal_head').set({ seq, hash, last_row }).where('id', '=', 1),
);
const insertEvent = prepared(
  (tx, values: Omit<KioskTables['journal'], 'acked_at_ms' | 'parked_at_ms'>) =>
    tx.insertInto('journal').values({
      row: values.row,
      epoch: values.epoch,
      seq: values.seq,
      kind: values.kind,
      subject: values.subject,
      hash: values.hash,
      prev_hash: values.prev_hash,
      payload: values.payload,
      created_at_ms: values.created_at_ms,
    }),
);

/** Where the journal stands, locked: commits go through here one at a time. */
export async function lockJournal(tx: KioskTransaction): Promise<JournalTail> {
  const [head] = await touchHead(tx, {});
  invariant(head !== undefined, 'the journal has a head');
  return head;
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
  await insertEvent(tx, {
    row,
    epoch: tail.epoch,
    seq,
    kind,
    subject,
    hash,
    prev_hash: tail.hash,
    payload,
    created_at_ms: createdAtMs,
  });
  await moveHead(tx, { seq, hash, last_row: row });
  return { epoch: tail.epoch, seq, hash, last_row: row };
}
