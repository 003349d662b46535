import {
  CATALOGUE_DELTAS,
  catalogueReportSchema,
  CONFIGS,
  filterOf,
  FULL_CATALOGUES,
  parseTopic,
  publicPemOf,
  readCatalogueDelta,
  readConfig,
  sha256,
  topicOf,
  trustedKeyFromPem,
  type SigningKey,
  versionOfFullTopic,
} from '@tillwire/contract';
import {
  type BrokerAddress,
  type Clock,
  createMqttLink,
  type CrashPoint,
  type Ids,
  type IncomingMessage,
  type Log,
  type MqttLink,
  repeat,
  type Service,
  untilAborted,
} from '@tillwire/runtime';
import { amissOf, planRetained, type SeenMessage } from '@tillwire/sync';
import { keepReport, newestDeltas, readChangeMark, readReports } from '../store/catalogue-store.ts';
import type { Database } from '../store/database.ts';
import type { PublishingDesk } from './publishing.ts';
import type { StateDir } from '../state-dir.ts';
import { reissueAfterRestore, reissueOutrun } from './reissuing.ts';
import { createWantedSet, type WantedSet } from './wanted.ts';

export interface PublisherDeps {
  readonly db: Database;
  readonly broker: BrokerAddress;
  readonly clientId: string;
  readonly keys: () => readonly SigningKey[];
  /** What was ever published, outside of the database. */
  readonly published: Pick<StateDir, 'readPublished' | 'writePublished'>;
  /** Of this Head Office; after a restore a higher one. */
  readonly incarnation: () => Promise<number>;
  readonly desk: Pick<PublishingDesk, 'step'>;
  /** Called when a store's word about its catalogue came. */
  readonly onReport?: (store: string) => void;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly crashPoint: CrashPoint;
}

/** A fresh subscription has given all it retains once nothing came for this long. */
const QUIET_MS = 300;
/** The retained set is read anew this often. */
const AUDIT_MS = 60_000;
/** Changes of another process are noticed within this. */
const POLL_MS = 50;
/** Roll-outs are looked at this often even when no store says anything. */
const STEP_MS = 1000;

/**
 * Keeps the broker's retained set what it is to be: a loop that compares and mends, at each
 * connect, each minute and at each change. Whatever died between two steps, or wiped the broker, is mended by the
 * next turn.
 */
export const createPublisher = (deps: PublisherDeps): Service => ({
  name: 'catalogue',
  run: (signal) => runPublisher(deps, signal),
});

interface Publisher {
  readonly deps: PublisherDeps;
  readonly link: MqttLink;
  readonly wanted: WantedSet;
  /** The retained set as this connection has seen it, by topic. */
  readonly seen: Map<string, SeenMessage>;
  /** Hashes of what this connection published last, by topic: their echoes are no news. */
  readonly published: Map<string, string>;
  readonly timing: {
    quietSinceMs: number;
    auditedMs: number;
    /** What was retained is known. */
    settled: boolean;
    /** Head Office's incarnation is the one its deltas were issued under. */
    issued: boolean;
    mark: number;
    steppedMs: number;
  };
}

async function runPublisher(deps: PublisherDeps, signal: AbortSignal): Promise<void> {
  const { log } = deps;
  let reports: Promise<void> = Promise.resolve();
  const timing = {
    quietSinceMs: 0,
    auditedMs: 0,
    settled: false,
    issued: false,
    mark: -1,
    steppedMs: Number.NEGATIVE_INFINITY,
  };
  const seen = new Map<string, SeenMessage>();
  const link = createMqttLink({
    broker: deps.broker,
    clientId: deps.clientId,
    subscriptions: [CATALOGUE_DELTAS, FULL_CATALOGUES, CONFIGS, filterOf('catalogueReport')],
    onUp: () => beginAudit(publisher),
    onDown: () => {
      timing.settled = false;
    },
    onMessage: (message) => {
      if (parseTopic(message.topic)?.name === 'catalogueReport') {
        reports = reports
          .then(() => takeReport(publisher, message))
          .catch((error: unknown) => log.error({ err: error }, 'catalogue report not kept'))
          // Told again within a minute; held back, a few of them would stop all that comes.
          .finally(message.done);
      } else {
        look(publisher, message);
        message.done();
      }
    },
    log,
    ids: deps.ids,
  });
  const publisher: Publisher = {
    deps,
    link,
    seen,
    published: new Map(),
    timing,
    wanted: createWantedSet(deps),
  };
  link.start();
  await repeat(
    POLL_MS,
    signal,
    () => turn(publisher),
    (error) => {
      timing.settled = false;
      timing.issued = false;
      timing.mark = -1;
      log.error({ err: error }, 'the retained set could not be mended; trying again');
    },
  );
  await untilAborted(signal);
  await link.stop();
  await reports;
}

