import { type Command, rotationContext, seal, unseal } from '@tillwire/contract';
import type { StoreCode } from '@tillwire/domain';
import {
  type Clock,
  type CrashPoint,
  type Ids,
  type Log,
  Problem,
  repeat,
  type Service,
} from '@tillwire/runtime';
import type { PoolClient } from 'pg';
import { recordAlert } from '../../store/alert-store.ts';
import { insertCommand, readCommand } from '../../store/command-store.ts';
import {
  type Credential,
  credentialsOfStore,
  dropCredentials,
  insertCredential,
  lockStore,
  markDroppedAtBroker,
  nameCommand,
  ripeCredentials,
  sealCertificate,
  unsettledCredentials,
  useCredential,
} from '../../store/credential-store.ts';
import { type Database, inTransaction } from '../../store/database.ts';
import { listStores } from '../../store/fleet-store.ts';
import { issueOnRequest } from '../broker/authority.ts';
import type { BrokerAccounts } from './broker-accounts.ts';
import type { Revocations } from './revocations.ts';

export interface RotationDeps {
  readonly db: Database;
  readonly accounts: BrokerAccounts;
  /** The key of a store, of one of its provisionings. */
  readonly storeKey: (store: StoreCode, joinId: string) => Buffer;
  readonly revocations: Revocations;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly crashPoint: CrashPoint;
}

/**
 * New credentials for stores (protocol.md §6.3). One is offered beside the one in use, sealed; the store connects
 * with it, takes it and says so; only then the old one goes. A certificate is asked for by the store first, over a key
 * that it made (`enrol`). Every step is in the database first, so whatever dies is carried on by the next `step`, of
 * whichever process.
 */
export interface Rotations {
  /** Offers a store a new credential; goes on with one that is on offer already. */
  readonly rotate: (store: StoreCode, by: string) => Promise<Credential>;
  /** Brings broker and database together. How many credentials it settled. */
  readonly step: () => Promise<number>;
  /** Rotates what is older than `maxAgeMs` or runs out soon, and what came by a join file once that was used: it is worth nothing then. */
  readonly rotateRipe: (maxAgeMs: number) => Promise<number>;
  readonly credentials: (store: StoreCode) => Promise<readonly Credential[]>;
}

export const PASSWORD_BYTES = 24;
/** A store that is off takes it up when it comes back; until then it is sent again. */
const ROTATE_LIFE_MS = 7 * 86_400_000;
/** A broker that was put back from a backup is told again of what is on offer. */
const LOOK_AGAIN_MS = 60_000;
const DAY_MS = 86_400_000;
/** How long a store's certificate holds: longer than any store is off. */
export const STORE_CERTIFICATE_DAYS = 365;
/** One that has no more than this left is renewed, however seldom the policy rotates. */
const RENEW_BEFORE_MS = 60 * DAY_MS;
/** A store that did not take its new credential is asked again by the policy after this. */
const FAILED_REST_MS = 3_600_000;

/** How the broker knows a store: by its code at first, then by code and generation. */
export const userOf = (store: StoreCode, generation: number): string =>
  generation === 1 ? store : `${store}.${generation}`;

/** Which of a store's credentials `user` is; null: it is none of that store's. */
export function generationOf(store: StoreCode, user: string): number | null {
  if (user === store) return 1;
  const generation = user.startsWith(`${store}.`) ? Number(user.slice(store.length + 1)) : 0;
  return generation > 1 && userOf(store, generation) === user ? generation : null;
}

/**
 * The highest generation that is known here or at the broker: a database put back from a backup knows none of what
 * was rotated since, and no name that lets a store in is ever given to something else.
 */
export const lastGeneration = (
  store: StoreCode,
  all: readonly Credential[],
  users: readonly string[],
): number =>
  Math.max(
    0,
    ...all.map(({ generation }) => generation),
    ...users.map((user) => generationOf(store, user) ?? 0),
  );

