import { sqlStateOf } from '../store/database.ts';
import type { EventOutcome } from '../store/late-events.ts';

/** What became of an event once the database has it for good. */
export type CommittedOutcome = EventOutcome | { readonly type: 'refused'; readonly detail: string };

/**
 * Stores `events`, bisecting where the database refuses the batch, so that one bad event never holds back the
 * others: the one it refuses comes back as `refused`. Errors that are not about the data, a
 * lost connection say, are thrown, and nothing may be acknowledged.
 */
export async function commitBisecting<Event>(
  events: readonly Event[],
  store: (events: readonly Event[]) => Promise<readonly EventOutcome[]>,
): Promise<readonly CommittedOutcome[]> {
  if (events.length === 0) return [];
  try {
    return await store(events);
  } catch (error) {
    if (!isDataError(error)) throw error;
    if (events.length === 1) return [{ type: 'refused', detail: error.message }];
    const half = Math.ceil(events.length / 2);
    const first = await commitBisecting(events.slice(0, half), store);
    const second = await commitBisecting(events.slice(half), store);
    return [...first, ...second];
  }
}

/**
 * SQLSTATE classes that a value can cause: 21 and 22 data, 23 constraints, 54 limits. A statement of ours that is wrong,
 * or a right we lack (42), is no event's fault: nothing is parked by it, and the stores send again.
 */
const DATA_CLASSES = new Set(['21', '22', '23', '54']);

/** Whether the database refused what it was given, as against being away. */
export const isDataError = (error: unknown): error is Error =>
  DATA_CLASSES.has(sqlStateOf(error).slice(0, 2));
