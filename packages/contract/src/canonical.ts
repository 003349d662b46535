import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';

/** SHA-256 as 64 lower-case hex digits. */
export type Sha256 = string;

/** What the first event of a store's first epoch chains to. */
export const ZERO_HASH: Sha256 = '0'.repeat(64);

/**
 * RFC 8785 canonical JSON: keys sorted, no spaces, one spelling of every number. Two equal values are equal
 * text, so hashes and signatures are taken over it.
 * @throws {TypeError} for what JSON cannot hold (undefined, functions, NaN, lone surrogates).
 */
export function canonicalText(value: unknown): string {
  const text = canonicalized(value);
  if (text === undefined) throw new TypeError('this value has no JSON form');
  return text;
}

/** The library throws plain errors, which would pass for broken programs and not for broken values. */
function canonicalized(value: unknown): string | undefined {
  try {
    return canonicalize(value);
  } catch (cause) {
    throw new TypeError('this value has no JSON form', { cause });
  }
}

/** SHA-256 of bytes, or of a text's UTF-8. */
export const sha256 = (data: string | Uint8Array): Sha256 => hash('sha256', data);

/** The checksum of a document as it travels: SHA-256 of its canonical JSON (protocol.md §5.3). */
export const checksumOf = (document: unknown): string =>
  `sha256:${sha256(canonicalText(document))}`;
