import type { Acknowledgement } from '@tillwire/contract';
import {
  createPump,
  type EpochRange,
  nextEpoch,
  type OwnJournal,
  type Pump,
  type PumpEffect,
  type PumpEvent,
  type PumpSettings,
  prunableBy,
  releaseBy,
  type StoreEpoch,
  subtractRanges,
  uncoveredBy,
} from '../../src/index.ts';
import type { World } from './world.ts';

/** An event as it crosses the wire; `hash` stands for its bytes. */
export interface WireEvent {
  readonly epoch: number;
  readonly seq: number;
  readonly hash: string;
  readonly prevHash: string;
}

interface Row extends WireEvent {
  readonly row: number;
  acked: boolean;
}

/** What survives a crash. */
interface Disk {
  readonly rows: Map<number, Row>;
  epoch: number;
  seq: number;
  hash: string;
  lastRow: number;
  incarnation: number;
  /** Rows of an epoch up to here were pruned. */
  readonly pruned: Map<number, number>;
}

export interface KioskOptions {
  readonly name: string;
  readonly settings: PumpSettings;
  readonly releasesOnPuback: boolean;
  readonly keepsEpoch: boolean;
  readonly publish: (
    events: readonly WireEvent[],
    pubacked: () => void,
    denied: () => void,
  ) => void;
  readonly sayHello: () => void;
  readonly sold: (event: WireEvent) => void;
  readonly checkReleased: (event: WireEvent, incarnation: number) => void;
}

class Crashed extends Error {}

const copyOf = (disk: Disk): Disk => ({
  ...disk,
  rows: new Map([...disk.rows].map(([row, value]) => [row, { ...value }])),
  pruned: new Map(disk.pruned),
});

/** One store: the real pump and the real release rules on a journal that is a map, with an honest disk. */
export type Kiosk = ReturnType<typeof createKiosk>;

