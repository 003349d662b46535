import type { DaySummary } from '@tillwire/contract';
import type { ClassVat } from '@tillwire/domain';
import { basisPoints, isStoreCode, pence, type StoreCode, vatClassCode } from '@tillwire/domain';
import type { PoolClient } from 'pg';
import type { Database } from './database.ts';

export const DAY_STATES = ['waiting', 'superseded', 'reconciled', 'differs'] as const;
export type DayState = (typeof DAY_STATES)[number];

/** Something about a day that is not as its store closed it. */
export interface Difference {
  /** The order it is about; null where it is the day as a whole. */
  readonly order: string | null;
  readonly what: string;
}

/** What was made of a day. */
export interface Judgement {
  readonly state: DayState;
  readonly detail: string;
  readonly differences: readonly Difference[];
}

export interface DayKey {
  readonly store: string;
  /** `2025-11-26` */
  readonly date: string;
}

/** A closed day as lists show it. Amounts in pence. */
export interface DayView extends DayKey, Judgement {
  /** Of the summary it was judged by; null while it was not. */
  readonly revision: number | null;
  readonly gross: number;
  readonly vat: number;
  readonly orders: number;
  readonly judgedAt: string | null;
}

/** A summary of the day came. */
export async function markClosed(
  db: Database | PoolClient,
  { store, date }: DayKey,
): Promise<void> {
  await db.query(
    `INSERT INTO days (store, business_date) VALUES ($1, $2)
     ON CONFLICT (store, business_date) DO UPDATE SET stale = true`,
    [store, date],
  );
}

/** Days to judge: stale ones, and those that wait for something. */
export async function daysToJudge(db: Database, limit: number): Promise<readonly DayKey[]> {
  const { rows } = await db.query<DayKey>(
    `SELECT store, business_date AS date FROM days
     WHERE stale OR state IN ('waiting', 'superseded')
     ORDER BY stale DESC, judged_at NULLS FIRST LIMIT $1`,
    [limit],
  );
  return rows;
}

/** Locks a day for the one who judges it; false where another worker has it. */
export async function lockDay(client: PoolClient, { store, date }: DayKey): Promise<boolean> {
  const { rows } = await client.query(
    'SELECT 1 FROM days WHERE store = $1 AND business_date = $2 FOR UPDATE SKIP LOCKED',
    [store, date],
  );
  return rows.length > 0;
}

export async function saveJudgement(
  client: PoolClient,
  { store, date }: DayKey,
  { state, detail, differences }: Judgement,
  { summary, at }: { readonly summary: DaySummary | null; readonly at: Date },
): Promise<void> {
  await client.query(
    `UPDATE days SET stale = false, state = $3, detail = $4, differences = $5, journal_epoch = $6, revision = $7,
       gross = $8, vat = $9, orders = $10, judged_at = $11
     WHERE store = $1 AND business_date = $2`,
    [
      store,
      date,
      state,
      detail,
      JSON.stringify(differences),
      summary?.journal_epoch ?? null,
      summary?.revision ?? null,
      summary?.totals.gross ?? 0,
      summary?.totals.vat ?? 0,
      summary === null ? 0 : summary.orders.count - summary.orders.voided,
      at,
    ],
  );
}

/** Which summary of a day: a restored store counts its revisions anew, so the epoch tells them apart. */
export interface RevisionKey {
  readonly epoch: number;
  readonly revision: number;
}

/** The summary that stands for a day, as the text it came in; or the one of a revision. */
export async function readSummaryText(
  db: Database | PoolClient,
  { store, date }: DayKey,
  wanted?: RevisionKey,
): Promise<string | null> {
  const { rows } = await db.query<{ payload: string }>(
    `SELECT payload FROM day_summaries
     WHERE store = $1 AND business_date = $2
       AND ($3::bigint IS NULL OR (journal_epoch, revision) = ($3, $4::integer))
     ORDER BY journal_epoch DESC, revision DESC LIMIT 1`,
    [store, date, wanted?.epoch ?? null, wanted?.revision ?? null],
  );
  return rows[0]?.payload ?? null;
}

