import {
  type BrokerLogin,
  newJoinCode,
  publicPemOf,
  rotationContext,
  seal,
  type SigningKey,
  writeJoinFile,
} from '@tillwire/contract';
import { invariant, type StoreCode, utcInstant } from '@tillwire/domain';
import { type BrokerAddress, Problem } from '@tillwire/runtime';
import type { PoolClient } from 'pg';
import { recordAlert } from '../../store/alert-store.ts';
import {
  type Credential,
  credentialsOfStore,
  dropCredentials,
  insertCredential,
  lastEpochOf,
  lockStore,
  markDroppedAtBroker,
  provisionStore,
  revokeStore,
} from '../../store/credential-store.ts';
import { type Database, inTransaction } from '../../store/database.ts';
import { isServed, listStores } from '../../store/fleet-store.ts';
import { issueClient } from '../broker/authority.ts';
import {
  generationOf,
  isLive,
  lastGeneration,
  PASSWORD_BYTES,
  type RotationDeps,
  servedStore,
  userOf,
} from './rotation.ts';

export interface Provisioning {
  readonly store: StoreCode;
  readonly name: string;
  readonly day: { readonly timeZone: string; readonly rollover: string };
  /** As the shop reaches it. */
  readonly broker: Pick<BrokerAddress, 'url' | 'ca'>;
  readonly signingKeys: readonly SigningKey[];
  /** How long the join file can be used. */
  readonly lifeMs: number;
  /** Also when the store is provisioned already: its present machine is shut out. */
  readonly again: boolean;
  readonly by: string;
}

export interface Provisioned {
  /** Text of the join file. */
  readonly file: string;
  /** Opens it; nobody can be told it again. */
  readonly code: string;
  /** Its journal is held here already: the new machine begins a new epoch. */
  readonly hadJournal: boolean;
}

/** A store may join without a line and have it only days later. */
const JOIN_GRACE_MS = 14 * 86_400_000;
const DAY_MS = 86_400_000;

/**
 * Makes a store one of the chain's: its account at the broker, live, and a join file (protocol.md §6.3). Dying in
 * the middle leaves an account nobody has the password of; the next run begins anew.
 */
export async function provisionStoreByFile(
  deps: RotationDeps,
  { store, name, day, broker, signingKeys, lifeMs, again, by }: Provisioning,
): Promise<Provisioned> {
  const { db, accounts, storeKey, revocations, clock, ids, crashPoint } = deps;
  const nowMs = clock.nowMs();
  const joinId = ids.uuid();
  const days = Math.ceil((lifeMs + JOIN_GRACE_MS) / DAY_MS);
  const certificateUntilMs = accounts.clientAuthority === null ? null : nowMs + days * DAY_MS;
  const password = accounts.clientAuthority === null ? ids.secret(PASSWORD_BYTES) : null;
  const users = await accounts.users();
  const { user, lastEpoch } = await inTransaction(db, async (client) => {
    const known = (await listStores(client)).find((one) => one.store === store);
    const served = known !== undefined && isServed(known);
    if (served && !again) {
      throw new Problem(
        409,
        'provisioned-already',
        `${store} is provisioned already; a new join file shuts its present machine out (--again)`,
      );
    }
    await provisionStore(client, { store, name, atMs: nowMs });
    await lockStore(client, store);
    const all = await credentialsOfStore(client, store);
    await dropCredentials(client, store, ['in-use', 'offered'], nowMs);
    const last = Math.max(lastGeneration(store, all, users), revocations.through(store));
    const credential = nextCredential(store, last, served);
    const context = rotationContext(store, credential.user);
    await insertCredential(client, {
      ...credential,
      sealed:
        password === null ? null : seal(storeKey(store, joinId), context, password, ids.secret),
      joinId,
      certificateUntilMs,
      requestedBy: by,
      createdAtMs: nowMs,
    });
    return { user: credential.user, lastEpoch: await lastEpochOf(client, store) };
  });
  crashPoint('provisioned-in-database');
  const login = password === null ? await certified(user, deps, days) : { user, password };
  await accounts.put(store, user, password);
  if (!(await isLive(db, { store, user }))) {
    await accounts.drop([user]);
    const detail = `${store} was provisioned or revoked by somebody else just now`;
    throw new Problem(409, 'changed-meanwhile', detail);
  }
  for (const old of await credentialsOfStore(db, store)) {
    if (old.state !== 'dropped' || old.droppedAtBroker) continue;
    await accounts.drop([old.user]);
    await markDroppedAtBroker(db, old);
  }
  // What the broker lets in for the store beside that: the account that `broker init` may have made, from before it
  // had a join file, and whatever a database put back from a backup does not know of.
  await accounts.drop(
    users.filter((other) => other !== user && generationOf(store, other) !== null),
  );
  const code = newJoinCode(ids.secret);
  const file = writeJoinFile(
    {
      store_code: store,
      name,
      join_id: joinId,
      day: { time_zone: day.timeZone, rollover: day.rollover },
      broker: { url: broker.url, ca: broker.ca ?? '', ...login },
      store_key: storeKey(store, joinId).toString('base64url'),
      trust_anchors: signingKeys.map(publicPemOf).join(''),
      last_epoch: lastEpoch,
    },
    {
      issuedAt: utcInstant(nowMs),
      expiresAt: utcInstant(nowMs + lifeMs),
      code,
      random: ids.secret,
    },
  );
  return { file, code, hadJournal: lastEpoch > 0 };
}

