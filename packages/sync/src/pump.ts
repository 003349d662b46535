import { invariant } from '@tillwire/domain';
import { createTokenBucket } from './token-bucket.ts';

/**
 * Which journal rows are sent when. Rows are known by their local number, rising with each
 * commit; a row is *released* once Head Office acknowledged or parked it, by nothing else. Two lanes: *live*
 * holds what was sold since the line came up and goes out at once, one event a message; *backlog* holds the
 * rest and goes out in batches, few at a time. All times are milliseconds of the caller's monotonic clock.
 */
export interface PumpSettings {
  /** Live messages unacknowledged at once. */
  readonly liveWindow: number;
  /** Backlog messages unacknowledged at once. */
  readonly batchWindow: number;
  readonly maxBatchEvents: number;
  readonly maxBatchBytes: number;
  /** A batch is sized to be acknowledged within this on the line as measured. */
  readonly batchTargetMs: number;
  /** Without an acknowledgement for this long a message is sent again. */
  readonly ackTimeoutMs: number;
  readonly maxBackoffMs: number;
  /** A row that seems to end connections is not sent for this long. */
  readonly holdMs: number;
  /** Backlog events a second; null: no limit. */
  readonly ratePerS: number | null;
}

export const PUMP_SETTINGS: PumpSettings = {
  liveWindow: 100,
  batchWindow: 2,
  maxBatchEvents: 100,
  maxBatchBytes: 4 * 1024 * 1024,
  batchTargetMs: 1000,
  ackTimeoutMs: 5000,
  maxBackoffMs: 60_000,
  holdMs: 600_000,
  ratePerS: null,
};

const FIRST_BATCH_EVENTS = 25;
/** Connections that may end over a message the broker never took before its rows go alone, and are held back. */
const STRIKES_TO_SUSPECT = 2;
const STRIKES_TO_HOLD = 4;

export type Lane = 'live' | 'backlog';

export type PumpEvent =
  /** The link is up and acknowledgements are subscribed to; `head` is the last row committed. */
  | { readonly type: 'up'; readonly head: number }
  | { readonly type: 'down' }
  | { readonly type: 'committed'; readonly head: number }
  /** Answers the `scan` of that number: the unreleased rows, ascending. Complete: there are no more in its range. */
  | {
      readonly type: 'scanned';
      readonly scan: number;
      readonly rows: readonly number[];
      readonly complete: boolean;
    }
  | { readonly type: 'released'; readonly rows: readonly number[] }
  /** Rows above `after` are wanted again. */
  | { readonly type: 'requeued'; readonly after: number }
  /** The broker has the message. Releases nothing: it only clears the message of having ended a connection. */
  | { readonly type: 'accepted'; readonly message: number }
  /** The broker denied the message, or Head Office could not read it. */
  | { readonly type: 'rejected'; readonly message: number }
  | { readonly type: 'rate-changed'; readonly ratePerS: number | null }
  | { readonly type: 'tick' };

export type PumpEffect =
  /** Read up to `limit` unreleased rows of (after, through], at most `maxBytes` of them in all but at least one. */
  | {
      readonly type: 'scan';
      readonly scan: number;
      readonly lane: Lane;
      readonly after: number;
      readonly through: number;
      readonly limit: number;
      readonly maxBytes: number;
    }
  | { readonly type: 'send'; readonly message: number; readonly rows: readonly number[] }
  /**
   * The row is not sent for now, others go on: `rejected` all by itself, until the next connection, or suspected
   * to `end-connections`, as a message above a broker's limits does, for `holdMs`.
   */
  | {
      readonly type: 'held-back';
      readonly row: number;
      readonly reason: 'rejected' | 'ends-connections';
    };

interface InFlight {
  readonly lane: Lane;
  readonly rows: Set<number>;
  readonly sentMs: number;
  readonly deadlineMs: number;
  readonly size: number;
  accepted: boolean;
}

interface Scan {
  readonly id: number;
  readonly through: number;
  /** The cursor went back meanwhile: what the scan finds must not move it forward again. */
  movedBack: boolean;
}

