import { CATALOGUE_DELTAS, parseTopic, topicOf } from '@tillwire/contract';
import type { StoreCode } from '@tillwire/domain';
import { amissOf, planRetained, type SeenMessage } from '../../src/index.ts';
import type { BrokerClient, RetainingBroker } from './catalogue-broker.ts';
import { seenOf } from './catalogue-documents.ts';
import type { CatalogueOffice } from './catalogue-office.ts';
import type { Network } from './network.ts';
import type { World } from './world.ts';

export interface CataloguePublisherOptions {
  readonly office: CatalogueOffice;
  readonly broker: RetainingBroker;
  readonly network: Network;
  /** Told of everything before it is published. */
  readonly published: (topic: string, payload: string) => void;
  readonly clearsNamed: boolean;
  readonly neverAudits: boolean;
  readonly neverTellsAgain: boolean;
}

interface Step {
  readonly topic: string;
  readonly payload: string;
  readonly version: number;
}

const NAME = 'publisher';
const TURN_MS = 1000;
const QUIET_MS = 5000;
const AUDIT_MS = 60_000;
const RECONNECT_MS = 2000;

/** Head Office's publisher: compares and mends by the real plan, and dies between any two of its steps. */
export type CataloguePublisher = ReturnType<typeof createCataloguePublisher>;

export function createCataloguePublisher(world: World, options: CataloguePublisherOptions) {
  const { office, broker, network } = options;
  const seen = new Map<string, SeenMessage>();
  let life = 0;
  let running = true;
  let settled = false;
  let quietSinceMs = 0;
  let auditedMs = 0;
  let mended = -1;
  let busy = false;

  const client: BrokerClient = {
    name: NAME,
    matches: (topic) => parseTopic(topic) !== null && CATALOGUE_DELTAS !== topic,
    take: (topic, payload) => {
      quietSinceMs = world.nowMs();
      if (payload === '') seen.delete(topic);
      else {
        if (seen.get(topic)?.hash !== payload) mended = -1;
        seen.set(topic, seenOf(topic, payload));
      }
    },
    lose: () => {
      settled = false;
      world.after(RECONNECT_MS, connect);
    },
  };

  const beginAudit = (): void => {
    if (!options.neverAudits) {
      seen.clear();
      mended = -1;
    }
    settled = false;
    quietSinceMs = world.nowMs();
    auditedMs = quietSinceMs;
  };

  const connect = (): void => {
    if (!running || broker.isConnected(NAME)) return;
    beginAudit();
    broker.connect(client);
  };

  const lookAtStores = (): void => {
    for (const [store, { report, atMs }] of office.reports()) {
      const held = office.told().get(store);
      if (held === undefined || options.neverTellsAgain) continue;
      const { version } = held.delta;
      const amiss = amissOf({ version, toldAtMs: held.atMs, report, heardAtMs: atMs });
      if (amiss?.type === 'behind') seen.delete(topicOf('delta', store as StoreCode));
      else if (amiss?.type === 'ahead') office.outrun(store, amiss.version);
    }
  };

  const send = ({ topic, payload, version }: Step): void => {
    office.remember(version);
    if (payload !== '') options.published(topic, payload);
    broker.publish(topic, payload);
  };

  const turn = (): void => {
    world.after(TURN_MS, turn);
    if (!running) return;
    office.step();
    if (!broker.isConnected(NAME) || busy) return;
    if (!settled) {
      if (world.nowMs() - quietSinceMs < QUIET_MS) return;
      lookAtStores();
      settled = true;
    } else if (world.nowMs() - auditedMs >= AUDIT_MS) {
      beginAudit();
      broker.subscribeAgain(NAME);
      return;
    }
    if (office.mark() !== mended) mend(office.mark());
  };

  const mend = (mark: number): void => {
    const wanted = office.wanted();
    const { publish, clear, outrun } = planRetained(wanted, seen, (payload) => payload);
    if (outrun.length > 0) {
      for (const { topic, version } of outrun) {
        const parsed = parseTopic(topic);
        if (parsed !== null) office.outrun(parsed.store, version);
      }
      return;
    }
    const newest = Math.max(...[...wanted.values()].map(({ version }) => version));
    const fulls = [...wanted.keys()].filter((topic) => topic.includes('/full/'));
    const gone = options.clearsNamed ? fulls.filter((topic) => !topic.endsWith(`v${newest}`)) : [];
    const steps: Step[] = [
      ...publish.flatMap((topic) => {
        const message = wanted.get(topic);
        return message === undefined ? [] : [{ topic, ...message }];
      }),
      ...[...clear, ...gone].map((topic) => ({ topic, payload: '', version: 0 })),
    ];
    const own = life;
    const next = (): void => {
      if (own !== life) return;
      const step = steps.shift();
      if (step === undefined || !broker.isConnected(NAME)) {
        busy = false;
        if (step === undefined) mended = mark;
        return;
      }
      if (!network.calm && world.chance(5)) {
        // The connection goes with the message, or right behind it.
        if (world.chance(50)) send(step);
        broker.cut(NAME);
        busy = false;
        return;
      }
      send(step);
      world.after(1 + world.roll(200), next);
    };
    busy = true;
    next();
  };

  connect();
  turn();
  return {
    /** Dies wherever it is, and is started again. */
    crash: () => {
      world.note(() => 'the publisher dies');
      life++;
      running = false;
      busy = false;
      broker.cut(NAME);
      world.after(1000 + world.roll(20_000), () => {
        running = true;
        connect();
      });
    },
  };
}
