import type { PoolClient } from 'pg';
import type { AlertView } from '../answers.ts';
import type { AlertState, Tellable } from '../fleet/alerts/machine.ts';
import type { Database } from './database.ts';

/** An alert with what people and messages did about it. */
export interface OpenAlert extends AlertState {
  readonly alertId: number;
  readonly isAcknowledged: boolean;
  readonly told: Tellable['told'];
  readonly toldAtMs: number | null;
}

interface OpenRow {
  readonly alert_id: number;
  readonly rule_id: string;
  readonly store: string;
  readonly title: string;
  readonly severity: AlertState['severity'];
  readonly state: AlertState['state'];
  readonly value: number;
  readonly threshold: number;
  readonly since: Date;
  readonly fired_at: Date | null;
  readonly resolved_at: Date | null;
  readonly acknowledged_at: Date | null;
  readonly told: Tellable['told'];
  readonly told_at: Date | null;
}

/** Any number all processes of ours agree on: one of them watches at a time. */
const WATCH_LOCK = 7_455_005;

/** False: another process is at it. Until the transaction ends. */
export async function lockWatch(client: PoolClient): Promise<boolean> {
  const { rows } = await client.query<{ held: boolean }>(
    'SELECT pg_try_advisory_xact_lock($1) AS held',
    [WATCH_LOCK],
  );
  return rows[0]?.held ?? false;
}

/** Open alerts, and those resolved whose end nobody was told of yet. Locked against acknowledging. */
export async function openAlerts(client: PoolClient): Promise<readonly OpenAlert[]> {
  const { rows } = await client.query<OpenRow>(
    `SELECT alert_id, rule_id, store, title, severity, state, value, threshold, since, fired_at,
       resolved_at, acknowledged_at, told, told_at
     FROM alerts WHERE state <> 'resolved' OR (state = 'resolved' AND told = 'firing')
     ORDER BY alert_id FOR UPDATE`,
  );
  return rows.map((row) => ({
    alertId: row.alert_id,
    ruleId: row.rule_id,
    store: row.store,
    title: row.title,
    severity: row.severity,
    state: row.state,
    value: row.value,
    threshold: row.threshold,
    sinceMs: row.since.getTime(),
    firedAtMs: row.fired_at?.getTime() ?? null,
    resolvedAtMs: row.resolved_at?.getTime() ?? null,
    isAcknowledged: row.acknowledged_at !== null,
    told: row.told,
    toldAtMs: row.told_at?.getTime() ?? null,
  }));
}

const instant = (ms: number | null): Date | null => (ms === null ? null : new Date(ms));

/** Keeps alerts as they stand, new ones under a number of their own. */
export async function saveAlerts(
  client: PoolClient,
  alerts: readonly AlertState[],
): Promise<readonly number[]> {
  const ids: number[] = [];
  for (const alert of alerts) {
    const values = [
      alert.severity,
      alert.title,
      alert.state,
      alert.value,
      alert.threshold,
      instant(alert.firedAtMs),
      instant(alert.resolvedAtMs),
    ];
    const { rows } =
      alert.alertId === null
        ? await client.query<{ alert_id: number }>(
            `INSERT INTO alerts (severity, title, state, value, threshold, fired_at, resolved_at,
               rule_id, store, since)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING alert_id`,
            [...values, alert.ruleId, alert.store, instant(alert.sinceMs)],
          )
        : await client.query<{ alert_id: number }>(
            `UPDATE alerts SET severity = $1, title = $2, state = $3, value = $4, threshold = $5,
               fired_at = $6, resolved_at = $7
             WHERE alert_id = $8 RETURNING alert_id`,
            [...values, alert.alertId],
          );
    ids.push(...rows.map(({ alert_id }) => alert_id));
  }
  return ids;
}

export const dropAlerts = (client: PoolClient, ids: readonly number[]): Promise<unknown> =>
  client.query('DELETE FROM alerts WHERE alert_id = ANY ($1)', [ids]);

const DAY_MS = 86_400_000;
/** A year and a little: this Christmas is compared with the last one. */
const HISTORY_DAYS = 400;
/** Whether a message arrived is asked about soon or never. */
const MESSAGE_DAYS = 90;
/** Of one statement: the watch waits for none of them. */
const PRUNED_AT_ONCE = 5000;

/** Forgets what has long been over: alerts and silences after a year, messages after a quarter. How many alerts. */
export async function pruneAlerts(db: Database, nowMs: number): Promise<number> {
  const before = (days: number): Date => new Date(nowMs - days * DAY_MS);
  await db.query(`DELETE FROM alert_deliveries WHERE state <> 'waiting' AND settled_at < $1`, [
    before(MESSAGE_DAYS),
  ]);
  await db.query('DELETE FROM alert_silences WHERE until < $1', [before(HISTORY_DAYS)]);
  let pruned = 0;
  for (;;) {
    const { rowCount } = await db.query(
      `DELETE FROM alerts WHERE alert_id IN (
         SELECT alert_id FROM alerts WHERE state = 'resolved' AND told IS DISTINCT FROM 'firing'
           AND resolved_at < $1 ORDER BY alert_id LIMIT $2
       )`,
      [before(HISTORY_DAYS), PRUNED_AT_ONCE],
    );
    pruned += rowCount ?? 0;
    if ((rowCount ?? 0) < PRUNED_AT_ONCE) return pruned;
  }
}

/** What each alert follows from; null: nothing. */
export const setInhibitors = (
  client: PoolClient,
  inhibitors: ReadonlyMap<number, number | null>,
): Promise<unknown> =>
  client.query(
    `UPDATE alerts a SET inhibited_by = i.by
     FROM unnest($1::bigint[], $2::bigint[]) AS i (alert_id, by)
     WHERE a.alert_id = i.alert_id AND a.inhibited_by IS DISTINCT FROM i.by`,
    [[...inhibitors.keys()], [...inhibitors.values()]],
  );

