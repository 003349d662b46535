import type { JournalHead } from '@tillwire/contract';
import type { Place } from '@tillwire/sync';
import { sql } from 'kysely';
import { type KioskDatabase, type KioskTransaction, write } from './database.ts';
import { prepared } from './prepared.ts';

/** Rows released in one transaction: longer ones would hold up the till. */
const MAX_ROWS_PER_WRITE = 100;

export interface OutboxRow {
  readonly row: number;
  readonly kind: 'order' | 'day';
  readonly hash: string;
  readonly payload: string;
}

export interface Unsent {
  readonly count: number;
  /** Null when nothing is unsent. */
  readonly oldestMs: number | null;
  readonly parked: number;
}

export interface JournalStore {
  /** The last row committed; 0 none. */
  readonly lastRow: () => Promise<number>;
  /** Unreleased rows of (after, through] ascending, at most `limit`, and `maxBytes` of them in all but one. */
  readonly scan: (range: {
    readonly after: number;
    readonly through: number;
    readonly limit: number;
    readonly maxBytes: number;
  }) => Promise<{ readonly rows: readonly number[]; readonly complete: boolean }>;
  readonly load: (rows: readonly number[]) => Promise<readonly OutboxRow[]>;
  readonly hashesAt: (places: readonly Place[]) => Promise<ReadonlyMap<string, string>>;
  /** Marks rows acknowledged, or parked, and says which rows that released. */
  readonly release: (
    places: readonly Place[],
    as: 'acked' | 'parked',
    atMs: number,
  ) => Promise<readonly number[]>;
  readonly releaseThrough: (place: Place, atMs: number) => Promise<readonly number[]>;
  readonly park: (row: number, atMs: number) => Promise<void>;
  /** Takes back the release of places, ends included; returns the lowest row touched, or null. */
  readonly requeue: (range: {
    readonly epoch: number;
    readonly from: number;
    readonly to: number;
  }) => Promise<number | null>;
  readonly heads: () => Promise<readonly JournalHead[]>;
  readonly unsent: () => Promise<Unsent>;
}

export const placeKey = ({ epoch, seq }: Place): string => `${epoch} ${seq}`;

const headRow = prepared((db) => db.selectFrom('journal_head').select('last_row'));

