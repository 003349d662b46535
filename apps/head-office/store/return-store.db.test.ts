import type { Heartbeat } from '@tillwire/contract';
import { storeCode } from '@tillwire/domain';
import { type HeldEpoch, type Range, refillOf } from '@tillwire/sync';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { withoutHoles } from '../ingest/refill.ts';
import { storedOrderRows } from '../ingest/read-event.ts';
import { headOfficeDatabase } from '../test/head-office-database.ts';
import { createStoreJournal, type JournalEvent } from '../test/store-journal.ts';
import { storeOrderEvents } from './ingest-store.ts';
import { eventsLacking } from './return-store.ts';
import { missingRanges, noteStores } from './telemetry-store.ts';

const AT = new Date('2025-07-16T10:00:00Z');
const S03 = storeCode('S03');
/** Of the epochs 1 and 5, which ended, and of 9, which is written: what Head Office holds. */
const HELD: readonly HeldEpoch[] = [
  {
    epoch: 1,
    held: [
      { from: 1, to: 1 },
      { from: 3, to: 6 },
    ],
    mayBePruned: false,
  },
  { epoch: 5, held: [{ from: 1, to: 2 }], mayBePruned: false },
  { epoch: 9, held: [{ from: 2, to: 3 }], mayBePruned: false },
];

let office: Awaited<ReturnType<typeof headOfficeDatabase>>;
let events: readonly JournalEvent[];
const placeOf = ({ event }: JournalEvent) => [event.journal_epoch, event.journal_seq] as const;
const isIn = (ranges: readonly Range[], seq: number): boolean =>
  ranges.some(({ from, to }) => from <= seq && seq <= to);

beforeAll(async () => {
  office = await headOfficeDatabase();
  const journal = createStoreJournal('S03');
  for (const [later, count] of [
    [1, 6],
    [5, 2],
    [9, 3],
  ] as const) {
    if (later > 1) journal.restore(later);
    for (let sold = 0; sold < count; sold++) journal.sell();
  }
  events = journal.events();
  const held = events.filter((event) => {
    const [epoch, seq] = placeOf(event);
    return isIn(HELD.find((one) => one.epoch === epoch)?.held ?? [], seq);
  });
  await noteStores(office.db, ['S03'], AT);
  const rows = held.map(({ text }) => storedOrderRows(text));
  await storeOrderEvents(office.db, rows, AT, storedOrderRows);
});
afterAll(() => office.drop());

/** What the heartbeat of a store that knows these epochs so far says of its journal. */
type Told = readonly {
  readonly epoch: number;
  readonly head: number;
  readonly holes: readonly Range[];
}[];
const heartbeatOf = (told: Told): Pick<Heartbeat, 'store_code' | 'journal'> => ({
  store_code: S03,
  journal: told.map(({ epoch, head, holes }) => ({
    journal_epoch: epoch,
    journal_seq: head,
    hash: 'ab'.repeat(32),
    holes: [...holes],
  })),
});

it.each<readonly [string, Told]>([
  [
    'that has it all',
    [
      { epoch: 1, head: 6, holes: [] },
      { epoch: 5, head: 2, holes: [] },
      { epoch: 9, head: 3, holes: [] },
    ],
  ],
  [
    'that was restored into the first epoch, with a hole',
    [
      { epoch: 1, head: 4, holes: [{ from: 2, to: 3 }] },
      { epoch: 9, head: 3, holes: [] },
    ],
  ],
  ['that holds nothing but what it writes', [{ epoch: 9, head: 3, holes: [] }]],
  [
    'whose new epoch is empty',
    [
      {
        epoch: 1,
        head: 6,
        holes: [
          { from: 1, to: 1 },
          { from: 5, to: 6 },
        ],
      },
      { epoch: 12, head: 0, holes: [] },
    ],
  ],
])('A store %s gets back, and is asked for, just what the protocol says', async (_, told) => {
  const { ask, giveBack } = refillOf(told, HELD);
  const returned = await eventsLacking(office.db, heartbeatOf(told), 100);
  const isReturned = (event: JournalEvent): boolean => {
    const [epoch, seq] = placeOf(event);
    return isIn(
      giveBack.filter((range) => range.epoch === epoch),
      seq,
    );
  };
  expect(returned).toEqual(events.filter(isReturned).map(({ text }) => text));
  const asked = [];
  for (const { epoch, head, holes } of told.filter((one) => one.head > 0)) {
    const gaps = await missingRanges(office.db, 'S03', epoch, { from: 1, to: head }, 100);
    asked.push(...withoutHoles(gaps, holes).map((gap) => ({ epoch, ...gap })));
  }
  expect(asked).toEqual(ask);
});
