import {
  acknowledgementSchema,
  canonicalText,
  commandSchema,
  topicOf,
  type TrustedKey,
} from '@tillwire/contract';
import { InvariantError, type StoreCode } from '@tillwire/domain';
import {
  type BrokerAddress,
  type Clock,
  createMqttLink,
  type CrashPoint,
  type Ids,
  type IncomingMessage,
  type Log,
  type MqttLink,
  pause,
  repeat,
  type Service,
  untilAborted,
} from '@tillwire/runtime';
import type { PumpSettings } from '@tillwire/sync';
import type { CatalogueLine } from '../catalogue/line.ts';
import type { CommandStore } from '../store/command-store.ts';
import type { ErrorStore } from '../store/error-store.ts';
import type { JournalStore } from '../store/journal-store.ts';
import type { SyncState, SyncStateStore } from '../store/sync-state-store.ts';
import { LINK_WORD_EVERY_MS } from '../sync-status.ts';
import { acknowledge } from './acknowledgements.ts';
import { type CommandRegistry, runCommandOnce } from './commands.ts';
import { createSender, type Sender } from './sender.ts';
import { believe, type Disbelief } from './signed-messages.ts';
import { type HeartbeatDeps, heartbeatText } from './telemetry.ts';

/** A subscription beside acknowledgements and commands. */
export interface DownLane {
  readonly filter: string;
  readonly matches: (topic: string) => boolean;
  /** Once this settles the broker is told that the message arrived. True: the heads of the journal have changed by it. */
  readonly receive: (message: {
    readonly topic: string;
    readonly payload: Buffer;
  }) => Promise<boolean>;
}

export interface SyncWorkerDeps {
  readonly store: StoreCode;
  /** Asked for at every connection: the credential is rotated. */
  readonly broker: () => BrokerAddress;
  readonly trusted: readonly TrustedKey[];
  readonly journal: JournalStore;
  readonly syncState: SyncStateStore;
  readonly errors: ErrorStore;
  readonly commands: CommandStore;
  /** Handlers beside `ping` and the journal's `resync`. */
  readonly registry: CommandRegistry;
  readonly lanes: readonly DownLane[];
  /** Head Office knows another journal than this one, and epochs up to `known`; false: one began lately. */
  readonly beginEpoch: (known: number) => Promise<boolean>;
  /** What Head Office retains for this store: catalogue and config. */
  readonly catalogue: CatalogueLine;
  /** Calls back with the backlog's limit when Head Office changes it; returns what takes the listener off again. */
  readonly onRate: (listener: (ratePerS: number | null) => void) => () => void;
  readonly heartbeat: HeartbeatDeps;
  readonly settings: PumpSettings;
  /** Calls back when this process journalled something; returns what takes the listener off again. */
  readonly onCommitted: (listener: () => void) => () => void;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly crashPoint: CrashPoint;
}

/** Commits of another process are noticed within this. */
const POLL_MS = 50;
const HEARTBEAT_MS = 60_000;
const HOUSEKEEPING_MS = 500;
/** How late a scheduled catalogue may be. */
const CATALOGUE_MS = 200;
/** An error event without an acknowledgement is told again. */
const ERROR_AGAIN_MS = 30_000;
const ERRORS_AT_ONCE = 20;
const RESTART_MS = 1000;

/** The kiosk's line to Head Office: sends the journal, releases what is acknowledged, answers commands. */
export const createSyncWorker = (deps: SyncWorkerDeps): Service => ({
  name: 'sync',
  run: async (signal) => {
    while (!signal.aborted) {
      try {
        await runSession(deps, signal);
      } catch (error) {
        if (error instanceof InvariantError) throw error;
        // A database that is away for a moment must not stop the till in the same process.
        deps.log.error({ err: error }, 'sync failed; starting it anew');
        await pause(RESTART_MS, signal);
      }
    }
  },
});

/** Everything one run of the worker holds. */
interface Session {
  readonly deps: SyncWorkerDeps;
  readonly link: MqttLink;
  readonly sender: Sender;
  /** `savedMs` is a duration's end: a wall clock that is set back must not silence the line's word. */
  readonly state: { current: SyncState; dirty: boolean; savedMs: number };
  readonly traffic: { published: number; failed: number };
  readonly errorsSentMs: Map<string, number>;
  /** Whether Head Office should hear of the journal's heads before the next heartbeat is due. */
  areHeadsDue: boolean;
  readonly fail: (error: unknown) => void;
  /** Ends this run for another: the installation has another name at the broker now. */
  readonly renew: () => void;
}

