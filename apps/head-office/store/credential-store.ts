import { isStoreCode, type StoreCode } from '@tillwire/domain';
import type { PoolClient } from 'pg';
import type { Database } from './database.ts';

/** By what a store gets into the broker. */
export interface Credential {
  readonly store: StoreCode;
  readonly generation: number;
  readonly user: string;
  readonly joinId: string;
  readonly origin: 'join' | 'rotation';
  readonly state: 'in-use' | 'offered' | 'dropped';
  /** The password, or the certificate while it is on offer, sealed by the store's key; null: the store has its certificate, or has yet to ask for it. */
  readonly sealed: string | null;
  /** Null: it is a password, or a certificate not issued yet. */
  readonly certificateUntilMs: number | null;
  readonly commandId: string | null;
  readonly requestedBy: string;
  readonly createdAtMs: number;
  readonly droppedAtBroker: boolean;
}

interface CredentialRow extends Omit<Credential, 'store' | 'createdAtMs' | 'certificateUntilMs'> {
  readonly store: string;
  readonly createdAt: Date;
  readonly certificateUntil: Date | null;
}

const COLUMNS = `store, generation, user_name AS "user", join_id AS "joinId", origin, state, sealed,
  command_id AS "commandId", requested_by AS "requestedBy", created_at AS "createdAt",
  dropped_at_broker AS "droppedAtBroker", certificate_until AS "certificateUntil"`;

const credentialsOf = (rows: readonly CredentialRow[]): readonly Credential[] =>
  rows.flatMap(({ store, createdAt, certificateUntil, ...rest }) =>
    isStoreCode(store)
      ? [
          {
            ...rest,
            store,
            createdAtMs: createdAt.getTime(),
            certificateUntilMs: certificateUntil?.getTime() ?? null,
          },
        ]
      : [],
  );

/** All a store ever had, oldest first. */
export async function credentialsOfStore(
  db: Database | PoolClient,
  store: StoreCode,
): Promise<readonly Credential[]> {
  const { rows } = await db.query<CredentialRow>(
    `SELECT ${COLUMNS} FROM store_credentials WHERE store = $1 ORDER BY generation`,
    [store],
  );
  return credentialsOf(rows);
}

/** What lets stores in now: in use, or on offer beside that. */
export async function liveCredentials(db: Database): Promise<readonly Credential[]> {
  const { rows } = await db.query<CredentialRow>(
    `SELECT ${COLUMNS} FROM store_credentials WHERE state <> 'dropped' ORDER BY store, generation`,
  );
  return credentialsOf(rows);
}

/** Users of dropped credentials that the broker was told of: it knows them no more, unless it was put back. */
export async function settledUsers(db: Database): Promise<readonly string[]> {
  const { rows } = await db.query<{ user: string }>(
    `SELECT user_name AS "user" FROM store_credentials
     WHERE state = 'dropped' AND dropped_at_broker ORDER BY store, generation`,
  );
  return rows.map(({ user }) => user);
}

/** What the broker may not agree with yet: offers, and dropped ones it was not told of. */
export async function unsettledCredentials(db: Database): Promise<readonly Credential[]> {
  const { rows } = await db.query<CredentialRow>(
    `SELECT ${COLUMNS} FROM store_credentials
     WHERE state = 'offered' OR (state = 'dropped' AND NOT dropped_at_broker)
     ORDER BY created_at, store, generation`,
  );
  return credentialsOf(rows);
}

/**
 * Credentials in use, of stores served, whose time has come: made before a moment, taken out of a join file, or
 * running out before another moment. One that a store did not take lately is not offered anew yet.
 */
export async function ripeCredentials(
  db: Database,
  {
    madeBefore,
    endingBefore,
    failedBefore,
  }: Readonly<Record<'madeBefore' | 'endingBefore' | 'failedBefore', Date>>,
): Promise<readonly Credential[]> {
  const { rows } = await db.query<CredentialRow>(
    `SELECT ${COLUMNS} FROM store_credentials c
     WHERE state = 'in-use'
       AND NOT EXISTS (SELECT FROM store_credentials o WHERE o.store = c.store AND o.state = 'offered')
       AND EXISTS (SELECT FROM stores s WHERE s.store = c.store AND s.revoked_at IS NULL)
       AND EXISTS (SELECT FROM store_states t
         WHERE t.store = c.store AND t.online AND t.changed_at > c.created_at)
       AND (created_at < $1 OR origin = 'join' OR certificate_until < $2)
       AND NOT EXISTS (SELECT FROM store_credentials f WHERE f.store = c.store
         AND f.generation > c.generation AND f.settled_at >= $3)
     ORDER BY store`,
    [madeBefore, endingBefore, failedBefore],
  );
  return credentialsOf(rows);
}

