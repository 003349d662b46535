import { type Clock, type Log, Problem } from '@tillwire/runtime';
import { z } from 'zod';
import { replayParked } from '../ingest/replay.ts';
import type { Database } from '../store/database.ts';
import { listParked, readParked, resolveParked } from '../store/quarantine-store.ts';
import type { HeadOfficeApi } from './head-office-api.ts';
import { storeCodeParam } from './store-routes.ts';

/** Bytes of a parked message shown as text, at most. */
const SHOWN_BYTES = 64 * 1024;
const AT_ONCE = 200;

const idText = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER);
const byId = z.object({ id: idText });
const reasonText = z.string().trim().min(1, 'is needed').max(500);

export interface QuarantineRouteDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
}

/** Messages that could not go into the books: looked at, taken in again after a fix, or discarded with a reason. */
export function registerQuarantineRoutes(
  { read, change }: HeadOfficeApi,
  { db, clock, log }: QuarantineRouteDeps,
): void {
  read({
    path: '/api/quarantine',
    summary: 'parked messages, newest first',
    role: 'view',
    query: z.object({
      store: storeCodeParam.optional(),
      resolved: z
        .enum(['yes', 'no'])
        .default('no')
        .transform((word) => word === 'yes'),
      before: idText.optional(),
      limit: z.coerce.number().int().min(1).max(500).default(100),
    }),
    handle: async ({ query }) => {
      const parked = await listParked(db, query);
      const last = parked.at(-1);
      return {
        parked,
        ...(parked.length === query.limit && last !== undefined ? { next: last.id } : {}),
      };
    },
  });
  read({
    path: '/api/quarantine/:id',
    summary: 'one parked message with its bytes',
    role: 'view',
    params: byId,
    problems: { 404: ['unknown-message'] },
    handle: async ({ params: { id } }) => {
      const parked = await readParked(db, id);
      if (parked === null) throw unknown(id);
      const { payload, ...rest } = parked;
      const shown = payload.subarray(0, SHOWN_BYTES);
      return { ...rest, text: shown.toString('utf8'), base64: shown.toString('base64') };
    },
  });
  change({
    method: 'POST',
    path: '/api/quarantine/replay',
    summary: 'take parked messages in as if they came now; tells each one’s outcome',
    action: 'replay-parked',
    role: 'operate',
    body: z.object({ ids: z.array(idText).min(1).max(AT_ONCE), reason: reasonText }),
    handle: async ({ body: { ids, reason } }) => {
      const outcomes = [];
      for (const id of ids) {
        outcomes.push({ id, ...(await replayParked({ db, clock, log }, id, reason)) });
      }
      return { answer: { outcomes }, subject: ids.join(', '), after: { outcomes, reason } };
    },
  });
  change({
    method: 'POST',
    path: '/api/quarantine/:id/discard',
    summary: 'say that a parked message will never go into the books, and why',
    action: 'discard-parked',
    role: 'operate',
    params: byId,
    body: z.object({ reason: reasonText }),
    problems: { 404: ['unknown-message'], 409: ['already-resolved'] },
    handle: async ({ params: { id }, body: { reason } }) => {
      const before = await readParked(db, id);
      if (before === null) throw unknown(id);
      const at = new Date(clock.nowMs());
      if (!(await resolveParked(db, id, { resolution: 'discarded', reason, at }))) {
        throw new Problem(409, 'already-resolved', 'somebody has dealt with this message');
      }
      const { payload: _, ...parked } = before;
      return {
        answer: { id, resolution: 'discarded' },
        subject: String(id),
        before: parked,
        after: { reason },
      };
    },
  });
}

const unknown = (id: number): Problem =>
  new Problem(404, 'unknown-message', `nothing is parked under ${id}`);