export function createJournalStore(db: KioskDatabase): JournalStore {
  const inChunks = async <Item, Out>(
    items: readonly Item[],
    work: (tx: KioskTransaction, chunk: readonly Item[]) => Promise<readonly Out[]>,
  ): Promise<readonly Out[]> => {
    const done: Out[] = [];
    for (let at = 0; at < items.length; at += MAX_ROWS_PER_WRITE) {
      const chunk = items.slice(at, at + MAX_ROWS_PER_WRITE);
      done.push(...(await write(db, (tx) => work(tx, chunk))));
    }
    return done;
  };

  return {
    lastRow: async () => (await headRow(db, {}))[0]?.last_row ?? 0,
    scan: async ({ after, through, limit, maxBytes }) => {
      const found = await db
        .selectFrom('journal')
        .select((eb) => ['row', eb.fn<number>('length', ['payload']).as('size')])
        .where('row', '>', after)
        .where('row', '<=', through)
        .where('acked_at_ms', 'is', null)
        .where('parked_at_ms', 'is', null)
        .orderBy('row')
        .limit(limit)
        .execute();
      let bytes = 0;
      const rows: number[] = [];
      for (const { row, size } of found) {
        bytes += size;
        if (rows.length > 0 && bytes > maxBytes) break;
        rows.push(row);
      }
      return { rows, complete: found.length < limit && rows.length === found.length };
    },
    load: (rows) =>
      db
        .selectFrom('journal')
        .select(['row', 'kind', 'hash', 'payload'])
        .where('row', 'in', rows)
        .orderBy('row')
        .execute(),
    hashesAt: async (places) => {
      const hashes = new Map<string, string>();
      for (const [epoch, seqs] of byEpoch(places)) {
        for (let at = 0; at < seqs.length; at += 1000) {
          const rows = await db
            .selectFrom('journal')
            .select(['seq', 'hash'])
            .where('epoch', '=', epoch)
            .where('seq', 'in', seqs.slice(at, at + 1000))
            .execute();
          for (const { seq, hash } of rows) hashes.set(placeKey({ epoch, seq }), hash);
        }
      }
      return hashes;
    },
    release: async (places, as, atMs) => {
      const released: number[] = [];
      for (const [epoch, seqs] of byEpoch(places)) {
        const rows = await inChunks(seqs, async (tx, chunk) => {
          const column = as === 'acked' ? 'acked_at_ms' : 'parked_at_ms';
          const touched = await tx
            .updateTable('journal')
            .set(
              as === 'acked' ? { acked_at_ms: atMs, parked_at_ms: null } : { parked_at_ms: atMs },
            )
            .where('epoch', '=', epoch)
            .where('seq', 'in', chunk)
            .where(column, 'is', null)
            .returning('row')
            .execute();
          return touched.map(({ row }) => row);
        });
        released.push(...rows);
      }
      return released;
    },
    releaseThrough: async ({ epoch, seq }, atMs) => {
      const open = await db
        .selectFrom('journal')
        .select('seq')
        .where('epoch', '=', epoch)
        .where('seq', '<=', seq)
        .where('acked_at_ms', 'is', null)
        .where('parked_at_ms', 'is', null)
        .orderBy('row')
        .execute();
      return inChunks(
        open.map((row) => row.seq),
        async (tx, chunk) => {
          const touched = await tx
            .updateTable('journal')
            .set({ acked_at_ms: atMs })
            .where('epoch', '=', epoch)
            .where('seq', 'in', chunk)
            .where('acked_at_ms', 'is', null)
            .returning('row')
            .execute();
          return touched.map(({ row }) => row);
        },
      );
    },
    park: async (row, atMs) => {
      await db
        .updateTable('journal')
        .set({ parked_at_ms: atMs })
        .where('row', '=', row)
        .where('acked_at_ms', 'is', null)
        .execute();
    },
    requeue: async ({ epoch, from, to }) => {
      const released = await db
        .selectFrom('journal')
        .select('row')
        .where('epoch', '=', epoch)
        .where('seq', '>=', from)
        .where('seq', '<=', to)
        .where((eb) =>
          eb.or([eb('acked_at_ms', 'is not', null), eb('parked_at_ms', 'is not', null)]),
        )
        .orderBy('row')
        .execute();
      await inChunks(
        released.map(({ row }) => row),
        async (tx, chunk) => {
          await tx
            .updateTable('journal')
            .set({ acked_at_ms: null, parked_at_ms: null })
            .where('row', 'in', chunk)
            .execute();
          return [];
        },
      );
      return released[0]?.row ?? null;
    },
    heads: async () => {
      const head = await db.selectFrom('journal_head').selectAll().executeTakeFirstOrThrow();
      const last = await db
        .selectFrom('journal')
        .select((eb) => ['epoch', eb.fn.max('seq').as('seq')])
        .groupBy('epoch')
        .execute();
      const rows = await Promise.all(
        last.map(({ epoch, seq }) =>
          db
            .selectFrom('journal')
            .select(['epoch', 'seq', 'hash'])
            .where('epoch', '=', epoch)
            .where('seq', '=', seq)
            .executeTakeFirstOrThrow(),
        ),
      );
      const holes = await holesBefore(db, head.epoch);
      const heads = rows.map(({ epoch, seq, hash }) => ({
        journal_epoch: epoch,
        journal_seq: seq,
        hash,
        holes: holes.filter((hole) => hole.epoch === epoch).map(({ from, to }) => ({ from, to })),
      }));
      return heads.some(({ journal_epoch }) => journal_epoch === head.epoch)
        ? heads
        : [...heads, { journal_epoch: head.epoch, journal_seq: 0, hash: head.hash, holes: [] }];
    },
    unsent: async () => {
      const open = await db
        .selectFrom('journal')
        .select((eb) => [
          eb.fn.countAll<number>().as('count'),
          eb.fn.min('created_at_ms').as('oldest'),
        ])
        .where('acked_at_ms', 'is', null)
        .where('parked_at_ms', 'is', null)
        .executeTakeFirstOrThrow();
      const parked = await db
        .selectFrom('journal')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .where('parked_at_ms', 'is not', null)
        .executeTakeFirstOrThrow();
      return { count: open.count, oldestMs: open.oldest, parked: parked.count };
    },
  };
}

/** Holes of one heartbeat, at most; those not told wait until others are filled. */
const MAX_HOLES = 1000;

/**
 * Places of ended epochs that are not held though later ones are: a restore lost them. What was pruned is a journal's
 * beginning and no hole.
 */
async function holesBefore(
  db: KioskDatabase,
  current: number,
): Promise<readonly { readonly epoch: number; readonly from: number; readonly to: number }[]> {
  const { rows } = await sql<{ epoch: number; from: number; to: number }>`
    SELECT epoch, seq + 1 AS "from", next - 1 AS "to" FROM (
      SELECT epoch, seq, lead(seq) OVER (PARTITION BY epoch ORDER BY seq) AS next
      FROM journal WHERE epoch < ${current}
    ) AS held WHERE next > seq + 1 ORDER BY epoch, seq LIMIT ${MAX_HOLES}`.execute(db);
  return rows;
}

function byEpoch(places: readonly Place[]): ReadonlyMap<number, number[]> {
  const epochs = new Map<number, number[]>();
  for (const { epoch, seq } of places) {
    const seqs = epochs.get(epoch);
    if (seqs === undefined) epochs.set(epoch, [seq]);
    else seqs.push(seq);
  }
  return epochs;
}
