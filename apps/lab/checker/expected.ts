import type { Face } from '../http.ts';
import type { History, OrderAnswer } from '../load/history.ts';
import type { JournalRow } from '../store/end-state.ts';
import type { DeadDisk, DeadEvent } from '../store/shop-disk.ts';

/** What has to be there of a store in the end, at both ends. */
export interface Expected {
  readonly orders: ReadonlyMap<string, OrderAnswer>;
  /** Orders that were answered, and that only a dead disk held. */
  readonly died: readonly string[];
  /** Orders that reached Head Office from a dead disk before anybody was answered. */
  readonly unanswered: ReadonlySet<string>;
  readonly disks: readonly DeadDisk[];
  /** Events that only a dead disk held. */
  readonly deadEvents: readonly DeadEvent[];
}

/**
 * What was answered, in its last state: unless a disk took that state before it was sent. An order that was sent and
 * not answered when its disk died is there as well, as the shop tells it; it was in nobody's hand.
 */
export async function expectedOf(
  store: string,
  {
    history,
    face,
    journal,
  }: { readonly history: History; readonly face: Face; readonly journal: readonly JournalRow[] },
): Promise<Expected> {
  const held = new Set(journal.map(({ hash }) => hash));
  const isHeld = ({ hash }: DeadEvent): boolean => held.has(hash);
  const orders = new Map<string, OrderAnswer>();
  const died: string[] = [];
  for (const [id, last] of history.orders()) {
    if (last.store !== store) continue;
    const state = history.statesOf(id, isHeld).at(-1);
    if (state === undefined) died.push(id);
    else orders.set(id, state);
  }
  const disks = history.disks().filter((disk) => disk.store === store);
  const there = new Set(journal.filter(({ kind }) => kind === 'order').map((row) => row.subject));
  const unanswered = new Set(
    disks.flatMap(({ orders: ids }) =>
      ids.filter((id) => !history.orders().has(id) && there.has(id)),
    ),
  );
  for (const id of unanswered) {
    const { status, body } = await face.get(`/api/orders/${id}`);
    if (status === 200) orders.set(id, body.order as OrderAnswer);
  }
  const deadEvents = disks.flatMap(({ events }) => events).filter((event) => !isHeld(event));
  return { orders, died, unanswered, disks, deadEvents };
}