/** One issue of a day's books as it came. */
export interface IssuedDay extends RevisionKey {
  readonly seq: number;
  readonly hash: string;
  readonly receivedAt: string;
}

/** Every issue of a day's books, the one that stands first. */
export async function listIssues(
  db: Database,
  { store, date }: DayKey,
): Promise<readonly IssuedDay[]> {
  const { rows } = await db.query<Omit<IssuedDay, 'receivedAt'> & { readonly receivedAt: Date }>(
    `SELECT journal_epoch AS epoch, revision, journal_seq AS seq, encode(hash, 'hex') AS hash,
       received_at AS "receivedAt"
     FROM day_summaries WHERE store = $1 AND business_date = $2
     ORDER BY journal_epoch DESC, revision DESC`,
    [store, date],
  );
  return rows.map((row) => ({ ...row, receivedAt: row.receivedAt.toISOString() }));
}

/** What Head Office holds of one order: its columns, its lines, and the event they came out of. */
export interface HeldOrder {
  readonly id: string;
  readonly epoch: number;
  readonly seq: number;
  /** Of the journal, as it was when the event came. */
  readonly hash: string;
  readonly payload: string | null;
  readonly columns: Readonly<Record<string, unknown>>;
  readonly lines: readonly Readonly<Record<string, unknown>>[];
}

/** Every order of a day with everything held of it, by key. */
export async function heldOrdersOf(
  client: PoolClient,
  { store, date }: DayKey,
): Promise<readonly HeldOrder[]> {
  const { rows } = await client.query<HeldOrder>(
    `SELECT o.global_order_id AS id, o.journal_epoch AS epoch, o.journal_seq AS seq, encode(o.hash, 'hex') AS hash,
       j.payload, to_jsonb(o) AS columns,
       coalesce((
         SELECT jsonb_agg(to_jsonb(l) ORDER BY l.line_no) FROM order_lines l WHERE l.order_key = o.order_key
       ), '[]') AS lines
     FROM orders o LEFT JOIN journal j USING (store, journal_epoch, journal_seq)
     WHERE o.store = $1 AND o.order_key BETWEEN $2 AND $3
     ORDER BY o.order_key`,
    [store, ...keysOf(date)],
  );
  return rows;
}

const keysOf = (date: string): readonly [string, string] => {
  const day = date.replaceAll('-', '');
  return [`${day}${'0'.repeat(11)}`, `${day}${'9'.repeat(11)}`];
};

/** How far an epoch of a store is known to be whole; 0 for one nothing is known of. */
export async function completeThrough(
  client: PoolClient,
  store: string,
): Promise<ReadonlyMap<number, number>> {
  const { rows } = await client.query<{ epoch: number; through: number }>(
    'SELECT journal_epoch AS epoch, complete_through AS through FROM journal_epochs WHERE store = $1',
    [store],
  );
  return new Map(rows.map(({ epoch, through }) => [epoch, through]));
}

/** Parked messages at places of these ranges that nobody dealt with. */
export async function parkedIn(
  client: PoolClient,
  store: string,
  ranges: DaySummary['journal'],
): Promise<number> {
  const { rows } = await client.query<{ parked: number }>(
    `SELECT count(*) AS parked FROM quarantine q
     JOIN jsonb_to_recordset($2::jsonb) AS r (journal_epoch bigint, "from" bigint, through bigint)
       ON q.journal_epoch = r.journal_epoch AND q.journal_seq BETWEEN r."from" AND r.through
     WHERE q.store = $1 AND q.resolved_at IS NULL AND q.reason <> 'fork'
       AND NOT EXISTS (
         SELECT 1 FROM journal j WHERE j.store = q.store AND j.journal_epoch = q.journal_epoch
           AND j.journal_seq = q.journal_seq
       )`,
    [store, JSON.stringify(ranges)],
  );
  return rows[0]?.parked ?? 0;
}

/**
 * Order events a summary does not speak of, so that its store will issue the day anew: of the day itself outside of
 * the ranges it was made over, or where the store has holes; of the earlier days of its week behind it in the journal.
 */
