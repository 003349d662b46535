import { decodeEvents, type EventText, sha256 } from '@tillwire/contract';
import type { StoreCode } from '@tillwire/domain';
import type { Clock, CrashPoint, IncomingMessage, Log } from '@tillwire/runtime';
import { recordAlert } from '../store/alert-store.ts';
import type { Database } from '../store/database.ts';
import { storeDaySummaries } from '../store/day-summary-store.ts';
import { storeOrderEvents } from '../store/ingest-store.ts';
import { heldAlready } from '../store/late-events.ts';
import type { OrderRows } from '../store/order-rows.ts';
import { park, type ParkedRow } from '../store/quarantine-store.ts';
import { noteStores } from '../store/telemetry-store.ts';
import { readEpochMarks, type TouchedDay } from '../store/watermark-store.ts';
import type { Acknowledge, NamedEvent } from './acknowledger.ts';
import type { IngestMetrics } from './ingest-metrics.ts';
import { commitBisecting, type CommittedOutcome } from './committer.ts';
import type { Reach } from './reach.ts';
import {
  type DayRow,
  placeOf,
  readDaySummary,
  readOrderEvent,
  storedOrderRows,
  type Unfit,
  unreadable,
} from './read-event.ts';

/** One event of a message, as far as it could be read. */
export type LaneEvent =
  | { readonly type: 'order'; readonly rows: OrderRows }
  /** An order that was sent before, most likely: read only where the journal does not hold these very bytes. */
  | { readonly type: 'again'; readonly event: EventText; readonly place: AgainPlace }
  | { readonly type: 'day'; readonly row: DayRow }
  | { readonly type: 'unfit'; readonly unfit: Unfit };

interface AgainPlace {
  readonly store: StoreCode;
  readonly journal_epoch: number;
  readonly journal_seq: number;
  readonly hash: string;
}

/** A message of the journal's lane: orders, or day summaries. */
export interface LaneMessage {
  readonly store: StoreCode;
  readonly topic: string;
  readonly events: readonly LaneEvent[];
  /** Sends the PUBACK. */
  readonly done: () => void;
}

/** A message of the journal's lane, every event of it read as far as it can be. */
export function laneMessageOf(
  store: StoreCode,
  name: 'orders' | 'exports',
  { topic, payload, done }: Pick<IncomingMessage, 'topic' | 'payload' | 'done'>,
  reach?: Reach,
): LaneMessage {
  const decoded = decodeEvents(payload);
  if (!decoded.ok) {
    const unfit = unreadable(payload, decoded.error);
    return { store, topic, events: [{ type: 'unfit', unfit }], done };
  }
  const events = decoded.value.map((event): LaneEvent => {
    if (name === 'orders') return sentBefore(event, store, reach) ?? orderOf(event, store);
    const read = readDaySummary(event, store);
    return read.fit ? { type: 'day', row: read.row } : { type: 'unfit', unfit: read.unfit };
  });
  return { store, topic, events, done };
}

function orderOf(event: EventText, store: StoreCode): LaneEvent {
  const read = readOrderEvent(event, store);
  return read.fit ? { type: 'order', rows: read.row } : { type: 'unfit', unfit: read.unfit };
}

function sentBefore(event: EventText, store: StoreCode, reach?: Reach): LaneEvent | null {
  const place = reach === undefined ? null : placeOf(event.value);
  if (place === null || reach?.isWithin(store, place) !== true) return null;
  const { epoch: journal_epoch, seq: journal_seq } = place;
  const hash = sha256(event.text);
  return { type: 'again', event, place: { store, journal_epoch, journal_seq, hash } };
}

export interface LaneDeps {
  readonly db: Database;
  readonly acknowledge: Acknowledge;
  /** Events of these epochs were stored or parked. */
  readonly touched: (store: StoreCode, epochs: Iterable<number>) => void;
  /** Makes unknown stores known. */
  readonly meet: (stores: readonly StoreCode[], at: Date) => Promise<void>;
  readonly reach?: Reach;
  readonly clock: Clock;
  readonly measured?: IngestMetrics;
  readonly crashPoint: CrashPoint;
  readonly log: Log;
}

interface Stored {
  readonly message: LaneMessage;
  readonly event: LaneEvent;
  readonly outcome: CommittedOutcome | null;
}

/**
 * Stores a batch of messages whatever is in it: what fits goes into the books, the rest is parked; then, and only
 * then, the broker and the stores are told. Throws when the database is away: nothing was acknowledged.
 */
