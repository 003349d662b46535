import { type Acknowledgement, ZERO_HASH } from '@tillwire/contract';
import { utcInstant } from '@tillwire/domain';
import {
  advanceWatermark,
  type EpochRange,
  type HeldPlace,
  NO_WATERMARK,
  type Range,
  refillOf,
  type StoreEpoch,
  type Watermark,
} from '../../src/index.ts';
import type { WireEvent } from './kiosk.ts';
import type { World } from './world.ts';

interface Epoch {
  readonly events: Map<number, WireEvent>;
  watermark: Watermark;
  restored: readonly Range[];
}

const NOW = utcInstant(0);

/** What a commit keeps: the journal of each store by epoch. */
type Database = Map<string, Map<number, Epoch>>;

const copyOf = (database: Database): Database =>
  new Map(
    [...database].map(([store, epochs]) => [
      store,
      new Map(
        [...epochs].map(([epoch, held]) => [epoch, { ...held, events: new Map(held.events) }]),
      ),
    ]),
  );

export interface HeadOfficeOptions {
  readonly workers: number;
  readonly acksBeforeCommit: boolean;
  readonly skipsGaps: boolean;
  readonly sendAck: (store: string, ack: Acknowledgement) => void;
  readonly sendResync: (store: string, ranges: readonly EpochRange[]) => void;
  readonly sendBack: (store: string, events: readonly WireEvent[]) => void;
  /** Whether `event` is what was sold and follows on `before`. */
  readonly isTrue: (store: string, event: WireEvent, before: WireEvent | undefined) => boolean;
}

/** All ingest workers on one database, each with a memory of its own; the real watermark and refill rules. */
export type HeadOffice = ReturnType<typeof createHeadOffice>;