async function runSession(deps: SyncWorkerDeps, signal: AbortSignal): Promise<void> {
  const { store, clock, log } = deps;
  const failure = new AbortController();
  const fail = (error: unknown): void => failure.abort(error);
  const renewal = new AbortController();
  const stopping = AbortSignal.any([signal, failure.signal, renewal.signal]);
  const state = {
    current: await deps.syncState.read(),
    dirty: false,
    savedMs: Number.NEGATIVE_INFINITY,
  };
  const traffic = { published: 0, failed: 0 };
  const installId = await deps.syncState.installId();
  let queue: Promise<void> = Promise.resolve();

  const publish: MqttLink['publish'] = async (topic, payload, options) => {
    const outcome = await link.publish(topic, payload, options);
    traffic.published++;
    if (outcome !== 'accepted') traffic.failed++;
    return outcome;
  };
  const sender = createSender({
    journal: deps.journal,
    publish: ({ topic, payload }) => publish(topicOf(topic, store), payload),
    settings: deps.settings,
    clock,
    crashPoint: deps.crashPoint,
    onHeldBack: ({ hash }, reason) => {
      log.error({ hash, reason }, 'an event is held back');
      deps.errors
        .report({
          code: 'event-held-back',
          message: 'an event is refused, or ends connections; it is held back and the others go on',
          facts: { hash, reason },
        })
        .catch(fail);
    },
    onError: fail,
  });
  const link = createMqttLink({
    broker: deps.broker,
    clientId: `${store}-${installId}`,
    subscriptions: [
      topicOf('ack', store),
      topicOf('command', store),
      ...deps.lanes.map(({ filter }) => filter),
      ...deps.catalogue.filters,
    ],
    will: () => {
      state.current = { ...state.current, session: nextSession(state.current, clock) };
      return { topic: topicOf('state', store), payload: stateText(session, 'offline') };
    },
    onUp: () => void goUp(session).catch(fail),
    onDown: () => {
      sender.tell({ type: 'down' });
      deps.catalogue.down().catch(fail);
      setLink(session, 'down');
    },
    onMessage: (message) => {
      queue = queue.then(() => receive(session, message)).catch(fail);
    },
    log,
    ids: deps.ids,
  });
  const session: Session = {
    deps,
    link: { ...link, publish },
    sender,
    state,
    traffic,
    errorsSentMs: new Map(),
    areHeadsDue: false,
    fail,
    renew: () => renewal.abort(),
  };

  const stopListening = deps.onCommitted(() => void pollHead(session).catch(fail));
  const stopRate = deps.onRate((ratePerS) => sender.tell({ type: 'rate-changed', ratePerS }));
  link.start();
  const loops = [
    repeat(POLL_MS, stopping, () => pollHead(session), fail),
    repeat(HEARTBEAT_MS, stopping, () => sendHeartbeat(session), fail),
    repeat(HOUSEKEEPING_MS, stopping, () => keepHouse(session), fail),
    repeat(CATALOGUE_MS, stopping, () => deps.catalogue.tick(), fail),
  ];
  await untilAborted(stopping);
  stopListening();
  stopRate();
  await Promise.all(loops);
  await publish(topicOf('state', store), stateText(session, 'offline'), { retain: true });
  sender.stop();
  await link.stop();
  await queue;
  if (failure.signal.aborted) throw failure.signal.reason;
  await saveState(session);
}

/** Rises with every connection, through restores of the disk too. */
const nextSession = ({ session }: SyncState, clock: Clock): number =>
  Math.max(session + 1, Math.floor(clock.nowMs() / 1000));

const stateText = ({ deps, state }: Session, word: 'online' | 'offline'): string =>
  canonicalText({ store_code: deps.store, state: word, session: state.current.session });

function setLink({ state, deps }: Session, link: SyncState['link']): void {
  state.current = { ...state.current, link, atMs: deps.clock.nowMs() };
  state.dirty = true;
}

async function saveState({ deps, state }: Session): Promise<void> {
  state.dirty = false;
  await deps.syncState.save(state.current);
  state.savedMs = deps.clock.monotonicMs();
}

/** Birth first, then everything else; the pump only starts once acknowledgements are subscribed to. */
async function goUp(session: Session): Promise<void> {
  const { deps, link, sender } = session;
  session.errorsSentMs.clear();
  setLink(session, 'up');
  await saveState(session);
  await link.publish(topicOf('state', deps.store), stateText(session, 'online'), { retain: true });
  await sendHeartbeat(session);
  await deps.catalogue.up({
    publish: link.publish,
    subscribeAgain: link.subscribeAgain,
    session: session.state.current.session,
  });
  sender.tell({ type: 'up', head: await deps.journal.lastRow() });
  await keepHouse(session);
}

async function pollHead({ deps, sender }: Session): Promise<void> {
  const head = await deps.journal.lastRow();
  sender.tell({ type: 'committed', head });
}

async function sendHeartbeat({ deps, link, state, traffic }: Session): Promise<void> {
  if (!link.isUp()) return;
  const { published, failed } = traffic;
  const publishErrorPpm = published === 0 ? 0 : Math.round((failed * 1_000_000) / published);
  traffic.published = 0;
  traffic.failed = 0;
  const { session } = state.current;
  const text = await heartbeatText(deps.heartbeat, { session, publishErrorPpm });
  await link.publish(topicOf('health', deps.store), text);
}

