import { isStoreCode, type StoreCode } from '@tillwire/domain';
import type { PoolClient } from 'pg';
import type { Database } from './database.ts';

/** A store as Head Office knows it. */
export interface KnownStore {
  readonly store: StoreCode;
  readonly name: string;
  /** Null: nobody provisioned it; it is told nothing. */
  readonly provisionedAtMs: number | null;
  readonly revokedAtMs: number | null;
  /** Whether its line is up; null: it never came. */
  readonly online: boolean | null;
}

interface StoreRow {
  readonly store: string;
  readonly name: string;
  readonly provisioned_at: Date | null;
  readonly revoked_at: Date | null;
  readonly online: boolean | null;
}

export async function listStores(db: Database | PoolClient): Promise<readonly KnownStore[]> {
  const { rows } = await db.query<StoreRow>(
    `SELECT s.store, s.name, s.provisioned_at, s.revoked_at, t.online
     FROM stores s LEFT JOIN store_states t USING (store) ORDER BY length(s.store), s.store`,
  );
  return rows.flatMap(({ store, name, provisioned_at, revoked_at, online }) =>
    isStoreCode(store)
      ? [
          {
            store,
            name,
            provisionedAtMs: provisioned_at?.getTime() ?? null,
            revokedAtMs: revoked_at?.getTime() ?? null,
            online,
          },
        ]
      : [],
  );
}

/** The stores that are told what to sell. */
export const isServed = ({ provisionedAtMs, revokedAtMs }: KnownStore): boolean =>
  provisionedAtMs !== null && revokedAtMs === null;

/** Makes a store one of the chain's; again only its name changes. */
export const registerStore = (
  db: Database | PoolClient,
  {
    store,
    name,
    atMs,
  }: { readonly store: StoreCode; readonly name: string; readonly atMs: number },
): Promise<unknown> =>
  db.query(
    `INSERT INTO stores AS s (store, name, first_seen_at, provisioned_at) VALUES ($1, $2, $3, $3)
     ON CONFLICT (store) DO UPDATE SET
       name = excluded.name, provisioned_at = COALESCE(s.provisioned_at, excluded.provisioned_at)`,
    [store, name, new Date(atMs)],
  );
