import { z } from 'zod';
import { counter, instantText, plainText, sha256Text, versionNumber } from './primitives.ts';
import { signatureFields } from './signing.ts';

/** A journal place with the hash of what is held there. */
const heldSchema = z.object({ seq: versionNumber, hash: sha256Text });

/** Head Office's state of one epoch of a store's journal. */
const epochStateSchema = z.object({
  journal_epoch: versionNumber,
  /** Every seq up to here is held or parked; 0 none. */
  acked_through: counter,
  /** What this message acknowledges by name. */
  acked: z.array(heldSchema).max(10_000),
  /** What waits in quarantine: acknowledged, and not in the books. */
  parked: z.array(heldSchema).max(10_000),
  /** As `acked_through`, and every chain link fits. */
  complete_through: counter,
  /** Hash of the event at `complete_through`; null where that is 0 or a parked place. */
  watermark_hash: sha256Text.nullable(),
  /** Restores of Head Office never go behind this. */
  backed_up_through: counter,
});

/** What a store may release from its outbox. Never retained. */
export const acknowledgementSchema = z.object({
  /** A restored Head Office begins a higher one. */
  incarnation: versionNumber,
  epochs: z.array(epochStateSchema).max(1000),
  /** Ids of error events and command results, and `sha256:…` of payloads that could not be read. */
  acked_ids: z.array(plainText(100)).max(10_000),
  now: instantText,
  ...signatureFields,
});
export type Acknowledgement = z.infer<typeof acknowledgementSchema>;
export type EpochState = z.infer<typeof epochStateSchema>;