/** Forgets what was seen; what is retained comes again by itself after a (new) subscription. */
function beginAudit({ seen, timing, deps }: Publisher): void {
  seen.clear();
  timing.settled = false;
  timing.issued = false;
  timing.quietSinceMs = deps.clock.monotonicMs();
  timing.auditedMs = timing.quietSinceMs;
  timing.mark = -1;
}

/** Notes a retained message, or the echo of one just published. */
function look(
  { deps, seen, published, timing }: Publisher,
  { topic, payload }: IncomingMessage,
): void {
  timing.quietSinceMs = deps.clock.monotonicMs();
  const hash = sha256(payload);
  // Somebody else's doing is undone at once.
  if (published.get(topic) !== hash) timing.mark = -1;
  if (payload.length === 0) seen.delete(topic);
  else seen.set(topic, { hash, ...believed(deps, topic, payload) });
}

/** What an own message says; a stranger's says nothing. */
function believed(deps: PublisherDeps, topic: string, payload: Buffer): Omit<SeenMessage, 'hash'> {
  const nothing = { version: null, checksum: null, bases: [] };
  const full = versionOfFullTopic(topic);
  if (full !== null) return { ...nothing, version: full };
  const parsed = parseTopic(topic);
  if (parsed === null) return nothing;
  const trusted = deps.keys().map((key) => trustedKeyFromPem(publicPemOf(key)));
  if (parsed.name === 'config') {
    const config = readConfig(parsed.store, payload, trusted);
    if (!config.ok) return nothing;
    const { config_version: version, checksum } = config.value;
    return { version, checksum, bases: [] };
  }
  const delta = readCatalogueDelta(parsed.store, payload, trusted);
  if (!delta.ok) return nothing;
  const { catalog_version: version, checksum, now, next } = delta.value;
  const bases = [now.base_version, ...(next === undefined ? [] : [next.base_version])];
  return { version, checksum, bases };
}

async function takeReport({ deps, timing }: Publisher, message: IncomingMessage): Promise<void> {
  const { log, db, clock } = deps;
  const store = parseTopic(message.topic)?.store;
  const parsed = catalogueReportSchema.safeParse(readJson(message.payload));
  if (parsed.success && parsed.data.store_code === store) {
    if (await keepReport(db, parsed.data, clock.nowMs())) {
      timing.steppedMs = Number.NEGATIVE_INFINITY;
      deps.onReport?.(store);
    }
  } else log.warn({ store }, 'a catalogue report that cannot be read was left');
}

function readJson(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString('utf8'));
  } catch {
    return null;
  }
}

/**
 * One turn of the loop: roll-outs move, and where something changed the retained set is mended. Each step is noted as
 * done before it is waited for: what comes in meanwhile unsays it, and the next turn does it anew.
 */
