import { canonicalText, type ErrorEvent } from '@tillwire/contract';
import { type StoreCode, utcInstant } from '@tillwire/domain';
import type { Clock, Ids } from '@tillwire/runtime';
import { type KioskDatabase, write } from './database.ts';

/** Something an operator should know. */
export interface ErrorReport {
  /** Stable, kebab-case: `clock-behind`. */
  readonly code: string;
  readonly message: string;
  readonly facts: ErrorEvent['facts'];
}

export interface ErrorStore {
  /** Keeps a report until Head Office has it; repeats of one code become one event with a count. */
  readonly report: (report: ErrorReport) => Promise<void>;
  /** Events not acknowledged, oldest first. */
  readonly unacknowledged: (
    limit: number,
  ) => Promise<readonly { readonly id: string; readonly payload: string }[]>;
  readonly acknowledge: (ids: readonly string[], atMs: number) => Promise<void>;
}

/** A code that was told of is told of again at most this often. */
const QUIET_MS = 600_000;
/** Acknowledged events are kept this long for whoever looks at the shop itself. */
const KEPT_MS = 30 * 86_400_000;

export function createErrorStore(
  db: KioskDatabase,
  { store, clock, ids }: { readonly store: StoreCode; readonly clock: Clock; readonly ids: Ids },
): ErrorStore {
  /** Reports by code that came too soon after the last one. */
  const unsaid = new Map<string, number>();
  return {
    report: ({ code, message, facts }) =>
      write(db, async (tx) => {
        const nowMs = clock.nowMs();
        const last = await tx
          .selectFrom('error_events')
          .select(['error_id', 'payload', 'created_at_ms', 'acked_at_ms'])
          .where('code', '=', code)
          .orderBy('created_at_ms', 'desc')
          .limit(1)
          .executeTakeFirst();
        if (last !== undefined && last.acked_at_ms === null) {
          const open = JSON.parse(last.payload) as ErrorEvent;
          const payload = canonicalText({ ...open, count: open.count + 1 });
          await tx
            .updateTable('error_events')
            .set({ payload })
            .where('error_id', '=', last.error_id)
            .execute();
          return;
        }
        if (last !== undefined && Math.abs(nowMs - last.created_at_ms) < QUIET_MS) {
          unsaid.set(code, (unsaid.get(code) ?? 0) + 1);
          return;
        }
        const event: ErrorEvent = {
          error_id: ids.uuid(),
          store_code: store,
          at: utcInstant(nowMs),
          code,
          message,
          count: 1 + (unsaid.get(code) ?? 0),
          facts: fitting(facts),
        };
        unsaid.delete(code);
        await tx
          .deleteFrom('error_events')
          .where('acked_at_ms', '<', nowMs - KEPT_MS)
          .execute();
        await tx
          .insertInto('error_events')
          .values({
            error_id: event.error_id,
            code,
            payload: canonicalText(event),
            created_at_ms: nowMs,
            acked_at_ms: null,
          })
          .execute();
      }),
    unacknowledged: async (limit) => {
      const rows = await db
        .selectFrom('error_events')
        .select(['error_id', 'payload'])
        .where('acked_at_ms', 'is', null)
        .orderBy('created_at_ms')
        .limit(limit)
        .execute();
      return rows.map(({ error_id, payload }) => ({ id: error_id, payload }));
    },
    acknowledge: async (errorIds, atMs) => {
      if (errorIds.length === 0) return;
      await db
        .updateTable('error_events')
        .set({ acked_at_ms: atMs })
        .where('error_id', 'in', errorIds)
        .where('acked_at_ms', 'is', null)
        .execute();
    },
  };
}

/** Facts come from anywhere, and a report must not fail by them: texts as the wire takes them. */
const fitting = (facts: ErrorEvent['facts']): ErrorEvent['facts'] =>
  Object.fromEntries(
    Object.entries(facts).map(([name, fact]) => [
      name,
      typeof fact === 'string' ? fact.slice(0, 500).replaceAll('\0', '').toWellFormed() : fact,
    ]),
  );
