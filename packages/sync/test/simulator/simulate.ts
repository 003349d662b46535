import { PUMP_SETTINGS } from '../../src/index.ts';
import { createHeadOffice, type HeadOffice } from './head-office.ts';
import { createKiosk, type Kiosk, type WireEvent } from './kiosk.ts';
import { createNetwork, type Network } from './network.ts';
import { createWorld, Violation, type World } from './world.ts';

/** A fault planted around the real code, to show that the simulator finds such ones. */
export type Plant =
  'release-on-puback' | 'ack-before-commit' | 'watermark-skips-gap' | 'restore-keeps-epoch';
export const PLANTS: readonly Plant[] = [
  'release-on-puback',
  'ack-before-commit',
  'watermark-skips-gap',
  'restore-keeps-epoch',
];

export interface SimulationOutcome {
  readonly seed: number;
  /** What was broken; null: nothing. */
  readonly violation: string | null;
  readonly sold: number;
  readonly faults: number;
  /** What happened, where it was asked for. */
  readonly trace: readonly string[];
}

export interface SimulationOptions {
  readonly seed: number;
  readonly plant?: Plant | undefined;
  readonly traced?: boolean | undefined;
}

const FAULTS_MS = 30_000;
/** Everything has to be at Head Office so long after the last fault. */
const CALM_MS = 300_000;
const SELLING_ON_MS = 9000;
const STEP_MS = 10_000;
const HEARTBEAT_MS = 6000;

interface Fleet {
  readonly world: World;
  readonly kiosks: readonly Kiosk[];
  readonly office: HeadOffice;
  /** Every event sold, by its hash. */
  readonly truth: ReadonlyMap<string, WireEvent & { readonly store: string }>;
  /** Of what was sold, what no protocol can save: it was on a lost disk only. */
  readonly excused: Set<string>;
  readonly network: Network;
}

/** One run by a seed: faults for half a minute, calm, then everything has to be where it belongs. */
export function simulate({ seed, plant, traced = false }: SimulationOptions): SimulationOutcome {
  const trace: string[] = [];
  const world = createWorld(seed, traced ? trace : null);
  const fleet = createFleet(world, plant);
  let faults = 0;
  let violation: string | null = null;
  try {
    faults = runFaults(fleet);
    calmDown(fleet);
    // Most come to rest long before they must.
    for (let endMs = FAULTS_MS; endMs < FAULTS_MS + CALM_MS && !isAtRest(fleet); endMs += STEP_MS) {
      world.runUntil(endMs + STEP_MS);
    }
    checkEnd(fleet);
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    violation = error.message;
  }
  return { seed, violation, sold: fleet.truth.size, faults, trace };
}

function createFleet(world: World, plant: Plant | undefined): Fleet {
  const truth = new Map<string, WireEvent & { readonly store: string }>();
  const network = createNetwork(world);
  const kiosks: Kiosk[] = [];
  const find = (name: string): Kiosk => kiosks.find((kiosk) => kiosk.name === name) as Kiosk;
  const down = (store: string, deliver: (kiosk: Kiosk) => void): void =>
    network.carry(() => {
      if (find(store).isUp()) deliver(find(store));
    });
  const office = createHeadOffice(world, {
    workers: 2,
    acksBeforeCommit: plant === 'ack-before-commit',
    skipsGaps: plant === 'watermark-skips-gap',
    sendAck: (store, ack) => down(store, (kiosk) => kiosk.acknowledge(ack)),
    sendResync: (store, ranges) => down(store, (kiosk) => kiosk.resync(ranges)),
    sendBack: (store, events) => down(store, (kiosk) => kiosk.takeBack(events)),
    isTrue: (store, event, before) => {
      const sold = truth.get(event.hash);
      const places = sold?.store === store && sold.epoch === event.epoch && sold.seq === event.seq;
      return places && (before === undefined || before.hash === sold.prevHash);
    },
  });
  const settings = {
    ...PUMP_SETTINGS,
    liveWindow: 1 + world.roll(6),
    maxBatchEvents: 2 + world.roll(10),
    ackTimeoutMs: 400,
    maxBackoffMs: 3000,
    holdMs: 5000,
    ratePerS: world.chance(30) ? 5 + world.roll(50) : null,
  };
  for (let index = 1; index <= 2; index++) {
    const name = `S0${index}`;
    kiosks.push(
      createKiosk(world, {
        name,
        settings,
        releasesOnPuback: plant === 'release-on-puback',
        keepsEpoch: plant === 'restore-keeps-epoch',
        publish: (events, pubacked, denied) => {
          if (!network.calm && world.chance(2)) return network.carry(denied);
          network.carry(pubacked);
          network.carry(() => office.receive(name, events));
        },
        sayHello: () => network.carry(() => office.greet(name)),
        sold: (event) => truth.set(event.hash, { ...event, store: name }),
        checkReleased: (event, incarnation) =>
          world.hold(
            office.holds(name, event) || office.incarnation() > incarnation,
            () => `${name} releases ${event.epoch}/${event.seq}, which Head Office does not hold`,
          ),
      }),
    );
  }
  return { world, kiosks, office, truth, excused: new Set(), network };
}

