import { fullCatalogueTopic, topicOf, versionOfFullTopic } from '@tillwire/contract';
import type { StoreCode } from '@tillwire/domain';
import type { SeenMessage } from '../../src/index.ts';

// Catalogues of a simulated chain: a content is a word, a checksum is what it is of, and a signature is what it signs.

export interface SimPart {
  readonly base: number;
  readonly override: string;
  readonly checksum: string;
}

export interface SimFull {
  readonly kind: 'full';
  readonly version: number;
  readonly content: string;
}

export interface SimDelta {
  readonly kind: 'delta';
  readonly store: string;
  readonly version: number;
  readonly now: SimPart;
  readonly next: (SimPart & { readonly effectiveFromMs: number }) | null;
}

export type SimDocument = SimFull | SimDelta;

/** What `override` makes of `content`; nothing of it can be sold from where the word begins so. */
export const resultOf = (content: string, override: string): string =>
  override === '' ? content : `${content}+${override}`;
export const UNSELLABLE = 'unsellable';

const topicOfDocument = (document: SimDocument): string =>
  document.kind === 'full'
    ? fullCatalogueTopic(document.version)
    : topicOf('delta', document.store as StoreCode);

const signatureOf = (topic: string, document: SimDocument): string =>
  `${topic} ${JSON.stringify(document)}`;

/** A document as it is retained. */
export const signed = (document: SimDocument): string =>
  JSON.stringify({ document, signature: signatureOf(topicOfDocument(document), document) });

/** What somebody else would make of it: another content under the old signature. */
export const tampered = (payload: string): string =>
  payload.replace(/"(content|checksum)":"/, '"$1":"tampered');

export type Reading =
  | { readonly ok: true; readonly document: SimDocument }
  /** Its version, as far as it can be read. */
  | { readonly ok: false; readonly version: number | null };

/** What came on `topic`, if Head Office signed it for that. */
export function readSigned(topic: string, payload: string): Reading {
  let read: { readonly document: SimDocument; readonly signature: string };
  try {
    read = JSON.parse(payload);
  } catch {
    return { ok: false, version: null };
  }
  const { document, signature } = read;
  const isOurs = signature === signatureOf(topic, document) && topicOfDocument(document) === topic;
  return isOurs ? { ok: true, document } : { ok: false, version: document.version };
}

/** A retained message as the publisher sees it. */
export function seenOf(topic: string, payload: string): SeenMessage {
  const nothing = { version: null, checksum: null, hash: payload, bases: [] };
  const full = versionOfFullTopic(topic);
  if (full !== null) return { ...nothing, version: full };
  const read = readSigned(topic, payload);
  if (!read.ok || read.document.kind === 'full') return nothing;
  const { version, now, next } = read.document;
  const bases = [now.base, ...(next === null ? [] : [next.base])];
  return { version, checksum: checksumOfDelta(read.document), hash: payload, bases };
}

export const checksumOfDelta = (delta: SimDelta): string => JSON.stringify(delta);