/** Two at once for one store wait for each other. */
export const lockStore = (client: PoolClient, store: StoreCode): Promise<unknown> =>
  client.query('SELECT 1 FROM stores WHERE store = $1 FOR UPDATE', [store]);

export const insertCredential = (
  client: PoolClient,
  {
    store,
    generation,
    user,
    joinId,
    origin,
    state,
    sealed,
    certificateUntilMs,
    requestedBy,
    createdAtMs,
  }: Omit<Credential, 'commandId' | 'droppedAtBroker'>,
): Promise<unknown> =>
  client.query(
    `INSERT INTO store_credentials
       (store, generation, user_name, join_id, origin, state, sealed, requested_by, created_at,
        certificate_until)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      store,
      generation,
      user,
      joinId,
      origin,
      state,
      sealed,
      requestedBy,
      new Date(createdAtMs),
      certificateUntilMs === null ? null : new Date(certificateUntilMs),
    ],
  );

/** Keeps the certificate that was issued for an offer. */
export const sealCertificate = (
  client: PoolClient,
  { store, generation }: Pick<Credential, 'store' | 'generation'>,
  { sealed, untilMs }: { readonly sealed: string; readonly untilMs: number },
): Promise<unknown> =>
  client.query(
    `UPDATE store_credentials SET sealed = $3, certificate_until = $4
     WHERE store = $1 AND generation = $2`,
    [store, generation, sealed, new Date(untilMs)],
  );

export const nameCommand = (
  client: PoolClient,
  { store, generation }: Pick<Credential, 'store' | 'generation'>,
  commandId: string,
): Promise<unknown> =>
  client.query(
    'UPDATE store_credentials SET command_id = $3 WHERE store = $1 AND generation = $2',
    [store, generation, commandId],
  );

/** Ends the credentials named by their state; the broker is told after. */
export const dropCredentials = (
  client: PoolClient,
  store: StoreCode,
  states: readonly Credential['state'][],
  atMs: number,
): Promise<unknown> =>
  client.query(
    `UPDATE store_credentials SET state = 'dropped', sealed = NULL, settled_at = $3
     WHERE store = $1 AND state = ANY ($2)`,
    [store, states, new Date(atMs)],
  );

export const useCredential = (
  client: PoolClient,
  { store, generation }: Pick<Credential, 'store' | 'generation'>,
  atMs: number,
): Promise<unknown> =>
  client.query(
    // A password is kept: a broker that was made anew is told it again.
    `UPDATE store_credentials SET state = 'in-use', settled_at = $3,
       sealed = CASE WHEN certificate_until IS NULL THEN sealed END
     WHERE store = $1 AND generation = $2`,
    [store, generation, new Date(atMs)],
  );

export const markDroppedAtBroker = (
  db: Database,
  { store, generation }: Pick<Credential, 'store' | 'generation'>,
): Promise<unknown> =>
  db.query(
    'UPDATE store_credentials SET dropped_at_broker = true WHERE store = $1 AND generation = $2',
    [store, generation],
  );

/** Makes a store one of the chain's, again after it was revoked. */
export const provisionStore = (
  client: PoolClient,
  {
    store,
    name,
    atMs,
  }: { readonly store: StoreCode; readonly name: string; readonly atMs: number },
): Promise<unknown> =>
  client.query(
    `INSERT INTO stores AS s (store, name, first_seen_at, provisioned_at) VALUES ($1, $2, $3, $3)
     ON CONFLICT (store) DO UPDATE SET name = excluded.name, revoked_at = NULL,
       provisioned_at = COALESCE(s.provisioned_at, excluded.provisioned_at)`,
    [store, name, new Date(atMs)],
  );

export const revokeStore = (client: PoolClient, store: StoreCode, atMs: number): Promise<unknown> =>
  client.query('UPDATE stores SET revoked_at = $2 WHERE store = $1 AND revoked_at IS NULL', [
    store,
    new Date(atMs),
  ]);

/** The last epoch of a store's journal that is held or was heard of; 0: it never had one. */
export async function lastEpochOf(db: Database | PoolClient, store: StoreCode): Promise<number> {
  const { rows } = await db.query<{ epoch: number | null }>(
    'SELECT max(journal_epoch) AS epoch FROM journal_epochs WHERE store = $1',
    [store],
  );
  return rows[0]?.epoch ?? 0;
}