export async function commitMessages(deps: LaneDeps, batch: readonly LaneMessage[]): Promise<void> {
  const { db, crashPoint } = deps;
  const at = new Date(deps.clock.nowMs());
  const begunMs = deps.clock.monotonicMs();
  await deps.meet([...new Set(batch.map(({ store }) => store))], at);
  crashPoint('ingest.before-commit');
  const stored = await storeAll(db, batch, at);
  await parkUnfit(deps, stored, at);
  await tellOverrides(db, stored, at);
  crashPoint('ingest.after-commit');
  const byStore = Map.groupBy(stored, ({ message }) => message.store);
  const marks = await readEpochMarks(db, [...byStore.keys()], touchedDays(stored));
  for (const { done } of batch) done();
  deps.measured?.committed({
    events: stored.length,
    parked: parkedRows(stored).length,
    tookS: (deps.clock.monotonicMs() - begunMs) / 1000,
    latenciesS: latenciesOf(stored, at),
  });
  crashPoint('ingest.after-puback');
  for (const [store, events] of byStore) {
    const named = namedOf(events);
    const epochs = new Set([...named.acked, ...named.parked].map(({ epoch }) => epoch));
    const own = (marks.get(store) ?? []).filter(({ journal_epoch }) => epochs.has(journal_epoch));
    deps.reach?.note(store, own);
    // Not waited for: the next batch has no reason to.
    void deps.acknowledge(store, own, named);
    deps.touched(store, epochs);
  }
}

/** What became of messages that did not come by the line. */
export interface StoredMessages {
  readonly parked: readonly ParkedRow[];
  readonly epochs: readonly number[];
  readonly days: readonly TouchedDay[];
}

/** Stores messages nobody waits to have acknowledged: what fits goes into the books, the rest is parked. */
export async function storeMessages(
  deps: Pick<LaneDeps, 'db' | 'log'>,
  batch: readonly LaneMessage[],
  at: Date,
): Promise<StoredMessages> {
  const stored = await storeAll(deps.db, batch, at);
  await parkUnfit(deps, stored, at);
  await tellOverrides(deps.db, stored, at);
  const { acked, parked } = namedOf(stored);
  return {
    parked: parkedRows(stored),
    epochs: [...new Set([...acked, ...parked].map(({ epoch }) => epoch))],
    days: touchedDays(stored),
  };
}

async function storeAll(
  db: Database,
  batch: readonly LaneMessage[],
  at: Date,
): Promise<readonly Stored[]> {
  const all = await readNew(db, batch);
  const orders = all.flatMap(({ event }) => (event.type === 'order' ? [event.rows] : []));
  const days = all.flatMap(({ event }) => (event.type === 'day' ? [event.row] : []));
  const orderOutcomes = (
    await commitBisecting(orders, (part) => storeOrderEvents(db, part, at, storedOrderRows))
  ).values();
  const dayOutcomes = (
    await commitBisecting(days, (part) => storeDaySummaries(db, part, at))
  ).values();
  return all.map(({ message, event }) => {
    const outcomes = event.type === 'order' ? orderOutcomes : dayOutcomes;
    if (event.type === 'again') return { message, event, outcome: { type: 'duplicate' } };
    return {
      message,
      event,
      outcome: event.type === 'unfit' ? null : (outcomes.next().value ?? null),
    };
  });
}

/** The events of a batch; of those that seemed to be sent again the ones the journal lacks are read after all. */
async function readNew(
  db: Database,
  batch: readonly LaneMessage[],
): Promise<readonly Omit<Stored, 'outcome'>[]> {
  const all = batch.flatMap((message) => message.events.map((event) => ({ message, event })));
  const held = await heldAlready(
    db,
    all.flatMap(({ event }) => (event.type === 'again' ? [event.place] : [])),
  );
  return all.map(({ message, event }) =>
    event.type !== 'again' || held.has(event.place)
      ? { message, event }
      : { message, event: orderOf(event.event, message.store) },
  );
}

/** Everything of the batch that did not go into the books, with its reason. */
const parkedRows = (stored: readonly Stored[]): readonly ParkedRow[] =>
  stored.flatMap(({ message: { store, topic }, event, outcome }): readonly ParkedRow[] => {
    if (event.type === 'unfit') {
      const { bytes, hash, reason, detail, place } = event.unfit;
      return [{ store, topic, reason, detail, payload: bytes, hash, place }];
    }
    if (event.type === 'again' || (outcome?.type !== 'fork' && outcome?.type !== 'refused')) {
      return [];
    }
    const row = event.type === 'order' ? event.rows.order : event.row;
    const { payload, hash, journal_epoch: epoch, journal_seq: seq } = row;
    return [
      {
        store,
        topic,
        reason: outcome.type === 'fork' ? 'fork' : 'refused-by-database',
        detail: outcome.type === 'fork' ? `held is ${outcome.heldHash}` : outcome.detail,
        payload: Buffer.from(payload),
        hash,
        place: { epoch, seq },
      },
    ];
  });

