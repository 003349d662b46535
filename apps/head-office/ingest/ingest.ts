import {
  commandResultSchema,
  decodeEvents,
  errorEventSchema,
  filterOf,
  heartbeatSchema,
  parseTopic,
  sha256,
  storeStateSchema,
  type CommandResult,
  type Heartbeat,
  type StoreState,
} from '@tillwire/contract';
import type { StoreCode } from '@tillwire/domain';
import {
  type BrokerAddress,
  type Clock,
  createMqttLink,
  createMetrics,
  type CrashPoint,
  type Ids,
  type Log,
  type Metrics,
  pause,
  repeat,
  type Service,
  untilAborted,
} from '@tillwire/runtime';
import { backoffMs } from '@tillwire/sync';
import type { z } from 'zod';
import type { Signer } from '../state-dir.ts';
import type { Database } from '../store/database.ts';
import { park } from '../store/quarantine-store.ts';
import { storeErrorEvent, storeHeartbeat, storeState } from '../store/telemetry-store.ts';
import { advanceWatermarks, readEpochMarks } from '../store/watermark-store.ts';
import { createAcknowledger, NAMES_NOTHING } from './acknowledger.ts';
import { createBatcher } from './batcher.ts';
import { isDataError } from './committer.ts';
import { commitMessages, createMeeting, type LaneMessage, laneMessageOf } from './lane.ts';
import { createIngestMetrics } from './ingest-metrics.ts';
import { createReach } from './reach.ts';
import { createRefill } from './refill.ts';
import { isOurs, type Shard } from './shard.ts';
import { createTurns } from './turns.ts';
import { createWatermarkKeeper } from './watermark-keeper.ts';

/** What other parts of Head Office do with a store's word, after ingest did its own; a throw has it sent again. */
export interface UpHandlers {
  readonly health?: (store: StoreCode, heartbeat: Heartbeat) => Promise<void>;
  readonly state?: (store: StoreCode, state: StoreState) => Promise<void>;
  readonly results?: (store: StoreCode, result: CommandResult) => Promise<void>;
}

export interface IngestDeps {
  readonly db: Database;
  readonly broker: BrokerAddress;
  readonly clientId: string;
  readonly sign: Signer;
  /** Settles Head Office's incarnation; asked at the start and ever again. */
  readonly settleIncarnation: () => Promise<number>;
  /** The part of the stores that is this worker's on a broker without shared subscriptions; null: all. */
  readonly shard: Shard | null;
  readonly handlers?: UpHandlers;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly crashPoint: CrashPoint;
  readonly metrics?: Metrics;
}

const BATCH_EVENTS = 100;
const BATCH_WAIT_MS = 50;
/** Batches stored at once: more connections than this gain nothing on PostgreSQL. */
const LANES = 4;
/** Heartbeats and the like looked at once: when a thousand shops come back, sales do not queue for the database behind them. */
const TELEMETRY_AT_ONCE = 4;
/** Events held in memory at most before the line is put down until they are stored. */
const HIGH_WATER_EVENTS = 20_000;
const LOW_WATER_EVENTS = 2000;
const BACKOFF = { firstBackoffMs: 100, maxBackoffMs: 5000 };
/** Until a failover is noticed, nothing of what it lost is sent again. */
const INCARNATION_CHECK_MS = 10_000;

/** The `ingest` role: takes in what the stores send, stores it, and only then acknowledges it. */
export const createIngest = (deps: IngestDeps): Service => ({
  name: 'ingest',
  run: (signal) => runIngest(deps, signal),
});

/** Every worker hears states for itself: a share gives nothing that is retained. */
export function subscriptionsOf(shared: boolean, withResults: boolean): readonly string[] {
  const names = ['orders', 'exports', 'health', 'errors', ...(withResults ? ['results'] : [])];
  const filters = (names as Parameters<typeof filterOf>[0][]).map(filterOf);
  return [
    ...(shared ? filters.map((filter) => `$share/ingest/${filter}`) : filters),
    filterOf('state'),
  ];
}

