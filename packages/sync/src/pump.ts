import { invariant } from '@tillwire/domain';

/**
 * Which journal rows are sent when (protocol.md §3.4). Rows are known by their local number, rising with each
 * commit; a row is *released* once Head Office acknowledged or parked it, by nothing else. Two lanes: *live*
 * holds what was sold since the line came up and goes out at once, one event a message; *backlog* holds the
 * rest and goes out in batches, few at a time. All times are milliseconds of the caller's monotonic clock.
 */
export interface PumpSettings {
  /** Live messages unacknowledged at once. */
  readonly liveWindow: number;
  /** Batches unacknowledged at once. */
  readonly batchWindow: number;
  readonly maxBatchEvents: number;
  readonly maxBatchBytes: number;
  /** A batch is sized to be acknowledged within this on the line as measured. */
  readonly batchTargetMs: number;
  /** Without an acknowledgement for this long a message is sent again. */
  readonly ackTimeoutMs: number;
  readonly maxBackoffMs: number;
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
  ratePerS: null,
};

const FIRST_BATCH_EVENTS = 25;

export type Lane = 'live' | 'backlog';

export type PumpEvent =
  /** The link is up and acknowledgements are subscribed to; `head` is the last row committed. */
  | { readonly type: 'up'; readonly head: number }
  | { readonly type: 'down' }
  | { readonly type: 'committed'; readonly head: number }
  /** The unreleased rows asked for by `scan`, ascending. Fewer than `limit`: there are no more. */
  | {
      readonly type: 'scanned';
      readonly lane: Lane;
      readonly rows: readonly number[];
      readonly complete: boolean;
    }
  | { readonly type: 'released'; readonly rows: readonly number[] }
  /** Rows above `after` are wanted again. */
  | { readonly type: 'requeued'; readonly after: number }
  /** The broker denied the message, or Head Office could not read it. */
  | { readonly type: 'rejected'; readonly message: number }
  | { readonly type: 'rate-changed'; readonly ratePerS: number | null }
  | { readonly type: 'tick' };

export type PumpEffect =
  /** Read up to `limit` unreleased rows of (after, through], at most `maxBytes` of them in all but at least one. */
  | {
      readonly type: 'scan';
      readonly lane: Lane;
      readonly after: number;
      readonly through: number;
      readonly limit: number;
      readonly maxBytes: number;
    }
  | { readonly type: 'send'; readonly message: number; readonly rows: readonly number[] }
  /** The row was rejected all by itself: it is held back until the next connection. */
  | { readonly type: 'held-back'; readonly row: number };

interface InFlight {
  readonly lane: Lane;
  readonly rows: Set<number>;
  readonly sentMs: number;
  readonly deadlineMs: number;
  readonly size: number;
}

export interface Pump {
  readonly handle: (event: PumpEvent, nowMs: number) => readonly PumpEffect[];
  /** When a `tick` is due though nothing else happens; null: never. */
  readonly wakeAtMs: () => number | null;
  /** Rows sent and not released. */
  readonly inFlight: () => number;
}

