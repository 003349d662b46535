import type { OfficeBooks } from './office-books.ts';

/** Something wrong put into Head Office's books by hand, to see whether the checker sees it; and taken out again. */
export interface Plant {
  readonly name: string;
  /** Check that has to name it. */
  readonly seenBy: string;
  readonly spoil: (books: OfficeBooks, order: string) => Promise<void>;
  readonly mend: (books: OfficeBooks, order: string) => Promise<void>;
}

const run =
  (...statements: readonly string[]): Plant['spoil'] =>
  async (books, order) => {
    for (const statement of statements) {
      await books.query(statement, statement.includes('$1') ? [order] : []);
    }
  };

const KEY = '(SELECT order_key FROM orders WHERE global_order_id = $1)';

export const PLANTS: readonly Plant[] = [
  {
    name: 'an order is gone after it was acknowledged',
    seenBy: 'lost',
    spoil: run(
      'CREATE TABLE kept_orders AS SELECT * FROM orders WHERE false',
      'INSERT INTO kept_orders SELECT * FROM orders WHERE global_order_id = $1',
      'DELETE FROM orders WHERE global_order_id = $1',
    ),
    mend: run('INSERT INTO orders SELECT * FROM kept_orders', 'DROP TABLE kept_orders'),
  },
  {
    name: 'an order is there twice',
    seenBy: 'duplicated',
    spoil: run(
      `INSERT INTO orders
       SELECT (jsonb_populate_record(o, jsonb_build_object(
         'order_key', o.order_key - o.order_key % 10000000 + 999999,
         'global_order_id', left(o.global_order_id, 13) || '999999'))).*
       FROM orders o WHERE o.global_order_id = $1`,
    ),
    mend: run("DELETE FROM orders WHERE global_order_id LIKE left($1, 13) || '999999'"),
  },
  {
    name: 'an order is a penny off',
    seenBy: 'order at Head Office',
    spoil: run('UPDATE orders SET gross = gross + 1, vat = vat + 1 WHERE global_order_id = $1'),
    mend: run('UPDATE orders SET gross = gross - 1, vat = vat - 1 WHERE global_order_id = $1'),
  },
  {
    name: 'a line is a penny off',
    seenBy: 'order at Head Office',
    spoil: run(
      `UPDATE order_lines SET line_total_gross = line_total_gross + 1 WHERE order_key = ${KEY} AND line_no = 1`,
    ),
    mend: run(
      `UPDATE order_lines SET line_total_gross = line_total_gross - 1 WHERE order_key = ${KEY} AND line_no = 1`,
    ),
  },
  {
    name: 'a rollup is a penny off',
    seenBy: 'rollups',
    spoil: run(
      `UPDATE rollup_channel SET gross = gross + 1 WHERE (store, business_date, channel, payment_method) =
         (SELECT store, business_date, channel, payment_method FROM orders WHERE global_order_id = $1)`,
    ),
    mend: run(
      `UPDATE rollup_channel SET gross = gross - 1 WHERE (store, business_date, channel, payment_method) =
         (SELECT store, business_date, channel, payment_method FROM orders WHERE global_order_id = $1)`,
    ),
  },
  {
    name: 'an event is not what its hash says',
    seenBy: 'journal',
    spoil: run("UPDATE journal SET payload = payload || ' ' WHERE subject = $1"),
    mend: run('UPDATE journal SET payload = rtrim(payload) WHERE subject = $1'),
  },
  {
    name: 'a day does not reconcile',
    seenBy: 'day',
    spoil: run(
      `UPDATE days SET state = 'differs' WHERE (store, business_date) =
         (SELECT store, business_date FROM orders WHERE global_order_id = $1)`,
    ),
    mend: run(
      `UPDATE days SET state = 'reconciled' WHERE (store, business_date) =
         (SELECT store, business_date FROM orders WHERE global_order_id = $1)`,
    ),
  },
];