export const markTold = (
  client: PoolClient,
  ids: readonly number[],
  nowMs: number,
): Promise<unknown> =>
  client.query(
    `UPDATE alerts SET told = CASE state WHEN 'resolved' THEN 'resolved' ELSE 'firing' END, told_at = $2
     WHERE alert_id = ANY ($1)`,
    [ids, new Date(nowMs)],
  );

type ViewRow = {
  readonly [Key in keyof AlertView]: Key extends
    'since' | 'firedAt' | 'resolvedAt' | 'acknowledgedAt' | 'silencedUntil'
    ? Date | null
    : AlertView[Key];
};

const VIEW = `SELECT a.alert_id AS "alertId", a.rule_id AS "ruleId", a.store, a.title, a.severity, a.state,
  r.signal, a.value, a.threshold, a.since, a.fired_at AS "firedAt", a.resolved_at AS "resolvedAt",
  b.title AS "inhibitedBy", a.acknowledged_by AS "acknowledgedBy", a.acknowledged_at AS "acknowledgedAt",
  a.note, (
    SELECT max(until) FROM alert_silences s WHERE s.until > $1 AND a.state <> 'resolved'
      AND (s.rule_id IS NULL OR s.rule_id = a.rule_id) AND (s.store IS NULL OR s.store = a.store)
  ) AS "silencedUntil"
FROM alerts a LEFT JOIN alerts b ON b.alert_id = a.inhibited_by LEFT JOIN alert_rules r ON r.rule_id = a.rule_id`;

const viewOf = (row: ViewRow): AlertView => ({
  ...row,
  since: row.since?.toISOString() ?? '',
  firedAt: row.firedAt?.toISOString() ?? null,
  resolvedAt: row.resolvedAt?.toISOString() ?? null,
  silencedUntil: row.silencedUntil?.toISOString() ?? null,
  acknowledgedAt: row.acknowledgedAt?.toISOString() ?? null,
});

/** Open alerts, the worst first; of the same severity those to be dealt with, then the longest. */
export async function listOpen(db: Database, nowMs: number): Promise<readonly AlertView[]> {
  const { rows } = await db.query<ViewRow>(
    `${VIEW} WHERE a.state <> 'resolved'
     ORDER BY a.state, array_position('{critical,warning,info}', a.severity), a.inhibited_by IS NOT NULL,
       a.acknowledged_at IS NOT NULL, a.since, a.alert_id LIMIT 5000`,
    [new Date(nowMs)],
  );
  return rows.map(viewOf);
}

export interface HistoryFilter {
  readonly store?: string | undefined;
  readonly rule?: string | undefined;
  /** Alerts older than this one. */
  readonly before?: number | undefined;
  readonly limit: number;
}

/** Resolved alerts, the last one to begin first. */
export async function listResolved(
  db: Database,
  { store, rule, before, limit }: HistoryFilter,
  nowMs: number,
): Promise<readonly AlertView[]> {
  const { rows } = await db.query<ViewRow>(
    `${VIEW} WHERE a.state = 'resolved' AND ($2::text IS NULL OR a.store = $2)
       AND ($3::text IS NULL OR a.rule_id = $3) AND ($4::bigint IS NULL OR a.alert_id < $4)
     ORDER BY a.alert_id DESC LIMIT $5`,
    [new Date(nowMs), store ?? null, rule ?? null, before ?? null, limit],
  );
  return rows.map(viewOf);
}

export async function readAlert(
  db: Database,
  alertId: number,
  nowMs: number,
): Promise<AlertView | null> {
  const { rows } = await db.query<ViewRow>(`${VIEW} WHERE a.alert_id = $2`, [
    new Date(nowMs),
    alertId,
  ]);
  return rows[0] === undefined ? null : viewOf(rows[0]);
}

/** Keeps who looks after a firing alert; false when it does not fire, or somebody did. */
export async function acknowledgeAlert(
  db: Database,
  alertId: number,
  { by, note, nowMs }: { readonly by: string; readonly note: string; readonly nowMs: number },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `UPDATE alerts SET acknowledged_by = $2, acknowledged_at = $3, note = $4
     WHERE alert_id = $1 AND state = 'firing' AND acknowledged_at IS NULL`,
    [alertId, by, new Date(nowMs), note],
  );
  return rowCount === 1;
}

/** How many alerts fire, by severity; those that follow from another left out. */
export interface AlertCounts {
  readonly critical: number;
  readonly warning: number;
  readonly info: number;
  /** Of all these, how many nobody has acknowledged. */
  readonly unacknowledged: number;
  /** Changes whenever the list of open alerts does. */
  readonly mark: string;
}

export async function countFiring(db: Database): Promise<AlertCounts> {
  const { rows } = await db.query<AlertCounts>(
    `SELECT count(*) FILTER (WHERE told_of AND severity = 'critical') AS critical,
       count(*) FILTER (WHERE told_of AND severity = 'warning') AS warning,
       count(*) FILTER (WHERE told_of AND severity = 'info') AS info,
       count(*) FILTER (WHERE told_of AND acknowledged_at IS NULL) AS unacknowledged,
       md5(coalesce(string_agg(concat_ws(' ', alert_id, state, severity, acknowledged_by, inhibited_by),
         ',' ORDER BY alert_id), '')) AS mark
     FROM (SELECT *, state = 'firing' AND inhibited_by IS NULL AS told_of FROM alerts
       WHERE state <> 'resolved') open`,
  );
  return rows[0] ?? { critical: 0, warning: 0, info: 0, unacknowledged: 0, mark: '' };
}
