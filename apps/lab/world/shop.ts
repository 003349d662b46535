import process from 'node:process';
import { join } from 'node:path';
import { createFace, type Face } from '../http.ts';
import type { Reins } from '../simulate/simulated-time.ts';
import type { LabBroker } from './broker.ts';
import { freePort, type Line, startLine } from './line.ts';
import { createProgram, type Program } from './program.ts';
import { tillwireOf } from './tillwire.ts';

export const SHOP_PARTS = ['web', 'sync', 'scheduler'] as const;
export type ShopPart = (typeof SHOP_PARTS)[number];

/** A store as processes of its own, behind a line of its own. */
export interface Shop {
  readonly store: string;
  readonly face: Face;
  readonly line: Line;
  /** By part; where one process runs the store, that one under each. */
  readonly programs: Readonly<Record<ShopPart, Program>>;
  readonly all: readonly Program[];
  readonly account: Readonly<Record<string, string>>;
}

export interface ShopOptions {
  readonly store: string;
  /** One process for all three services, or three. */
  readonly isWhole: boolean;
  readonly folder: string;
  readonly logs: string;
  readonly env: Readonly<Record<string, string>>;
  readonly broker: LabBroker;
  /** Path of Head Office's public keys. */
  readonly anchors: string;
  readonly reins?: Reins | undefined;
}

const TOKEN = 'the-lab-is-a-manager';

export async function openShop(options: ShopOptions): Promise<Shop> {
  const { store, folder, logs, broker } = options;
  const line = await startLine(broker.port);
  const port = await freePort();
  const account = await broker.account(store, line.port);
  const env = {
    ...options.env,
    ...account,
    STORE_CODE: store,
    DB_PATH: join(folder, store, 'kiosk.db'),
    TRUST_ANCHORS: options.anchors,
    HTTP_PORT: String(port),
    API_TOKEN: TOKEN,
    LOG_LEVEL: 'info',
  };
  const program = (role: ShopPart | null): Program =>
    createProgram({
      name: role === null ? store : `${store}-${role}`,
      command: process.execPath,
      args: [tillwireOf(options.reins), 'kiosk', ...(role === null ? [] : [role])],
      env,
      logs,
      reins: options.reins,
      ...(role === null || role === 'web' ? { ready: /sells at \S+/ } : {}),
    });
  const whole = options.isWhole ? program(null) : null;
  const programs = {
    web: whole ?? program('web'),
    sync: whole ?? program('sync'),
    scheduler: whole ?? program('scheduler'),
  };
  return {
    store,
    face: createFace(`http://127.0.0.1:${port}`, TOKEN),
    line,
    programs,
    all: [...new Set(Object.values(programs))],
    account,
  };
}
