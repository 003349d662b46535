import type { OfficeBooks } from './office-books.ts';

export interface JournalRow {
  readonly journal_epoch: number;
  readonly journal_seq: number;
  readonly kind: 'order' | 'day';
  readonly subject: string;
  readonly revision: number;
  readonly hash: string;
  readonly prev_hash: string;
  readonly payload: string;
}

/** Everything held of a store's journal, in order. */
export const readJournal = (books: OfficeBooks, store: string): Promise<readonly JournalRow[]> =>
  books.query<JournalRow>(
    `SELECT journal_epoch, journal_seq, kind, subject, revision, encode(hash, 'hex') AS hash,
       encode(prev_hash, 'hex') AS prev_hash, payload
     FROM journal WHERE store = $1 ORDER BY journal_epoch, journal_seq`,
    [store],
  );

export interface CurrentRow {
  readonly global_order_id: string;
  readonly revision: number;
  readonly status: string;
  readonly gross: number;
  readonly net: number;
  readonly vat: number;
  readonly lines: number;
  readonly lines_gross: number;
}

/** The orders of a store as the tables have them, lines counted and summed. */
export const readCurrent = (books: OfficeBooks, store: string): Promise<readonly CurrentRow[]> =>
  books.query<CurrentRow>(
    `SELECT o.global_order_id, o.revision, o.status, o.gross, o.net, o.vat,
       count(l.line_no)::integer AS lines, coalesce(sum(l.line_total_gross), 0)::bigint AS lines_gross
     FROM orders o LEFT JOIN order_lines l USING (order_key)
     WHERE o.store = $1 GROUP BY o.order_key, o.global_order_id, o.revision, o.status, o.gross, o.net, o.vat`,
    [store],
  );

export interface Watermark {
  readonly journal_epoch: number;
  readonly complete_through: number;
}

export const readWatermarks = (books: OfficeBooks, store: string): Promise<readonly Watermark[]> =>
  books.query<Watermark>(
    'SELECT journal_epoch, complete_through FROM journal_epochs WHERE store = $1',
    [store],
  );

export interface Rollups {
  readonly hourly: readonly {
    readonly business_date: string;
    readonly orders: number;
    readonly gross: number;
    readonly net: number;
    readonly vat: number;
  }[];
  readonly channel: readonly {
    readonly business_date: string;
    readonly channel: string;
    readonly orders: number;
    readonly gross: number;
  }[];
  readonly product: readonly {
    readonly item_type: string;
    readonly item_code: number;
    readonly qty: number;
    readonly gross: number;
  }[];
  readonly vat: readonly {
    readonly vat_class: number;
    readonly net: number;
    readonly vat: number;
  }[];
}

export async function readRollups(books: OfficeBooks, store: string): Promise<Rollups> {
  const [hourly, channel, product, vat] = await Promise.all([
    books.query<Rollups['hourly'][number]>(
      `SELECT business_date::text, sum(orders)::bigint AS orders, sum(gross)::bigint AS gross,
         sum(net)::bigint AS net, sum(vat)::bigint AS vat
       FROM rollup_hourly WHERE store = $1 GROUP BY 1`,
      [store],
    ),
    books.query<Rollups['channel'][number]>(
      `SELECT business_date::text, channel, sum(orders)::bigint AS orders, sum(gross)::bigint AS gross
       FROM rollup_channel WHERE store = $1 GROUP BY 1, 2`,
      [store],
    ),
    books.query<Rollups['product'][number]>(
      `SELECT item_type, item_code, sum(qty)::bigint AS qty, sum(gross)::bigint AS gross
       FROM rollup_product WHERE store = $1 GROUP BY 1, 2`,
      [store],
    ),
    books.query<Rollups['vat'][number]>(
      `SELECT vat_class, sum(net)::bigint AS net, sum(vat)::bigint AS vat
       FROM rollup_vat WHERE store = $1 GROUP BY 1`,
      [store],
    ),
  ]);
  return { hourly, channel, product, vat };
}

/** How many events of a store's epochs before `running` are held. */
export const countEvents = async (
  books: OfficeBooks,
  store: string,
  running: number,
): Promise<number> => {
  const [row] = await books.query<{ count: number }>(
    'SELECT count(*) AS count FROM journal WHERE store = $1 AND journal_epoch < $2',
    [store, running],
  );
  return row?.count ?? 0;
};

/** Messages that are parked, but for those of `stores`. */
export const countParked = async (
  books: OfficeBooks,
  stores: readonly string[],
): Promise<number> => {
  const [row] = await books.query<{ count: number }>(
    `SELECT count(*) AS count FROM quarantine
     WHERE resolved_at IS NULL AND (store IS NULL OR store <> ALL ($1))`,
    [stores],
  );
  return row?.count ?? 0;
};

/** What is parked of a store, as it came. */
export const readParked = async (books: OfficeBooks, store: string): Promise<readonly string[]> => {
  const rows = await books.query<{ payload: Buffer }>(
    'SELECT payload FROM quarantine WHERE store = $1',
    [store],
  );
  return rows.map(({ payload }) => payload.toString());
};