async function parkUnfit(
  { db, log }: Pick<LaneDeps, 'db' | 'log'>,
  stored: readonly Stored[],
  at: Date,
): Promise<void> {
  const rows = parkedRows(stored);
  if (rows.length === 0) return;
  await park(db, rows, at);
  for (const { store, reason, hash, detail, place } of rows) {
    log.warn({ store, reason, hash, seq: place?.seq }, 'a message was parked');
    await recordAlert(db, {
      store,
      code: reason === 'fork' ? 'journal-fork' : 'message-parked',
      key: hash.slice(0, 32),
      message: `parked: ${reason}`,
      facts: { reason, detail: detail.slice(0, 500), hash, ...place },
      at,
    });
  }
}

/** A restored store changed an order whose latest revision it did not know: that one is outdone, and somebody told. */
async function tellOverrides(db: Database, stored: readonly Stored[], at: Date): Promise<void> {
  for (const { event, outcome } of stored) {
    if (event.type !== 'order' || outcome?.type !== 'stored' || outcome.overrode === undefined) {
      continue;
    }
    const { store, global_order_id, journal_epoch, revision, hash } = event.rows.order;
    await recordAlert(db, {
      store,
      code: 'revision-overridden',
      key: hash.slice(0, 32),
      message: 'a restored store changed an order without knowing its latest revision',
      facts: {
        order: global_order_id,
        journal_epoch,
        revision,
        overrode_epoch: outcome.overrode.epoch,
        overrode_revision: outcome.overrode.revision,
      },
      at,
    });
  }
}

const touchedDays = (stored: readonly Stored[]) => {
  const days = new Map<string, { store: string; date: string }>();
  for (const { event } of stored) {
    if (event.type !== 'order') continue;
    const { store, business_date: date } = event.rows.order;
    days.set(`${store} ${date}`, { store, date });
  }
  return [...days.values()];
};

/**
 * How long each sale was under way until `at`, in seconds; corrections of it are younger than it is, and what is only
 * sent again came long ago.
 */
const latenciesOf = (stored: readonly Stored[], at: Date): readonly number[] =>
  stored.flatMap(({ event, outcome }) =>
    event.type === 'order' && outcome?.type === 'stored' && event.rows.order.revision === 1
      ? [(at.getTime() - Date.parse(event.rows.order.created_at)) / 1000]
      : [],
  );

/** What an acknowledgement of these events names. */
function namedOf(stored: readonly Stored[]) {
  const acked: NamedEvent[] = [];
  const parked: NamedEvent[] = [];
  const ids: string[] = [];
  for (const { event, outcome } of stored) {
    if (event.type === 'unfit') {
      const { place, hash } = event.unfit;
      if (place === null) ids.push(`sha256:${hash}`);
      else parked.push({ ...place, hash });
    } else if (event.type === 'again') {
      const { journal_epoch: epoch, journal_seq: seq, hash } = event.place;
      acked.push({ epoch, seq, hash });
    } else {
      const row = event.type === 'order' ? event.rows.order : event.row;
      const named = { epoch: row.journal_epoch, seq: row.journal_seq, hash: row.hash };
      const isParked = outcome?.type === 'fork' || outcome?.type === 'refused';
      (isParked ? parked : acked).push(named);
    }
  }
  return { acked, parked, ids };
}

/** Makes stores known the first time they are heard of; one that nobody provisioned is an alert, never a loss. */
export function createMeeting({
  db,
  log,
}: {
  readonly db: Database;
  readonly log: Log;
}): LaneDeps['meet'] & { readonly forget: () => void } {
  const known = new Set<string>();
  const meet = async (stores: readonly StoreCode[], at: Date): Promise<void> => {
    const strangers = stores.filter((store) => !known.has(store));
    if (strangers.length === 0) return;
    for (const store of await noteStores(db, strangers, at)) {
      log.warn({ store }, 'a store nobody provisioned');
      await recordAlert(db, {
        store,
        code: 'store-not-provisioned',
        key: store,
        message: 'a store sends that was never provisioned; what it sends is kept',
        facts: {},
        at,
      });
    }
    for (const store of strangers) known.add(store);
  };
  return Object.assign(meet, { forget: () => known.clear() });
}