export async function eventsBeyond(
  client: PoolClient,
  { store, date }: DayKey,
  { journal, journal_epoch, journal_seq }: DaySummary,
  monday: string,
): Promise<number> {
  const { rows } = await client.query<{ beyond: number }>(
    `SELECT count(*) AS beyond FROM journal j
     LEFT JOIN journal_epochs e USING (store, journal_epoch)
     WHERE j.store = $1 AND j.business_date = $2 AND j.kind = 'order' AND (
       NOT EXISTS (
         SELECT 1 FROM jsonb_to_recordset($3::jsonb) AS r (journal_epoch bigint, "from" bigint, through bigint)
         WHERE r.journal_epoch = j.journal_epoch AND j.journal_seq BETWEEN r."from" AND r.through
       ) OR EXISTS (
         SELECT 1 FROM jsonb_to_recordset(e.holes) AS h ("from" bigint, "to" bigint)
         WHERE j.journal_seq BETWEEN h."from" AND h."to"
       )
     ) OR j.store = $1 AND j.business_date >= $4 AND j.business_date < $2 AND j.kind = 'order'
       AND (j.journal_epoch, j.journal_seq) > ($5::bigint, $6::bigint)`,
    [store, date, JSON.stringify(journal), monday, journal_epoch, journal_seq],
  );
  return rows[0]?.beyond ?? 0;
}

/** VAT by class of a day as the rollups have it. */
export async function bookedVat(
  client: PoolClient,
  { store, date }: DayKey,
): Promise<readonly ClassVat[]> {
  const { rows } = await client.query<{ class: number; rate: number; net: number; vat: number }>(
    `SELECT vat_class AS class, max(vat_rate) AS rate, sum(net) AS net, sum(vat) AS vat FROM rollup_vat
     WHERE store = $1 AND business_date = $2 GROUP BY vat_class
     HAVING sum(net) <> 0 OR sum(vat) <> 0 ORDER BY vat_class`,
    [store, date],
  );
  return rows.map((row) => ({
    vatClass: vatClassCode(row.class),
    vatRate: basisPoints(row.rate),
    net: pence(row.net),
    vat: pence(row.vat),
  }));
}

export interface DayFilter {
  readonly store?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly state?: DayState | undefined;
  /** Days that come after this one in the list. */
  readonly after?: DayKey | undefined;
  readonly limit: number;
}

/** Closed days, newest first, those of one date by store. */
export async function listDays(
  db: Database,
  { store, from, to, state, after, limit }: DayFilter,
): Promise<readonly DayView[]> {
  const { rows } = await db.query<Omit<DayView, 'judgedAt'> & { readonly judgedAt: Date | null }>(
    `SELECT store, business_date AS date, state, detail, differences, revision, gross, vat, orders,
       judged_at AS "judgedAt"
     FROM days
     WHERE ($1::text IS NULL OR store = $1) AND ($2::date IS NULL OR business_date >= $2)
       AND ($3::date IS NULL OR business_date <= $3) AND ($4::text IS NULL OR state = $4)
       AND ($6::date IS NULL OR business_date < $6 OR (business_date = $6 AND store > $7))
     ORDER BY business_date DESC, store LIMIT $5`,
    [
      store ?? null,
      from ?? null,
      to ?? null,
      state ?? null,
      limit,
      after?.date ?? null,
      after?.store ?? null,
    ],
  );
  return rows.map((row) => ({ ...row, judgedAt: row.judgedAt?.toISOString() ?? null }));
}

/** By store, when the last of its reconciled days was judged. */
export async function lastReconciled(
  db: Database,
): Promise<readonly { readonly store: StoreCode; readonly judgedAtMs: number }[]> {
  const { rows } = await db.query<{ readonly store: string; readonly judgedAt: Date }>(
    `SELECT s.store, d.judged_at AS "judgedAt" FROM stores s, LATERAL (
       SELECT judged_at FROM days WHERE store = s.store AND state = 'reconciled'
       ORDER BY business_date DESC LIMIT 1
     ) d WHERE d.judged_at IS NOT NULL ORDER BY s.store`,
  );
  return rows.flatMap(({ store, judgedAt }) =>
    isStoreCode(store) ? [{ store, judgedAtMs: judgedAt.getTime() }] : [],
  );
}
