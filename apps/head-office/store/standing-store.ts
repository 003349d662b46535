import type { Database } from './database.ts';

/** How the database stands. */
export interface Standing {
  readonly version: string;
  readonly databaseMs: number;
  /** Migrations that ran. */
  readonly applied: readonly { readonly name: string; readonly checksum: string }[];
  /** Events held that no verified backup holds. */
  readonly unbackedEvents: number;
  readonly parked: number;
  readonly servedStores: readonly string[];
}

export async function readStanding(db: Database): Promise<Standing> {
  const { rows } = await db.query<{ version: string; now: Date; made: boolean }>(
    `SELECT current_setting('server_version') AS version, clock_timestamp() AS now,
       to_regclass('migrations') IS NOT NULL AS made`,
  );
  const [now] = rows;
  const version = now?.version ?? '';
  const databaseMs = now?.now.getTime() ?? 0;
  const nothing = { unbackedEvents: 0, parked: 0, servedStores: [] };
  if (now?.made !== true) return { version, databaseMs, applied: [], ...nothing };
  const { rows: applied } = await db.query<Standing['applied'][number]>(
    'SELECT name, checksum FROM migrations ORDER BY name',
  );
  const counted = await db.query<Pick<Standing, 'unbackedEvents' | 'parked' | 'servedStores'>>(
    `SELECT (SELECT coalesce(sum(held_through - backed_up_through), 0) FROM journal_epochs)::bigint
         AS "unbackedEvents",
       (SELECT count(*) FROM quarantine WHERE resolved_at IS NULL) AS parked,
       (SELECT coalesce(array_agg(store ORDER BY store), '{}') FROM stores
         WHERE provisioned_at IS NOT NULL AND revoked_at IS NULL) AS "servedStores"`,
  );
  return { version, databaseMs, applied, ...nothing, ...counted.rows[0] };
}
