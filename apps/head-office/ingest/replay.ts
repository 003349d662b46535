import { parseTopic } from '@tillwire/contract';
import type { StoreCode } from '@tillwire/domain';
import type { Clock, Log } from '@tillwire/runtime';
import type { Database } from '../store/database.ts';
import { readParked, resolveParked } from '../store/quarantine-store.ts';
import { advanceWatermarks, readEpochMarks } from '../store/watermark-store.ts';
import { createMeeting, type LaneMessage, laneMessageOf, storeMessages } from './lane.ts';

export interface ReplayDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
}

export type Replayed =
  | { readonly type: 'replayed'; readonly events: number }
  | { readonly type: 'unknown' }
  | { readonly type: 'already-resolved' }
  /** Not of the journal's lane: a heartbeat of the past is of no use to anybody. */
  | { readonly type: 'not-replayable' }
  /** Still not fit for the books, and why. */
  | { readonly type: 'still-parked'; readonly reason: string; readonly detail: string };

/** Takes a parked message in as if it came now: after a fix it may be fit for the books. */
export async function replayParked(
  { db, clock, log }: ReplayDeps,
  id: number,
  reason: string,
): Promise<Replayed> {
  const parked = await readParked(db, id);
  if (parked === null) return { type: 'unknown' };
  if (parked.resolvedAt !== null) return { type: 'already-resolved' };
  const topic = parseTopic(parked.topic);
  if (topic === null || (topic.name !== 'orders' && topic.name !== 'exports')) {
    return { type: 'not-replayable' };
  }
  const message = laneMessageOf(topic.store, topic.name, {
    topic: parked.topic,
    payload: parked.payload,
    done: () => undefined,
  });
  const outcome = await takeIn({ db, clock, log }, topic.store, [message]);
  const [first] = outcome.parked;
  if (first !== undefined) {
    return { type: 'still-parked', reason: first.reason, detail: first.detail };
  }
  const at = new Date(clock.nowMs());
  await resolveParked(db, id, { resolution: 'replayed', reason, at });
  return { type: 'replayed', events: outcome.events };
}

/** What became of messages that did not come by the line. */
export interface TakenIn {
  readonly events: number;
  readonly parked: readonly { readonly reason: string; readonly detail: string }[];
}

/** Stores messages of one store that nobody waits to have acknowledged: replays, and journals by USB stick. */
export async function takeIn(
  { db, clock, log }: ReplayDeps,
  store: StoreCode,
  messages: readonly LaneMessage[],
): Promise<TakenIn> {
  const at = new Date(clock.nowMs());
  await createMeeting({ db, log })([store], at);
  const { parked, epochs, days } = await storeMessages({ db, log }, messages, at);
  await readEpochMarks(db, [store], days);
  await advanceWatermarks(db, store, epochs, { again: true, at });
  return { events: messages.reduce((sum, { events }) => sum + events.length, 0), parked };
}
