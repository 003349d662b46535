import { err, ok, type Result } from '@tillwire/domain';
import { z } from 'zod';
import { canonicalText, checksumOf, sha256 } from './canonical.ts';
import { decodeText, type PayloadFault } from './payload.ts';
import {
  type SignatureFault,
  type Signed,
  type SigningKey,
  signMessage,
  type TrustedKey,
  verifyText,
} from './signing.ts';

/** `sha256:` and 64 lower-case hex digits. */
export const checksumText = z.string().regex(/^sha256:[0-9a-f]{64}$/);

/** Why a document of Head Office's is not believed; `detail` is for people. */
export type DocumentFault =
  | PayloadFault
  | SignatureFault
  | { readonly type: 'bad-checksum'; readonly stated: string; readonly actual: string }
  | { readonly type: 'malformed'; readonly detail: string }
  | { readonly type: 'wrong-topic'; readonly detail: string };

/** A fault in a sentence, for reports and people. */
export function documentFaultText(fault: DocumentFault): string {
  switch (fault.type) {
    case 'too-large':
      return `larger than ${fault.limitBytes} bytes`;
    case 'too-many-events':
      return `more than ${fault.limit} events`;
    case 'bad-gzip':
      return 'the compressed bytes are damaged';
    case 'not-utf8':
      return 'not UTF-8 text';
    case 'not-json':
      return 'not JSON: cut short or damaged';
    case 'unsigned':
      return 'carries no signature';
    case 'unknown-key':
      return `signed by no trusted key (${fault.keys.join(', ')})`;
    case 'bad-signature':
      return `the signature by ${fault.key} does not hold`;
    case 'bad-checksum':
      return `states ${fault.stated} and is ${fault.actual}`;
    case 'malformed':
    case 'wrong-topic':
      return fault.detail;
  }
}

/** `content` with its checksum and the signatures of `keys` over all of it. */
export const signDocument = <T extends object>(
  topic: string,
  content: T,
  number: number,
  keys: readonly SigningKey[],
): Signed<T & { readonly checksum: string }> =>
  signMessage(topic, { ...content, checksum: checksumOf({ ...content, number }) }, number, keys);

/**
 * A retained document as it came: signed by a trusted key for this topic, whole, and of the shape of `schema`.
 * The value is the document itself with all its fields, not the schema's copy: checksums speak of those.
 */
export function readSignedDocument<Schema extends z.ZodType<{ readonly checksum: string }>>(
  topic: string,
  payload: Uint8Array,
  schema: Schema,
  trusted: readonly TrustedKey[],
): Result<z.infer<Schema>, DocumentFault> {
  const decoded = decodeText(payload);
  if (!decoded.ok) return decoded;
  const asPublished = believedAsItIs(topic, decoded.value, trusted);
  const believed =
    asPublished === null ? believedInOrder(topic, decoded.value, trusted) : ok(asPublished);
  if (!believed.ok) return believed;
  const { text, value } = believed.value;
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const path = issue?.path.join('.') ?? '';
    return err({ type: 'malformed', detail: `${path}: ${issue?.message ?? 'unexpected'}` });
  }
  const stated = parsed.data.checksum;
  const actual = `sha256:${sha256(withoutChecksum(text, stated))}`;
  return stated === actual
    ? ok(value as z.infer<Schema>)
    : err({ type: 'bad-checksum', stated, actual });
}

/** A document with the canonical text, without signatures, that a trusted key signed. */
interface Believed {
  readonly text: string;
  readonly value: object;
}

/** The signatures where canonical text has them, and a comma before them. */
const SIGNATURES =
  /,"signatures":(\[\{"key":"[\w-]+","signature":"[\w-]+"\}(?:,\{"key":"[\w-]+","signature":"[\w-]+"\})*\])/;

/**
 * Head Office publishes canonical text: without its signatures it is what was signed, and putting a menu of 1,000
 * products in order took a third of the time a kiosk spends on it. What is read is what was signed and nothing beside
 * it. Null: not as it is.
 */
function believedAsItIs(
  topic: string,
  published: string,
  trusted: readonly TrustedKey[],
): Believed | null {
  const found = SIGNATURES.exec(published);
  if (found === null) return null;
  const [member, list = ''] = found;
  const text = published.slice(0, found.index) + published.slice(found.index + member.length);
  const signatures: unknown = JSON.parse(list);
  if (!verifyText(topic, () => text, signatures, trusted).ok) return null;
  return { text, value: { ...(JSON.parse(text) as object), signatures } };
}

/** The same of a document in any order, spelt in any way. */
function believedInOrder(
  topic: string,
  published: string,
  trusted: readonly TrustedKey[],
): Result<Believed, DocumentFault> {
  let value: unknown;
  try {
    value = JSON.parse(published);
  } catch {
    return err({ type: 'not-json' });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return err({ type: 'malformed', detail: 'not a JSON object' });
  }
  const { signatures, ...content } = value as Record<string, unknown>;
  try {
    let text = '';
    const verified = verifyText(topic, () => (text = canonicalText(content)), signatures, trusted);
    return verified.ok ? ok({ text, value }) : verified;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return err({ type: 'malformed', detail: error.message });
  }
}

/**
 * Canonical text without its own checksum, so that a document is put in order once and not twice. What stands deeper
 * can't be the same: it would be a hash of itself. `number` always follows.
 */
function withoutChecksum(text: string, checksum: string): string {
  const member = `"checksum":"${checksum}",`;
  const at = text.indexOf(member);
  return at < 0 ? text : text.slice(0, at) + text.slice(at + member.length);
}