export function createRotations(deps: RotationDeps): Rotations {
  const { db, accounts, clock, crashPoint } = deps;
  /** When an offer was last seen at the broker, by user. */
  const seenMs = new Map<string, number>();

  const offerAtBroker = async (credential: Credential): Promise<void> => {
    const { store, user } = credential;
    const nowMs = clock.monotonicMs();
    if (nowMs - (seenMs.get(user) ?? Number.NEGATIVE_INFINITY) < LOOK_AGAIN_MS) return;
    const password = passwordOf(credential, deps);
    // Putting it once more would end the session that may be trying it.
    if (!(await accounts.users()).includes(user)) await accounts.put(store, user, password);
    if (!(await isLive(db, credential))) return accounts.drop([user]);
    seenMs.set(user, nowMs);
    crashPoint('new-at-broker');
  };

  /** One credential as far as it goes; true once it is settled. */
  const settle = async (credential: Credential): Promise<boolean> => {
    if (credential.state === 'dropped') {
      await accounts.drop([credential.user]);
      crashPoint('old-dropped-at-broker');
      await markDroppedAtBroker(db, credential);
      return true;
    }
    const { commandId } = credential;
    const sent = commandId === null ? null : await readCommand(db, commandId);
    switch (sent?.outcome) {
      case undefined:
        // The broker first: a store that is told too early would be turned away.
        await offerAtBroker(credential);
        await whileOffered(db, credential, (client) => sendRotate(client, deps, credential));
        crashPoint('rotation-sent');
        return false;
      case null:
        await offerAtBroker(credential);
        return false;
      case 'done':
        if (sent?.command.name === 'enrol') return issueCertificate(deps, credential, sent.detail);
        await whileOffered(db, credential, async (client) => {
          await dropCredentials(client, credential.store, ['in-use'], clock.nowMs());
          await useCredential(client, credential, clock.nowMs());
        });
        crashPoint('new-in-use');
        return true;
      case 'expired':
        // The store may have taken it and died before it said so: only its word ends an offer.
        await whileOffered(db, credential, (client) => sendRotate(client, deps, credential));
        return false;
      case 'failed':
      case 'not-supported':
        await giveUp(deps, credential, sent?.detail ?? '');
        return true;
    }
  };

  const step = async (): Promise<number> => {
    for (let settled = 0; ;) {
      const before = settled;
      for (const credential of await unsettledCredentials(db)) {
        settled += Number(await settle(credential));
      }
      // Settling an offer drops the credential before it.
      if (settled === before) return settled;
    }
  };
  const rotate: Rotations['rotate'] = async (store, by) => {
    await servedStore(db, store);
    const users = await accounts.users();
    const offered = await inTransaction(db, (client) => offer(client, deps, { store, by, users }));
    crashPoint('rotation-offered');
    await settle(offered);
    return offered;
  };
  return {
    rotate,
    step,
    rotateRipe: async (maxAgeMs) => {
      const nowMs = clock.nowMs();
      const ripe = await ripeCredentials(db, {
        madeBefore: new Date(nowMs - maxAgeMs),
        endingBefore: new Date(nowMs + RENEW_BEFORE_MS),
        failedBefore: new Date(nowMs - FAILED_REST_MS),
      });
      for (const { store } of ripe) await rotate(store, 'rotation policy');
      return ripe.length;
    },
    credentials: (store) => credentialsOfStore(db, store),
  };
}

/**
 * Whether a credential still lets its store in. Asked once it was put at the broker: whoever revoked the store or
 * provisioned it anew meanwhile may have told the broker before it was there.
 */
export const isLive = async (
  db: Database,
  { store, user }: Pick<Credential, 'store' | 'user'>,
): Promise<boolean> =>
  (await credentialsOfStore(db, store)).some((one) => one.user === user && one.state !== 'dropped');

/** What the broker is to let a user in by; null: a certificate, which it knows by the authority. */
export function passwordOf(
  { store, user, joinId, sealed, certificateUntilMs }: Credential,
  { storeKey }: Pick<RotationDeps, 'storeKey'>,
): string | null {
  if (sealed === null || certificateUntilMs !== null) return null;
  const password = unseal(storeKey(store, joinId), rotationContext(store, user), sealed);
  if (password === null) throw new Error(`the credential of ${user} does not open`);
  return password;
}

/** Issues the certificate a store asked for and sends it; true when there is nothing more to do for it. */
async function issueCertificate(
  deps: RotationDeps,
  credential: Credential,
  request: string,
): Promise<boolean> {
  const { db, accounts, storeKey, clock, ids, crashPoint } = deps;
  const { store, user, joinId } = credential;
  const authority = accounts.clientAuthority;
  const days = STORE_CERTIFICATE_DAYS;
  const certificate =
    authority === null ? null : await issueOnRequest(authority, { request, user, days }, deps);
  if (certificate === null) {
    await giveUp(deps, credential, `what it asked for is no request for ${user}`);
    return true;
  }
  const key = storeKey(store, joinId);
  const sealed = seal(key, rotationContext(store, user), certificate, ids.secret);
  const untilMs = clock.nowMs() + days * DAY_MS;
  await whileOffered(db, credential, async (client) => {
    await sealCertificate(client, credential, { sealed, untilMs });
    await sendRotate(client, deps, { ...credential, sealed });
  });
  crashPoint('certificate-issued');
  return false;
}

