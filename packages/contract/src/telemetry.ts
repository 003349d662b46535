import { z } from 'zod';
import {
  businessDateText,
  counter,
  instantText,
  plainText,
  sha256Text,
  storeCodeText,
  versionNumber,
} from './primitives.ts';

/** No disk that is ever restored lost more: beyond it the ranges are nonsense, and costly to believe. */
const MAX_HOLE_PLACES = 1_000_000;

const placesIn = (holes: readonly { readonly from: number; readonly to: number }[]): number =>
  holes.reduce(
    (sum, { from, to }) => (to < from ? Number.POSITIVE_INFINITY : sum + to - from + 1),
    0,
  );

/** What a store knows of one epoch of its own journal. */
const journalHeadSchema = z.object({
  journal_epoch: versionNumber,
  /** The last seq; 0 for an epoch that holds nothing yet. */
  journal_seq: counter,
  hash: sha256Text,
  /** Ranges of seqs it does not hold itself (it was restored), ends included. */
  holes: z
    .array(z.object({ from: versionNumber, to: versionNumber }))
    .max(1000)
    .refine(
      (holes) => placesIn(holes) <= MAX_HOLE_PLACES,
      'has too many places, or ends before it begins',
    ),
});
export type JournalHead = z.infer<typeof journalHeadSchema>;

/** A store's health, every 60 s. Ages and uptime in seconds, sizes in bytes. */
export const heartbeatSchema = z.object({
  store_code: storeCodeText,
  at: instantText,
  session: versionNumber,
  version: plainText(40),
  uptime_s: counter,
  catalog_version: counter,
  config_version: counter,
  journal: z.array(journalHeadSchema).max(1000),
  unsent: z.object({ count: counter, oldest_age_s: counter }),
  parked: counter,
  /** Publishes the broker refused, per million of the last minute. */
  publish_error_ppm: counter,
  disk_free_bytes: counter,
  memory_bytes: counter,
  last_z: businessDateText.nullable(),
  last_backup_at: instantText.nullable(),
});
export type Heartbeat = z.infer<typeof heartbeatSchema>;

/** Birth and last will; ordered by session number, not by arrival. Retained. */
export const storeStateSchema = z.object({
  store_code: storeCodeText,
  state: z.enum(['online', 'offline']),
  session: versionNumber,
});
export type StoreState = z.infer<typeof storeStateSchema>;

/** Something an operator should know; kept at the shop until Head Office acknowledges its id. */
export const errorEventSchema = z.object({
  error_id: plainText(64),
  store_code: storeCodeText,
  at: instantText,
  /** Stable, kebab-case: `clock-behind`. */
  code: plainText(64).min(1),
  message: plainText(500),
  /** How often it came since it was last told. */
  count: counter,
  facts: z.record(plainText(64), z.union([plainText(500), z.number(), z.boolean(), z.null()])),
});
export type ErrorEvent = z.infer<typeof errorEventSchema>;
