import { z } from 'zod';
import { instantText, plainText, storeCodeText, versionNumber } from './primitives.ts';

/**
 * Where a store is with its catalogue: its whole state, sent at each change, each birth and with
 * each heartbeat, so that a lost one is mended by the next and none needs an acknowledgement. The highest
 * (`session`, `number`) is the latest.
 */
export const catalogueReportSchema = z.object({
  store_code: storeCodeText,
  at: instantText,
  session: versionNumber,
  number: versionNumber,
  /** What it sells from; null before the first catalogue. */
  in_force: z.object({ catalog_version: versionNumber, part: z.enum(['now', 'next']) }).nullable(),
  /** The newest delta it heard of and how far that came. */
  newest: z
    .object({
      /** Null where what came could not be read that far. */
      catalog_version: versionNumber.nullable(),
      state: z.enum(['received', 'waiting', 'verified', 'staged', 'applied', 'refused']),
      /** Why it waits or was refused: stable, kebab-case. */
      reason: plainText(64).nullable(),
      detail: plainText(500),
    })
    .nullable(),
});
export type CatalogueReport = z.infer<typeof catalogueReportSchema>;
export type CatalogueProgress = NonNullable<CatalogueReport['newest']>['state'];