/** Tells errors until they are acknowledged, and the screens how the line is. */
async function keepHouse(session: Session): Promise<void> {
  const { deps, link, state, errorsSentMs } = session;
  if (state.dirty || deps.clock.monotonicMs() - state.savedMs > LINK_WORD_EVERY_MS) {
    setLink(session, link.isUp() ? 'up' : 'down');
    await saveState(session);
  }
  if (!link.isUp()) return;
  if (session.areHeadsDue) {
    session.areHeadsDue = false;
    await sendHeartbeat(session);
  }
  for (const { id, payload } of await deps.errors.unacknowledged(ERRORS_AT_ONCE)) {
    const nowMs = deps.clock.monotonicMs();
    const sentMs = errorsSentMs.get(id);
    if (sentMs !== undefined && nowMs - sentMs < ERROR_AGAIN_MS) continue;
    errorsSentMs.set(id, nowMs);
    await link.publish(topicOf('errors', deps.store), payload);
  }
}

async function receive(session: Session, message: IncomingMessage): Promise<void> {
  const { deps } = session;
  const { topic, payload } = message;
  if (topic === topicOf('ack', deps.store)) await takeAcknowledgement(session, message);
  else if (topic === topicOf('command', deps.store)) await takeCommand(session, message);
  else if (deps.catalogue.matches(topic)) await deps.catalogue.receive(topic, payload);
  else {
    const lane = deps.lanes.find(({ matches }) => matches(topic));
    const changed = (await lane?.receive({ topic, payload })) ?? false;
    if (changed) session.areHeadsDue = true;
  }
  message.done();
}

async function takeAcknowledgement(session: Session, message: IncomingMessage): Promise<void> {
  const { deps, state, sender } = session;
  const highest = state.current.numbers['ack'] ?? 0;
  const ack = believe(acknowledgementSchema, message, { trusted: deps.trusted, highest });
  if (!ack.ok) return disbelieve(session, message.topic, ack.error);
  const done = await acknowledge(ack.value, state.current, {
    journal: deps.journal,
    errors: deps.errors,
    beginEpoch: async (known) => {
      // A machine beside this one goes by the old name and would cut every connection of it. The new run tells its
      // heads at once: nothing is sold until Head Office, answering, has confirmed the clock.
      if (await deps.beginEpoch(known)) session.renew();
    },
    crashPoint: deps.crashPoint,
    saveState: (next) => deps.syncState.save(next),
  });
  if (done === null) return;
  const { link, atMs, session: connection } = state.current;
  const numbers = { ...state.current.numbers, ack: Math.max(highest, ack.value.number) };
  state.current = { ...done.state, link, atMs, session: connection, numbers };
  state.dirty = true;
  for (const event of done.events) sender.tell(event);
  for (const id of ack.value.acked_ids) sender.rejectPayload(id);
}

async function takeCommand(session: Session, message: IncomingMessage): Promise<void> {
  const { deps, link } = session;
  const command = believe(commandSchema, message, { trusted: deps.trusted, highest: 0 });
  if (!command.ok) return disbelieve(session, message.topic, command.error);
  const result = await runCommandOnce(command.value, {
    store: deps.store,
    commands: deps.commands,
    registry: {
      ping: async () => ({ outcome: 'done', detail: deps.heartbeat.version }),
      resync: async (asked) => {
        if (asked.catalogue === true) await deps.catalogue.resync();
        return resyncJournal(session, asked.journal);
      },
      ...deps.registry,
    },
    reportError: (report) => deps.errors.report(report),
    clock: deps.clock,
    log: deps.log,
  });
  await link.publish(topicOf('results', deps.store), canonicalText(result));
}

/** Sends journal places again that Head Office turned out not to hold. */
async function resyncJournal(
  { deps, sender }: Session,
  ranges: readonly { readonly journal_epoch: number; readonly from: number; readonly to: number }[],
): Promise<{ readonly outcome: 'done'; readonly detail: string }> {
  let touched = 0;
  for (const { journal_epoch: epoch, from, to } of ranges) {
    const lowest = await deps.journal.requeue({ epoch, from, to });
    if (lowest === null) continue;
    touched++;
    sender.tell({ type: 'requeued', after: lowest - 1 });
  }
  return { outcome: 'done', detail: `${touched} of ${ranges.length} ranges are sent again` };
}

async function disbelieve(session: Session, topic: string, why: Disbelief): Promise<void> {
  const { type, ...facts } = why;
  session.deps.log.warn({ topic, reason: type, ...facts }, 'message not believed');
  await session.deps.errors.report({
    code: 'message-not-believed',
    message: 'a message that claims to be from Head Office was refused',
    facts: { topic, reason: type, ...facts },
  });
}
