import { type EpochState, ZERO_HASH } from '@tillwire/contract';
import { advanceWatermark, type HeldPlace, type Watermark } from '@tillwire/sync';
import type { PoolClient } from 'pg';
import { recordAlert } from './alert-store.ts';
import { type Database, inTransaction } from './database.ts';

/** Held places looked at in one transaction. */
const PLACES_PER_STEP = 5000;

/** What an acknowledgement says of an epoch beside the events it names. */
export type EpochMarks = Omit<EpochState, 'acked' | 'parked'>;

interface EpochRow {
  readonly store: string;
  readonly journal_epoch: number;
  readonly held_through: number;
  readonly held_hash: string | null;
  readonly complete_through: number;
  readonly watermark_hash: string | null;
  readonly watermark_parked: boolean;
  readonly backed_up_through: number;
  readonly head_seq: number;
  readonly head_hash: string | null;
  readonly holes: readonly SeqRange[];
  readonly frozen_at_seq: number | null;
  readonly ended: boolean;
}

/** Places of an epoch, ends included. */
export interface SeqRange {
  readonly from: number;
  readonly to: number;
}

const EPOCH_COLUMNS = `store, journal_epoch, held_through, encode(held_hash, 'hex') AS held_hash,
  complete_through, encode(watermark_hash, 'hex') AS watermark_hash, watermark_parked, backed_up_through,
  head_seq, encode(head_hash, 'hex') AS head_hash, holes, frozen_at_seq, ended`;

const marksOf = (row: EpochRow): EpochMarks => ({
  journal_epoch: row.journal_epoch,
  acked_through: row.held_through,
  complete_through: row.complete_through,
  watermark_hash: row.watermark_parked ? null : row.watermark_hash,
  backed_up_through: row.backed_up_through,
});

/** A day of a store that an event came for. */
export interface TouchedDay {
  readonly store: string;
  readonly date: string;
}

/**
 * How far each epoch of the stores given is whole, by store; nothing for one not looked at yet. Closed days that
 * events came for are judged anew.
 */
export async function readEpochMarks(
  db: Database,
  stores: readonly string[],
  touched: readonly TouchedDay[] = [],
): Promise<ReadonlyMap<string, readonly EpochMarks[]>> {
  const { rows } = await db.query<EpochRow>({
    name: 'read-epoch-marks',
    text: `WITH stale AS (
        UPDATE days SET stale = true
        FROM unnest($2::text[], $3::date[]) AS touched (store, date)
        WHERE days.store = touched.store AND business_date = touched.date AND NOT stale
      )
      SELECT ${EPOCH_COLUMNS} FROM journal_epochs WHERE store = ANY ($1) ORDER BY store, journal_epoch`,
    values: [stores, touched.map(({ store }) => store), touched.map(({ date }) => date)],
  });
  const marks = new Map<string, EpochMarks[]>();
  for (const row of rows) {
    const known = marks.get(row.store);
    if (known === undefined) marks.set(row.store, [marksOf(row)]);
    else known.push(marksOf(row));
  }
  return marks;
}

/**
 * Moves the watermarks of a store's epochs as far as what is held allows, each step in its own transaction
 * under a lock on the store's row, so that several workers never disagree. A frozen epoch
 * is judged anew only when `again`: what it chains to may have come since. Says whether anything moved.
 */
export async function advanceWatermarks(
  db: Database,
  store: string,
  epochs: readonly number[],
  { again, at }: { readonly again: boolean; readonly at: Date },
): Promise<boolean> {
  let moved = false;
  for (const epoch of [...new Set(epochs)].sort((a, b) => a - b)) {
    for (let first = true; ; first = false) {
      const step = await inTransaction(db, (client) =>
        stepWatermark(client, store, epoch, { again: again && first, at }),
      );
      moved ||= step.moved;
      if (!step.more) break;
    }
  }
  return moved;
}