async function runIngest(deps: IngestDeps, signal: AbortSignal): Promise<void> {
  const { db, log, clock, handlers = {} } = deps;
  let incarnation = await deps.settleIncarnation();
  const shared = deps.broker.protocolVersion !== 4 && deps.shard === null;
  const stopping = new AbortController();
  let held = 0;
  let isDeaf = false;

  const publish = (topic: string, payload: string) => link.publish(topic, payload);
  const acknowledge = createAcknowledger({
    ...deps,
    publish,
    incarnation: () => incarnation,
  });
  const keeper = createWatermarkKeeper({ db, acknowledge, clock, log });
  const meet = createMeeting({ db, log });
  const reach = createReach();
  const refill = createRefill({ ...deps, publish, incarnation: () => incarnation });
  const lane = {
    ...deps,
    acknowledge,
    touched: keeper.touched,
    meet,
    reach,
    clock,
    measured: createIngestMetrics(deps.metrics ?? createMetrics()),
  };

  const batcher = createBatcher<LaneMessage>({
    commit: (batch) => commitMessages(lane, batch),
    backOff: async (error, attempt) => {
      log.error({ err: error, attempt }, 'a batch could not be stored; trying again');
      await pause(backoffMs(attempt, BACKOFF, deps.ids.chance()), stopping.signal);
      return !stopping.signal.aborted;
    },
    onSettled: (batch) => {
      held -= sizeOf(batch);
      if (isDeaf && held <= LOW_WATER_EVENTS && !signal.aborted) {
        isDeaf = false;
        link.start();
      }
    },
    maxEvents: BATCH_EVENTS,
    maxWaitMs: BATCH_WAIT_MS,
    lanes: LANES,
    setTimer: (ms, fire) => {
      const timer = setTimeout(fire, ms);
      return () => clearTimeout(timer);
    },
  });

  /** Stores send again whatever was not acknowledged, so not listening for a while loses nothing. */
  const hold = (message: LaneMessage): void => {
    held += sizeOf([message]);
    batcher.add(message);
    if (isDeaf || held < HIGH_WATER_EVENTS) return;
    isDeaf = true;
    log.warn({ held }, 'more comes than can be stored; the line is put down meanwhile');
    void link.stop();
  };

  const tellState = async (store: StoreCode, ids: readonly string[] = []): Promise<void> => {
    const marks = (await readEpochMarks(db, [store])).get(store) ?? [];
    const outcome = await acknowledge(store, marks, { ...NAMES_NOTHING, ids });
    if (outcome === 'lost') untold.add(store);
  };

  /** What is retained comes before the line is up for answers: those stores are told as soon as it is. */
  const untold = new Set<StoreCode>();
  const tellUntold = (): void => {
    const stores = [...untold];
    untold.clear();
    for (const store of stores) {
      tellState(store).catch((error: unknown) =>
        log.warn({ store, err: error }, 'a store could not be told how it stands'),
      );
    }
  };

  const inTurn = createTurns(TELEMETRY_AT_ONCE);
  const onTelemetry = createTelemetry({
    db,
    clock,
    onHeartbeat: async (store, heartbeat, at) => {
      await meet([store], at);
      await storeHeartbeat(db, heartbeat, at);
      const { session } = heartbeat;
      await storeState(db, { store_code: store, state: 'online', session }, at);
      const epochs = heartbeat.journal.map(({ journal_epoch }) => journal_epoch);
      await advanceWatermarks(db, store, epochs, { again: true, at });
      await tellState(store);
      await refill.onHeartbeat(store, heartbeat);
      await handlers.health?.(store, heartbeat);
    },
    onState: async (store, state, at) => {
      await meet([store], at);
      await storeState(db, state, at);
      // A will that came late stands where the birth should: whoever listens is told either way.
      await tellState(store);
      await handlers.state?.(store, state);
    },
    onError: async (store, event, at) => {
      await meet([store], at);
      await storeErrorEvent(db, event, at);
      await tellState(store, [event.error_id]);
    },
    onResult: async (store, result) => {
      await handlers.results?.(store, result);
      await tellState(store, [result.command_id]);
    },
    onUnfit: (store, hash) => tellState(store, [`sha256:${hash}`]),
  });

  const link = createMqttLink({
    ...deps,
    subscriptions: subscriptionsOf(shared, handlers.results !== undefined),
    onUp: tellUntold,
    onDown: () => undefined,
    onMessage: (message) => {
      const parsed = parseTopic(message.topic);
      if (parsed === null || !isOurs(parsed.store, deps.shard)) return message.done();
      const { store, name } = parsed;
      if (name === 'orders' || name === 'exports') {
        return hold(laneMessageOf(store, name, message, reach));
      }
      inTurn(() => onTelemetry(store, name, message.topic, message.payload)).then(
        message.done,
        (error: unknown) =>
          log.error({ store, topic: message.topic, err: error }, 'a message could not be stored'),
      );
    },
  });

  const checkIncarnation = async (): Promise<void> => {
    const now = await deps.settleIncarnation();
    if (now === incarnation) return;
    log.error({ was: incarnation, now }, 'the database was restored under us');
    incarnation = now;
    meet.forget();
  };
  const keeping = keeper.run(stopping.signal);
  const checking = repeat(INCARNATION_CHECK_MS, stopping.signal, checkIncarnation, (error) =>
    log.warn({ err: error }, 'the incarnation could not be checked'),
  );
  link.start();
  await untilAborted(signal);
  // What is on its way into the database is stored and acknowledged; what can't be now, the stores send again.
  const patience = pause(DRAIN_MS);
  await Promise.race([batcher.drain(), patience]);
  stopping.abort();
  await batcher.drain();
  await Promise.all([keeping, checking]);
  await link.stop();
}

