import type { StoreCode } from '@tillwire/domain';
import type { PartName } from '../../src/index.ts';
import { createRetainingBroker, type RetainingBroker } from './catalogue-broker.ts';
import { readSigned, resultOf, type SimPart, tampered, UNSELLABLE } from './catalogue-documents.ts';
import { type CatalogueKiosk, createCatalogueKiosk, type Selling } from './catalogue-kiosk.ts';
import { type CatalogueOffice, createSimOffice, type SimMenu } from './catalogue-office.ts';
import { type CataloguePublisher, createCataloguePublisher } from './catalogue-publisher.ts';
import { createNetwork, type Network } from './network.ts';
import { createWorld, Violation, type World } from './world.ts';

/** A fault planted around the real code, to show that the simulator finds such ones. */
export const CATALOGUE_PLANTS = [
  'believes-anybody',
  'runs-unverified',
  'points-before-staging',
  'switches-early',
  'clears-named-fulls',
  'never-audits',
  'never-asks-again',
  'never-tells-again',
  'restore-keeps-versions',
  'waves-wait-for-nobody',
] as const;
export type CataloguePlant = (typeof CATALOGUE_PLANTS)[number];

export interface CatalogueOutcome {
  readonly seed: number;
  /** What was broken; null: nothing. */
  readonly violation: string | null;
  readonly switches: number;
  readonly faults: number;
  readonly trace: readonly string[];
}

const STORES = ['S01', 'S02', 'S03'];
const FAULTS_MS = 240_000;
/** Every store has to sell what it should so long after the last fault. */
const CALM_MS = 1_200_000;
const STEP_MS = 20_000;

interface Chain {
  readonly world: World;
  readonly network: Network;
  readonly broker: RetainingBroker;
  readonly office: CatalogueOffice;
  readonly publisher: CataloguePublisher;
  readonly kiosks: readonly CatalogueKiosk[];
  readonly truth: Truth;
}

/** What was issued and what was sold, known to nobody in the run. */
interface Truth {
  /** Payloads by topic and version. */
  readonly published: Map<string, string>;
  readonly fulls: Map<number, string>;
  /** By store and version: what each part is to come to; null: to nothing that may be sold. */
  readonly parts: Map<string, Parts>;
  readonly come: Set<string>;
  readonly last: Map<string, Selling>;
  switches: number;
}

type Parts = Readonly<Record<PartName['part'], string | null>>;

/** One run by a seed: a menu edited, rolled out, halted and taken back under faults; then calm, and all sell it. */
export function simulateCatalogue({
  seed,
  plant,
  traced = false,
}: {
  readonly seed: number;
  readonly plant?: CataloguePlant | undefined;
  readonly traced?: boolean | undefined;
}): CatalogueOutcome {
  const trace: string[] = [];
  const world = createWorld(seed, traced ? trace : null);
  const chain = createChain(world, plant);
  let faults = 0;
  let violation: string | null = null;
  try {
    faults = runFaults(chain);
    calmDown(chain);
    for (let endMs = FAULTS_MS; endMs < FAULTS_MS + CALM_MS && !isAtRest(chain); endMs += STEP_MS) {
      world.runUntil(endMs + STEP_MS);
    }
    checkEnd(chain);
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    violation = error.message;
  }
  return { seed, violation, switches: chain.truth.switches, faults, trace };
}

function createChain(world: World, plant: CataloguePlant | undefined): Chain {
  const network = createNetwork(world);
  const broker = createRetainingBroker(world, network);
  const truth: Truth = {
    published: new Map(),
    fulls: new Map(),
    parts: new Map(),
    come: new Set(),
    last: new Map(),
    switches: 0,
  };
  const kiosks: CatalogueKiosk[] = [];
  const office = createSimOffice(world, {
    keepsVersions: plant === 'restore-keeps-versions',
    waitsForNobody: plant === 'waves-wait-for-nobody',
    isUp: (store) => kiosks.some(({ name, isUp }) => name === store && isUp()),
    hasCome: (store, version) => truth.come.has(`${store} ${version}`),
  });
  for (const name of STORES) {
    kiosks.push(
      createCatalogueKiosk(world, {
        name,
        believesAll: plant === 'believes-anybody',
        verifiesNothing: plant === 'runs-unverified',
        pointsFirst: plant === 'points-before-staging',
        switchesEarly: plant === 'switches-early',
        neverAsksAgain: plant === 'never-asks-again',
        cut: () => broker.cut(name),
        subscribeAgain: () => broker.subscribeAgain(name),
        tell: (report) => network.carry(() => office.hear(report)),
        selling: (selling, due) => noteSelling(world, truth, { store: name, selling, due }),
        staged: ({ version }) => truth.come.add(`${name} ${version}`),
      }),
    );
  }
  const publisher = createCataloguePublisher(world, {
    office,
    broker,
    network,
    published: (topic, payload) => notePublished(world, truth, topic, payload),
    clearsNamed: plant === 'clears-named-fulls',
    neverAudits: plant === 'never-audits',
    neverTellsAgain: plant === 'never-tells-again',
  });
  return { world, network, broker, office, publisher, kiosks, truth };
}

