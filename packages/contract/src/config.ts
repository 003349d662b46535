import { err, ok, type Result, type StoreCode } from '@tillwire/domain';
import { z } from 'zod';
import {
  checksumText,
  type DocumentFault,
  readSignedDocument,
  signDocument,
} from './catalogue-document.ts';
import {
  bandNumber,
  channelCodeText,
  plainText,
  storeCodeText,
  versionNumber,
} from './primitives.ts';
import { type Signed, signatureFields, type SigningKey, type TrustedKey } from './signing.ts';

/** A cap on what a cooking zone prepares at once; null: no warning. */
const zoneLimit = z.int().min(1).max(1000).nullable();

/** What Head Office decides about how a store works, beside its catalogue. */
export const storeConfigSchema = z.object({
  flags: z.object({
    cheques: z.boolean(),
    vouchers: z.boolean(),
    on_account: z.boolean(),
    kitchen: z.boolean(),
    customer_display: z.boolean(),
    kcal: z.boolean(),
    training: z.boolean(),
  }),
  pricing: z.object({
    /** Channels that do not sell for now. */
    channels_off: z.array(channelCodeText).max(1000),
    band_by_channel: z.record(channelCodeText, bandNumber),
  }),
  limits: z.object({
    /** Backlog events a second; null: no limit. */
    outbox_rate_per_s: z.int().min(1).max(100_000).nullable(),
    kitchen_load: z.object({ prep: zoneLimit, drinks: zoneLimit, fryer: zoneLimit }),
  }),
  day: z.object({
    /** An IANA zone. */
    time_zone: plainText(64).min(1),
    /** `HH:MM` in that zone. */
    rollover: z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/),
    /** Whether the scheduler does a forgotten Z at the rollover. */
    auto_close: z.boolean(),
  }),
});
export type StoreConfig = z.infer<typeof storeConfigSchema>;

export const DEFAULT_STORE_CONFIG: StoreConfig = {
  flags: {
    cheques: false,
    vouchers: true,
    on_account: true,
    kitchen: true,
    customer_display: true,
    kcal: true,
    training: false,
  },
  pricing: { channels_off: [], band_by_channel: {} },
  limits: {
    outbox_rate_per_s: null,
    kitchen_load: { prep: null, drinks: null, fryer: null },
  },
  day: { time_zone: 'Europe/London', rollover: '04:00', auto_close: true },
};

/** A store's config under its version; its number is its version. Retained, one for each store. */
export const configMessageSchema = z.object({
  store_code: storeCodeText,
  config_version: versionNumber,
  ...storeConfigSchema.shape,
  /** Over the document without `checksum` and `signatures`. */
  checksum: checksumText,
  ...signatureFields,
});
export type ConfigMessage = z.infer<typeof configMessageSchema>;

const CONFIG_TOPIC = 'ho/config/';
/** The config of all stores. */
export const CONFIGS = `${CONFIG_TOPIC}+`;

export const signConfig = (
  { store, version, config }: { store: StoreCode; version: number; config: StoreConfig },
  keys: readonly SigningKey[],
): Signed<{ readonly checksum: string }> =>
  signDocument(
    `${CONFIG_TOPIC}${store}`,
    { store_code: store, config_version: version, ...config },
    version,
    keys,
  );

/** A config that a trusted key signed for `store`. */
export function readConfig(
  store: StoreCode,
  payload: Uint8Array,
  trusted: readonly TrustedKey[],
): Result<ConfigMessage, DocumentFault> {
  const read = readSignedDocument(`${CONFIG_TOPIC}${store}`, payload, configMessageSchema, trusted);
  if (!read.ok) return read;
  const { store_code: owner } = read.value;
  return owner === store
    ? ok(read.value)
    : err({ type: 'wrong-topic', detail: `it is for ${owner}, not for ${store}` });
}
