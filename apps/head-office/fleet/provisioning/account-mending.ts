import type { StoreCode } from '@tillwire/domain';
import { type Log, repeat, type Service } from '@tillwire/runtime';
import { liveCredentials, settledUsers } from '../../store/credential-store.ts';
import { revokeForgotten } from './provisioning.ts';
import { generationOf, isLive, passwordOf, type RotationDeps } from './rotation.ts';

/** What it took until the broker agreed with the database. */
export interface AccountsMended {
  /** Stores let in again. */
  readonly put: readonly StoreCode[];
  /** Users turned away again. */
  readonly dropped: readonly string[];
  /** Stores whose credential nobody can make anew: only provisioning again brings them back. */
  readonly lacking: readonly StoreCode[];
  /** Stores whose revocation the database had forgotten. */
  readonly revoked: readonly StoreCode[];
}

/**
 * Makes the broker's users those of the database again. A broker that was made anew has none of the stores'; one put
 * back from a backup lacks what was rotated since, and lets in what was revoked since. One that agrees is not touched.
 */
export async function mendAccounts(deps: RotationDeps): Promise<AccountsMended> {
  const { db, accounts, revocations } = deps;
  const revoked = await revokeForgotten(deps);
  // Before the broker is asked: whoever is provisioned or dropped meanwhile sees to that itself.
  const live = (await liveCredentials(db)).filter(({ state }) => state === 'in-use');
  const settled = await settledUsers(db);
  const there = new Set(await accounts.users());
  const [put, lacking]: [StoreCode[], StoreCode[]] = [[], []];
  for (const credential of live) {
    const { store, user } = credential;
    if (there.has(user)) continue;
    const isCertificate = credential.certificateUntilMs !== null;
    const password = passwordOf(credential, deps);
    if (
      isCertificate !== (accounts.clientAuthority !== null) ||
      isCertificate === (password !== null)
    ) {
      lacking.push(store);
      continue;
    }
    await accounts.put(store, user, password);
    if (await isLive(db, credential)) put.push(store);
    else await accounts.drop([user]);
  }
  // From before the one in use, and known to nobody: left over when a database was put back from a backup. A later one is
  // what its store uses now, until it is rotated.
  const strays = live.flatMap(({ store, generation }) =>
    [...there].filter((user) => (generationOf(store, user) ?? generation) < generation),
  );
  // Nobody revoked: neither by a first name from before there were join files, nor of a store forgotten with the database.
  const revokedUsers = revocations.stores().flatMap((store) => {
    const through = revocations.through(store);
    return [...there].filter((user) => (generationOf(store, user) ?? Infinity) <= through);
  });
  const dropped = [...new Set([...settled, ...strays, ...revokedUsers])].filter((user) =>
    there.has(user),
  );
  if (dropped.length > 0) await accounts.drop(dropped);
  return { put, dropped, lacking, revoked };
}

const LOOK_EVERY_MS = 15_000;

/** Looks at the broker's users every so often, and says what it mended. */
export const createAccountKeeper = ({
  deps,
  log,
}: {
  readonly deps: RotationDeps;
  readonly log: Log;
}): Service => {
  let told = '';
  return {
    name: 'accounts',
    run: (signal) =>
      repeat(
        LOOK_EVERY_MS,
        signal,
        async () => {
          const { put, dropped, lacking, revoked } = await mendAccounts(deps);
          if (revoked.length > 0)
            log.warn({ stores: revoked }, 'the database had forgotten their revocation');
          if (put.length > 0)
            log.warn({ stores: put }, 'the broker did not know these: let in again');
          if (dropped.length > 0)
            log.warn({ users: dropped }, 'dropped users were back: dropped again');
          // Said once, not for as long as it is so.
          if (lacking.length > 0 && told !== lacking.join()) {
            log.error({ stores: lacking }, 'the broker does not know these: provision them again');
          }
          told = lacking.join();
        },
        (error) => log.error({ err: error }, 'the users of the broker could not be looked at'),
      ),
  };
};
