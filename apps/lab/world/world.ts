import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programEnv } from '../config.ts';
import { createReins, realMs, type Reins } from '../simulate/simulated-time.ts';
import { createDatabase, type OfficeBooks, openBooks } from '../store/office-books.ts';
import type { Random } from '../random.ts';
import { until } from '../waiting.ts';
import { type LabBroker, startMosquitto } from './broker.ts';
import { startNats } from './nats.ts';
import { type Office, startOffice } from './office.ts';
import { hasDisks } from './disk.ts';
import { startLine } from './line.ts';
import { publishMenu } from './menu.ts';
import { type LabPostgres, type Standby, startPostgres, startStandby } from './postgres.ts';
import type { Program } from './program.ts';
import { openShop, type Shop } from './shop.ts';

/** The whole system on one machine: real processes, a real broker over TLS, a real PostgreSQL. */
export interface World {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly postgres: LabPostgres;
  readonly standby: Standby | null;
  readonly broker: LabBroker;
  readonly office: Office;
  readonly shops: readonly Shop[];
  readonly lightStores: readonly string[];
  readonly books: OfficeBooks;
  readonly databaseUrl: string;
  readonly reins: Reins | undefined;
  readonly programs: readonly Program[];
  readonly stop: () => Promise<void>;
}

export interface WorldOptions {
  readonly stores: number;
  /** Shops whose services run as three processes; the others run as one. */
  readonly shopsInParts: number;
  /** Further accounts at the broker, for kiosks that are no processes. */
  readonly lightStores?: number;
  /** One Mosquitto, or three nodes of NATS. */
  readonly broker?: 'mosquitto' | 'nats';
  /** A second PostgreSQL follows the first; Head Office goes through a line to whichever is there. */
  readonly hasStandby?: boolean;
  readonly ingestWorkers: number;
  readonly isSplit: boolean;
  /** Shops have clocks of their own, every fourth one a disk and another a line that can be spoilt, as drawn here. */
  readonly spoils?: Random;
  /** Every price of the first menu ends in these pence; none: prices are as they are. */
  readonly menuEndsIn?: number;
  /** Kept, when named; else a folder that goes with the world. */
  readonly keep: string | undefined;
  /** Everything of ours lives in this time; else in the machine's. */
  readonly reins?: Reins | undefined;
  readonly tell: (line: string) => void;
  /** Calls the start off, too. */
  readonly signal?: AbortSignal | undefined;
}

/** Many processes start at once, on few cores. */
const READY_WITHIN_MS = 180_000;

export const storeAt = (at: number): string => `S${String(at + 1).padStart(2, '0')}`;

