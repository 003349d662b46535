import { gzipSync } from 'node:zlib';
import { sha256 } from '@tillwire/contract';
import { storeCode } from '@tillwire/domain';
import { createLog } from '@tillwire/runtime';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Named } from '../../apps/head-office/ingest/acknowledger.ts';
import {
  commitMessages,
  createMeeting,
  type LaneDeps,
  laneMessageOf,
} from '../../apps/head-office/ingest/lane.ts';
import { verifyRollups } from '../../apps/head-office/store/rollup-store.ts';
import { advanceWatermarks } from '../../apps/head-office/store/watermark-store.ts';
import { headOfficeDatabase } from '../../apps/head-office/test/head-office-database.ts';
import { createStoreJournal } from '../../apps/head-office/test/store-journal.ts';
import { changedValue, mangledText } from './broken.ts';
import { LANE_CORPUS } from './corpus/lane.ts';
import { FUZZ_TIMEOUT_MS, fuzzEffort } from './runs.ts';

const S03 = storeCode('S03');
const NOW_MS = Date.parse('2025-07-16T12:00:00Z');
const log = createLog('test', 'silent');

let office: Awaited<ReturnType<typeof headOfficeDatabase>>;
beforeAll(async () => {
  office = await headOfficeDatabase();
});
afterAll(() => office.drop());

/** Events of one store over two epochs, voids and payments among them. */
const journal = createStoreJournal('S03');
const sales = Array.from({ length: 6 }, (_, at) => journal.sell(1 + at));
for (const sale of sales.slice(0, 2)) journal.voided(sale);
journal.restore(7);
for (const sale of sales.slice(2, 4)) journal.paidOtherwise(sale, 'card');
const texts = journal.events().map(({ text }) => text);

const untouched = fc.constantFrom(...texts);
/** An event with one thing in it changed. */
const changed = changedValue(texts.map((text) => JSON.parse(text) as unknown)).map((event) =>
  JSON.stringify(event),
);
/** Mostly no JSON any more. */
const mangled = mangledText(texts);
const eventText = fc.oneof(
  { arbitrary: untouched, weight: 3 },
  { arbitrary: changed, weight: 4 },
  { arbitrary: mangled, weight: 1 },
);
const payload = fc
  .tuple(fc.array(eventText, { minLength: 1, maxLength: 5 }), fc.nat(5))
  .map(([events, form]) => {
    const [first = ''] = events;
    const batch = Buffer.from(`{"batch":[${events.join(',')}]}`);
    if (form === 0) return Buffer.from(first);
    if (form === 1) return gzipSync(batch);
    if (form === 2) return gzipSync(batch).subarray(0, batch.length % 200);
    if (form === 3) return Buffer.from(`{"batch":[${events.join(',')}],"batch":[${first}]}`);
    return batch;
  });
const message = fc.tuple(
  fc.oneof(
    { arbitrary: payload, weight: 8 },
    fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
  ),
  fc.constantFrom('orders' as const, 'orders' as const, 'exports' as const),
);

it(
  'Whatever a store sends is stored or parked, acknowledged, and never disturbs the books',
  { timeout: FUZZ_TIMEOUT_MS },
  async () => {
    const told = new Set<string>();
    const acknowledge = async (_store: string, _marks: unknown, named: Named) => {
      for (const { hash } of [...named.acked, ...named.parked]) told.add(hash);
      for (const id of named.ids) told.add(id);
      return 'accepted' as const;
    };
    const epochs = new Set<number>();
    const deps: LaneDeps = {
      db: office.db,
      acknowledge,
      touched: (_, touched) => {
        for (const epoch of touched) epochs.add(epoch);
      },
      meet: createMeeting({ db: office.db, log }),
      clock: { nowMs: () => NOW_MS, monotonicMs: () => NOW_MS },
      crashPoint: () => undefined,
      log,
    };
    const take = async (
      given: readonly (readonly [Uint8Array, 'orders' | 'exports'])[],
    ): Promise<void> => {
      let done = 0;
      const messages = given.map(([bytes, name]) =>
        laneMessageOf(
          S03,
          name,
          {
            topic: `stores/S03/${name === 'orders' ? name : 'daily/exports'}`,
            payload: Buffer.from(bytes),
            done: () => done++,
          },
          // Half of what comes seems to have been sent before, whether it was or not.
          { note: () => undefined, isWithin: (_, { seq }) => seq % 2 === 0 },
        ),
      );
      told.clear();
      await commitMessages(deps, messages);
      expect(done).toBe(given.length);
      for (const { events } of messages) {
        for (const event of events) {
          const hash =
            event.type === 'order'
              ? event.rows.order.hash
              : event.type === 'again'
                ? event.place.hash
                : event.type === 'day'
                  ? event.row.hash
                  : event.unfit.hash;
          expect(told.has(hash) || told.has(`sha256:${hash}`)).toBe(true);
        }
      }
      await advanceWatermarks(office.db, 'S03', [...epochs].slice(-20), {
        again: true,
        at: new Date(NOW_MS),
      });
    };
    for (const text of LANE_CORPUS) await take([[Buffer.from(text(texts)), 'orders']]);
    await fc.assert(fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 4 }), take), {
      ...fuzzEffort(150),
    });
    // Every event as it was made still finds its place, or the fork that came before it does.
    await take(texts.map((text) => [Buffer.from(text), 'orders']));
    const kept = await office.db.query<{ hash: string }>(
      `SELECT encode(hash, 'hex') AS hash FROM journal UNION SELECT encode(payload_hash, 'hex') FROM quarantine`,
    );
    const hashes = new Set(kept.rows.map(({ hash }) => hash));
    for (const text of texts) expect(hashes.has(sha256(text))).toBe(true);
    expect(await verifyRollups(office.db, { from: '0001-01-01', to: '9000-01-01' })).toEqual([]);
    // What is in the journal is what was sent, to the byte.
    const { rows } = await office.db.query<{ fits: boolean }>(
      `SELECT bool_and(hash = sha256(convert_to(payload, 'UTF8'))) AS fits FROM journal`,
    );
    expect(rows).toEqual([{ fits: true }]);
  },
);
