import { encodeEvents } from '@tillwire/contract';
import { storeCode } from '@tillwire/domain';
import { createLog } from '@tillwire/runtime';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { headOfficeDatabase } from '../test/head-office-database.ts';
import { createStoreJournal } from '../test/store-journal.ts';
import { listOrders } from '../store/order-queries.ts';
import { verifyRollups } from '../store/rollup-store.ts';
import { advanceWatermarks } from '../store/watermark-store.ts';
import type { Named } from './acknowledger.ts';
import { commitMessages, createMeeting, laneMessageOf } from './lane.ts';
import { createReach } from './reach.ts';

const S03 = storeCode('S03');
const AT = new Date('2025-07-16T12:00:00Z');
const log = createLog('test', 'silent');

let office: Awaited<ReturnType<typeof headOfficeDatabase>>;
beforeEach(async () => {
  office = await headOfficeDatabase();
});
afterEach(() => office.drop());

/** A lane of ingest without its line; `take` gives what the acknowledgement names, and how long sales were under way. */
function lane() {
  const reach = createReach();
  const named: Named[] = [];
  const latencies: number[] = [];
  const deps = {
    db: office.db,
    acknowledge: async (_: unknown, __: unknown, names: Named) => {
      named.push(names);
      return 'accepted' as const;
    },
    touched: () => undefined,
    meet: createMeeting({ db: office.db, log }),
    reach,
    clock: { nowMs: () => AT.getTime(), monotonicMs: () => 0 },
    measured: {
      committed: ({ latenciesS }: { readonly latenciesS: readonly number[] }) =>
        void latencies.push(...latenciesS),
    },
    crashPoint: () => undefined,
    log,
  };
  const read = (texts: readonly string[]) =>
    laneMessageOf(
      S03,
      'orders',
      {
        topic: 'stores/S03/orders',
        payload: Buffer.from(encodeEvents(texts)),
        done: () => undefined,
      },
      reach,
    );
  const take = async (texts: readonly string[]): Promise<Named> => {
    await commitMessages(deps, [read(texts)]);
    return named.at(-1) as Named;
  };
  return { read, take, latencies };
}

it('What is sent again is known by its place and hash: it is neither read nor counted once more', async () => {
  const { read, take, latencies } = lane();
  const journal = createStoreJournal('S03');
  const texts = Array.from({ length: 20 }, () => journal.sell().text);
  const first = await take(texts);
  expect(first.acked).toHaveLength(20);
  expect(latencies).toHaveLength(20);
  await advanceWatermarks(office.db, S03, [1], { again: false, at: AT });
  // The acknowledgement after the watermark moved tells how far the journal is whole.
  await take([journal.sell().text]);
  expect(read(texts).events.map(({ type }) => type)).toEqual(texts.map(() => 'again'));
  latencies.length = 0;
  expect((await take(texts)).acked).toEqual(first.acked);
  expect(latencies).toEqual([]);
  expect((await listOrders(office.db, { limit: 100 })).orders).toHaveLength(21);
  expect(await verifyRollups(office.db, { from: '2025-07-16', to: '2025-07-16' })).toEqual([]);
});

it('What only stands where something was sent before is read and judged like anything new', async () => {
  const { read, take } = lane();
  const journal = createStoreJournal('S03');
  const texts = Array.from({ length: 5 }, () => journal.sell().text);
  await take(texts);
  await advanceWatermarks(office.db, S03, [1], { again: false, at: AT });
  await take([texts[4] ?? '']);
  const gone = journal.events()[1];
  await office.db.query('DELETE FROM journal WHERE journal_seq = 2');
  await office.db.query('DELETE FROM orders WHERE journal_seq = 2');
  const other = createStoreJournal('S03');
  const [fork] = [other.sell(9)];
  const unfit = (texts[2] ?? '').replace('"revision":1', '"revision":"one"');
  const sent = [texts[0] ?? '', gone?.text ?? '', fork.text, unfit];
  expect(read(sent).events.map(({ type }) => type)).toEqual(sent.map(() => 'again'));
  const { acked, parked } = await take(sent);
  expect(acked.map(({ seq }) => seq)).toEqual([1, 2]);
  expect(parked.map(({ seq }) => seq)).toEqual([1, 3]);
  const { rows } = await office.db.query('SELECT reason FROM quarantine ORDER BY reason');
  expect(rows).toEqual([{ reason: 'bad-shape' }, { reason: 'fork' }]);
  expect((await listOrders(office.db, { limit: 100 })).orders).toHaveLength(5);
});
