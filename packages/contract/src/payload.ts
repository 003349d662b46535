import { gunzipSync, gzipSync } from 'node:zlib';
import { err, ok, type Result } from '@tillwire/domain';

/** An event's bytes, at most. */
export const MAX_EVENT_BYTES = 256 * 1024;
/** Events of one message, at most. */
export const MAX_BATCH_EVENTS = 100;
/** A message's bytes once inflated, at most. */
export const MAX_PAYLOAD_BYTES = 8 * 1024 * 1024;
/** Below this a batch is not worth compressing. */
const GZIP_FROM_BYTES = 2048;

export type PayloadFault =
  | { readonly type: 'too-large'; readonly limitBytes: number }
  | { readonly type: 'bad-gzip' }
  | { readonly type: 'not-utf8' }
  | { readonly type: 'not-json' }
  | { readonly type: 'too-many-events'; readonly limit: number };

/** The message that carries events, each given as its own bytes; several become a compressed batch. */
export function encodeEvents(events: readonly string[]): Uint8Array {
  if (events.length === 1) return Buffer.from(events[0] ?? '');
  const text = Buffer.from(`{"batch":[${events.join(',')}]}`);
  return text.length < GZIP_FROM_BYTES ? text : gzipSync(text, { level: 1 });
}

/** A message's bytes as text, inflated if they are gzip. */
export function decodeText(payload: Uint8Array): Result<string, PayloadFault> {
  let bytes = payload;
  if (payload[0] === 0x1f && payload[1] === 0x8b) {
    try {
      bytes = gunzipSync(payload, { maxOutputLength: MAX_PAYLOAD_BYTES });
    } catch (error) {
      const tooLarge = error instanceof RangeError;
      return err(
        tooLarge ? { type: 'too-large', limitBytes: MAX_PAYLOAD_BYTES } : { type: 'bad-gzip' },
      );
    }
  }
  if (bytes.length > MAX_PAYLOAD_BYTES) {
    return err({ type: 'too-large', limitBytes: MAX_PAYLOAD_BYTES });
  }
  try {
    return ok(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return err({ type: 'not-utf8' });
  }
}

/** A decoded event: its exact text, over which its hash is taken, and what that parses to. */
export interface EventText {
  readonly text: string;
  readonly value: unknown;
}

/** The events of a message, in order, each with the very text it came in. */
export function decodeEvents(payload: Uint8Array): Result<readonly EventText[], PayloadFault> {
  const decoded = decodeText(payload);
  if (!decoded.ok) return decoded;
  const text = decoded.value;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return err({ type: 'not-json' });
  }
  const batch = batchOf(value);
  const opening = BATCH_OPENING.exec(text);
  if (batch === null || opening === null) return ok([{ text: text.trim(), value }]);
  if (batch.length > MAX_BATCH_EVENTS) {
    return err({ type: 'too-many-events', limit: MAX_BATCH_EVENTS });
  }
  const texts = arrayElements(text, opening[0].length - 1);
  // A second key of the name would give values of other texts than these.
  if (texts === null) return ok([{ text: text.trim(), value }]);
  return ok(batch.map((event, at) => ({ text: texts[at] ?? '', value: event })));
}

const BATCH_OPENING = /^\s*\{\s*"batch"\s*:\s*\[/;

/** The events of `{ "batch": [ … ] }`, or null for anything else: that is an event itself. */
function batchOf(value: unknown): readonly unknown[] | null {
  if (typeof value !== 'object' || value === null || !('batch' in value)) return null;
  return Array.isArray(value.batch) && Object.keys(value).length === 1 ? value.batch : null;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
/** `[` and `{`, and `]` and `}`, differ in this bit alone. */
const BRACE_BIT = 0x20;
const OPENING = 0x7b;
const CLOSING = 0x7d;

/**
 * The exact texts of the elements of the JSON array that opens at `start`, or null where its object goes on behind it;
 * the text is known to be valid JSON.
 */
function arrayElements(text: string, start: number): readonly string[] | null {
  const elements: string[] = [];
  let depth = 0;
  let from = start + 1;
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at++;
      while (text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
    } else if ((code | BRACE_BIT) === OPENING) depth++;
    else if ((code | BRACE_BIT) === CLOSING) {
      depth--;
      if (depth === 0) {
        if (text.slice(at + 1).trim() !== '}') return null;
        const last = text.slice(from, at).trim();
        return last === '' ? elements : [...elements, last];
      }
    } else if (code === COMMA && depth === 1) {
      elements.push(text.slice(from, at).trim());
      from = at + 1;
    }
  }
  return elements;
}