export function createHeadOffice(world: World, options: HeadOfficeOptions) {
  let database: Database = new Map();
  let backup = copyOf(database);
  /** Outside of the database: no restore takes it back. */
  let incarnation = 1;
  const lives = Array.from({ length: options.workers }, () => 0);

  const epochOf = (store: string, epoch: number): Epoch => {
    const epochs = database.get(store) ?? new Map<number, Epoch>();
    database.set(store, epochs);
    const held = epochs.get(epoch) ?? { events: new Map(), watermark: NO_WATERMARK, restored: [] };
    epochs.set(epoch, held);
    return held;
  };

  const advance = (store: string, number: number): void => {
    const epoch = epochOf(store, number);
    const before = epoch.watermark.completeThrough;
    epoch.watermark = options.skipsGaps
      ? skipGaps(epoch)
      : advanceWatermark(epoch.watermark, placesOf(epoch), () => true);
    const { completeThrough, frozenAt } = epoch.watermark;
    world.hold(frozenAt === null, () => `${store} ${number}/${frozenAt} broke the chain`);
    for (let seq = before + 1; seq <= completeThrough; seq++) {
      const event = epoch.events.get(seq);
      const restored = epoch.restored.some(({ from, to }) => from <= seq && seq <= to);
      world.hold(
        event === undefined ? restored : options.isTrue(store, event, epoch.events.get(seq - 1)),
        () => `the watermark of ${store} passes ${number}/${seq}, which is not what was sold`,
      );
    }
  };

  const ackOf = (store: string, named: readonly WireEvent[]): Acknowledgement => ({
    incarnation,
    epochs: [...(database.get(store) ?? new Map<number, Epoch>())].map(([epoch, held]) => ({
      journal_epoch: epoch,
      acked_through: held.watermark.heldThrough,
      acked: named.filter((event) => event.epoch === epoch).map(({ seq, hash }) => ({ seq, hash })),
      parked: [],
      complete_through: held.watermark.completeThrough,
      watermark_hash: held.watermark.hash === ZERO_HASH ? null : held.watermark.hash,
      backed_up_through: backup.get(store)?.get(epoch)?.watermark.completeThrough ?? 0,
    })),
    acked_ids: [],
    now: NOW,
    number: 1,
    signatures: [],
  });

  const commit = (store: string, events: readonly WireEvent[]): void => {
    for (const event of events) {
      const { events: held } = epochOf(store, event.epoch);
      const there = held.get(event.seq);
      world.hold(
        there === undefined || there.hash === event.hash,
        () => `two events at ${store} ${event.epoch}/${event.seq}`,
      );
      held.set(event.seq, event);
    }
  };

  const crashWorker = (worker: number): void => {
    lives[worker] = (lives[worker] ?? 0) + 1;
  };

  const receive = (store: string, events: readonly WireEvent[]): void => {
    const worker = world.roll(options.workers);
    const life = lives[worker];
    const alive = (run: () => void) => (): void => {
      if (lives[worker] === life) run();
    };
    const answer = (): void => options.sendAck(store, ackOf(store, events));
    if (options.acksBeforeCommit) {
      for (const { epoch } of events) epochOf(store, epoch);
      answer();
    }
    world.after(
      world.roll(60),
      alive(() => {
        commit(store, events);
        world.after(
          world.roll(20),
          alive(() => {
            for (const epoch of new Set(events.map((event) => event.epoch))) advance(store, epoch);
            world.after(world.roll(20), alive(answer));
          }),
        );
      }),
    );
  };

  const hear = (store: string, told: readonly StoreEpoch[]): void => {
    for (const { epoch } of told) epochOf(store, epoch);
    const epochs = [...(database.get(store) ?? [])];
    const refill = refillOf(
      told,
      epochs.map(([epoch, { events }]) => ({
        epoch,
        held: rangesOf([...events.keys()]),
        // Simulated stores name what they pruned.
        mayBePruned: false,
      })),
    );
    // A heartbeat that is late by a restore tells of heads that were.
    if (refill.behind) world.note(() => `${store} is behind`);
    for (const { epoch, from, to } of refill.restored) {
      const held = epochOf(store, epoch);
      held.restored = [...held.restored, { from, to }];
    }
    for (const [epoch] of epochs) advance(store, epoch);
    options.sendAck(store, ackOf(store, []));
    if (refill.ask.length > 0) options.sendResync(store, refill.ask);
    const back = refill.giveBack.flatMap(({ epoch, from, to }) =>
      [...epochOf(store, epoch).events.values()].filter(({ seq }) => seq >= from && seq <= to),
    );
    if (back.length > 0) options.sendBack(store, back);
  };

  return {
    incarnation: () => incarnation,
    receive,
    hear,
    greet: (store: string) => options.sendAck(store, ackOf(store, [])),
    crashWorker,
    backUp: () => {
      backup = copyOf(database);
    },
    restore: () => {
      world.note(() => 'Head Office is restored from its backup');
      lives.forEach((_, worker) => crashWorker(worker));
      database = copyOf(backup);
      incarnation = Math.max(incarnation + 1, Math.floor(world.nowMs() / 1000));
    },
    holds: (store: string, { epoch, seq, hash }: WireEvent) =>
      database.get(store)?.get(epoch)?.events.get(seq)?.hash === hash,
    events: (store: string) =>
      [...(database.get(store)?.values() ?? [])].flatMap(({ events }) => [...events.values()]),
    completeThrough: (store: string, epoch: number) =>
      database.get(store)?.get(epoch)?.watermark.completeThrough ?? 0,
  };
}

/** What is held or counts as restored, from where the watermark stands on. */
function placesOf({ events, watermark, restored }: Epoch): readonly HeldPlace[] {
  const last = Math.max(0, ...events.keys(), ...restored.map(({ to }) => to));
  const places: HeldPlace[] = [];
  for (let seq = watermark.heldThrough + 1; seq <= last; seq++) {
    const event = events.get(seq);
    if (event !== undefined) places.push(event);
    else if (restored.some(({ from, to }) => from <= seq && seq <= to)) {
      places.push({ seq, hash: events.get(seq + 1)?.prevHash ?? ZERO_HASH, prevHash: null });
    }
  }
  return places;
}

/** The planted fault: whatever is held highest is claimed to be complete. */
function skipGaps({ events, watermark }: Epoch): Watermark {
  const last = Math.max(watermark.heldThrough, ...events.keys());
  const hash = events.get(last)?.hash ?? watermark.hash;
  return { heldThrough: last, completeThrough: last, heldHash: hash, hash, frozenAt: null };
}

function rangesOf(seqs: readonly number[]): readonly Range[] {
  const ranges: { from: number; to: number }[] = [];
  for (const seq of seqs.toSorted((a, b) => a - b)) {
    const open = ranges.at(-1);
    if (open?.to === seq - 1) open.to = seq;
    else ranges.push({ from: seq, to: seq });
  }
  return ranges;
}
