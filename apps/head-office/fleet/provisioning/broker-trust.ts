import { isDeepStrictEqual } from 'node:util';
import type { StoreCode } from '@tillwire/domain';
import { type Clock, type Ids, isAuthority, Problem } from '@tillwire/runtime';
import { commandsNamed, insertCommand } from '../../store/command-store.ts';
import { type Database } from '../../store/database.ts';
import { isServed, listStores } from '../../store/fleet-store.ts';

const PEM_BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
const AT_MOST = 4;
/** A store that is off confirms when it comes back; asked again by the next run. */
const TRUST_LIFE_MS = 30 * 86_400_000;

/** The authorities in a bundle of PEM. @throws {Problem} naming the one that is none. */
export function authoritiesOf(pem: string): readonly string[] {
  const found = (pem.match(PEM_BLOCK) ?? []).map((block) => `${block}\n`);
  if (found.length === 0 || found.length > AT_MOST) {
    throw new Problem(400, 'no-authority', `1 to ${AT_MOST} certificates are needed, in PEM form`);
  }
  for (const [at, block] of found.entries()) {
    if (!isAuthority(block)) {
      throw new Problem(400, 'no-authority', `certificate ${at + 1} is no authority's`);
    }
  }
  return found;
}

/**
 * Tells every served store which authorities may vouch for the broker from now on, unless it was told already; the
 * stores that have not confirmed it. Signed like every command, so it holds however little the broker is to be believed.
 */
export async function trustBroker(
  { db, clock, ids }: { readonly db: Database; readonly clock: Clock; readonly ids: Ids },
  authorities: readonly string[],
  by: string,
): Promise<readonly StoreCode[]> {
  const sent = await commandsNamed(db, 'trust-broker');
  const nowMs = clock.nowMs();
  const awaited: StoreCode[] = [];
  for (const { store } of (await listStores(db)).filter(isServed)) {
    const last = sent.findLast((one) => one.store === store);
    const isThis =
      last?.command.name === 'trust-broker' &&
      isDeepStrictEqual(last.command.authorities, authorities);
    if (isThis && last.outcome === 'done') continue;
    awaited.push(store);
    if (isThis && last.outcome === null) continue;
    await insertCommand(db, {
      commandId: ids.uuid(),
      store,
      command: { name: 'trust-broker', authorities: [...authorities] },
      sentBy: by,
      createdAtMs: nowMs,
      expiresAtMs: nowMs + TRUST_LIFE_MS,
    });
  }
  return awaited;
}
