import { connectAsync } from 'mqtt';
import type { History } from '../load/history.ts';
import type { Random } from '../random.ts';
import { untilClosed } from '../until-closed.ts';
import { pause, until } from '../waiting.ts';
import type { LabDisk } from '../world/disk.ts';
import type { Program } from '../world/program.ts';
import type { Shop } from '../world/shop.ts';
import { storeAt, type World } from '../world/world.ts';
import { upsetLine } from './line-faults.ts';
import { loseDisk, loseOffice, restoreOffice, twinShop } from './losses.ts';
import type { Fault } from './schedule.ts';

export interface FaultTools {
  readonly world: World;
  readonly history: History;
  /** Draws what is not of the schedule itself, such as the order of re-delivered messages. */
  readonly random: Random;
  readonly changeMenu: (pence: number) => Promise<void>;
  readonly closeDay: (shop: number) => Promise<void>;
  /** A till of its own sells at `face` for so long. */
  readonly sellBeside: (shop: Shop, face: Shop['face'], forMs: number) => Promise<void>;
}

/** How long a process may take to serve again; many start at once on few cores. */
const BACK_WITHIN_MS = 300_000;

/** Does `fault`, and returns once what it hit serves again. @throws when it does not. */
export async function doFault(fault: Fault, tools: FaultTools): Promise<void> {
  const { world } = tools;
  const { office, broker, postgres } = world;
  switch (fault.kind) {
    case 'kill-shop':
      return kill(shopOf(world, fault.shop).programs[fault.part], fault.downMs);
    case 'crash-shop':
      return crash(shopOf(world, fault.shop).programs[fault.part], fault.point);
    case 'hang-shop':
      return shopOf(world, fault.shop).programs[fault.part].hang(fault.forMs);
    case 'hang-ingest':
      return workerOf(world, fault.worker).hang(fault.forMs);
    case 'hang-broker':
      return nodeOf(world, fault.node).hang(fault.forMs);
    case 'hang-publisher':
      return office.publisher.hang(fault.forMs);
    case 'kill-ingest':
      return kill(workerOf(world, fault.worker), fault.downMs);
    case 'crash-ingest':
      return crash(workerOf(world, fault.worker), fault.point);
    case 'kill-publisher':
      return kill(office.publisher, fault.downMs);
    case 'crash-publisher':
      return crash(office.publisher, fault.point);
    case 'kill-dashboard':
      return kill(office.dashboard, fault.downMs);
    case 'kill-broker':
      return kill(nodeOf(world, fault.node), fault.downMs);
    case 'wipe-broker': {
      const node = fault.node % broker.nodes.length;
      return nodeOf(world, node).knock('SIGKILL', fault.downMs, async () => broker.wipe(node));
    }
    case 'stop-postgres':
      return postgres.program.knock(fault.signal, fault.downMs, async () => postgres.snapshot());
    case 'cut-line':
    case 'freeze-line':
    case 'slow-line':
    case 'flap-line':
    case 'meddle-line':
      return upsetLine(shopOf(world, fault.shop).line, fault);
    case 'cut-office':
    case 'freeze-office':
      return upsetLine(office.line, fault);
    case 'redeliver':
      return redeliver(fault, tools);
    case 'change-menu':
      return tools.changeMenu(fault.pence);
    case 'close-day':
      return tools.closeDay(fault.shop);
    case 'jump-clock':
      return jump(shopOf(world, fault.shop), fault);
    case 'fill-disk':
      return fill(shopOf(world, fault.shop), fault.forMs);
    case 'break-disk':
      return breakDisk(shopOf(world, fault.shop), fault.forMs);
    case 'lose-disk':
      return loseDisk(shopOf(world, fault.shop), { how: 'gone', ...fault }, tools);
    case 'damage-disk':
      return loseDisk(shopOf(world, fault.shop), { how: 'damaged', ...fault }, tools);
    case 'twin-shop': {
      const shop = shopOf(world, fault.shop);
      return twinShop(shop, (face) => tools.sellBeside(shop, face, fault.forMs));
    }
    case 'lose-office':
      return loseOffice(tools);
    case 'restore-office':
      return restoreOffice(tools);
  }
}

const at = <T>(of: readonly T[], index: number): T => of[index % of.length] as T;
const shopOf = (world: World, shop: number): Shop => at(world.shops, shop);
const nodeOf = ({ broker }: World, node: number): Program => at(broker.nodes, node);
const workerOf = (world: World, worker: number): Program => at(world.office.ingest, worker);

const kill = (program: Program, downMs: number): Promise<void> => program.knock('SIGKILL', downMs);

/** Its next life has the crash point; the supervisor starts the one after. */
async function crash(program: Program, point: string): Promise<void> {
  program.arm(point);
  await program.knock('SIGKILL');
  await until(`${program.name} to be back`, program.isReady, { withinMs: BACK_WITHIN_MS });
}

async function jump(
  { store, reins }: Shop,
  { byMs, forMs }: { readonly byMs: number; readonly forMs: number },
): Promise<void> {
  if (reins === undefined) throw new Error(`${store} has no clock of its own`);
  reins.shift(byMs);
  await pause(forMs);
  reins.shift(-byMs);
}

const diskOf = ({ store, disk }: Shop): LabDisk => {
  if (disk === null) throw new Error(`${store} has no disk of its own`);
  return disk;
};

async function fill(shop: Shop, forMs: number): Promise<void> {
  const disk = diskOf(shop);
  await disk.fill();
  await pause(forMs);
  disk.free();
}

/** The programs hang on to what can't be written any more, until somebody starts the machine anew. */
async function breakDisk(shop: Shop, forMs: number): Promise<void> {
  const disk = diskOf(shop);
  disk.breakOff();
  await pause(forMs);
  await Promise.all(shop.all.map((one) => one.halt()));
  disk.mend();
  await Promise.all(shop.all.map((one) => one.start()));
}

/**
 * What Head Office has of a shop already comes once more, in another order and in batches, as a line that doubles
 * and reorders would deliver it.
 */
async function redeliver(
  { shop, events }: Extract<Fault, { kind: 'redeliver' }>,
  { world, random }: FaultTools,
): Promise<void> {
  const { store, login } = shopOf(world, shop);
  // The broker and PostgreSQL may be down: then there is nobody to deliver to, which is a fault of its own.
  await until(
    `events of ${storeAt(shop)} to be delivered again`,
    async () => {
      const rows = await world.books.query<{ payload: string }>(
        `SELECT payload FROM journal WHERE store = $1 AND kind = 'order'
         ORDER BY received_at DESC LIMIT $2`,
        [store, events],
      );
      const texts = random.shuffled(rows.map(({ payload }) => payload));
      const client = await connectAsync(
        `mqtts://localhost:${random.pick(world.broker.ports)}`,
        {
          ...login(),
          clientId: `lab-${store}-${random.whole(0, 1e9)}`,
          reconnectPeriod: 0,
          protocolVersion: world.broker.version === '5' ? 5 : 4,
        },
        false,
      );
      // A connection that dies is asked for again by the next round.
      client.on('error', () => undefined);
      try {
        await untilClosed(client, async () => {
          for (let from = 0; from < texts.length; from += 50) {
            const batch = texts.slice(from, from + 50).join(',');
            await client.publishAsync(`stores/${store}/orders`, `{"batch":[${batch}]}`, { qos: 1 });
          }
        });
      } finally {
        await client.endAsync(true);
      }
      return true;
    },
    { withinMs: BACK_WITHIN_MS, everyMs: 1000 },
  );
}
