import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createFace, type Face } from '../http.ts';
import type { Random } from '../random.ts';
import type { Reins } from '../simulate/simulated-time.ts';
import type { LabBroker } from './broker.ts';
import { type LabDisk, makeDisk } from './disk.ts';
import { freePort, type Line, startLine } from './line.ts';
import { createMeddler } from './meddler.ts';
import type { Office } from './office.ts';
import { createProgram, type Program } from './program.ts';
import { serviceOf, tillwire } from './tillwire.ts';

export const SHOP_PARTS = ['web', 'sync', 'scheduler'] as const;
export type ShopPart = (typeof SHOP_PARTS)[number];

type Environment = Readonly<Record<string, string>>;

/** A store as processes of its own, behind a line of its own, set up as an operator would. */
export interface Shop {
  readonly store: string;
  readonly face: Face;
  readonly line: Line;
  /** Undefined: it lives in the machine's time. */
  readonly reins: Reins | undefined;
  /** Null: its data is on the machine's disk. */
  readonly disk: LabDisk | null;
  /** Path of its database. */
  readonly database: string;
  /** By part; where one process runs the store, that one under each. */
  readonly programs: Readonly<Record<ShopPart, Program>>;
  readonly all: readonly Program[];
  /** What the shop logs in with at the moment, and the authority of its broker. */
  readonly login: () => {
    readonly username: string;
    readonly password: string;
    readonly ca: string;
  };
  /** Paths of its backups, the newest first. */
  readonly backups: () => readonly string[];
  /** Runs `tillwire …` with the shop's environment and clock. @throws with what it complained of. */
  readonly run: (args: readonly string[]) => Promise<string>;
  /**
   * Shuts its machine out and lets it in again by a new join file: what it sold stays. Null where the broker has no
   * accounts that change while it runs: the machine is configured by hand.
   */
  readonly renew: (() => Promise<void>) | null;
  /** Another machine on a copy of its disk, with the same identity. */
  readonly twin: (database: string) => Promise<{ readonly program: Program; readonly face: Face }>;
  readonly close: () => void;
}

export interface ShopOptions {
  readonly store: string;
  /** One process for all three services, or three. */
  readonly isWhole: boolean;
  /** On a small disk of its own. */
  readonly hasDisk?: boolean;
  /** Its line reads what passes, and can spoil it by what is drawn here. */
  readonly spoils?: Random | undefined;
  readonly folder: string;
  readonly logs: string;
  readonly env: Environment;
  readonly broker: LabBroker;
  /** Ports of the broker's nodes, the one first it goes to first. */
  readonly ports: readonly number[];
  readonly office: Office;
  readonly reins?: Reins | undefined;
}

const TOKEN = 'the-lab-is-a-manager';

