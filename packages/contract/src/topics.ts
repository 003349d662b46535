import { isStoreCode, type StoreCode } from '@tillwire/domain';
import type { z } from 'zod';
import { acknowledgementSchema } from './acknowledgement.ts';
import { commandResultSchema, commandSchema } from './command.ts';
import { daySummarySchema } from './day-summary.ts';
import { journalReturnSchema } from './journal-return.ts';
import { orderEventSchema } from './order-event.ts';
import { errorEventSchema, heartbeatSchema, storeStateSchema } from './telemetry.ts';

/** One row of the wire (protocol.md §2). */
export interface Topic {
  /** `{store}` stands for a store code. */
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

/** The topic `name` of a store: `stores/S03/orders`. */
export const topicOf = (name: TopicName, store: StoreCode): string =>
  TOPICS[name].address.replace('{store}', store);

/** The subscription to `name` of all stores: `stores/+/orders`. */
export const filterOf = (name: TopicName): string => TOPICS[name].address.replace('{store}', '+');

const MATCHERS = (Object.keys(TOPICS) as TopicName[]).map(
  (name) => [name, new RegExp(`^${TOPICS[name].address.replace('{store}', '([^/]+)')}$`)] as const,
);

/** What a topic is and whose, or null for one that is not ours. */
export function parseTopic(
  topic: string,
): { readonly name: TopicName; readonly store: StoreCode } | null {
  for (const [name, matcher] of MATCHERS) {
    const store = matcher.exec(topic)?.[1];
    if (store !== undefined && isStoreCode(store)) return { name, store };
  }
  return null;
}
