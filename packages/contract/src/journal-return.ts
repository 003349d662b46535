import { z } from 'zod';
import { versionNumber } from './primitives.ts';
import { signatureFields } from './signing.ts';

/** A restored store's own events back, each as the very text it once sent. */
export const journalReturnSchema = z.object({
  /** Head Office's incarnation when it answered. */
  incarnation: versionNumber,
  events: z
    .array(z.string().max(256 * 1024))
    .min(1)
    .max(100),
  ...signatureFields,
});
export type JournalReturn = z.infer<typeof journalReturnSchema>;