/** What is still to be looked at: the rows of (after, through]. */
interface Cursor {
  after: number;
  through: number;
  scan: Scan | null;
}

export interface Pump {
  readonly handle: (event: PumpEvent, nowMs: number) => readonly PumpEffect[];
  /** When a `tick` is due though nothing else happens; null: never. */
  readonly wakeAtMs: () => number | null;
  /** Rows sent and not released. */
  readonly inFlight: () => number;
}

export function createPump(initial: PumpSettings): Pump {
  const settings = initial;
  const bucket = createTokenBucket(initial.ratePerS);
  let up = false;
  let nextMessage = 1;
  let nextScan = 1;
  const lanes: Record<Lane, Cursor> = {
    live: { after: 0, through: 0, scan: null },
    backlog: { after: 0, through: 0, scan: null },
  };
  const messages = new Map<number, InFlight>();
  const rowsInFlight = new Map<number, number>();
  /** Released while a scan was out, which may still bring them. */
  const releasedMeanwhile = new Set<number>();
  /** Rows of a rejected batch: each goes out alone to find the one that is wrong. */
  const suspects = new Set<number>();
  /** Connections that ended while the broker had not taken a message with this row. */
  const strikes = new Map<number, number>();
  /** Rows not to be sent, until then; Infinity: until the next connection. */
  const heldBack = new Map<number, number>();
  let batchEvents = Math.min(FIRST_BATCH_EVENTS, initial.maxBatchEvents);
  let timeouts = 0;
  let backedOffAtMs = 0;
  let pausedUntilMs = 0;

  const countOf = (lane: Lane): number => {
    let count = 0;
    for (const message of messages.values()) if (message.lane === lane) count++;
    return count;
  };

  const toBacklog = (rows: Iterable<number>): void => {
    const { backlog } = lanes;
    for (const row of rows) {
      backlog.after = Math.min(backlog.after, row - 1);
      backlog.through = Math.max(backlog.through, row);
    }
    if (backlog.scan !== null) backlog.scan.movedBack = true;
  };

  const drop = (id: number, message: InFlight): void => {
    messages.delete(id);
    for (const row of message.rows) rowsInFlight.delete(row);
  };

  const send = (lane: Lane, rows: readonly number[], nowMs: number): PumpEffect => {
    const message = nextMessage++;
    messages.set(message, {
      lane,
      rows: new Set(rows),
      sentMs: nowMs,
      deadlineMs: nowMs + settings.ackTimeoutMs,
      size: rows.length,
      accepted: false,
    });
    for (const row of rows) rowsInFlight.set(row, message);
    return { type: 'send', message, rows };
  };

  const startScan = (lane: Lane, limit: number): PumpEffect => {
    const cursor = lanes[lane];
    const { after, through } = cursor;
    const scan = nextScan++;
    cursor.scan = { id: scan, through, movedBack: false };
    return { type: 'scan', scan, lane, after, through, limit, maxBytes: settings.maxBatchBytes };
  };

  const isWaiting = ({ scan, after, through }: Cursor): boolean => scan === null && after < through;

  const scans = (nowMs: number): readonly PumpEffect[] => {
    if (!up) return [];
    const effects: PumpEffect[] = [];
    const free = settings.liveWindow - countOf('live');
    if (isWaiting(lanes.live) && free > 0) effects.push(startScan('live', free));
    const room = nowMs >= pausedUntilMs && countOf('backlog') < settings.batchWindow;
    if (isWaiting(lanes.backlog) && room) {
      const allowed = bucket.allow(batchEvents, nowMs);
      if (allowed > 0) effects.push(startScan('backlog', allowed));
    }
    return effects;
  };

  /** Rows in their order, a batch each, but a suspect is one all by itself. */
  const batchesOf = (rows: readonly number[]): readonly (readonly number[])[] => {
    const batches: number[][] = [];
    for (const row of rows) {
      const open = batches.at(-1);
      const alone = suspects.has(row) || (open !== undefined && suspects.has(open[0] as number));
      if (open === undefined || alone) batches.push([row]);
      else open.push(row);
    }
    return batches;
  };

  const takeScanned = (
    event: Extract<PumpEvent, { type: 'scanned' }>,
    nowMs: number,
  ): readonly PumpEffect[] => {
    const lane = lanes.live.scan?.id === event.scan ? 'live' : 'backlog';
    const cursor = lanes[lane];
    const scan = cursor.scan;
    // Of a connection that is gone: this one began with the cursor where it had to be.
    if (scan === null || scan.id !== event.scan) return [];
    cursor.scan = null;
    const wanted = event.rows.filter(
      (row) => !rowsInFlight.has(row) && !heldBack.has(row) && !releasedMeanwhile.has(row),
    );
    if (lanes.live.scan === null && lanes.backlog.scan === null) releasedMeanwhile.clear();
    const batches = lane === 'live' ? wanted.map((row) => [row]) : batchesOf(wanted);
    const sent = lane === 'live' ? batches : batches.slice(0, freeSlots());
    const reached = sent.length < batches.length ? sent.at(-1)?.at(-1) : event.rows.at(-1);
    const all = event.complete && sent.length === batches.length;
    if (!scan.movedBack) {
      cursor.after = Math.max(cursor.after, all ? scan.through : (reached ?? scan.through));
    }
    if (lane === 'backlog') bucket.take(sent.reduce((sum, { length }) => sum + length, 0));
    return sent.map((rows) => send(lane, rows, nowMs));
  };

  const freeSlots = (): number => settings.batchWindow - countOf('backlog');

  const release = (rows: readonly number[], nowMs: number): void => {
    if (rows.length > 0) {
      timeouts = 0;
      pausedUntilMs = 0;
    }
    const scanning = lanes.live.scan !== null || lanes.backlog.scan !== null;
    for (const row of rows) {
      if (scanning) releasedMeanwhile.add(row);
      suspects.delete(row);
      strikes.delete(row);
      heldBack.delete(row);
      const id = rowsInFlight.get(row);
      const message = id === undefined ? undefined : messages.get(id);
      if (id === undefined || message === undefined) continue;
      rowsInFlight.delete(row);
      message.rows.delete(row);
      if (message.rows.size > 0) continue;
      messages.delete(id);
      if (message.lane === 'backlog') measure(message, nowMs);
    }
  };

  const measure = (message: InFlight, nowMs: number): void => {
    const tookMs = nowMs - message.sentMs;
    if (tookMs > settings.batchTargetMs) {
      batchEvents = Math.max(1, Math.floor(Math.min(batchEvents, message.size) / 2));
    } else if (tookMs < settings.batchTargetMs / 4 && message.size >= batchEvents) {
      batchEvents = Math.min(settings.maxBatchEvents, batchEvents * 2);
    }
  };

  const expire = (nowMs: number): void => {
    let lastSentMs = -1;
    for (const [id, message] of messages) {
      if (message.deadlineMs > nowMs) continue;
      lastSentMs = Math.max(lastSentMs, message.sentMs);
      drop(id, message);
      toBacklog(message.rows);
      if (message.lane === 'backlog') batchEvents = Math.max(1, Math.floor(batchEvents / 2));
    }
    // What was under way when the pause began tells nothing that it did not tell already.
    if (lastSentMs < backedOffAtMs) return;
    timeouts++;
    backedOffAtMs = nowMs;
    const backoff = Math.min(settings.maxBackoffMs, settings.ackTimeoutMs * 2 ** (timeouts - 1));
    pausedUntilMs = nowMs + backoff;
  };

  const reject = (id: number): readonly PumpEffect[] => {
    const message = messages.get(id);
    if (message === undefined) return [];
    drop(id, message);
    const [only] = message.rows;
    if (message.size === 1 && only !== undefined) {
      heldBack.set(only, Number.POSITIVE_INFINITY);
      return [{ type: 'held-back', row: only, reason: 'rejected' }];
    }
    for (const row of message.rows) suspects.add(row);
    toBacklog(message.rows);
    return [];
  };

  const goUp = (head: number, nowMs: number): void => {
    up = true;
    const known = Math.max(head, lanes.live.through);
    lanes.live = { after: known, through: known, scan: null };
    lanes.backlog = { after: 0, through: known, scan: null };
    messages.clear();
    rowsInFlight.clear();
    releasedMeanwhile.clear();
    for (const [row, untilMs] of heldBack) {
      if (untilMs === Number.POSITIVE_INFINITY) heldBack.delete(row);
    }
    timeouts = 0;
    backedOffAtMs = nowMs;
    pausedUntilMs = 0;
    bucket.fill(nowMs);
  };

  /** A message that the broker did not take before the connection ended may be why it ended. */
  const goDown = (nowMs: number): readonly PumpEffect[] => {
    const effects: PumpEffect[] = [];
    up = false;
    for (const { accepted, rows, size } of messages.values()) {
      if (accepted) continue;
      for (const row of rows) {
        const count = (strikes.get(row) ?? 0) + 1;
        strikes.set(row, count);
        if (count >= STRIKES_TO_SUSPECT) suspects.add(row);
        if (size > 1 || count < STRIKES_TO_HOLD) continue;
        heldBack.set(row, nowMs + settings.holdMs);
        effects.push({ type: 'held-back', row, reason: 'ends-connections' });
      }
    }
    messages.clear();
    rowsInFlight.clear();
    return effects;
  };

  /** Held long enough: once more, and back into hold should the connection end over it again. */
  const tryHeldAgain = (nowMs: number): void => {
    for (const [row, untilMs] of heldBack) {
      if (untilMs > nowMs) continue;
      heldBack.delete(row);
      strikes.set(row, STRIKES_TO_HOLD - 1);
      toBacklog([row]);
    }
  };

  const requeue = (after: number): void => {
    for (const row of releasedMeanwhile) if (row > after) releasedMeanwhile.delete(row);
    toBacklog([after + 1]);
    // Also what the live lane has not come to: it may have looked while these rows were still released.
    lanes.backlog.through = Math.max(lanes.backlog.through, lanes.live.through);
  };

  const apply = (event: PumpEvent, nowMs: number): readonly PumpEffect[] => {
    switch (event.type) {
      case 'up':
        goUp(event.head, nowMs);
        return [];
      case 'down':
        return goDown(nowMs);
      case 'committed':
        invariant(event.head >= 0, 'a head is a row number');
        lanes.live.through = Math.max(lanes.live.through, event.head);
        return [];
      case 'scanned':
        return takeScanned(event, nowMs);
      case 'released':
        release(event.rows, nowMs);
        return [];
      case 'requeued':
        requeue(event.after);
        return [];
      case 'accepted': {
        const message = messages.get(event.message);
        if (message !== undefined) message.accepted = true;
        return [];
      }
      case 'rejected':
        return reject(event.message);
      case 'rate-changed':
        bucket.setRate(event.ratePerS, nowMs);
        return [];
      case 'tick':
        return [];
    }
  };

  return {
    handle: (event, nowMs) => {
      const effects = apply(event, nowMs);
      if (!up) return effects;
      expire(nowMs);
      tryHeldAgain(nowMs);
      return [...effects, ...scans(nowMs)];
    },
    wakeAtMs: () => {
      if (!up) return null;
      const due = [...messages.values()].map(({ deadlineMs }) => deadlineMs);
      due.push(...[...heldBack.values()].filter(Number.isFinite));
      const blocked = countOf('backlog') >= settings.batchWindow;
      if (isWaiting(lanes.backlog) && !blocked) {
        due.push(Math.max(pausedUntilMs, bucket.dueMs(batchEvents)));
      }
      return due.length === 0 ? null : Math.min(...due);
    },
    inFlight: () => rowsInFlight.size,
  };
}
