import { epochMsOf, err, isUtcInstant, ok, type Result, type UtcInstant } from '@tillwire/domain';
import { z } from 'zod';
import { canonicalText } from './canonical.ts';
import { counter, instantText, plainText, storeCodeText } from './primitives.ts';
import { codeKey, type RandomText, seal, unseal } from './sealed.ts';

/** By what a store gets into the broker: a password, or a certificate with its private key, both PEM. */
export const brokerLoginSchema = z.union([
  z.object({ user: plainText(64).min(1), password: plainText(200).min(1) }),
  z.object({
    user: plainText(64).min(1),
    certificate: plainText(10_000).min(1),
    key: plainText(10_000).min(1),
  }),
]);
export type BrokerLogin = z.infer<typeof brokerLoginSchema>;

/** Everything a new kiosk is told, once. */
export const joinContentSchema = z.object({
  store_code: storeCodeText,
  name: plainText(200),
  /** Names this provisioning: the store's key is made of it. */
  join_id: plainText(64).min(1),
  day: z.object({ time_zone: plainText(64).min(1), rollover: plainText(5).min(1) }),
  broker: z
    .object({
      url: z.url({ protocol: /^mqtts$/ }),
      /** PEM of the authority it is known by. */
      ca: z.string().max(100_000),
    })
    .and(brokerLoginSchema),
  /** 32 bytes, base64url: what Head Office seals later credentials by. */
  store_key: z.string().regex(/^[\w-]{43}$/),
  /** PEM of Head Office's public keys. */
  trust_anchors: z.string().min(1).max(100_000),
  /** The last epoch of a journal this store had before: a new disk goes on above it. 0: none. */
  last_epoch: counter,
});
export type JoinContent = z.infer<typeof joinContentSchema>;

const FORMAT = 'tillwire-join';
const VERSION = 1;

/** What anybody may read of a join file; the content opens only with it unchanged. */
const headSchema = z.object({
  format: z.literal(FORMAT),
  version: z.int(),
  store_code: storeCodeText,
  issued_at: instantText,
  expires_at: instantText,
  salt: plainText(64).min(1),
});
const fileSchema = headSchema.extend({ sealed: z.string().min(1).max(1_000_000) });
export type JoinHead = z.infer<typeof headSchema>;

/** Read aloud over a telephone: no letter that looks like another. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CODE_CHARACTERS = 16;

/** A one-time code of 80 random bits, `7K2M-…`. */
export function newJoinCode(random: RandomText): string {
  const bytes = Buffer.from(random(CODE_CHARACTERS), 'base64url');
  const letters = [...bytes].map((byte) => ALPHABET[byte % ALPHABET.length]).join('');
  return letters.match(/.{4}/g)?.join('-') ?? '';
}

/** The code as it was made, however it was typed: lower case, without dashes, an O for a zero. */
const plainCode = (typed: string): string =>
  typed.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');

/** The text of a join file that opens only with `code`. */
export function writeJoinFile(
  content: JoinContent,
  {
    issuedAt,
    expiresAt,
    code,
    random,
  }: {
    readonly issuedAt: UtcInstant;
    readonly expiresAt: UtcInstant;
    readonly code: string;
    readonly random: RandomText;
  },
): string {
  const head: JoinHead = {
    format: FORMAT,
    version: VERSION,
    store_code: content.store_code,
    issued_at: issuedAt,
    expires_at: expiresAt,
    salt: random(16),
  };
  const key = codeKey(plainCode(code), head.salt);
  const sealed = seal(key, canonicalText(head), canonicalText(content), random);
  return `${JSON.stringify({ ...head, sealed }, null, 2)}\n`;
}

/** Why a join file can't be used. */
export type JoinFault =
  | { readonly type: 'not-a-join-file' }
  | { readonly type: 'other-version'; readonly version: number }
  | { readonly type: 'clock-behind'; readonly issuedAt: string }
  | { readonly type: 'expired'; readonly expiresAt: string }
  | { readonly type: 'wrong-code-or-changed' };

/** A kiosk's clock may be this much behind Head Office's. */
const CLOCK_TOLERANCE_MS = 5 * 60_000;

/** Opens a join file with its code. */
export function readJoinFile(
  text: string,
  { code, nowMs }: { readonly code: string; readonly nowMs: number },
): Result<JoinContent & Pick<JoinHead, 'issued_at' | 'expires_at'>, JoinFault> {
  const file = fileSchema.safeParse(parseJson(text));
  if (!file.success) return err({ type: 'not-a-join-file' });
  const { sealed, ...head } = file.data;
  if (head.version !== VERSION) return err({ type: 'other-version', version: head.version });
  const { issued_at: issuedAt, expires_at: expiresAt } = head;
  if (!isUtcInstant(issuedAt) || !isUtcInstant(expiresAt)) return err({ type: 'not-a-join-file' });
  if (nowMs < epochMsOf(issuedAt) - CLOCK_TOLERANCE_MS) {
    return err({ type: 'clock-behind', issuedAt });
  }
  if (nowMs >= epochMsOf(expiresAt)) return err({ type: 'expired', expiresAt });
  const opened = unseal(codeKey(plainCode(code), head.salt), canonicalText(head), sealed);
  const content = opened === null ? null : joinContentSchema.safeParse(parseJson(opened));
  if (content?.success !== true) return err({ type: 'wrong-code-or-changed' });
  return ok({ ...content.data, issued_at: issuedAt, expires_at: expiresAt });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What a rotated credential is sealed for: it opens for no other store and no other user. */
export const rotationContext = (store: string, user: string): string =>
  `tillwire-rotate ${store} ${user}`;