/** Provisions the store at Head Office, joins its machine, and leaves its programs to be started. */
export async function openShop(options: ShopOptions): Promise<Shop> {
  const { store, folder, logs, broker, spoils, reins, hasDisk = false } = options;
  const line = await startLine(
    options.ports,
    spoils && { meddler: createMeddler(spoils), ...broker.identity },
  );
  const place = join(folder, hasDisk ? 'disks' : 'shops', store);
  mkdirSync(place, { recursive: true });
  const disk = hasDisk ? makeDisk(`${place}.image`, place) : null;
  const home = join(place, 'kiosk');
  const port = await freePort();
  const setUp = broker.adminFile === null ? byHand : byJoining;
  const { env, args: environment, login, renew } = await setUp(options, { line, home, port });
  const service = serviceOf(reins);
  const program = (role: ShopPart | null, name: string, more: Environment = {}): Program =>
    createProgram({
      name,
      command: service.command,
      args: [...service.args, 'kiosk', ...(role === null ? [] : [role]), ...environment],
      env: { ...env, API_TOKEN: TOKEN, LOG_LEVEL: 'info', ...more },
      logs,
      reins,
      ...(role === null || role === 'web' ? { ready: /sells at \S+/ } : {}),
    });
  const whole = options.isWhole ? program(null, store) : null;
  const programs = {
    web: whole ?? program('web', `${store}-web`),
    sync: whole ?? program('sync', `${store}-sync`),
    scheduler: whole ?? program('scheduler', `${store}-scheduler`),
  };
  return {
    store,
    face: createFace(`http://127.0.0.1:${port}`, TOKEN),
    line,
    reins,
    disk,
    database: join(home, 'data', `${store}.db`),
    programs,
    all: [...new Set(Object.values(programs))],
    login,
    backups: () =>
      readdirSync(join(home, 'backups'))
        .filter((file) => file.endsWith('.db'))
        .toSorted()
        .toReversed()
        .map((file) => join(home, 'backups', file)),
    run: (args) => tillwire([...args, ...environment], env, reins),
    renew,
    twin: async (database) => {
      const other = await freePort();
      const place = dirname(database);
      const more = {
        DB_PATH: database,
        HTTP_PORT: String(other),
        EXPORT_DIR: join(place, 'exports'),
        BACKUP_DIR: join(place, 'backups'),
      };
      return {
        program: program(null, `${store}-twin`, more),
        face: createFace(`http://127.0.0.1:${other}`, TOKEN),
      };
    },
    close: () => {
      line.close();
      disk?.remove();
    },
  };
}

interface Place {
  readonly line: Line;
  /** Folder of the machine. */
  readonly home: string;
  /** Of its pages. */
  readonly port: number;
}

/** What its programs are started with. */
interface SetUp extends Pick<Shop, 'login' | 'renew'> {
  readonly env: Environment;
  readonly args: readonly string[];
}

/** As an operator does it: provisioned at Head Office, joined on its machine. */
async function byJoining(
  { store, folder, office, env, reins, broker }: ShopOptions,
  { line, home, port }: Place,
): Promise<SetUp> {
  let joins = 0;
  const joinIt = async (again: boolean): Promise<void> => {
    const file = join(folder, `${store}-${++joins}.json`);
    const url = `mqtts://localhost:${line.port}`;
    const provision = ['store', 'provision', store, '--name', `Shop ${store}`, '--out', file];
    const reached = ['--broker-url', url, '--json', ...(again ? ['--again'] : [])];
    const told = await office.run([...provision, ...reached]);
    const { code } = JSON.parse(told) as { readonly code: string };
    const args = ['kiosk', 'join', file, '--code', code, '--dir', home, '--port', String(port)];
    await tillwire([...args, ...(again ? ['--renew'] : [])], env, reins);
  };
  await joinIt(false);
  return {
    env,
    args: ['--env', join(home, 'kiosk.env')],
    login: () => {
      const text = readFileSync(join(home, 'credentials', 'broker.json'), 'utf8');
      const { user, password } = JSON.parse(text) as { user: string; password: string };
      return { username: user, password, ca: broker.identity.ca };
    },
    renew: () => joinIt(true),
  };
}

/** An account made with the broker, written into its environment. */
async function byHand(
  { store, office, env, broker }: ShopOptions,
  { line, home, port }: Place,
): Promise<SetUp> {
  const account = await broker.account(store, line.port);
  mkdirSync(join(home, 'data'), { recursive: true });
  return {
    env: {
      ...env,
      ...account,
      STORE_CODE: store,
      DB_PATH: join(home, 'data', `${store}.db`),
      BACKUP_DIR: join(home, 'backups'),
      EXPORT_DIR: join(home, 'exports'),
      TRUST_ANCHORS: office.anchors,
      HTTP_PORT: String(port),
    },
    args: [],
    login: () => ({
      username: account['MQTT_USER'] ?? '',
      password: account['MQTT_PASS'] ?? '',
      ca: broker.identity.ca,
    }),
    renew: null,
  };
}