async function stepWatermark(
  client: PoolClient,
  store: string,
  epoch: number,
  { again, at }: { readonly again: boolean; readonly at: Date },
): Promise<{ readonly moved: boolean; readonly more: boolean }> {
  await client.query('SELECT 1 FROM stores WHERE store = $1 FOR UPDATE', [store]);
  await client.query(
    'INSERT INTO journal_epochs (store, journal_epoch) VALUES ($1, $2) ON CONFLICT DO NOTHING',
    [store, epoch],
  );
  const { rows } = await client.query<EpochRow>(
    `SELECT ${EPOCH_COLUMNS} FROM journal_epochs WHERE store = $1 AND journal_epoch = $2`,
    [store, epoch],
  );
  const [row] = rows;
  if (row === undefined) return { moved: false, more: false };
  const before = watermarkOf(row, again);
  await placeUnreadable(client, row, before.heldThrough);
  const held = await heldPlaces(client, row, before.heldThrough);
  const places = [...withRestored(held, row, before.heldThrough)];
  const opening = places[0]?.seq === 1 ? await judgeOpening(client, row, places[0]) : 'fits';
  if (opening === 'not-yet') return { moved: false, more: false };
  const after = advanceWatermark(before, places, () => opening === 'fits');
  const parked = new Set(places.filter(({ prevHash }) => prevHash === null).map(({ seq }) => seq));
  const moved = after.completeThrough !== row.complete_through;
  if (moved || after.heldThrough !== row.held_through || after.frozenAt !== row.frozen_at_seq) {
    const isParked =
      after.completeThrough === before.completeThrough
        ? row.watermark_parked
        : parked.has(after.completeThrough);
    await saveWatermark(client, row, after, isParked);
  }
  if (after.frozenAt !== null && after.frozenAt !== row.frozen_at_seq) {
    await recordAlert(client, {
      store,
      code: 'journal-link-broken',
      key: `${epoch}-${after.frozenAt}`,
      message: 'an event does not name the one before it; completeness is claimed only up to there',
      facts: { journal_epoch: epoch, journal_seq: after.frozenAt },
      at,
    });
  }
  return {
    moved,
    more: places.length >= PLACES_PER_STEP && after.heldThrough > before.heldThrough,
  };
}

const watermarkOf = (row: EpochRow, again: boolean): Watermark =>
  again && row.frozen_at_seq !== null
    ? {
        heldThrough: row.complete_through,
        completeThrough: row.complete_through,
        heldHash: row.watermark_hash,
        hash: row.watermark_hash,
        frozenAt: null,
      }
    : {
        heldThrough: row.held_through,
        completeThrough: row.complete_through,
        heldHash: row.held_hash,
        hash: row.watermark_hash,
        frozenAt: row.frozen_at_seq,
      };

/** Events and parked places behind `after`, ascending; where both claim a place the event has it. */
async function heldPlaces(
  client: PoolClient,
  { store, journal_epoch }: EpochRow,
  after: number,
): Promise<readonly HeldPlace[]> {
  const { rows } = await client.query<HeldPlace>(
    `SELECT DISTINCT ON (seq) seq, hash, "prevHash" FROM (
       (SELECT journal_seq AS seq, encode(hash, 'hex') AS hash, encode(prev_hash, 'hex') AS "prevHash", 0 AS rank
        FROM journal WHERE store = $1 AND journal_epoch = $2 AND journal_seq > $3
        ORDER BY journal_seq LIMIT $4)
       UNION ALL
       (SELECT journal_seq, encode(payload_hash, 'hex'), NULL, 1
        FROM quarantine WHERE store = $1 AND journal_epoch = $2 AND journal_seq > $3
        ORDER BY journal_seq LIMIT $4)
     ) held ORDER BY seq, rank, hash LIMIT $4`,
    [store, journal_epoch, after, PLACES_PER_STEP],
  );
  return rows;
}

/**
 * `held` with the places of an ended epoch that neither side holds: they count as restored,
 * and what followed them is believed about their hash.
 */
function* withRestored(
  held: readonly HeldPlace[],
  { ended, holes, head_seq, head_hash }: EpochRow,
  after: number,
): Generator<HeldPlace> {
  const restored = (seq: number): boolean =>
    ended && holes.some(({ from, to }) => from <= seq && seq <= to);
  let next = after + 1;
  const last = after + PLACES_PER_STEP;
  for (const place of held) {
    while (next < place.seq && next <= last && restored(next)) {
      const hash = next + 1 === place.seq ? place.prevHash : null;
      yield { seq: next, hash: hash ?? ZERO_HASH, prevHash: null };
      next++;
    }
    yield place;
    next = place.seq + 1;
  }
  while (held.length < PLACES_PER_STEP && next <= Math.min(head_seq, last) && restored(next)) {
    yield { seq: next, hash: (next === head_seq ? head_hash : null) ?? ZERO_HASH, prevHash: null };
    next++;
  }
}

