import { type Signed, type SigningKey, signMessage } from '@tillwire/contract';
import type { StoreCode } from '@tillwire/domain';
import { type Claim, readClaim } from '../store/certificate-store.ts';
import type { Database } from '../store/database.ts';

/**
 * What Head Office states of a store: everything its journal held up to these places is here, and comes to this.
 * The same journal gives the same certificate, whenever and by whichever database it is made.
 */
export interface Certificate extends Claim {
  readonly store_code: StoreCode;
}

/** What a certificate is signed for, in place of a topic. */
export const certificateTopic = (store: StoreCode): string => `certificates/${store}`;

/** The store's certificate, signed by every active key; null while nothing of it is complete. */
export async function issueCertificate(
  db: Database,
  store: StoreCode,
  keys: readonly SigningKey[],
): Promise<Signed<Certificate> | null> {
  const claim = await readClaim(db, store);
  const last = claim.journal.at(-1);
  if (last === undefined) return null;
  const certificate: Certificate = { store_code: store, ...claim };
  // Not a message that could be played again: the place it speaks of is number enough.
  return signMessage(
    certificateTopic(store),
    certificate,
    Math.max(1, last.complete_through),
    keys,
  );
}
