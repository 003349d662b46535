import type { OfficeBooks } from './office-books.ts';

/** The rival's one table at Head Office, and the outbox of its shops, in the same PostgreSQL. */
export const makeRivalTables = async (books: OfficeBooks): Promise<void> => {
  await books.query('DROP TABLE IF EXISTS rival_orders, rival_outbox');
  await books.query(
    `CREATE TABLE rival_orders (
       id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
       global_order_id text NOT NULL,
       gross integer NOT NULL,
       payload jsonb NOT NULL
     )`,
  );
};

export const insertRivalOrder = async (books: OfficeBooks, payload: string): Promise<void> => {
  await books.query(
    `INSERT INTO rival_orders (global_order_id, gross, payload)
     SELECT p->>'global_order_id', (p->'totals'->>'gross')::integer, p FROM (SELECT $1::jsonb AS p) AS given`,
    [payload],
  );
};

export interface RivalCount {
  readonly rows: number;
  readonly orders: number;
}

export const countRivalOrders = async (books: OfficeBooks): Promise<RivalCount> => {
  const [row] = await books.query<RivalCount>(
    'SELECT count(*) AS rows, count(DISTINCT global_order_id) AS orders FROM rival_orders',
  );
  return row ?? { rows: 0, orders: 0 };
};
