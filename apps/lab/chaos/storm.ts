import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { History } from '../load/history.ts';
import { runTill } from '../load/till.ts';
import { createRandom } from '../random.ts';
import { pause, until } from '../waiting.ts';
import { changeMenu } from '../world/menu.ts';
import { storeAt, type World } from '../world/world.ts';
import { doFault, type FaultTools } from './faults.ts';
import { type Fault, faultText, type Scheduled } from './schedule.ts';

export interface StormOptions {
  readonly seed: string;
  readonly history: History;
  /** Of the second machine of a store, which sells for a while. */
  readonly twins: (store: string) => History;
  readonly tell: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Does every fault at its time; one target is hit by one fault at a time. Tells what did not come back. */
export async function storm(
  world: World,
  schedule: readonly Scheduled[],
  options: StormOptions,
): Promise<readonly string[]> {
  const { tell, signal } = options;
  const tools = toolsOf(world, options);
  const failed: string[] = [];
  const busy = new Map<string, Promise<void>>();
  const began = performance.now();
  const log = join(world.folder, 'faults.log');
  for (const { atMs, fault } of schedule) {
    await pause(Math.max(0, atMs - (performance.now() - began)), signal);
    if (signal.aborted) break;
    const words = `${(atMs / 1000).toFixed(1)} s ${faultText(fault, storeAt)}`;
    const targets = targetsOf(fault, world);
    const before = Promise.all(targets.map((target) => busy.get(target) ?? Promise.resolve()));
    const doing = before.then(async () => {
      const from = performance.now();
      try {
        await doFault(fault, tools);
        appendFileSync(log, `${words}: survived, ${Math.round(performance.now() - from)} ms\n`);
      } catch (error) {
        const why = reasonOf(error);
        failed.push(`${words}: ${why}`);
        appendFileSync(log, `${words}: ${why}\n`);
        tell(`not survived: ${words}: ${why}`);
      }
    });
    for (const target of targets) busy.set(target, doing);
  }
  await Promise.all(busy.values());
  return failed;
}

function toolsOf(world: World, { seed, history, twins, signal }: StormOptions): FaultTools {
  const random = createRandom(`${seed}/inside faults`);
  return {
    world,
    history,
    random,
    changeMenu: (pence) => changeMenu(world, pence),
    closeDay: async (shop) => {
      const { face, store } = world.shops[shop] ?? world.shops[0] ?? { face: null, store: '' };
      await until(
        `${store} to close its day`,
        async () => {
          const answer = await face?.post('/api/day/close', {});
          if (answer?.status === 200) history.closed({ store, ...answer.body });
          return answer !== undefined && answer.status < 500;
        },
        { withinMs: 120_000, everyMs: 500 },
      );
    },
    sellBeside: async ({ store }, face, forMs) => {
      const enough = new AbortController();
      const till = runTill(
        {
          store: `${store}-twin`,
          face,
          history: twins(store),
          random: random.fork(`${store} twin`),
          perMinute: 120,
          refused: () => undefined,
          stopping: signal,
        },
        enough.signal,
      );
      await pause(forMs, signal);
      enough.abort();
      await till;
    },
  };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${reasonOf(error.cause)}`;
}

/** Whatever is lost of what was sold, one at a time: two at once may leave nobody who has it. */
const RECORDS = 'records';

/** What a fault hits: faults of one target wait for one another. */
function targetsOf(fault: Fault, world: World): readonly string[] {
  const programsOf = (shop: number): readonly string[] =>
    world.shops[shop]?.all.map(({ name }) => name) ?? [];
  const partsOf = (shop: number): readonly string[] =>
    [`line ${shop}`, `disk ${shop}`, `clock ${shop}`].concat(programsOf(shop));
  const office = [...world.office.all.map(({ name }) => name), 'postgres', 'menu'];
  switch (fault.kind) {
    case 'kill-shop':
    case 'crash-shop':
    case 'hang-shop':
      return [world.shops[fault.shop]?.programs[fault.part].name ?? ''];
    case 'hang-ingest':
    case 'kill-ingest':
    case 'crash-ingest':
      return [world.office.ingest[fault.worker]?.name ?? ''];
    case 'kill-publisher':
    case 'crash-publisher':
    case 'hang-publisher':
      return ['publisher'];
    case 'kill-broker':
    case 'wipe-broker':
    case 'hang-broker':
      return ['broker'];
    case 'cut-line':
    case 'freeze-line':
    case 'slow-line':
    case 'flap-line':
    case 'meddle-line':
      return [`line ${fault.shop}`];
    case 'cut-office':
    case 'freeze-office':
      return ['office line'];
    case 'kill-dashboard':
      return ['dashboard'];
    case 'stop-postgres':
      return ['postgres'];
    case 'change-menu':
      return ['menu'];
    case 'redeliver':
    case 'close-day':
      return [`${fault.kind} ${fault.shop}`];
    case 'jump-clock':
      return [`clock ${fault.shop}`];
    case 'fill-disk':
    case 'break-disk':
      return [`disk ${fault.shop}`, ...programsOf(fault.shop)];
    case 'lose-disk':
    case 'damage-disk':
    case 'twin-shop':
      return [RECORDS, ...partsOf(fault.shop)];
    case 'restore-office':
      return [RECORDS, 'postgres', 'menu'];
    case 'lose-office':
      return [RECORDS, ...office, ...world.shops.flatMap((_, at) => partsOf(at))];
  }
}