export function createPump(initial: PumpSettings): Pump {
  let settings = initial;
  let up = false;
  let nextMessage = 1;
  const lanes = {
    live: { after: 0, through: 0, scanning: false },
    backlog: { after: 0, through: 0, scanning: false },
  };
  /** A scan that began before the cursor went back must not move it forward again. */
  let backlogMovedBack = false;
  const messages = new Map<number, InFlight>();
  const rowsInFlight = new Map<number, number>();
  /** Rows of a rejected batch: each goes out alone to find the one that is wrong. */
  const suspects = new Set<number>();
  const heldBack = new Set<number>();
  let batchEvents = FIRST_BATCH_EVENTS;
  let timeouts = 0;
  let pausedUntilMs = 0;
  let tokens = 0;
  let tokensAtMs = 0;

  const capacity = (): number => Math.max(1, settings.ratePerS ?? 0);
  const refill = (nowMs: number): void => {
    const { ratePerS } = settings;
    if (ratePerS !== null) {
      tokens = Math.min(capacity(), tokens + (Math.max(0, nowMs - tokensAtMs) * ratePerS) / 1000);
    }
    tokensAtMs = nowMs;
  };
  const wantedTokens = (): number => Math.min(batchEvents, Math.floor(capacity()));
  const backlogAllowance = (): number =>
    settings.ratePerS === null ? batchEvents : Math.min(batchEvents, Math.floor(tokens));

  const countOf = (lane: Lane): number => {
    let count = 0;
    for (const message of messages.values()) if (message.lane === lane) count++;
    return count;
  };

  const toBacklog = (rows: Iterable<number>): void => {
    for (const row of rows) {
      lanes.backlog.after = Math.min(lanes.backlog.after, row - 1);
      lanes.backlog.through = Math.max(lanes.backlog.through, row);
    }
    backlogMovedBack = true;
  };

  const drop = (id: number, message: InFlight): void => {
    messages.delete(id);
    for (const row of message.rows) rowsInFlight.delete(row);
  };

  const send = (lane: Lane, rows: readonly number[], nowMs: number): PumpEffect => {
    const message = nextMessage++;
    const deadlineMs = nowMs + settings.ackTimeoutMs;
    messages.set(message, {
      lane,
      rows: new Set(rows),
      sentMs: nowMs,
      deadlineMs,
      size: rows.length,
    });
    for (const row of rows) rowsInFlight.set(row, message);
    return { type: 'send', message, rows };
  };

  const scans = (nowMs: number): readonly PumpEffect[] => {
    if (!up) return [];
    const effects: PumpEffect[] = [];
    const scan = (lane: Lane, limit: number): void => {
      const { after, through } = lanes[lane];
      lanes[lane].scanning = true;
      const maxBytes = settings.maxBatchBytes;
      effects.push({ type: 'scan', lane, after, through, limit, maxBytes });
    };
    const free = settings.liveWindow - countOf('live');
    const { live, backlog } = lanes;
    if (!live.scanning && live.after < live.through && free > 0) scan('live', free);
    const waiting = !backlog.scanning && backlog.after < backlog.through;
    if (waiting && nowMs >= pausedUntilMs && countOf('backlog') < settings.batchWindow) {
      refill(nowMs);
      if (settings.ratePerS === null || tokens >= wantedTokens()) {
        if (backlogAllowance() >= 1) {
          backlogMovedBack = false;
          scan('backlog', backlogAllowance());
        }
      }
    }
    return effects;
  };

  const takeScanned = (
    { lane, rows, complete }: Extract<PumpEvent, { type: 'scanned' }>,
    nowMs: number,
  ): readonly PumpEffect[] => {
    const place = lanes[lane];
    if (!place.scanning) return [];
    place.scanning = false;
    const last = rows.at(-1);
    if (lane === 'live' || !backlogMovedBack) {
      place.after = complete || last === undefined ? place.through : Math.max(place.after, last);
    }
    if (!up) return [];
    const wanted = rows.filter((row) => !rowsInFlight.has(row) && !heldBack.has(row));
    if (lane === 'live') return wanted.map((row) => send('live', [row], nowMs));
    const alone = wanted.filter((row) => suspects.has(row));
    const together = wanted.filter((row) => !suspects.has(row));
    if (settings.ratePerS !== null) tokens -= wanted.length;
    return [
      ...alone.map((row) => send('backlog', [row], nowMs)),
      ...(together.length > 0 ? [send('backlog', together, nowMs)] : []),
    ];
  };

  const release = (rows: readonly number[], nowMs: number): void => {
    for (const row of rows) {
      suspects.delete(row);
      heldBack.delete(row);
      const id = rowsInFlight.get(row);
      const message = id === undefined ? undefined : messages.get(id);
      if (id === undefined || message === undefined) continue;
      rowsInFlight.delete(row);
      message.rows.delete(row);
      timeouts = 0;
      pausedUntilMs = 0;
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
    let expired = false;
    for (const [id, message] of messages) {
      if (message.deadlineMs > nowMs) continue;
      expired = true;
      drop(id, message);
      toBacklog(message.rows);
      if (message.lane === 'backlog') batchEvents = Math.max(1, Math.floor(batchEvents / 2));
    }
    if (!expired) return;
    timeouts++;
    const backoff = Math.min(settings.maxBackoffMs, settings.ackTimeoutMs * 2 ** (timeouts - 1));
    pausedUntilMs = nowMs + backoff;
  };

  const reject = (id: number): readonly PumpEffect[] => {
    const message = messages.get(id);
    if (message === undefined) return [];
    drop(id, message);
    const [only] = message.rows;
    if (message.size === 1 && only !== undefined) {
      heldBack.add(only);
      return [{ type: 'held-back', row: only }];
    }
    for (const row of message.rows) suspects.add(row);
    toBacklog(message.rows);
    return [];
  };

  const goUp = (head: number, nowMs: number): void => {
    up = true;
    messages.clear();
    rowsInFlight.clear();
    heldBack.clear();
    lanes.live = { after: head, through: head, scanning: false };
    lanes.backlog = { after: 0, through: head, scanning: false };
    timeouts = 0;
    pausedUntilMs = 0;
    tokens = capacity();
    tokensAtMs = nowMs;
  };

  const apply = (event: PumpEvent, nowMs: number): readonly PumpEffect[] => {
    switch (event.type) {
      case 'up':
        goUp(event.head, nowMs);
        return [];
      case 'down':
        up = false;
        messages.clear();
        rowsInFlight.clear();
        return [];
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
        toBacklog([event.after + 1]);
        lanes.backlog.through = Math.max(lanes.backlog.through, lanes.live.after);
        return [];
      case 'rejected':
        return reject(event.message);
      case 'rate-changed':
        settings = { ...settings, ratePerS: event.ratePerS };
        tokens = Math.min(tokens, capacity());
        return [];
      case 'tick':
        return [];
    }
  };

  const tokensDueMs = (): number =>
    settings.ratePerS === null || tokens >= wantedTokens()
      ? pausedUntilMs
      : Math.max(
          pausedUntilMs,
          tokensAtMs + Math.ceil(((wantedTokens() - tokens) * 1000) / settings.ratePerS),
        );

  return {
    handle: (event, nowMs) => {
      const effects = apply(event, nowMs);
      expire(nowMs);
      return [...effects, ...scans(nowMs)];
    },
    wakeAtMs: () => {
      if (!up) return null;
      const due: number[] = [...messages.values()].map(({ deadlineMs }) => deadlineMs);
      const { backlog } = lanes;
      const blocked = countOf('backlog') >= settings.batchWindow;
      if (!backlog.scanning && backlog.after < backlog.through && !blocked) due.push(tokensDueMs());
      return due.length === 0 ? null : Math.min(...due);
    },
    inFlight: () => rowsInFlight.size,
  };
}
