import { err, ok, type Result, type StoreCode } from '@tillwire/domain';
import { z } from 'zod';
import { overridesSchema } from './catalogue-content.ts';
import {
  checksumText,
  type DocumentFault,
  readSignedDocument,
  signDocument,
} from './catalogue-document.ts';
import { instantText, storeCodeText, versionNumber } from './primitives.ts';
import { type Signed, signatureFields, type SigningKey, type TrustedKey } from './signing.ts';

/** A base, what differs from it, and the checksum of the content that makes (`contentChecksum`). */
const partSchema = z.object({
  base_version: versionNumber,
  overrides: overridesSchema,
  checksum: checksumText,
});
export type DeltaPart = z.infer<typeof partSchema>;

const nextPartSchema = z.object({ ...partSchema.shape, effective_from: instantText });

/**
 * What a store runs: `now`, and `next` from `effective_from` on, both under one version, which
 * its orders are stamped with. Retained, one for each store.
 */
export const catalogueDeltaSchema = z.object({
  store_code: storeCodeText,
  catalog_version: versionNumber,
  now: partSchema,
  next: nextPartSchema.optional(),
  /** Over the document without `checksum` and `signatures`. */
  checksum: checksumText,
  ...signatureFields,
});
export type CatalogueDeltaMessage = z.infer<typeof catalogueDeltaSchema>;

/** What of a delta its sender decides; number, checksum and signatures follow from it. */
export type DeltaContent = Omit<CatalogueDeltaMessage, 'checksum' | 'number' | 'signatures'>;

const DELTA_TOPIC = 'ho/catalog/delta/';
/** The deltas of all stores. */
export const CATALOGUE_DELTAS = `${DELTA_TOPIC}+`;

export const signCatalogueDelta = (
  content: DeltaContent,
  keys: readonly SigningKey[],
): Signed<DeltaContent & { readonly checksum: string }> =>
  signDocument(`${DELTA_TOPIC}${content.store_code}`, content, content.catalog_version, keys);

/** A delta that a trusted key signed for `store`. */
export function readCatalogueDelta(
  store: StoreCode,
  payload: Uint8Array,
  trusted: readonly TrustedKey[],
): Result<CatalogueDeltaMessage, DocumentFault> {
  const read = readSignedDocument(`${DELTA_TOPIC}${store}`, payload, catalogueDeltaSchema, trusted);
  if (!read.ok) return read;
  const { store_code: owner } = read.value;
  return owner === store
    ? ok(read.value)
    : err({ type: 'wrong-topic', detail: `it is for ${owner}, not for ${store}` });
}