async function turn(publisher: Publisher): Promise<void> {
  const { deps, link, timing } = publisher;
  const nowMs = deps.clock.monotonicMs();
  if (nowMs - timing.steppedMs >= STEP_MS) {
    timing.steppedMs = nowMs;
    await deps.desk.step().catch((error: unknown) => {
      // One release that cannot be read keeps nothing from being mended.
      deps.log.error({ err: error }, 'roll-outs could not be moved; trying again');
    });
  }
  if (!timing.issued) {
    timing.issued = true;
    // Line or not: nothing may be published before under a version that a store may know already.
    await reissueAfterRestore(deps, {
      incarnation: await deps.incarnation(),
      published: deps.published.readPublished(),
    });
  }
  if (!link.isUp()) return;
  if (!timing.settled) {
    if (nowMs - timing.quietSinceMs < QUIET_MS) return;
    timing.settled = true;
    await lookAtStores(publisher);
  } else if (nowMs - timing.auditedMs >= AUDIT_MS) {
    beginAudit(publisher);
    link.subscribeAgain();
    return;
  }
  const mark = await readChangeMark(deps.db);
  if (mark === timing.mark) return;
  timing.mark = mark;
  if (!(await mend(publisher))) timing.mark = -1;
}

/** Before anybody can know of them. */
function rememberVersions(
  { published }: PublisherDeps,
  messages: readonly { readonly topic: string; readonly version: number }[],
): void {
  const before = published.readPublished();
  const after = { ...before };
  for (const { topic, version } of messages) {
    const kind = parseTopic(topic)?.name === 'config' ? 'config' : 'catalogue';
    after[kind] = Math.max(after[kind], version);
  }
  const isHigher = after.catalogue > before.catalogue || after.config > before.config;
  if (isHigher) published.writePublished(after);
}

/** What stores say counts as what is retained does: who heard nothing is told again, and nobody knows a version above. */
async function lookAtStores({ deps, seen }: Publisher): Promise<void> {
  const [told, reports] = [await newestDeltas(deps.db), await readReports(deps.db)];
  const outrun: { topic: string; version: number }[] = [];
  for (const [store, { report, receivedAtMs }] of reports) {
    const delta = told.get(store);
    if (delta === undefined) continue;
    const { version, issuedAtMs: toldAtMs } = delta;
    const amiss = amissOf({ version, toldAtMs, report, heardAtMs: receivedAtMs });
    const topic = topicOf('delta', store);
    // As if it were not retained: it is published once more, which reaches whoever is there.
    if (amiss?.type === 'behind') seen.delete(topic);
    else if (amiss?.type === 'ahead') outrun.push({ topic, version: amiss.version });
  }
  if (outrun.length > 0) await reissueOutrun(deps, outrun);
}

/** Makes the retained set the wanted one; false when the broker did not take all of it. */
async function mend({ deps, link, wanted, seen, published, timing }: Publisher): Promise<boolean> {
  const { log, crashPoint } = deps;
  const set = await wanted.read();
  if (set === null) return true;
  // A new connection knows nothing yet of what is retained.
  if (!timing.settled) return false;
  const plan = planRetained(set, seen, sha256);
  if (plan.outrun.length > 0) {
    await reissueOutrun(deps, plan.outrun);
    return false;
  }
  const messages = plan.publish.flatMap((topic) => {
    const message = set.get(topic);
    return message === undefined ? [] : [{ topic, ...message }];
  });
  rememberVersions(deps, messages);
  const publish = async ({
    topic,
    payload,
    version,
  }: (typeof messages)[number]): Promise<boolean> => {
    published.set(topic, sha256(payload));
    crashPoint('catalogue.before-publish');
    const outcome = await link.publish(topic, payload, { retain: true });
    if (outcome === 'accepted') log.info({ topic, catalogVersion: version }, 'published');
    else log.error({ topic, outcome }, 'the broker did not take a retained message');
    return outcome === 'accepted';
  };
  // Fulls first: the broker has what a delta names. All else is on its way at once, however many the stores are.
  const inOrder = Map.groupBy(messages, ({ topic }) => versionOfFullTopic(topic) !== null);
  for (const group of inOrder.values()) {
    if ((await Promise.all(group.map(publish))).includes(false)) return false;
  }
  for (const topic of plan.clear) {
    published.set(topic, sha256(''));
    crashPoint('catalogue.before-clear');
    if ((await link.publish(topic, '', { retain: true })) !== 'accepted') return false;
    log.info({ topic }, 'cleared');
  }
  return true;
}
