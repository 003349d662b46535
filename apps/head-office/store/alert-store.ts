import type { ErrorEvent } from '@tillwire/contract';
import { utcInstant } from '@tillwire/domain';
import type { PoolClient } from 'pg';
import type { Database } from './database.ts';

/** Something Head Office itself saw that an operator should know of a store. */
export interface Alert {
  readonly store: string;
  /** Stable, kebab-case: `journal-fork`. */
  readonly code: string;
  /** What of this code: the same key again is the same alert. */
  readonly key: string;
  readonly message: string;
  readonly facts: ErrorEvent['facts'];
  readonly at: Date;
}

const PREFIX = 'ho:';

/** Keeps an alert beside what stores report themselves, once for each code and key. */
export const recordAlert = (
  client: PoolClient | Database,
  { store, code, key, message, facts, at }: Alert,
): Promise<unknown> =>
  client.query(
    `INSERT INTO error_events (store, error_id, received_at, payload) VALUES ($1, $2, $3, $4)
     ON CONFLICT DO NOTHING`,
    [
      store,
      `${PREFIX}${code}:${key}`,
      at,
      {
        error_id: `${PREFIX}${code}:${key}`,
        store_code: store,
        at: utcInstant(at.getTime()),
        code,
        message,
        count: 1,
        facts,
      } satisfies ErrorEvent,
    ],
  );