function notePublished(world: World, truth: Truth, topic: string, payload: string): void {
  const before = truth.published.get(`${topic} ${versionIn(payload)}`);
  world.hold(
    before === undefined || before === payload,
    () => `${topic} is published as ${payload}, and was as ${before}`,
  );
  truth.published.set(`${topic} ${versionIn(payload)}`, payload);
  const read = readSigned(topic, payload);
  if (!read.ok) return;
  const { document } = read;
  if (document.kind === 'full') truth.fulls.set(document.version, document.content);
  else {
    const partOf = (part: SimPart | null): string | null => {
      const content = resultOf(truth.fulls.get(part?.base ?? 0) ?? '', part?.override ?? '');
      return content === part?.checksum && !content.startsWith(UNSELLABLE) ? content : null;
    };
    const parts = { now: partOf(document.now), next: partOf(document.next) };
    truth.parts.set(`${document.store} ${document.version}`, parts);
  }
}

const versionIn = (payload: string): string => /"version":(\d+)/.exec(payload)?.[1] ?? '';

function noteSelling(
  world: World,
  truth: Truth,
  {
    store,
    selling,
    due,
  }: {
    readonly store: string;
    readonly selling: Selling;
    readonly due: { readonly fromMs: number; readonly nowMs: number } | null;
  },
): void {
  truth.switches++;
  const { version, part, content } = selling;
  const parts = truth.parts.get(`${store} ${version}`);
  world.hold(
    parts?.[part] === content,
    () => `${store} sells ${content} as ${version} ${part}, which was issued as ${parts?.[part]}`,
  );
  const last = truth.last.get(store);
  const falls =
    last !== undefined &&
    (version < last.version ||
      (version === last.version && last.part === 'next' && part === 'now'));
  world.hold(
    !falls,
    () => `${store} goes back to ${version} ${part} from ${last?.version} ${last?.part}`,
  );
  world.hold(
    due === null || due.fromMs <= due.nowMs,
    () => `${store} sells ${version} ${part} too early`,
  );
  truth.last.set(store, selling);
}

function runFaults(chain: Chain): number {
  const { world, kiosks, office, network, broker, publisher, truth } = chain;
  let faults = 0;
  const every = (leastMs: number, mostMs: number, act: () => void): void => {
    const again = (): void =>
      world.after(leastMs + world.roll(mostMs - leastMs), () => {
        if (world.nowMs() >= FAULTS_MS) return;
        act();
        again();
      });
    again();
  };
  const [newcomer, ...old] = world.chance(50) ? ['S03', 'S01', 'S02'] : ['', ...STORES];
  for (const store of old) office.serve(store);
  if (newcomer !== undefined && newcomer !== '') {
    world.after(world.roll(FAULTS_MS), () => office.serve(newcomer));
  }
  for (const kiosk of kiosks) {
    // Somebody goes on connecting as long as the run lasts.
    const reconnect = (): void => {
      world.after(500 + world.roll(network.calm ? 500 : 15_000), reconnect);
      if (broker.isConnected(kiosk.name)) return;
      broker.connect(kiosk.client);
      kiosk.up();
    };
    reconnect();
    every(10_000, 60_000, () => kiosk.backUp());
  }
  const editor = createEditor(chain);
  every(1000, 40_000, editor);
  every(10_000, 60_000, () => office.backUp());
  const restores = world.chance(40);
  every(500, 15_000, () => {
    faults++;
    const kiosk = kiosks[world.roll(kiosks.length)] as CatalogueKiosk;
    const which = world.roll(restores ? 13 : 11);
    if (which < 2) broker.cut(kiosk.name);
    else if (which < 4) kiosk.crashWithin(1 + world.roll(8));
    else if (which < 5) kiosk.crash();
    else if (which < 7) publisher.crash();
    else if (which < 8) broker.wipe();
    else if (which < 9) forge(chain, kiosk.name);
    else if (which < 10) kiosk.stepClock(world.roll(120_000) - 60_000);
    else if (which < 11) kiosk.spoilFull();
    else if (which < 12) {
      office.restore();
      publisher.crash();
    } else {
      kiosk.restore();
      // What it knew is gone with its disk.
      truth.last.delete(kiosk.name);
    }
  });
  world.runUntil(FAULTS_MS);
  return faults;
}

