import { DatabaseSync } from 'node:sqlite';

/** An event that Head Office had not acknowledged when the disk it was on died. */
export interface DeadEvent {
  readonly epoch: number;
  readonly seq: number;
  readonly kind: 'order' | 'day';
  /** Order id, or date. */
  readonly subject: string;
  readonly hash: string;
  readonly revision: number;
  readonly requestId: string | null;
}

/** A shop's disk as it was when it died. */
export interface DeadDisk {
  readonly store: string;
  readonly events: readonly DeadEvent[];
  /** Every order on it. */
  readonly orders: readonly string[];
  /** The highest order number used, by date. */
  readonly numbers: Readonly<Record<string, number>>;
}

/** How many events of ended epochs are on a shop's disk, and the epoch that runs. */
export function readEndedEvents(database: string): {
  readonly running: number;
  readonly count: number;
} {
  const db = new DatabaseSync(database, { readOnly: true, timeout: 5000 });
  try {
    return db
      .prepare(
        `SELECT h.epoch AS running, count(j.row) AS count
         FROM journal_head h LEFT JOIN journal j ON j.epoch < h.epoch GROUP BY h.epoch`,
      )
      .get() as { readonly running: number; readonly count: number };
  } finally {
    db.close();
  }
}

/** Reads what a disk is about to take with it. Only while no process of the shop lives. */
export function readDyingDisk(store: string, database: string): DeadDisk {
  const db = new DatabaseSync(database);
  try {
    // One file, and whoever damages it damages everything.
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    const events = db
      .prepare(
        `SELECT epoch, seq, kind, subject, hash, payload ->> '$.revision' AS revision,
           payload ->> '$.request_id' AS requestId
         FROM journal WHERE acked_at_ms IS NULL AND parked_at_ms IS NULL`,
      )
      .all() as unknown as readonly DeadEvent[];
    const days = db
      .prepare('SELECT business_date AS date, last_sequence AS last FROM trading_days')
      .all() as unknown as readonly { readonly date: string; readonly last: number }[];
    const orders = db.prepare('SELECT order_id AS id FROM orders').all() as unknown as readonly {
      readonly id: string;
    }[];
    return {
      store,
      events,
      orders: orders.map(({ id }) => id),
      numbers: Object.fromEntries(days.map(({ date, last }) => [date, last])),
    };
  } finally {
    db.close();
  }
}
