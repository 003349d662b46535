import { encodeEvents, sha256 } from '@tillwire/contract';
import type { Clock, CrashPoint, PublishOutcome } from '@tillwire/runtime';
import { createPump, type PumpEffect, type PumpEvent, type PumpSettings } from '@tillwire/sync';
import type { JournalStore, OutboxRow } from '../store/journal-store.ts';

type HeldBack = Extract<PumpEffect, { readonly type: 'held-back' }>;

/** A message as it goes out. */
export interface OutgoingMessage {
  readonly topic: 'orders' | 'exports';
  readonly payload: Uint8Array;
}

export interface SenderDeps {
  readonly journal: JournalStore;
  readonly publish: (message: OutgoingMessage) => Promise<PublishOutcome>;
  readonly settings: PumpSettings;
  readonly clock: Clock;
  readonly crashPoint: CrashPoint;
  /** One event is not sent for now, others go on. */
  readonly onHeldBack: (row: OutboxRow, reason: HeldBack['reason']) => void;
  /** The database failed: nothing can go on. */
  readonly onError: (error: unknown) => void;
}

/** Sends the journal: the pump decides, this reads and publishes. */
export interface Sender {
  readonly tell: (event: PumpEvent) => void;
  /** Head Office could not read the payload of this hash, `sha256:…`. */
  readonly rejectPayload: (id: string) => void;
  readonly inFlight: () => number;
  readonly stop: () => void;
}

export function createSender(deps: SenderDeps): Sender {
  const { journal, publish, clock, crashPoint, onHeldBack, onError } = deps;
  const pump = createPump(deps.settings);
  /** What was asked for under an earlier connection must not be answered under this one. */
  let connection = 0;
  let timer: NodeJS.Timeout | undefined;
  const messageByPayload = new Map<string, number>();

  const tell = (event: PumpEvent): void => {
    if (event.type === 'up') {
      connection++;
      messageByPayload.clear();
    }
    const effects = pump.handle(event, clock.monotonicMs());
    for (const effect of effects) run(effect, connection).catch(onError);
    arm();
  };

  const arm = (): void => {
    clearTimeout(timer);
    const wakeAtMs = pump.wakeAtMs();
    if (wakeAtMs === null) return;
    const waitMs = Math.max(1, wakeAtMs - clock.monotonicMs());
    timer = setTimeout(() => tell({ type: 'tick' }), waitMs);
  };

  const send = (
    message: OutgoingMessage,
    { message: id }: { readonly message: number },
  ): Promise<PublishOutcome> => {
    messageByPayload.set(`sha256:${sha256(message.payload)}`, id);
    return publish(message);
  };

  const run = async (effect: PumpEffect, own: number): Promise<void> => {
    switch (effect.type) {
      case 'scan': {
        const { rows, complete } = await journal.scan(effect);
        tell({ type: 'scanned', scan: effect.scan, rows, complete });
        break;
      }
      case 'send': {
        const events = await journal.load(effect.rows);
        if (own !== connection) return;
        crashPoint('sync.before-publish');
        const outcomes = await Promise.all(
          messagesOf(events).map((message) => send(message, effect)),
        );
        crashPoint('sync.after-puback');
        if (own !== connection || outcomes.includes('lost')) return;
        const isDenied = outcomes.includes('denied');
        tell({ type: isDenied ? 'rejected' : 'accepted', message: effect.message });
        break;
      }
      case 'held-back': {
        const [row] = await journal.load([effect.row]);
        if (row !== undefined) onHeldBack(row, effect.reason);
        break;
      }
    }
  };

  return {
    tell,
    rejectPayload: (id) => {
      const message = messageByPayload.get(id);
      if (message === undefined) return;
      messageByPayload.delete(id);
      tell({ type: 'rejected', message });
    },
    inFlight: () => pump.inFlight(),
    stop: () => {
      clearTimeout(timer);
      connection++;
      pump.handle({ type: 'down' }, clock.monotonicMs());
    },
  };
}

/** Orders together, as many as there are; a day's summary has a topic of its own. */
function messagesOf(events: readonly OutboxRow[]): readonly OutgoingMessage[] {
  const orders = events.filter(({ kind }) => kind === 'order');
  const days = events.filter(({ kind }) => kind === 'day');
  const encoded = (rows: readonly OutboxRow[]) => encodeEvents(rows.map(({ payload }) => payload));
  return [
    ...(orders.length > 0 ? [{ topic: 'orders' as const, payload: encoded(orders) }] : []),
    ...days.map((day) => ({ topic: 'exports' as const, payload: encoded([day]) })),
  ];
}
