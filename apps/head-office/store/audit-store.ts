import { invariant } from '@tillwire/domain';
import type { Database } from './database.ts';

export interface AuditEntry {
  readonly id: number;
  readonly at: string;
  readonly actor: string;
  readonly role: string;
  readonly address: string;
  readonly action: string;
  readonly subject: string;
  readonly outcome: AuditOutcome | 'begun';
  readonly detail: string;
  readonly before: unknown;
  readonly after: unknown;
}

export type AuditOutcome = 'done' | 'refused' | 'failed';

export interface AuditBeginning {
  readonly actor: string;
  readonly role: string;
  readonly address: string;
  readonly action: string;
}

export interface AuditEnd {
  readonly outcome: AuditOutcome;
  readonly subject?: string;
  readonly detail?: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

export interface AuditFilter {
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  /** Found anywhere in subject, detail, before or after. */
  readonly text?: string | undefined;
  /** Entries older than this one. */
  readonly before?: number | undefined;
  readonly limit: number;
}

export interface AuditStore {
  readonly begin: (beginning: AuditBeginning, nowMs: number) => Promise<number>;
  readonly finish: (id: number, end: AuditEnd) => Promise<void>;
  /** Newest first. */
  readonly list: (filter: AuditFilter) => Promise<readonly AuditEntry[]>;
}

interface AuditRow extends Omit<AuditEntry, 'at'> {
  readonly at: Date;
}

const json = (value: unknown): string | null =>
  value === undefined || value === null ? null : JSON.stringify(value);

export function createAuditStore(db: Database): AuditStore {
  return {
    begin: async ({ actor, role, address, action }, nowMs) => {
      const { rows } = await db.query<{ id: number }>(
        `INSERT INTO audit (at, actor, role, address, action, outcome)
         VALUES ($1, $2, $3, $4, $5, 'begun') RETURNING id`,
        [new Date(nowMs), actor, role, address, action],
      );
      const [begun] = rows;
      invariant(begun !== undefined, 'an insert returns its row');
      return begun.id;
    },
    finish: async (id, { outcome, subject = '', detail = '', before, after }) => {
      await db.query(
        `UPDATE audit SET outcome = $2, subject = $3, detail = $4, before = $5, after = $6 WHERE id = $1`,
        [id, outcome, subject, detail, json(before), json(after)],
      );
    },
    list: async ({ actor, action, text, before, limit }) => {
      const { rows } = await db.query<AuditRow>(
        `SELECT id, at, actor, role, address, action, subject, outcome, detail, before, after
         FROM audit
         WHERE ($1::text IS NULL OR actor = $1) AND ($2::text IS NULL OR action = $2)
           AND ($3::bigint IS NULL OR id < $3)
           AND ($4::text IS NULL
             OR strpos(lower(concat_ws(' ', actor, action, subject, detail, before, after)), lower($4)) > 0)
         ORDER BY id DESC LIMIT $5`,
        [actor ?? null, action ?? null, before ?? null, text ?? null, limit],
      );
      return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
    },
  };
}
