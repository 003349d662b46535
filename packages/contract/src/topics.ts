import { isStoreCode, type StoreCode } from '@tillwire/domain';
import type { z } from 'zod';
import { acknowledgementSchema } from './acknowledgement.ts';
import { catalogueDeltaSchema } from './catalogue-delta.ts';
import { fullCatalogueSchema } from './catalogue-full.ts';
import { catalogueReportSchema } from './catalogue-report.ts';
import { commandResultSchema, commandSchema } from './command.ts';
import { configMessageSchema } from './config.ts';
import { daySummarySchema } from './day-summary.ts';
import { journalReturnSchema } from './journal-return.ts';
import { orderEventSchema } from './order-event.ts';
import { errorEventSchema, heartbeatSchema, storeStateSchema } from './telemetry.ts';

/** One row of the wire. */
export interface Topic {
  /** `{store}` stands for a store code, `{version}` for a catalogue's. */
  readonly address: string;
  readonly direction: 'up' | 'down';
  readonly retain: boolean;
  readonly schema: z.ZodType;
  readonly message: string;
  readonly summary: string;
}

/** Everything that crosses the wire, all of it at QoS 1. */
export const TOPICS = {
  orders: {
    address: 'stores/{store}/orders',
    direction: 'up',
    retain: false,
    schema: orderEventSchema,
    message: 'order-event',
    summary: 'an order at one revision, or `{ "batch": [ … ] }` of them, possibly gzip',
  },
  exports: {
    address: 'stores/{store}/daily/exports',
    direction: 'up',
    retain: false,
    schema: daySummarySchema,
    message: 'day-summary',
    summary: 'a closed trading day with the figures of its four files',
  },
  health: {
    address: 'stores/{store}/telemetry/health',
    direction: 'up',
    retain: false,
    schema: heartbeatSchema,
    message: 'heartbeat',
    summary: 'health of a store, every 60 s, with its journal heads',
  },
  errors: {
    address: 'stores/{store}/telemetry/errors',
    direction: 'up',
    retain: false,
    schema: errorEventSchema,
    message: 'error-event',
    summary: 'something an operator should know, repeated until acknowledged',
  },
  state: {
    address: 'stores/{store}/telemetry/state',
    direction: 'up',
    retain: true,
    schema: storeStateSchema,
    message: 'store-state',
    summary: 'birth and last will of a store',
  },
  catalogueReport: {
    address: 'stores/{store}/telemetry/catalogue',
    direction: 'up',
    retain: false,
    schema: catalogueReportSchema,
    message: 'catalogue-report',
    summary: 'where a store is with its catalogue, at each change of it',
  },
  results: {
    address: 'stores/{store}/cmd/results',
    direction: 'up',
    retain: false,
    schema: commandResultSchema,
    message: 'command-result',
    summary: 'what became of a command',
  },
  ack: {
    address: 'ho/ack/{store}',
    direction: 'down',
    retain: false,
    schema: acknowledgementSchema,
    message: 'acknowledgement',
    summary: "Head Office's state of a store's journal; only this releases an event",
  },
  fullCatalogue: {
    address: 'ho/catalog/full/v{version}',
    direction: 'down',
    retain: true,
    schema: fullCatalogueSchema,
    message: 'full-catalogue',
    summary: 'a whole catalogue, the base that deltas name; cleared when none does',
  },
  delta: {
    address: 'ho/catalog/delta/{store}',
    direction: 'down',
    retain: true,
    schema: catalogueDeltaSchema,
    message: 'catalogue-delta',
    summary: 'what a store runs, now and next: a base and what differs there',
  },
  config: {
    address: 'ho/config/{store}',
    direction: 'down',
    retain: true,
    schema: configMessageSchema,
    message: 'store-config',
    summary: 'flags, pricing toggles, limits and day settings of a store',
  },
  command: {
    address: 'ho/cmd/{store}',
    direction: 'down',
    retain: false,
    schema: commandSchema,
    message: 'command',
    summary: 'a signed command for one store',
  },
  journal: {
    address: 'ho/journal/{store}',
    direction: 'down',
    retain: false,
    schema: journalReturnSchema,
    message: 'journal-return',
    summary: "a restored store's own events back",
  },
} as const satisfies Record<string, Topic>;

export type TopicName = keyof typeof TOPICS;
/** Topics each store has one of. */
export type StoreTopicName = Exclude<TopicName, 'fullCatalogue'>;

const STORE_TOPICS = (Object.keys(TOPICS) as TopicName[]).filter(
  (name): name is StoreTopicName => name !== 'fullCatalogue',
);

/** The topic `name` of a store: `stores/S03/orders`. */
export const topicOf = (name: StoreTopicName, store: StoreCode): string =>
  TOPICS[name].address.replace('{store}', store);

/** The subscription to `name` of all stores: `stores/+/orders`. */
export const filterOf = (name: StoreTopicName): string =>
  TOPICS[name].address.replace('{store}', '+');

const MATCHERS = STORE_TOPICS.map(
  (name) => [name, new RegExp(`^${TOPICS[name].address.replace('{store}', '([^/]+)')}$`)] as const,
);

/** What a store's topic is and whose, or null for one that is not ours (or a full catalogue's). */
export function parseTopic(
  topic: string,
): { readonly name: StoreTopicName; readonly store: StoreCode } | null {
  for (const [name, matcher] of MATCHERS) {
    const store = matcher.exec(topic)?.[1];
    if (store !== undefined && isStoreCode(store)) return { name, store };
  }
  return null;
}
