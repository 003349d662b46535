import { err, ok, type Result } from '@tillwire/domain';
import { z } from 'zod';
import { checksumOf } from './canonical.ts';
import { type CatalogueContent, contentFields } from './catalogue-content.ts';
import {
  checksumText,
  type DocumentFault,
  readSignedDocument,
  signDocument,
} from './catalogue-document.ts';
import { versionNumber } from './primitives.ts';
import { type Signed, signatureFields, type SigningKey, type TrustedKey } from './signing.ts';

/**
 * A whole catalogue under its version: content only, never run without a delta that names it.
 * Retained on a topic of its own, `ho/catalog/full/v{catalog_version}`.
 */
export const fullCatalogueSchema = z.object({
  catalog_version: versionNumber,
  ...contentFields,
  /** Over the document without `checksum` and `signatures`. */
  checksum: checksumText,
  ...signatureFields,
});
export type FullCatalogue = z.infer<typeof fullCatalogueSchema>;

/** All retained fulls. */
export const FULL_CATALOGUES = 'ho/catalog/full/+';

export const fullCatalogueTopic = (version: number): string => `ho/catalog/full/v${version}`;

const FULL_TOPIC = /^ho\/catalog\/full\/v([1-9]\d{0,15})$/;

/** The version a full's topic names, or null for another topic. */
export function versionOfFullTopic(topic: string): number | null {
  const version = Number(FULL_TOPIC.exec(topic)?.[1] ?? Number.NaN);
  return Number.isSafeInteger(version) ? version : null;
}

/**
 * The message that publishes `content` as `version`. Its number is its version, so that a document signed again
 * by other keys keeps its checksum.
 */
export const signFullCatalogue = (
  version: number,
  content: CatalogueContent,
  keys: readonly SigningKey[],
): Signed<{ readonly checksum: string }> =>
  signDocument(
    fullCatalogueTopic(version),
    { catalog_version: version, ...content },
    version,
    keys,
  );

/** A full that a trusted key signed, whole and under its own topic; its unknown fields are kept. */
export function readFullCatalogue(
  topic: string,
  payload: Uint8Array,
  trusted: readonly TrustedKey[],
): Result<FullCatalogue, DocumentFault> {
  const read = readSignedDocument(topic, payload, fullCatalogueSchema, trusted);
  if (!read.ok) return read;
  const { catalog_version: version } = read.value;
  return versionOfFullTopic(topic) === version
    ? ok(read.value)
    : err({ type: 'wrong-topic', detail: `version ${version} came on ${topic}` });
}

/** What a delta says of its result: the checksum of a whole catalogue's content, under no version. */
export const contentChecksum = (content: CatalogueContent): string => checksumOf(content);
