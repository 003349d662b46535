import type { AlertRule, Silence } from '../fleet/alerts/machine.ts';
import type { Database } from './database.ts';

/** A rule with who changed it last. */
export interface KeptRule extends AlertRule {
  /** '': as it came. */
  readonly changedBy: string;
  readonly changedAt: string | null;
}

const COLUMNS = `rule_id AS "ruleId", title, signal, threshold, for_s AS "forS", severity, stores, codes,
  window_s AS "windowS", inhibits, enabled, changed_by AS "changedBy", changed_at AS "changedAt"`;

type RuleRow = Omit<KeptRule, 'changedAt'> & { readonly changedAt: Date | null };

const ruleOf = ({ changedAt, ...row }: RuleRow): KeptRule => ({
  ...row,
  changedAt: changedAt?.toISOString() ?? null,
});

export async function listRules(db: Database): Promise<readonly KeptRule[]> {
  const { rows } = await db.query<RuleRow>(`SELECT ${COLUMNS} FROM alert_rules ORDER BY rule_id`);
  return rows.map(ruleOf);
}

export async function readRule(db: Database, ruleId: string): Promise<KeptRule | null> {
  const { rows } = await db.query<RuleRow>(
    `SELECT ${COLUMNS} FROM alert_rules WHERE rule_id = $1`,
    [ruleId],
  );
  return rows[0] === undefined ? null : ruleOf(rows[0]);
}

export const saveRule = (
  db: Database,
  rule: AlertRule,
  by: string,
  nowMs: number,
): Promise<unknown> =>
  db.query(
    `INSERT INTO alert_rules (rule_id, title, signal, threshold, for_s, severity, stores, codes, window_s,
       inhibits, enabled, changed_by, changed_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
     ON CONFLICT (rule_id) DO UPDATE SET title = excluded.title, signal = excluded.signal,
       threshold = excluded.threshold, for_s = excluded.for_s, severity = excluded.severity,
       stores = excluded.stores, codes = excluded.codes, window_s = excluded.window_s,
       inhibits = excluded.inhibits, enabled = excluded.enabled, changed_by = excluded.changed_by,
       changed_at = excluded.changed_at`,
    [
      rule.ruleId,
      rule.title,
      rule.signal,
      rule.threshold,
      rule.forS,
      rule.severity,
      rule.stores,
      rule.codes,
      rule.windowS,
      rule.inhibits,
      rule.enabled,
      by,
      new Date(nowMs),
    ],
  );

export async function deleteRule(db: Database, ruleId: string): Promise<void> {
  await db.query('DELETE FROM alert_rules WHERE rule_id = $1', [ruleId]);
}

/** A silence as screens show it. */
export interface KeptSilence {
  readonly silenceId: number;
  readonly ruleId: string | null;
  readonly store: string | null;
  readonly note: string;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly until: string;
}

type SilenceRow = Omit<KeptSilence, 'createdAt' | 'until'> & {
  readonly createdAt: Date;
  readonly until: Date;
};

const SILENCE_COLUMNS = `silence_id AS "silenceId", rule_id AS "ruleId", store, note,
  created_by AS "createdBy", created_at AS "createdAt", until`;

const silenceOf = ({ createdAt, until, ...row }: SilenceRow): KeptSilence => ({
  ...row,
  createdAt: createdAt.toISOString(),
  until: until.toISOString(),
});

/** The last ones first, those that ended too. */
export async function listSilences(db: Database, limit: number): Promise<readonly KeptSilence[]> {
  const { rows } = await db.query<SilenceRow>(
    `SELECT ${SILENCE_COLUMNS} FROM alert_silences ORDER BY silence_id DESC LIMIT $1`,
    [limit],
  );
  return rows.map(silenceOf);
}

export async function activeSilences(
  db: Pick<Database, 'query'>,
  nowMs: number,
): Promise<readonly Silence[]> {
  const { rows } = await db.query<Omit<Silence, 'untilMs'> & { readonly until: Date }>(
    `SELECT rule_id AS "ruleId", store, until FROM alert_silences WHERE until > $1`,
    [new Date(nowMs)],
  );
  return rows.map(({ until, ...rest }) => ({ ...rest, untilMs: until.getTime() }));
}

export async function insertSilence(
  db: Database,
  { ruleId, store, untilMs, note, by }: Silence & { readonly note: string; readonly by: string },
  nowMs: number,
): Promise<KeptSilence> {
  const { rows } = await db.query<SilenceRow>(
    `INSERT INTO alert_silences (rule_id, store, note, created_by, created_at, until)
     VALUES ($1, $2, $3, $4, $5, $6) RETURNING ${SILENCE_COLUMNS}`,
    [ruleId, store, note, by, new Date(nowMs), new Date(untilMs)],
  );
  return silenceOf(rows[0] as SilenceRow);
}

/** Ends a silence now; null when it has ended, or never was. */
export async function endSilence(
  db: Database,
  silenceId: number,
  nowMs: number,
): Promise<KeptSilence | null> {
  const { rows } = await db.query<SilenceRow>(
    `UPDATE alert_silences SET until = $2 WHERE silence_id = $1 AND until > $2
     RETURNING ${SILENCE_COLUMNS}`,
    [silenceId, new Date(nowMs)],
  );
  return rows[0] === undefined ? null : silenceOf(rows[0]);
}
