import { z } from 'zod';
import { instantText, plainText, storeCodeText, versionNumber } from './primitives.ts';
import { signatureFields } from './signing.ts';

/** A command for one store; run once by id, never after `expires_at`. */
export const commandSchema = z.object({
  command_id: plainText(64).min(1),
  expires_at: instantText,
  command: z.discriminatedUnion('name', [
    z.object({
      name: z.literal('resync'),
      /** Journal places to send again, ends included. */
      journal: z
        .array(z.object({ journal_epoch: versionNumber, from: versionNumber, to: versionNumber }))
        .max(1000),
      /** Everything retained again, as a store that just connected asks for it. */
      catalogue: z.boolean().optional(),
    }),
    z.object({ name: z.literal('ping') }),
    /** Makes a key for a user, which stays there; the answer's detail is a certificate signing request, PEM. */
    z.object({ name: z.literal('enrol'), user: plainText(64).min(1) }),
    /** A new credential (password or certificate), sealed by the store's key for this store and user: tried first, then taken. */
    z.object({
      name: z.literal('rotate'),
      user: plainText(64).min(1),
      sealed: z
        .string()
        .regex(/^[\w-]+$/)
        .max(2000),
    }),
    /** The public keys to believe from now on, PEM: during an overlap the old one and the new one. */
    z.object({ name: z.literal('trust'), keys: z.array(plainText(1000).min(1)).min(1).max(8) }),
    /** The authorities that may vouch for the broker from now on, PEM: during an overlap the old one and the new one. */
    z.object({
      name: z.literal('trust-broker'),
      authorities: z.array(plainText(4000).min(1)).min(1).max(4),
    }),
    z.object({ name: z.literal('close-day') }),
    z.object({ name: z.literal('backup') }),
    z.object({ name: z.literal('log-level'), level: z.enum(['debug', 'info', 'warn', 'error']) }),
  ]),
  ...signatureFields,
});
export type CommandMessage = z.infer<typeof commandSchema>;
export type Command = CommandMessage['command'];

/** What became of a command; repeated from the store's own record when asked again. */
export const commandResultSchema = z.object({
  command_id: plainText(64).min(1),
  store_code: storeCodeText,
  at: instantText,
  outcome: z.enum(['done', 'failed', 'expired', 'not-supported']),
  detail: plainText(2000),
});
export type CommandResult = z.infer<typeof commandResultSchema>;
