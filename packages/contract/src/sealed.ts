import { createCipheriv, createDecipheriv, createHmac, scryptSync } from 'node:crypto';

/** Bytes of a key of AES-256. */
export const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** `bytes` random bytes, base64url. */
export type RandomText = (bytes: number) => string;

/**
 * Seals `text` by AES-256-GCM: nobody without `key` reads it, and it opens only for the same `context`.
 * Base64url of nonce, ciphertext and tag.
 */
export function seal(key: Buffer, context: string, text: string, random: RandomText): string {
  const nonce = Buffer.from(random(NONCE_BYTES), 'base64url');
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString('base64url');
}

/** What was sealed; null when the key or the context is another one, or a byte was changed. */
export function unseal(key: Buffer, context: string, sealed: string): string | null {
  const bytes = Buffer.from(sealed, 'base64url');
  if (bytes.length < NONCE_BYTES + TAG_BYTES) return null;
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  })
    .setAAD(Buffer.from(context))
    .setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
    return Buffer.concat([text, decipher.final()]).toString('utf8');
  } catch {
    return null;
  }
}

/** The key that belongs to `purpose`, out of a master key. */
export const derivedKey = (master: Buffer, purpose: string): Buffer =>
  createHmac('sha256', master).update(purpose).digest();

/** What makes each guess at a code cost a tenth of a second and 64 MiB. */
const SCRYPT = { N: 65_536, r: 8, p: 1, maxmem: 128 * 1024 * 1024 };

/** The key that a one-time code stands for, with the salt of its file. */
export const codeKey = (code: string, salt: string): Buffer =>
  scryptSync(code, Buffer.from(salt, 'base64url'), KEY_BYTES, SCRYPT);
