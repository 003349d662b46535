import { DatabaseSync } from 'node:sqlite';

/** Orders of one made day. */
const A_DAY = 2000;

/**
 * Fills the database of a kiosk that is down with `count` more orders of days long past, each the last one it sold
 * under another number: acknowledged, dispatched, in the journal with all its bytes.
 */
export function multiplySales(path: string, count: number): void {
  const database = new DatabaseSync(path);
  try {
    database.exec('PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE');
    // A plain number would be a REAL, and days would have fractions.
    const many = { count: BigInt(count) };
    for (const statement of [DAYS, JOURNAL, ORDERS, HEAD]) database.prepare(statement).run(many);
    database.exec('COMMIT');
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } finally {
    database.close();
  }
}

const MADE = `
WITH RECURSIVE made(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM made WHERE i + 1 < :count),
sold AS (SELECT * FROM orders ORDER BY row DESC LIMIT 1),
numbered AS (
  SELECT i, date(sold.business_date, '-' || (2 + (:count - 1 - i) / ${A_DAY}) || ' days') AS day,
    (i - :count % ${A_DAY} + ${A_DAY}) % ${A_DAY} + 1 AS number, substr(sold.order_id, 1, instr(sold.order_id, '-') - 1) AS store
  FROM made, sold
)`;
const ID = "store || '-' || replace(day, '-', '') || '-' || printf('%06d', number)";

const DAYS = `
${MADE}
INSERT OR IGNORE INTO trading_days (business_date, last_sequence, closed_at_ms)
SELECT DISTINCT day, ${A_DAY}, 1 FROM numbered`;

const JOURNAL = `
${MADE}
INSERT INTO journal (
  row, epoch, seq, kind, subject, hash, prev_hash, payload, created_at_ms, acked_at_ms
)
SELECT head.last_row + 1 + i, head.epoch, head.seq + 1 + i, 'order', ${ID}, lower(hex(randomblob(32))), head.hash,
  (SELECT payload FROM journal WHERE row = (SELECT row FROM sold)), 1, 1
FROM numbered, journal_head AS head`;

const ORDERS = `
${MADE}
INSERT INTO orders (
  order_id, business_date, sequence, row, revision, status, kind, kitchen, request_id
)
SELECT ${ID}, day, number, head.last_row + 1 + i, 1, 'completed', 'sale', 'dispatched', printf('made-%09d', i)
FROM numbered, journal_head AS head`;

const HEAD = `
UPDATE journal_head SET last_row = last_row + :count, seq = seq + :count,
  hash = (SELECT hash FROM journal WHERE row = journal_head.last_row + :count)`;
