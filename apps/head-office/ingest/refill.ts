import {
  type CommandMessage,
  type Heartbeat,
  type JournalReturn,
  topicOf,
} from '@tillwire/contract';
import { type StoreCode, utcInstant } from '@tillwire/domain';
import type { Clock, Ids, Log, PublishOutcome } from '@tillwire/runtime';
import type { Signer } from '../state-dir.ts';
import type { Database } from '../store/database.ts';
import { eventsLacking } from '../store/return-store.ts';
import { missingRanges } from '../store/telemetry-store.ts';
import { lowerWatermark, type SeqRange } from '../store/watermark-store.ts';

/** A store is not asked again for its journal before this has passed. */
const ASK_AGAIN_MS = 30_000;
const COMMAND_LIFE_MS = 10 * 60_000;
const MAX_RANGES = 1000;
/** Places looked at with each heartbeat: the newest ones, and as many of the older ones in turn. */
const AUDITED_PLACES = 20_000;
/** Events given back with each heartbeat. */
const RETURNED_EVENTS = 1000;
const RETURNED_AT_ONCE = 100;
const RETURNED_BYTES = 1024 * 1024;

export interface RefillDeps {
  readonly db: Database;
  readonly sign: Signer;
  readonly incarnation: () => number;
  readonly publish: (topic: string, payload: string) => Promise<PublishOutcome>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

export interface Refill {
  /** Asks for what the heartbeat shows lacking here, and gives back what it shows lacking there. */
  readonly onHeartbeat: (store: StoreCode, heartbeat: Heartbeat) => Promise<void>;
}

/** Finds gaps by the stores' heartbeats and has them filled by itself, on both sides. */
export function createRefill(deps: RefillDeps): Refill {
  const { db, clock, log } = deps;
  const askedMs = new Map<StoreCode, number>();
  /** How far the older places of an epoch were looked at, by `store epoch`. */
  const audited = new Map<string, number>();

  const gapsOf = async (
    store: StoreCode,
    { journal_epoch: epoch, journal_seq: head, holes }: Heartbeat['journal'][number],
  ): Promise<readonly SeqRange[]> => {
    const key = `${store} ${epoch}`;
    const newest = Math.max(1, head - AUDITED_PLACES + 1);
    const from = Math.min(audited.get(key) ?? 1, newest);
    const to = Math.min(from + AUDITED_PLACES, newest) - 1;
    audited.set(key, to + 1 >= newest ? 1 : to + 1);
    const older = to < from ? [] : await missingRanges(db, store, epoch, { from, to }, MAX_RANGES);
    const newer =
      head < 1 ? [] : await missingRanges(db, store, epoch, { from: newest, to: head }, MAX_RANGES);
    return withoutHoles([...older, ...newer], holes);
  };

  const askFor = async (store: StoreCode, heartbeat: Heartbeat): Promise<void> => {
    const lacking: { journal_epoch: number; from: number; to: number }[] = [];
    for (const head of heartbeat.journal) {
      const gaps = await gapsOf(store, head);
      const [first] = gaps;
      if (first !== undefined) {
        await lowerWatermark(db, store, head.journal_epoch, first.from - 1);
      }
      lacking.push(...gaps.map((gap) => ({ journal_epoch: head.journal_epoch, ...gap })));
    }
    const count = lacking.reduce((sum, { from, to }) => sum + to - from + 1, 0);
    // As many as the store has not sent yet: those are on their way.
    if (count <= heartbeat.unsent.count) return;
    const nowMs = clock.monotonicMs();
    if (nowMs - (askedMs.get(store) ?? Number.NEGATIVE_INFINITY) < ASK_AGAIN_MS) return;
    askedMs.set(store, nowMs);
    log.warn({ store, count, ranges: lacking.length }, 'events are lacking; asking for them again');
    const topic = topicOf('command', store);
    const command = {
      command_id: `resync-${deps.ids.uuid()}`,
      expires_at: utcInstant(clock.nowMs() + COMMAND_LIFE_MS),
      command: { name: 'resync' as const, journal: lacking.slice(0, MAX_RANGES) },
    } satisfies Omit<CommandMessage, 'number' | 'signatures'>;
    await deps.publish(topic, JSON.stringify(deps.sign(topic, command)));
  };

  const giveBack = async (store: StoreCode, heartbeat: Heartbeat): Promise<void> => {
    const topic = topicOf('journal', store);
    for (const events of parcels(await eventsLacking(db, heartbeat, RETURNED_EVENTS))) {
      const content = {
        incarnation: deps.incarnation(),
        events: [...events],
      } satisfies Omit<JournalReturn, 'number' | 'signatures'>;
      await deps.publish(topic, JSON.stringify(deps.sign(topic, content)));
    }
  };

  return {
    onHeartbeat: async (store, heartbeat) => {
      await askFor(store, heartbeat);
      await giveBack(store, heartbeat);
    },
  };
}

/** `ranges` without the places the store says it does not hold itself. */
export function withoutHoles(
  ranges: readonly SeqRange[],
  holes: readonly SeqRange[],
): readonly SeqRange[] {
  let left = [...ranges];
  for (const hole of holes) {
    left = left.flatMap(({ from, to }) => {
      if (hole.to < from || to < hole.from) return [{ from, to }];
      return [
        { from, to: hole.from - 1 },
        { from: hole.to + 1, to },
      ].filter((part) => part.from <= part.to);
    });
  }
  return left;
}

function* parcels(events: readonly string[]): Generator<readonly string[]> {
  let parcel: string[] = [];
  let bytes = 0;
  for (const event of events) {
    if (parcel.length === RETURNED_AT_ONCE || (parcel.length > 0 && bytes > RETURNED_BYTES)) {
      yield parcel;
      parcel = [];
      bytes = 0;
    }
    parcel.push(event);
    bytes += event.length;
  }
  if (parcel.length > 0) yield parcel;
}
