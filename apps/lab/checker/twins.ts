import { createHash } from 'node:crypto';
import type { History, OrderAnswer } from '../load/history.ts';
import { readCurrent, readJournal, readParked } from '../store/end-state.ts';
import type { OfficeBooks } from '../store/office-books.ts';
import { difference, type Finding, type Verdict, wireOf, wireOfEvent } from './findings.ts';
import { checkRollups } from './rollups.ts';

interface Event {
  readonly global_order_id?: string;
}
/** What is parked may be a whole batch. */
type Message = Event | { readonly batch: readonly Event[] };

/**
 * A store that two machines of one identity sold for: whatever either of them answered is at Head Office, booked or
 * whole among what is parked; nothing else is; what is booked is what the rollups sum to. Which of two orders that
 * stand in one place counts is for a human to say, and so are its days.
 */
export async function checkTwins(
  store: string,
  { histories, books }: { readonly histories: readonly History[]; readonly books: OfficeBooks },
): Promise<Omit<Verdict, 'days' | 'died' | 'unanswered'>> {
  const findings: Finding[] = [];
  const journal = await readJournal(books, store);
  const parked = await readParked(books, store);
  const broken = journal.find(
    ({ payload, hash }) => createHash('sha256').update(payload).digest('hex') !== hash,
  );
  if (broken !== undefined) {
    findings.push({ check: 'journal', what: `${store} holds what is not what its hash says` });
  }
  const eventsOf = (payloads: readonly string[]): ReadonlyMap<string, readonly object[]> =>
    Map.groupBy(
      payloads.flatMap((payload) => {
        const message = JSON.parse(payload) as Message;
        return 'batch' in message ? message.batch : [message];
      }),
      (event) => event.global_order_id ?? '',
    );
  const booked = eventsOf(journal.map(({ payload }) => payload));
  const aside = eventsOf(parked);
  const isIn = (events: ReadonlyMap<string, readonly object[]>, order: OrderAnswer): boolean => {
    const wanted = wireOf(order);
    return (events.get(order.globalOrderId) ?? []).some(
      (event) => difference(wanted, wireOfEvent(event as never, wanted)) === null,
    );
  };
  const answered = histories.flatMap((history) =>
    [...history.orders().values()].filter((order) => order.store === store),
  );
  const lost = answered.filter((order) => !isIn(booked, order) && !isIn(aside, order));
  const forks = answered.filter((order) => !isIn(booked, order) && isIn(aside, order));
  for (const { globalOrderId } of lost) {
    findings.push({ check: 'lost', what: `${globalOrderId} is neither booked nor parked` });
  }
  const ids = new Set(answered.map(({ globalOrderId }) => globalOrderId));
  const current = await readCurrent(books, store);
  const strange = current.filter(({ global_order_id }) => !ids.has(global_order_id));
  for (const { global_order_id } of strange) {
    findings.push({ check: 'duplicated', what: `${global_order_id} was never answered` });
  }
  // Any state that was answered: a later one may be parked, where the other machine's stands in its place.
  const states = histories.flatMap((history) =>
    [...ids].flatMap((id) => history.statesOf(id, () => true)),
  );
  const counted = current.flatMap(({ global_order_id, revision, gross, status }) => {
    const one = states.find(
      (order) =>
        order.globalOrderId === global_order_id &&
        order.revision === revision &&
        order.totals.gross === gross &&
        order.status === status &&
        isIn(booked, order),
    );
    return one === undefined ? [] : [one];
  });
  if (counted.length === current.length) {
    findings.push(...(await checkRollups(store, counted, books)));
  } else if (strange.length === 0) {
    findings.push({ check: 'order at Head Office', what: `${store} holds states nobody answered` });
  }
  return {
    orders: answered.length,
    lost: lost.length,
    duplicated: strange.length,
    forks: forks.length,
    findings,
  };
}
