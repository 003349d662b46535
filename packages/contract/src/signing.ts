import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { err, ok, type Result } from '@tillwire/domain';
import { z } from 'zod';
import { canonicalText } from './canonical.ts';
import { plainText, versionNumber } from './primitives.ts';

/**
 * What every message from Head Office carries: a rising `number`, so that nothing old is
 * ever believed again, and signatures over topic and content by all keys active at the time.
 */
export const signatureFields = {
  number: versionNumber,
  signatures: z
    .array(z.object({ key: plainText(64), signature: plainText(200) }))
    .min(1)
    .max(8),
};

export interface Signature {
  /** First 16 hex digits of the SHA-256 of the public key. */
  readonly key: string;
  /** Ed25519, base64url. */
  readonly signature: string;
}

export type Signed<T> = T & {
  readonly number: number;
  readonly signatures: readonly Signature[];
};

export interface SigningKey {
  readonly id: string;
  readonly privateKey: KeyObject;
}

export interface TrustedKey {
  readonly id: string;
  readonly publicKey: KeyObject;
}

/** The topic binds the message to its kind and store: signed for one shop it is nothing to another. */
const signedBytes = (topic: string, text: string): Buffer => Buffer.from(`${topic}\n${text}`);

const keyIdOf = (publicKey: KeyObject): string =>
  createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16);

/** A new Ed25519 key as PKCS #8 PEM. */
export const generateSigningKeyPem = (): string =>
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

/** @throws when `pem` is not a private key. */
export function signingKeyFromPem(pem: string): SigningKey {
  const privateKey = createPrivateKey(pem);
  return { id: keyIdOf(createPublicKey(privateKey)), privateKey };
}

/** @throws when `pem` is not a public key. */
export function trustedKeyFromPem(pem: string): TrustedKey {
  const publicKey = createPublicKey(pem);
  return { id: keyIdOf(publicKey), publicKey };
}

/** The public half of a signing key as SPKI PEM: what a shop pins when it is provisioned. */
export const publicPemOf = (key: SigningKey): string =>
  createPublicKey(key.privateKey).export({ type: 'spki', format: 'pem' }).toString();

export function signMessage<T extends object>(
  topic: string,
  content: T,
  number: number,
  keys: readonly SigningKey[],
): Signed<T> {
  const bytes = signedBytes(topic, canonicalText({ ...content, number }));
  const signatures = keys.map(({ id, privateKey }) => ({
    key: id,
    signature: sign(null, bytes, privateKey).toString('base64url'),
  }));
  return { ...content, number, signatures };
}

export type SignatureFault =
  | { readonly type: 'unsigned' }
  | { readonly type: 'unknown-key'; readonly keys: readonly string[] }
  | { readonly type: 'bad-signature'; readonly key: string };

/** Whether one of `trusted` signed `message` for `topic`: every signature by a trusted key must hold. */
export function verifyMessage(
  topic: string,
  message: object,
  trusted: readonly TrustedKey[],
): Result<true, SignatureFault> {
  const { signatures, ...content } = message as { signatures?: unknown };
  return verifyText(topic, () => canonicalText(content), signatures, trusted);
}

/** As `verifyMessage`, of the canonical text of a message without its signatures. */
export function verifyText(
  topic: string,
  text: () => string,
  signatures: unknown,
  trusted: readonly TrustedKey[],
): Result<true, SignatureFault> {
  const parsed = signatureFields.signatures.safeParse(signatures);
  if (!parsed.success) return err({ type: 'unsigned' });
  const bytes = signedBytes(topic, text());
  let held = 0;
  for (const { key, signature } of parsed.data) {
    const known = trusted.find(({ id }) => id === key);
    if (known === undefined) continue;
    if (!verify(null, bytes, known.publicKey, Buffer.from(signature, 'base64url'))) {
      return err({ type: 'bad-signature', key });
    }
    held++;
  }
  return held > 0
    ? ok(true)
    : err({ type: 'unknown-key', keys: parsed.data.map(({ key }) => key) });
}
