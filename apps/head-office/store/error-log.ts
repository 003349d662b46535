import type { Database } from './database.ts';
import type { StoreError } from './overview-queries.ts';

export interface ErrorFilter {
  readonly store?: string | undefined;
  readonly code?: string | undefined;
  /** Events that came before this one. */
  readonly before?: Pick<StoreError, 'receivedAt' | 'store' | 'errorId'> | undefined;
  readonly limit: number;
}

/** What the stores reported, the last to come first. */
export async function listErrors(
  db: Database,
  { store, code, before, limit }: ErrorFilter,
): Promise<readonly StoreError[]> {
  const { rows } = await db.query<Omit<StoreError, 'receivedAt'> & { readonly receivedAt: Date }>(
    `SELECT store, error_id AS "errorId", received_at AS "receivedAt", payload FROM error_events
     WHERE ($1::text IS NULL OR store = $1) AND ($2::text IS NULL OR payload ->> 'code' = $2)
       AND ($3::timestamptz IS NULL
         OR (received_at, store, error_id) < ($3, $4, $5))
     ORDER BY received_at DESC, store DESC, error_id DESC LIMIT $6`,
    [
      store ?? null,
      code ?? null,
      before === undefined ? null : new Date(before.receivedAt),
      before?.store ?? null,
      before?.errorId ?? null,
      limit,
    ],
  );
  return rows.map((row) => ({ ...row, receivedAt: row.receivedAt.toISOString() }));
}