function runFaults(fleet: Fleet): number {
  const { world, kiosks, office, network } = fleet;
  let faults = 0;
  let sales = 0;
  const every = (leastMs: number, mostMs: number, act: () => void, endMs = FAULTS_MS): void => {
    const again = (): void =>
      world.after(leastMs + world.roll(mostMs - leastMs), () => {
        if (world.nowMs() >= endMs) return;
        act();
        again();
      });
    again();
  };
  for (const kiosk of kiosks) {
    kiosk.connect();
    const slowest = 500 + world.roll(4000);
    const sell = (): void => {
      const burst = world.chance(10) ? 10 : 1;
      for (let sale = 0; sale < burst; sale++) kiosk.sell(`e${++sales}`);
    };
    // On into the calm, when no reconnection brings what the pump forgot.
    every(1, slowest, sell, FAULTS_MS + SELLING_ON_MS);
    every(5000, 20_000, () => kiosk.backUp());
    // Somebody goes on connecting as long as the run lasts.
    const reconnect = (): void => {
      kiosk.connect();
      world.after(100 + world.roll(1500), reconnect);
    };
    reconnect();
    const heartbeat = (): void => {
      if (kiosk.isUp()) {
        const epochs = kiosk.epochs();
        network.carry(() => office.hear(kiosk.name, epochs));
      }
      world.after(HEARTBEAT_MS, heartbeat);
    };
    heartbeat();
  }
  every(5000, 20_000, () => office.backUp());
  const restores = world.chance(50);
  every(200, 6000, () => {
    faults++;
    const kiosk = kiosks[world.roll(kiosks.length)] as Kiosk;
    const which = world.roll(restores ? 12 : 10);
    if (which < 4) kiosk.disconnect();
    else if (which < 6) kiosk.crashWithin(1 + world.roll(5));
    else if (which < 7) kiosk.crash();
    else if (which < 9) office.crashWorker(world.roll(2));
    else if (which < 10) network.wipe();
    else restore(fleet, which === 10 ? kiosk : null);
  });
  world.runUntil(FAULTS_MS);
  return faults;
}

/** Puts a kiosk or, for null, Head Office back to its backup, and notes what was lost with the disk. */
function restore({ world, kiosks, office, truth, excused }: Fleet, kiosk: Kiosk | null): void {
  const wasThere = [...truth.values()].filter((event) => office.holds(event.store, event));
  if (kiosk === null) office.restore();
  else kiosk.restore();
  for (const event of kiosk === null ? wasThere : truth.values()) {
    const store = kiosks.find(({ name }) => name === event.store) as Kiosk;
    if (excused.has(event.hash) || store.holds(event.hash)) continue;
    if (office.holds(event.store, event)) continue;
    world.hold(!store.isPruned(event), () => `${event.hash} was pruned, and is nowhere now`);
    excused.add(event.hash);
  }
}

/** No more faults; a last cut, so that nobody goes on holding back what was denied. */
function calmDown({ world, kiosks, network }: Fleet): void {
  world.note(() => 'calm');
  network.calm = true;
  for (const kiosk of kiosks) {
    kiosk.crashWithin(0);
    kiosk.disconnect();
  }
}

const isAtRest = (fleet: Fleet): boolean => {
  try {
    checkEnd(fleet);
    return true;
  } catch (error) {
    if (error instanceof Violation) return false;
    throw error;
  }
};

function checkEnd({ world, kiosks, office, truth, excused }: Fleet): void {
  for (const event of truth.values()) {
    world.hold(
      excused.has(event.hash) || office.holds(event.store, event),
      () => `${event.hash} of ${event.store} ${event.epoch}/${event.seq} is lost`,
    );
  }
  for (const kiosk of kiosks) {
    const events = office.events(kiosk.name);
    const hashes = new Set(events.map(({ hash }) => hash));
    world.hold(hashes.size === events.length, () => `an order of ${kiosk.name} is there twice`);
    world.hold(kiosk.unsent() === 0, () => `${kiosk.name} has ${kiosk.unsent()} rows unsent`);
    for (const { epoch, head } of kiosk.epochs()) {
      const through = office.completeThrough(kiosk.name, epoch);
      world.hold(
        through >= head,
        () => `${kiosk.name} ${epoch} is complete to ${through} of ${head} only`,
      );
    }
    for (const event of events) {
      world.hold(
        kiosk.holds(event.hash) || kiosk.isPruned(event),
        () => `${kiosk.name} lacks its own ${event.epoch}/${event.seq}`,
      );
    }
  }
}