/** What a join file lets its store in by, until the store has come and made a key of its own. */
async function certified(user: string, deps: RotationDeps, days: number): Promise<BrokerLogin> {
  const authority = deps.accounts.clientAuthority;
  invariant(authority !== null, 'somebody vouches for clients');
  return { user, ...(await issueClient(authority, user, deps, days)) };
}

/** One that was served before it had credentials of its own here uses the first name already. */
function nextCredential(store: StoreCode, last: number, served: boolean) {
  const generation = Math.max(last, served ? 1 : 0) + 1;
  return {
    store,
    generation,
    user: userOf(store, generation),
    origin: 'join',
    state: 'in-use',
  } as const;
}

/** Ends a store: its sessions are cut at once, it is told nothing any more. What it sold comes by USB stick. */
export async function revokeStoreNow(
  deps: RotationDeps,
  store: StoreCode,
  by: string,
): Promise<void> {
  const { db, accounts, revocations, crashPoint } = deps;
  await servedStore(db, store);
  const all = await inTransaction(db, async (client) => {
    await lockStore(client, store);
    return revokeInDatabase(client, deps, { store, by });
  });
  // Whatever dies from here on: what is dropped and not so at the broker is dropped there by the keeper.
  crashPoint('revoked-in-database');
  const there = await accounts.users();
  // Whoever provisioned it anew since is not undone.
  const anew = new Set(
    (await credentialsOfStore(db, store)).flatMap(({ state, user }) =>
      state === 'dropped' ? [] : [user],
    ),
  );
  const users = there.filter((user) => generationOf(store, user) !== null && !anew.has(user));
  revocations.note(store, lastGeneration(store, all, users));
  await accounts.drop([...new Set([store, ...all.map(({ user }) => user), ...users])]);
  for (const one of all) await markDroppedAtBroker(db, one);
}

/** Revokes in the database what was revoked before that was put back from a backup. The stores. */
export async function revokeForgotten(
  deps: Pick<RotationDeps, 'db' | 'revocations' | 'clock'>,
): Promise<readonly StoreCode[]> {
  const { db, revocations } = deps;
  const revoked: StoreCode[] = [];
  const served = await servedStores(db);
  for (const store of revocations.stores()) {
    if (!served.has(store)) continue;
    const isForgotten = await inTransaction(db, async (client) => {
      // Looked at behind the lock: whoever revokes it this moment notes that before it is in the database.
      await lockStore(client, store);
      if (!(await servedStores(client)).has(store)) return false;
      const through = revocations.through(store);
      const all = await credentialsOfStore(client, store);
      const isAnew = all.some((one) => one.state === 'in-use' && one.generation > through);
      if (isAnew) return false;
      await revokeInDatabase(client, deps, { store, by: 'before the database was put back' });
      return true;
    });
    if (isForgotten) revoked.push(store);
  }
  return revoked;
}

const servedStores = async (db: Database | PoolClient): Promise<ReadonlySet<StoreCode>> =>
  new Set((await listStores(db)).filter(isServed).map(({ store }) => store));

/** The first name of a store, which the broker may know without there being a credential of it here. */
const FIRST_GENERATION = 1;

/** All credentials the store, which is locked, had: every one of them dropped now. */
async function revokeInDatabase(
  client: PoolClient,
  { revocations, clock }: Pick<RotationDeps, 'revocations' | 'clock'>,
  { store, by }: { readonly store: StoreCode; readonly by: string },
): Promise<readonly Credential[]> {
  const nowMs = clock.nowMs();
  const all = await credentialsOfStore(client, store);
  // First: dying between the two, Head Office revokes it by this when it starts.
  revocations.note(store, Math.max(FIRST_GENERATION, lastGeneration(store, all, [])));
  await dropCredentials(client, store, ['in-use', 'offered'], nowMs);
  await revokeStore(client, store, nowMs);
  await recordAlert(client, {
    store,
    code: 'store-revoked',
    key: String(nowMs),
    message: 'the store was revoked: what it sold and did not send comes by USB stick',
    facts: { by },
    at: new Date(nowMs),
  });
  return all;
}