export function createKiosk(world: World, options: KioskOptions) {
  let disk: Disk = {
    rows: new Map(),
    epoch: 1,
    seq: 0,
    hash: 'zeros',
    lastRow: 0,
    incarnation: 0,
    pruned: new Map(),
  };
  let backup = copyOf(disk);
  let pump: Pump = createPump(options.settings);
  let up = false;
  /** Changes with each crash and each cut: what belongs to an earlier one is dead. */
  let life = 0;
  let connection = 0;
  let stepsToCrash = 0;
  let tickAtMs: number | null = null;

  const guarded = (run: () => void): void => {
    try {
      run();
    } catch (error) {
      if (!(error instanceof Crashed)) throw error;
      crash();
    }
  };
  /** A place in the code where the process may die. */
  const step = (): void => {
    if (stepsToCrash > 0 && --stepsToCrash === 0) throw new Crashed();
  };

  const rowsOf = (epoch: number): Row[] =>
    [...disk.rows.values()].filter((row) => row.epoch === epoch);
  const rowAt = (epoch: number, seq: number): Row | undefined => {
    for (const row of disk.rows.values()) if (row.epoch === epoch && row.seq === seq) return row;
    return undefined;
  };

  const tell = (event: PumpEvent): void => {
    const effects = pump.handle(event, world.nowMs());
    for (const effect of effects) run(effect);
    const { liveWindow, batchWindow, maxBatchEvents } = options.settings;
    world.hold(
      pump.inFlight() <= liveWindow + batchWindow * maxBatchEvents,
      () => `${options.name} has ${pump.inFlight()} rows in flight`,
    );
    const wakeAtMs = pump.wakeAtMs();
    if (wakeAtMs === null || (tickAtMs !== null && tickAtMs <= wakeAtMs)) return;
    tickAtMs = wakeAtMs;
    const own = life;
    world.after(Math.max(1, wakeAtMs - world.nowMs()), () => {
      if (own !== life) return;
      tickAtMs = null;
      tell({ type: 'tick' });
    });
  };

  const run = (effect: PumpEffect): void => {
    const own = life;
    if (effect.type === 'scan') {
      world.after(world.roll(15), () => {
        if (own !== life) return;
        const open = [...disk.rows.values()]
          .filter(({ row, acked }) => !acked && row > effect.after && row <= effect.through)
          .sort((a, b) => a.row - b.row);
        const rows = open.slice(0, effect.limit).map(({ row }) => row);
        const complete = open.length <= effect.limit;
        world.after(world.roll(15), () => {
          if (own === life) tell({ type: 'scanned', scan: effect.scan, rows, complete });
        });
      });
    } else if (effect.type === 'send') {
      const events = effect.rows.flatMap((row) => disk.rows.get(row) ?? []);
      const line = connection;
      world.note(() => `${options.name} sends ${events.map(({ seq }) => seq).join(' ')}`);
      const answer = (type: 'accepted' | 'rejected') => (): void => {
        if (own !== life || line !== connection) return;
        tell({ type, message: effect.message });
        if (options.releasesOnPuback && type === 'accepted') mark(effect.rows, disk.incarnation);
      };
      options.publish(events, answer('accepted'), answer('rejected'));
    }
  };

  const mark = (rows: readonly number[], incarnation: number): readonly number[] => {
    const marked = rows.flatMap((row) => disk.rows.get(row) ?? []).filter(({ acked }) => !acked);
    for (const row of marked) {
      row.acked = true;
      options.checkReleased(row, incarnation);
    }
    return marked.map(({ row }) => row);
  };

  const requeue = ({ epoch, from, to }: EpochRange): void => {
    const back = rowsOf(epoch).filter(({ seq, acked }) => acked && seq >= from && seq <= to);
    for (const row of back) row.acked = false;
    if (back.length === 0) return;
    world.note(() => `${options.name} queues ${epoch}/${from}-${to} again`);
    tell({ type: 'requeued', after: Math.min(...back.map(({ row }) => row)) - 1 });
  };

  const heads = (): ReadonlyMap<number, number> => {
    const found = new Map<number, number>([...disk.pruned, [disk.epoch, 0]]);
    for (const { epoch, seq } of disk.rows.values()) {
      found.set(epoch, Math.max(found.get(epoch) ?? 0, seq));
    }
    return found;
  };

  const epochs = (): readonly StoreEpoch[] =>
    [...heads()].map(([epoch, head]) => {
      const pruned = disk.pruned.get(epoch) ?? 0;
      const held = rowsOf(epoch)
        .sort((a, b) => a.seq - b.seq)
        .map(({ seq }) => ({ from: seq, to: seq }));
      const holes = head > pruned ? subtractRanges([{ from: pruned + 1, to: head }], held) : [];
      return { epoch, head, holes };
    });

  const ownJournal = (): OwnJournal => ({
    incarnation: disk.incarnation,
    heads: heads(),
    hashAt: ({ epoch, seq }) => rowAt(epoch, seq)?.hash,
  });

  const prune = (ack: Acknowledgement): void => {
    for (const { epoch, seq } of prunableBy(ack, ownJournal())) {
      const old = rowsOf(epoch).filter((row) => row.acked && row.seq <= seq);
      for (const { row } of old) disk.rows.delete(row);
      const last = Math.max(0, ...old.map((row) => row.seq));
      disk.pruned.set(epoch, Math.max(disk.pruned.get(epoch) ?? 0, last));
    }
  };

  /** In the order of the real worker: requeue, believe the incarnation, release; it may die between any two. */
  const acknowledge = (ack: Acknowledgement): void => {
    const own = ownJournal();
    const release = releaseBy(ack, own);
    if (release === null) return;
    world.hold(!release.startsNewEpoch, () => `${options.name} is told to begin a new epoch`);
    step();
    if (release.beganAnew) {
      for (const range of uncoveredBy(ack, own)) {
        requeue(range);
        step();
      }
    }
    disk.incarnation = ack.incarnation;
    step();
    const named = release.released.flatMap(({ epoch, seq }) => rowAt(epoch, seq)?.row ?? []);
    const through = release.releasedThrough.flatMap(({ epoch, seq }) =>
      rowsOf(epoch).flatMap((row) => (row.seq <= seq ? [row.row] : [])),
    );
    const rows = mark([...named, ...through], ack.incarnation);
    step();
    if (rows.length > 0) tell({ type: 'released', rows });
    if (world.chance(20)) prune(ack);
  };

  const connect = (): void => {
    if (up) return;
    up = true;
    connection++;
    tell({ type: 'up', head: disk.lastRow });
    options.sayHello();
  };

  const disconnect = (): void => {
    if (!up) return;
    up = false;
    connection++;
    tell({ type: 'down' });
  };

  const crash = (): void => {
    world.note(() => `${options.name} crashes`);
    life++;
    connection++;
    up = false;
    stepsToCrash = 0;
    tickAtMs = null;
    pump = createPump(options.settings);
  };

  return {
    name: options.name,
    isUp: () => up,
    connect: () => guarded(connect),
    disconnect,
    crash,
    /** Dies within the next steps of its own code, if it comes to any. */
    crashWithin: (steps: number) => {
      stepsToCrash = steps;
    },
    sell: (hash: string) => {
      disk.seq++;
      disk.lastRow++;
      const { epoch, seq, lastRow: row } = disk;
      const event = { epoch, seq, hash, prevHash: disk.hash };
      disk.rows.set(row, { ...event, row, acked: false });
      disk.hash = hash;
      world.note(() => `${options.name} sells ${hash} at ${epoch}/${seq}`);
      options.sold(event);
      const own = life;
      world.after(world.roll(50), () => {
        if (own === life) tell({ type: 'committed', head: disk.lastRow });
      });
    },
    backUp: () => {
      backup = copyOf(disk);
    },
    restore: () => {
      world.note(() => `${options.name} is restored from its backup`);
      crash();
      disk = copyOf(backup);
      if (options.keepsEpoch) return;
      const lastEpoch = Math.max(...heads().keys());
      // Seconds were never as few as epochs, and no store is restored twice in one.
      disk.epoch = nextEpoch(lastEpoch, 1000 + Math.floor(world.nowMs() / 100));
      disk.seq = 0;
    },
    acknowledge: (ack: Acknowledgement) => guarded(() => acknowledge(ack)),
    resync: (ranges: readonly EpochRange[]) => guarded(() => ranges.forEach(requeue)),
    /** Its own events back: known to be at Head Office, so not for the outbox. */
    takeBack: (events: readonly WireEvent[]) => {
      for (const { epoch, seq, hash, prevHash } of events) {
        const known = rowAt(epoch, seq) !== undefined || seq <= (disk.pruned.get(epoch) ?? 0);
        if (known || epoch === disk.epoch) continue;
        const row = ++disk.lastRow;
        disk.rows.set(row, { epoch, seq, hash, prevHash, row, acked: true });
      }
      tell({ type: 'committed', head: disk.lastRow });
    },
    epochs,
    holds: (hash: string) => [...disk.rows.values()].some((row) => row.hash === hash),
    isPruned: ({ epoch, seq }: WireEvent) => seq <= (disk.pruned.get(epoch) ?? 0),
    unsent: () => [...disk.rows.values()].filter(({ acked }) => !acked).length,
  };
}
