import { type Clock, type Log, repeat, type Service } from '@tillwire/runtime';
import { addDays, type BusinessDate, businessDate } from '@tillwire/domain';
import { type Database, inTransaction } from './database.ts';

const EVERY_MS = 60 * 60_000;
const MONTHS_AHEAD = 3;
/** Any number all processes of ours agree on. */
const PARTITION_LOCK = 7_455_003;

/** The tables split by month of business date, by ranges of order_key. */
const PARTITIONED = ['orders', 'order_lines'] as const;

/** A month of business dates: `202511`, and the next one. */
interface Month {
  readonly month: string;
  readonly next: string;
}

function monthOf(date: BusinessDate): Month {
  const nextMonth = addDays(businessDate(`${date.slice(0, 7)}-01`), 31);
  const compact = (day: BusinessDate): string => day.slice(0, 7).replace('-', '');
  return { month: compact(date), next: compact(nextMonth) };
}

/** Order keys from the first of the month: yyyymmdd × 10^11. */
const firstKeyOf = (month: string): string => `${month}01${'0'.repeat(11)}`;

/** Makes the partitions of the months ahead, and of those whose orders landed in the default one. */
export async function ensurePartitions(
  db: Database,
  today: BusinessDate,
): Promise<readonly string[]> {
  const wanted = new Map<string, Month>();
  let date = businessDate(`${today.slice(0, 7)}-01`);
  for (let ahead = 0; ahead <= MONTHS_AHEAD; ahead++) {
    wanted.set(monthOf(date).month, monthOf(date));
    date = businessDate(`${addDays(date, 31).slice(0, 7)}-01`);
  }
  const landed = await db.query<{ date: BusinessDate }>(
    `SELECT DISTINCT business_date AS date FROM orders_other`,
  );
  for (const row of landed.rows) wanted.set(monthOf(row.date).month, monthOf(row.date));
  const made: string[] = [];
  for (const month of [...wanted.values()].sort((a, b) => (a.month < b.month ? -1 : 1))) {
    if (await makePartition(db, month)) made.push(month.month);
  }
  return made;
}

/** One month's partitions, taking over what the default ones hold of it; false when they are there. */
const makePartition = (db: Database, { month, next }: Month): Promise<boolean> =>
  inTransaction(db, async (client) => {
    await client.query('SELECT pg_advisory_xact_lock($1)', [PARTITION_LOCK]);
    const { rows } = await client.query<{ there: boolean }>(
      'SELECT to_regclass($1) IS NOT NULL AS there',
      [`orders_${month}`],
    );
    if (rows[0]?.there === true) return false;
    // Orders before lines, as ingest locks them: nobody waits for the other in a circle.
    await client.query('LOCK TABLE orders_other, order_lines_other IN ACCESS EXCLUSIVE MODE');
    const [from, to] = [firstKeyOf(month), firstKeyOf(next)];
    for (const table of PARTITIONED) {
      const part = `${table}_${month}`;
      await client.query(`CREATE TABLE ${part} (LIKE ${table} INCLUDING ALL)`);
      await client.query(
        `WITH moved AS (
           DELETE FROM ${table}_other WHERE order_key >= ${from} AND order_key < ${to} RETURNING *
         ) INSERT INTO ${part} SELECT * FROM moved`,
      );
      await client.query(
        `ALTER TABLE ${table} ATTACH PARTITION ${part} FOR VALUES FROM (${from}) TO (${to})`,
      );
    }
    return true;
  });

/** Keeps partitions ahead of the calendar, one process at a time. */
export const createMaintenance = ({
  db,
  clock,
  log,
}: {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
}): Service => ({
  name: 'maintenance',
  run: (signal) =>
    repeat(
      EVERY_MS,
      signal,
      async () => {
        const today = businessDate(new Date(clock.nowMs()).toISOString().slice(0, 10));
        const made = await ensurePartitions(db, today);
        if (made.length > 0) log.info({ months: made }, 'partitions made');
      },
      (error) => log.error({ err: error }, 'partitions could not be made'),
    ),
});
