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
  const ordered = inOrder(value, 0);
  const text = ordered === undefined ? canonicalized(value) : JSON.stringify(ordered);
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

/** Deeper than any document: what goes on and on is left to the library. */
const MAX_DEPTH = 64;

/**
 * Plain data with its keys in order, itself where they are: what is left is JSON as JavaScript writes it, which is the
 * RFC's spelling of strings and numbers, and several times as fast as writing it here. Undefined for all that is not
 * plain: objects of classes, what JSON cannot hold, and keys that JavaScript has an order of its own for.
 */
function inOrder(value: unknown, depth: number): unknown {
  switch (typeof value) {
    case 'string':
      return value.isWellFormed() ? value : undefined;
    case 'number':
      return Number.isFinite(value) ? value : undefined;
    case 'boolean':
      return value;
    case 'object':
      if (value === null) return value;
      if (depth > MAX_DEPTH) return undefined;
      return Array.isArray(value)
        ? arrayInOrder(value, depth)
        : objectInOrder(value as Readonly<Record<string, unknown>>, depth);
    default:
      return undefined;
  }
}

function arrayInOrder(array: readonly unknown[], depth: number): readonly unknown[] | undefined {
  let copy: unknown[] | null = null;
  for (let at = 0; at < array.length; at++) {
    const entry = inOrder(array[at], depth + 1);
    if (entry === undefined) return undefined;
    if (entry !== array[at]) {
      copy ??= [...array];
      copy[at] = entry;
    }
  }
  return copy ?? array;
}

function objectInOrder(
  object: Readonly<Record<string, unknown>>,
  depth: number,
): Readonly<Record<string, unknown>> | undefined {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) return undefined;
  const keys = Object.keys(object);
  let isSorted = true;
  let last = '';
  for (const key of keys) {
    if (key < last) isSorted = false;
    last = key;
    const first = key.charCodeAt(0);
    // A key like "7" comes first in JavaScript, wherever it was put; "toJSON" may mean something.
    if ((first >= 48 && first <= 57) || key === 'toJSON' || key === '__proto__') return undefined;
    if (!key.isWellFormed()) return undefined;
  }
  let copy: Record<string, unknown> | null = isSorted ? null : {};
  for (const key of isSorted ? keys : keys.toSorted(byCodeUnits)) {
    const entry = inOrder(object[key], depth + 1);
    if (entry === undefined) return undefined;
    if (copy === null && entry !== object[key]) copy = { ...object };
    if (copy !== null) copy[key] = entry;
  }
  return copy ?? object;
}

const byCodeUnits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** SHA-256 of bytes, or of a text's UTF-8. */
export const sha256 = (data: string | Uint8Array): Sha256 => hash('sha256', data);

/** The checksum of a document as it travels: SHA-256 of its canonical JSON. */
export const checksumOf = (document: unknown): string =>
  `sha256:${sha256(canonicalText(document))}`;
