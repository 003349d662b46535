import type { PoolClient } from 'pg';
import type { Severity } from '../fleet/alerts/machine.ts';
import type { AlertMessage, SinkSettings } from '../fleet/alerts/messages.ts';
import type { Database } from './database.ts';

/** Whom alerts are told, as far as anybody may see. */
export interface AlertSink {
  readonly sinkId: number;
  readonly name: string;
  readonly settings: SinkSettings;
  readonly minSeverity: Severity;
  readonly enabled: boolean;
  readonly hasSecret: boolean;
}

const COLUMNS = `sink_id AS "sinkId", name, settings, min_severity AS "minSeverity", enabled,
  secret IS NOT NULL AS "hasSecret"`;

export async function listSinks(db: Pick<Database, 'query'>): Promise<readonly AlertSink[]> {
  const { rows } = await db.query<AlertSink>(
    `SELECT ${COLUMNS} FROM alert_sinks ORDER BY name, sink_id`,
  );
  return rows;
}

export async function readSink(db: Database, sinkId: number): Promise<AlertSink | null> {
  const { rows } = await db.query<AlertSink>(
    `SELECT ${COLUMNS} FROM alert_sinks WHERE sink_id = $1`,
    [sinkId],
  );
  return rows[0] ?? null;
}

export interface SinkChange {
  readonly name: string;
  readonly settings: SinkSettings;
  readonly minSeverity: Severity;
  readonly enabled: boolean;
  /** Sealed; null: none; undefined: as it is. */
  readonly secret: string | null | undefined;
}

export async function insertSink(db: Database, sink: SinkChange): Promise<number> {
  const { rows } = await db.query<{ id: number }>(
    `INSERT INTO alert_sinks (name, settings, secret, min_severity, enabled)
     VALUES ($1, $2, $3, $4, $5) RETURNING sink_id AS id`,
    [sink.name, JSON.stringify(sink.settings), sink.secret ?? null, sink.minSeverity, sink.enabled],
  );
  return (rows[0] as { id: number }).id;
}

export const updateSink = (db: Database, sinkId: number, sink: SinkChange): Promise<unknown> =>
  db.query(
    `UPDATE alert_sinks SET name = $2, settings = $3, min_severity = $4, enabled = $5,
       secret = CASE WHEN $6 THEN $7 ELSE secret END
     WHERE sink_id = $1`,
    [
      sinkId,
      sink.name,
      JSON.stringify(sink.settings),
      sink.minSeverity,
      sink.enabled,
      sink.secret !== undefined,
      sink.secret ?? null,
    ],
  );

/** What was still to be told there goes with it. */
export const deleteSink = (db: Database, sinkId: number): Promise<unknown> =>
  db.query('DELETE FROM alert_sinks WHERE sink_id = $1', [sinkId]);

/** Queues a message; it is sent until it is taken or given up. */
export const insertDelivery = (
  db: Database | PoolClient,
  sinkId: number,
  message: AlertMessage,
  nowMs: number,
): Promise<unknown> =>
  db.query(
    `INSERT INTO alert_deliveries (sink_id, message_id, message, created_at, next_at)
     VALUES ($1, $2, $3, $4, $4)`,
    [sinkId, message.id, JSON.stringify(message), new Date(nowMs)],
  );

/** A message on its way, with everything needed to send it. */
export interface DueDelivery {
  readonly deliveryId: number;
  readonly message: AlertMessage;
  readonly createdAt: Date;
  readonly attempts: number;
  readonly sinkId: number;
  readonly settings: SinkSettings;
  /** Sealed. */
  readonly secret: string | null;
}

/** Takes messages that are due for `leaseMs`: whoever dies with one leaves it to the next. */
export async function claimDeliveries(
  db: Database,
  nowMs: number,
  leaseMs: number,
): Promise<readonly DueDelivery[]> {
  const { rows } = await db.query<DueDelivery>(
    `UPDATE alert_deliveries d SET attempts = attempts + 1, next_at = $2
     FROM alert_sinks s
     WHERE s.sink_id = d.sink_id AND d.delivery_id IN (
       SELECT delivery_id FROM alert_deliveries WHERE state = 'waiting' AND next_at <= $1
       ORDER BY next_at, delivery_id LIMIT 20 FOR UPDATE SKIP LOCKED
     )
     RETURNING d.delivery_id AS "deliveryId", d.message, d.created_at AS "createdAt", d.attempts,
       s.sink_id AS "sinkId", s.settings, s.secret`,
    [new Date(nowMs), new Date(nowMs + leaseMs)],
  );
  return rows;
}

export const settleDelivery = (
  db: Database,
  deliveryId: number,
  { state, error, atMs }: Settlement,
): Promise<unknown> =>
  db.query(
    state === 'waiting'
      ? `UPDATE alert_deliveries SET next_at = $2, last_error = $3 WHERE delivery_id = $1`
      : `UPDATE alert_deliveries SET state = $4, settled_at = $2, last_error = $3 WHERE delivery_id = $1`,
    [deliveryId, new Date(atMs), error, ...(state === 'waiting' ? [] : [state])],
  );

export interface Settlement {
  readonly state: 'waiting' | 'delivered' | 'given-up';
  readonly error: string;
  /** When it was settled; of one that waits: when it is tried again. */
  readonly atMs: number;
}

/** A message as screens show it. */
export interface DeliveryView {
  readonly deliveryId: number;
  readonly sink: string;
  readonly subject: string;
  readonly createdAt: string;
  readonly state: string;
  readonly attempts: number;
  readonly settledAt: string | null;
  readonly lastError: string;
}

export async function listDeliveries(
  db: Database,
  limit: number,
): Promise<readonly DeliveryView[]> {
  const { rows } = await db.query<
    Omit<DeliveryView, 'createdAt' | 'settledAt'> & {
      readonly createdAt: Date;
      readonly settledAt: Date | null;
    }
  >(
    `SELECT d.delivery_id AS "deliveryId", s.name AS sink, d.message ->> 'subject' AS subject,
       d.created_at AS "createdAt", d.state, d.attempts, d.settled_at AS "settledAt",
       d.last_error AS "lastError"
     FROM alert_deliveries d JOIN alert_sinks s USING (sink_id) ORDER BY d.delivery_id DESC LIMIT $1`,
    [limit],
  );
  return rows.map(({ createdAt, settledAt, ...row }) => ({
    ...row,
    createdAt: createdAt.toISOString(),
    settledAt: settledAt?.toISOString() ?? null,
  }));
}