/**
 * Whether an epoch's first event chains to something the store had: zeros, or the hash of an earlier epoch's
 * event. While earlier epochs still lack events, the one it names may be among them.
 */
async function judgeOpening(
  client: PoolClient,
  { store, journal_epoch }: EpochRow,
  { prevHash }: HeldPlace,
): Promise<'fits' | 'broken' | 'not-yet'> {
  if (prevHash === null || prevHash === ZERO_HASH) return 'fits';
  const { rows } = await client.query<{ known: boolean; lacking: boolean }>(
    `SELECT EXISTS (
       SELECT 1 FROM journal WHERE store = $1 AND journal_epoch < $2 AND hash = decode($3, 'hex')
     ) OR EXISTS (
       SELECT 1 FROM quarantine WHERE store = $1 AND payload_hash = decode($3, 'hex')
     ) AS known,
     EXISTS (
       SELECT 1 FROM journal_epochs WHERE store = $1 AND journal_epoch < $2 AND held_through < head_seq
     ) AS lacking`,
    [store, journal_epoch, prevHash],
  );
  if (rows[0]?.known === true) return 'fits';
  return rows[0]?.lacking === true ? 'not-yet' : 'broken';
}

/**
 * Something parked that could not even tell its place takes the next one, where the event behind it names it as
 * its predecessor or the store's heartbeat as its head.
 */
async function placeUnreadable(
  client: PoolClient,
  { store, journal_epoch, head_seq, head_hash }: EpochRow,
  after: number,
): Promise<void> {
  await client.query(
    `UPDATE quarantine q SET journal_epoch = $2, journal_seq = named.seq
     FROM (
       SELECT journal_seq - 1 AS seq, prev_hash AS hash FROM journal
       WHERE store = $1 AND journal_epoch = $2 AND journal_seq > $3 AND journal_seq <= $3 + $6
       UNION ALL SELECT $4::bigint, decode($5, 'hex') WHERE $5::text IS NOT NULL
     ) named
     WHERE q.store = $1 AND q.journal_seq IS NULL AND q.payload_hash = named.hash AND named.seq > $3
       AND q.id = (SELECT min(id) FROM quarantine s WHERE s.store = $1 AND s.payload_hash = named.hash)`,
    [store, journal_epoch, after, head_seq, head_hash, PLACES_PER_STEP],
  );
}

const saveWatermark = (
  client: PoolClient,
  { store, journal_epoch }: EpochRow,
  { heldThrough, heldHash, completeThrough, hash, frozenAt }: Watermark,
  parked: boolean,
): Promise<unknown> =>
  client.query(
    `UPDATE journal_epochs SET held_through = $3, held_hash = decode($4, 'hex'), complete_through = $5,
       watermark_hash = decode($6, 'hex'), frozen_at_seq = $7, watermark_parked = $8
     WHERE store = $1 AND journal_epoch = $2`,
    [store, journal_epoch, heldThrough, heldHash, completeThrough, hash, frozenAt, parked],
  );

/** Takes back a claim beyond `through`: something behind it is not held any more. */
export const lowerWatermark = (
  db: Database,
  store: string,
  epoch: number,
  through: number,
): Promise<void> =>
  inTransaction(db, async (client) => {
    await client.query('SELECT 1 FROM stores WHERE store = $1 FOR UPDATE', [store]);
    await client.query(
      `UPDATE journal_epochs e SET held_through = $3, held_hash = held.hash, watermark_hash = CASE
           WHEN e.complete_through <= $3 THEN e.watermark_hash ELSE held.hash END,
         watermark_parked = CASE
           WHEN e.complete_through <= $3 THEN e.watermark_parked ELSE held.parked END,
         complete_through = least(e.complete_through, $3),
         frozen_at_seq = CASE WHEN e.frozen_at_seq <= $3 THEN e.frozen_at_seq END
       FROM (
         SELECT hash, false AS parked, 0 AS rank FROM journal
         WHERE store = $1 AND journal_epoch = $2 AND journal_seq = $3
         UNION ALL SELECT payload_hash, true, 1 FROM quarantine
         WHERE store = $1 AND journal_epoch = $2 AND journal_seq = $3
         UNION ALL SELECT NULL, false, 2
         ORDER BY rank LIMIT 1
       ) held
       WHERE e.store = $1 AND e.journal_epoch = $2 AND e.held_through > $3`,
      [store, epoch, through],
    );
  });