export async function startWorld(options: WorldOptions): Promise<World> {
  const { stores: count, keep, tell, reins } = options;
  const folder = keep ?? mkdtempSync(join(tmpdir(), 'tillwire-lab-'));
  const logs = join(folder, 'logs');
  mkdirSync(logs, { recursive: true });
  // PostgreSQL and Mosquitto have users of their own.
  chmodSync(folder, 0o755);
  const env = programEnv(join(folder, 'compile-cache'));
  const all = Array.from({ length: count + (options.lightStores ?? 0) }, (_, at) => storeAt(at));
  const stores = all.slice(0, count);
  const started: { readonly stop: () => Promise<void> }[] = [];
  const stop = async (): Promise<void> => {
    for (const one of started.splice(0).toReversed()) await one.stop();
    if (keep === undefined) rmSync(folder, { recursive: true, force: true });
  };
  const addStandby = async (postgres: LabPostgres, folder: string) => {
    const server = await startStandby(postgres, { folder: join(folder, 'postgres'), logs, env });
    const line = await startLine([postgres.port, server.port]);
    started.push(server.program, {
      stop: async () => void [line, server.line].map((one) => one.close()),
    });
    const url = new URL(postgres.url('head_office'));
    url.port = String(line.port);
    return { server, url: url.href };
  };
  try {
    tell('starting PostgreSQL and the broker');
    const postgres = await startPostgres({ folder: join(folder, 'postgres'), logs, env });
    started.push(postgres.program);
    await createDatabase(postgres.url('postgres'), 'head_office');
    const standby = options.hasStandby === true ? await addStandby(postgres, folder) : null;
    const databaseUrl = standby?.url ?? postgres.url('head_office');
    const lightStores = all.slice(count);
    const isCluster = options.broker === 'nats';
    const broker = await (isCluster ? startNats : startMosquitto)({
      folder: join(folder, 'broker'),
      // Of a cluster every account is made with it.
      stores: isCluster ? all : lightStores,
      logs,
      env,
    });
    started.push({ stop: () => stopAll(broker.nodes) });
    tell('starting Head Office');
    const office = await startOffice({ ...options, folder, logs, env, broker, databaseUrl });
    started.push({ stop: async () => office.line.close() }, { stop: () => stopAll(office.all) });
    const books = openBooks(databaseUrl);
    started.push({ stop: books.end });
    for (const store of isCluster ? all : lightStores) await books.makeStore(store);
    await publishMenu(office, options.menuEndsIn);
    tell(`starting ${count} shops`);
    const { spoils } = options;
    const shops: Shop[] = [];
    started.push({
      stop: async () => {
        await stopAll(shops.flatMap((shop) => shop.all));
        for (const shop of shops) shop.close();
      },
    });
    // Two at a time: each takes a core for a second or two.
    const left = stores.entries();
    const openNext = async (): Promise<void> => {
      for (const [at, store] of left) {
        options.signal?.throwIfAborted();
        const shop = await openShop({
          store,
          folder,
          logs,
          env,
          broker,
          ports: broker.ports.map((_, node, ports) => ports[(node + at) % ports.length] ?? 0),
          office,
          isWhole: at >= options.shopsInParts,
          hasDisk: spoils !== undefined && hasOwnDisk(at),
          spoils: isReadLine(at) ? spoils?.fork(`line of ${store}`) : undefined,
          reins: spoils === undefined ? reins : createReins(realMs, reins?.nowMs() ?? realMs()),
        });
        shops[at] = shop;
        await startNew(shop, spoils !== undefined);
      }
    };
    await Promise.all([openNext(), openNext()]);
    await until(
      'every shop to have its menu',
      async () => {
        const answers = await Promise.all(shops.map(({ face }) => face.get('/readyz')));
        return answers.every(({ status }) => status === 200);
      },
      { withinMs: READY_WITHIN_MS, everyMs: 200 },
    );
    await Promise.all(shops.map(takeOnCrew));
    if (spoils !== undefined) {
      await backUpShops(office, stores);
      await postgres.program.knock('SIGKILL', 0, async () => postgres.snapshot());
    }
    return {
      folder,
      env,
      postgres,
      standby: standby?.server ?? null,
      broker,
      office,
      shops,
      lightStores,
      books,
      databaseUrl,
      reins,
      programs: [
        postgres.program,
        ...broker.nodes,
        ...office.all,
        ...shops.flatMap((one) => one.all),
      ],
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** People 1 to 9, the first a manager: crew food is theirs alone. */
async function takeOnCrew({ store, face }: Shop): Promise<void> {
  for (let crewId = 1; crewId <= 9; crewId++) {
    const person = { crewId: String(crewId), name: `Crew ${crewId}` };
    const { status, body } = await face.post(
      '/api/crew',
      crewId === 1 ? { ...person, role: 'manager', pin: '80417' } : person,
    );
    if (status !== 201) throw new Error(`${store} does not take on crew: ${JSON.stringify(body)}`);
  }
}

/** A first backup of every shop, with everything in it that is there before anything is sold. */
async function backUpShops({ face }: Office, stores: readonly string[]): Promise<void> {
  const { body } = await face.post('/api/commands', { stores, command: { name: 'backup' } });
  const ids = new Set(
    (body.commands as readonly { readonly commandId: string }[]).map(({ commandId }) => commandId),
  );
  await until(
    'every shop to be backed up',
    async () => {
      const { commands } = (await face.get('/api/commands?limit=500')).body as {
        readonly commands: readonly {
          readonly commandId: string;
          readonly outcome: string | null;
        }[];
      };
      const done = commands.filter(
        ({ commandId, outcome }) => ids.has(commandId) && outcome === 'done',
      );
      return done.length === ids.size;
    },
    { withinMs: READY_WITHIN_MS, everyMs: 500 },
  );
}

const stopAll = async (programs: readonly Program[]): Promise<void> =>
  void (await Promise.all(programs.map((one) => one.stop())));

/** Every fourth shop has a disk of its own, where the machine can have such. */
export const hasOwnDisk = (at: number): boolean => at % 4 === 1 && hasDisks();

/** Every fourth shop's line reads what passes. */
export const isReadLine = (at: number): boolean => at % 4 === 2;

/** Its database is still empty: where much is spoilt, its first life ends in the middle of making it once more. */
async function startNew({ all, programs, database }: Shop, isSpoilt: boolean): Promise<void> {
  if (isSpoilt) {
    for (const ending of ['', '-wal', '-shm']) rmSync(database + ending, { force: true });
    programs.web.arm('migration.before-commit');
    await programs.web.start();
  }
  await Promise.all(all.map((one) => one.start()));
}