const DRAIN_MS = 3000;

const sizeOf = (batch: readonly LaneMessage[]): number =>
  batch.reduce((sum, { events }) => sum + Math.max(1, events.length), 0);

interface TelemetryDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly onHeartbeat: On<typeof heartbeatSchema>;
  readonly onState: On<typeof storeStateSchema>;
  readonly onError: On<typeof errorEventSchema>;
  readonly onResult: On<typeof commandResultSchema>;
  readonly onUnfit: (store: StoreCode, hash: string) => Promise<void>;
}

type On<Schema extends z.ZodType> = (
  store: StoreCode,
  message: z.infer<Schema>,
  at: Date,
) => Promise<void>;

/** Takes in everything but the journal's lane; what can't be read is parked there too. */
const createTelemetry =
  (deps: TelemetryDeps) =>
  async (store: StoreCode, name: string, topic: string, payload: Buffer): Promise<void> => {
    // A retained message that was cleared says nothing.
    if (payload.length === 0) return;
    const at = new Date(deps.clock.nowMs());
    const read = async <Schema extends z.ZodType<{ readonly store_code: string }>>(
      schema: Schema,
      take: On<Schema>,
    ): Promise<void> => {
      const decoded = decodeEvents(payload);
      const parsed = decoded.ok ? schema.safeParse(decoded.value[0]?.value) : null;
      const unfit = async (reason: string, detail: string): Promise<void> => {
        const hash = sha256(payload);
        await park(deps.db, [{ store, topic, reason, detail, payload, hash, place: null }], at);
        await deps.onUnfit(store, hash);
      };
      if (parsed?.success === true && parsed.data.store_code === store) {
        try {
          return await take(store, parsed.data, at);
        } catch (error) {
          if (!isDataError(error)) throw error;
          return unfit('refused-by-database', error.message);
        }
      }
      const fault = parsed?.error?.issues[0]?.message ?? 'not a message of this store';
      return unfit(decoded.ok ? 'bad-shape' : decoded.error.type, fault);
    };
    if (name === 'health') return read(heartbeatSchema, deps.onHeartbeat);
    if (name === 'state') return read(storeStateSchema, deps.onState);
    if (name === 'errors') return read(errorEventSchema, deps.onError);
    if (name === 'results') return read(commandResultSchema, deps.onResult);
  };