/** Ends an offer; the credential in use stays. */
async function giveUp(
  { db, clock }: RotationDeps,
  credential: Credential,
  detail: string,
): Promise<void> {
  const { store, commandId } = credential;
  await whileOffered(db, credential, (client) =>
    dropCredentials(client, store, ['offered'], clock.nowMs()),
  );
  await recordAlert(db, {
    store,
    code: 'rotation-failed',
    key: commandId ?? '',
    message: 'the store did not take its new credential; the old one stays',
    facts: { detail: detail.slice(0, 500) },
    at: new Date(clock.nowMs()),
  });
}

const whileOffered = (
  db: Database,
  { store, generation }: Credential,
  work: (client: PoolClient) => Promise<unknown>,
): Promise<void> =>
  inTransaction(db, async (client) => {
    await lockStore(client, store);
    const all = await credentialsOfStore(client, store);
    const isOffered = all.some((one) => one.generation === generation && one.state === 'offered');
    if (isOffered) await work(client);
  });

async function offer(
  client: PoolClient,
  deps: RotationDeps,
  {
    store,
    by,
    users,
  }: { readonly store: StoreCode; readonly by: string; readonly users: readonly string[] },
): Promise<Credential> {
  await lockStore(client, store);
  const all = await credentialsOfStore(client, store);
  const offered = all.find(({ state }) => state === 'offered');
  if (offered !== undefined) return offered;
  const inUse = all.find(({ state }) => state === 'in-use');
  if (inUse === undefined) {
    throw new Problem(
      409,
      'no-store-key',
      `${store} did not join by a file, so it has no key to seal a new credential by; provision it again`,
    );
  }
  const generation = lastGeneration(store, all, users) + 1;
  const user = userOf(store, generation);
  const { ids, storeKey, clock, accounts } = deps;
  const key = storeKey(store, inUse.joinId);
  const next = {
    store,
    generation,
    user,
    joinId: inUse.joinId,
    origin: 'rotation',
    state: 'offered',
    sealed:
      accounts.clientAuthority === null
        ? seal(key, rotationContext(store, user), ids.secret(PASSWORD_BYTES), ids.secret)
        : null,
    certificateUntilMs: null,
    requestedBy: by,
    createdAtMs: clock.nowMs(),
  } as const;
  await insertCredential(client, next);
  return { ...next, commandId: null, droppedAtBroker: false };
}

async function sendRotate(
  client: PoolClient,
  { clock, ids }: RotationDeps,
  credential: Credential,
): Promise<void> {
  const commandId = ids.uuid();
  const nowMs = clock.nowMs();
  const { user, sealed } = credential;
  const command: Command =
    sealed === null ? { name: 'enrol', user } : { name: 'rotate', user, sealed };
  await insertCommand(client, {
    commandId,
    store: credential.store,
    command,
    sentBy: credential.requestedBy,
    createdAtMs: nowMs,
    expiresAtMs: nowMs + ROTATE_LIFE_MS,
  });
  await nameCommand(client, credential, commandId);
}

/** @throws {Problem} unless the store is provisioned and not revoked. */
export async function servedStore(db: Database, store: StoreCode): Promise<void> {
  const known = (await listStores(db)).find((one) => one.store === store);
  if (known === undefined || known.provisionedAtMs === null) {
    throw new Problem(404, 'unknown-store', `not a store of the chain: ${store}`);
  }
  if (known.revokedAtMs !== null) {
    throw new Problem(409, 'revoked', `${store} is revoked; provision it to have it back`);
  }
}

/** Every so often, and quicker than a person waits. */
const STEP_MS = 500;
const RIPE_MS = 2000;

/** Carries rotations through, whoever began them, and begins those the policy wants. */
export const createRotationKeeper = ({
  rotations,
  maxAgeMs,
  clock,
  log,
}: {
  readonly rotations: Rotations;
  readonly maxAgeMs: number;
  readonly clock: Clock;
  readonly log: Log;
}): Service => ({
  name: 'rotation',
  run: async (signal) => {
    let lookedAtMs = Number.NEGATIVE_INFINITY;
    await repeat(
      STEP_MS,
      signal,
      async () => {
        const settled = await rotations.step();
        if (settled > 0) log.info({ settled }, 'credentials settled');
        if (clock.monotonicMs() - lookedAtMs < RIPE_MS) return;
        lookedAtMs = clock.monotonicMs();
        const begun = await rotations.rotateRipe(maxAgeMs);
        if (begun > 0) log.info({ stores: begun }, 'credentials are due: rotating');
      },
      (error) => log.error({ err: error }, 'credentials could not be settled; trying again'),
    );
  },
});
