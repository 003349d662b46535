import type { Database } from './database.ts';

/** How the database stands. */
export interface Standing {
  readonly version: string;
  readonly databaseMs: number;
  /** Migrations that ran. */
  readonly applied: number;
  readonly backedUp: boolean;
}

export async function readStanding(db: Database): Promise<Standing> {
  const { rows } = await db.query<{ version: string; now: Date; made: boolean }>(
    `SELECT current_setting('server_version') AS version, clock_timestamp() AS now,
       to_regclass('migrations') IS NOT NULL AS made`,
  );
  const [now] = rows;
  const version = now?.version ?? '';
  const databaseMs = now?.now.getTime() ?? 0;
  if (now?.made !== true) return { version, databaseMs, applied: 0, backedUp: false };
  const counted = await db.query<{ applied: number; bare: number }>(
    `SELECT (SELECT count(*) FROM migrations) AS applied,
       (SELECT count(*) FROM journal_epochs WHERE held_through > 0 AND backed_up_through = 0) AS bare`,
  );
  const { applied = 0, bare = 0 } = counted.rows[0] ?? {};
  return { version, databaseMs, applied, backedUp: bare === 0 };
}
