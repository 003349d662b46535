import { type TrustedKey, verifyMessage } from '@tillwire/contract';
import { err, ok, type Result } from '@tillwire/domain';
import type { z } from 'zod';

/** Why a message that claims to be Head Office's is not believed. */
export type Disbelief =
  | { readonly type: 'unreadable'; readonly detail: string }
  | { readonly type: 'bad-signature'; readonly detail: string }
  | { readonly type: 'replay'; readonly number: number; readonly highest: number };

/** An acknowledgement this much below the highest number seen is an old one played again; microseconds. */
const MAX_BEHIND_US = 120_000_000;

/**
 * A message from Head Office, read and believed: its schema fits, a pinned key signed it for this
 * topic, and its number is not far below the `highest` seen of its kind.
 */
export function believe<Schema extends z.ZodType<{ readonly number: number }>>(
  schema: Schema,
  { topic, payload }: { readonly topic: string; readonly payload: Uint8Array },
  { trusted, highest }: { readonly trusted: readonly TrustedKey[]; readonly highest: number },
): Result<z.infer<Schema>, Disbelief> {
  const value = readJson(payload);
  if (value === null) return err({ type: 'unreadable', detail: 'not a JSON object' });
  const unsigned = signatureFault(topic, value, trusted);
  if (unsigned !== null) return err({ type: 'bad-signature', detail: unsigned });
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return err({ type: 'unreadable', detail: `${issue?.path.join('.')}: ${issue?.message}` });
  }
  const { number } = parsed.data;
  if (number < highest - MAX_BEHIND_US) return err({ type: 'replay', number, highest });
  return ok(parsed.data);
}

function readJson(payload: Uint8Array): object | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
    return typeof value === 'object' && value !== null ? value : null;
  } catch {
    return null;
  }
}

/** Why no signature holds, or null. What has no canonical form was signed by nobody. */
function signatureFault(
  topic: string,
  value: object,
  trusted: readonly TrustedKey[],
): string | null {
  try {
    const verified = verifyMessage(topic, value, trusted);
    return verified.ok ? null : verified.error.type;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
