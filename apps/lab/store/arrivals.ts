import type { OfficeBooks } from './office-books.ts';

export interface ArrivalRow {
  readonly store: string;
  readonly soldMs: number;
  readonly receivedMs: number;
}

/** When every sale was made by its shop's clock, and when it was booked by Head Office's. */
export const readArrivals = (
  books: OfficeBooks,
  stores: readonly string[],
): Promise<readonly ArrivalRow[]> =>
  books.query<ArrivalRow>(
    `SELECT store, (extract(epoch FROM (payload::jsonb ->> 'created_at')::timestamptz) * 1000)::bigint AS "soldMs",
       (extract(epoch FROM received_at) * 1000)::bigint AS "receivedMs"
     FROM journal WHERE kind = 'order' AND revision = 1 AND store = ANY($1) ORDER BY 2`,
    [stores],
  );
