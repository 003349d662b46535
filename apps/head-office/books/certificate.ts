import { canonicalText, type Signed, type SigningKey, signMessage } from '@tillwire/contract';
import type { StoreCode } from '@tillwire/domain';
import { type Clock, type Log, repeat, type Service } from '@tillwire/runtime';
import { type Claim, keepCertificate, readClaim } from '../store/certificate-store.ts';
import type { Database } from '../store/database.ts';
import { lastReconciled } from '../store/day-store.ts';

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

const LOOK_EVERY_MS = 60_000;
/** Who is told to have issued those that come with a closed day. */
export const BY_CLOSING = 'a reconciled day';

export interface CertificateKeeperDeps {
  readonly db: Database;
  readonly keys: () => readonly SigningKey[];
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Issues a certificate of every store whose days came to be reconciled since the last look, and keeps it. `seen`
 * remembers by store what was looked at; how many were issued.
 */
export async function certifyReconciled(
  { db, keys, clock }: Pick<CertificateKeeperDeps, 'db' | 'keys' | 'clock'>,
  seen: Map<StoreCode, number>,
): Promise<number> {
  let issued = 0;
  for (const { store, judgedAtMs } of await lastReconciled(db)) {
    if (seen.get(store) === judgedAtMs) continue;
    const certificate = await issueCertificate(db, store, keys());
    if (certificate !== null) {
      const at = new Date(clock.nowMs());
      await keepCertificate(db, { store, text: canonicalText(certificate), by: BY_CLOSING, at });
      issued++;
    }
    seen.set(store, judgedAtMs);
  }
  return issued;
}

/** What the books of a day prove is kept for whoever asks later. */
export const createCertificateKeeper = (deps: CertificateKeeperDeps): Service => ({
  name: 'certificates',
  run: (signal) => {
    const seen = new Map<StoreCode, number>();
    return repeat(
      LOOK_EVERY_MS,
      signal,
      async () => {
        const issued = await certifyReconciled(deps, seen);
        if (issued > 0) deps.log.info({ issued }, 'certificates issued and kept');
      },
      (error) => deps.log.error({ err: error }, 'certificates could not be issued; trying again'),
    );
  },
});