/** Somebody who publishes, schedules, halts, goes on and takes back without looking twice. */
function createEditor({ world, office }: Chain): () => void {
  let count = 0;
  let menu: SimMenu = { content: 'c0', overrides: new Map() };
  const publish = (): void => {
    const shop = STORES[world.roll(STORES.length)] ?? '';
    if (world.chance(30)) {
      menu = { ...menu, overrides: new Map([...menu.overrides, [shop, `o${++count}`]]) };
    } else {
      menu = { ...menu, content: `c${++count}` };
    }
    const isSpoilt = world.chance(10);
    const isUnsellable = world.chance(10);
    office.publish({
      menu: isUnsellable ? { ...menu, content: `${UNSELLABLE}${count}` } : menu,
      plan: {
        canaries: world.chance(60) || isSpoilt ? [shop as StoreCode] : [],
        waveSize: world.chance(50) ? 1 : null,
      },
      fromMs: world.chance(25) ? world.nowMs() + world.roll(120_000) : null,
      spoilt: isSpoilt,
      scheduled: world.chance(50) ? 'rebase' : 'cancel',
    });
  };
  publish();
  return () => {
    const which = world.roll(12);
    if (which < 7) publish();
    else if (which < 8) office.rollBack();
    else if (which < 9) office.halt();
    else if (which < 11) office.resume();
    else office.advance();
  };
}

/** A stranger, or the line itself, sends a store what is not its own. */
function forge({ world, broker, office }: Chain, store: string): void {
  const topics = [...broker.retained().keys()];
  const topic = topics[world.roll(Math.max(1, topics.length))];
  const payload = topic === undefined ? undefined : broker.retained().get(topic);
  if (topic === undefined || payload === undefined) return;
  const own = `ho/catalog/delta/${store}`;
  const which = world.roll(5);
  world.note(
    () =>
      `${store} is sent ${['tampered', 'cut', 'foreign', 'nothing', 'retained'][which]} ${topic}`,
  );
  if (which === 0) broker.forge(topic, tampered(payload));
  else if (which === 1) broker.forge(topic, payload.slice(0, payload.length / 2));
  else if (which === 2) broker.forge(own, payload);
  else if (which === 3) broker.publish(topic, '');
  else
    broker.publish(
      own,
      tampered(payload).replace(/"version":\d+/, `"version":${office.mark() + 900}`),
    );
}

/** No more faults; a last cut, and an editor who puts right what cannot be sold. */
function calmDown({ world, network, kiosks, broker, office }: Chain): void {
  world.note(() => 'calm');
  network.calm = true;
  for (const store of STORES) if (!office.served().includes(store)) office.serve(store);
  for (const kiosk of kiosks) {
    kiosk.crashWithin(0);
    if (world.chance(50)) broker.cut(kiosk.name);
  }
  const look = (): void => {
    const newest = office.newest();
    if (!office.isGood()) {
      if (!office.rollBack()) {
        office.publish({
          menu: { content: 'good', overrides: new Map() },
          plan: { canaries: [], waveSize: null },
          fromMs: null,
          spoilt: false,
          scheduled: 'cancel',
        });
      }
    } else if (newest?.state === 'halted') office.resume();
    world.after(60_000, look);
  };
  look();
}

const isAtRest = (chain: Chain): boolean => {
  try {
    checkEnd(chain);
    return true;
  } catch (error) {
    if (error instanceof Violation) return false;
    throw error;
  }
};

function checkEnd({ world, kiosks, office, broker }: Chain): void {
  const newest = office.newest();
  world.hold(newest?.state === 'complete', () => `release ${newest?.id} is ${newest?.state}`);
  const intended = office.intended();
  for (const kiosk of kiosks) {
    const selling = kiosk.selling();
    const told = office.told().get(kiosk.name)?.delta.version;
    world.hold(
      selling?.content === intended?.get(kiosk.name) && selling?.version === told,
      () =>
        `${kiosk.name} sells ${selling?.content} as ${selling?.version}, not ${intended?.get(kiosk.name)} as ${told}`,
    );
  }
  for (const [topic, { payload }] of office.wanted()) {
    world.hold(
      broker.retained().get(topic) === payload,
      () => `${topic} is not retained as it should be`,
    );
  }
}
