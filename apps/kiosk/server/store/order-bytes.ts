import { type OrderEvent, orderOfEvent, sha256 } from '@tillwire/contract';
import { invariant, type Order } from '@tillwire/domain';

/** An order out of its own event's bytes. @throws {InvariantError} when the disk gives other bytes than were written. */
export function orderOfBytes(payload: string, hash: string): Order {
  invariant(sha256(payload) === hash, 'the journal holds what was written');
  return orderOfEvent(JSON.parse(payload) as OrderEvent);
}
