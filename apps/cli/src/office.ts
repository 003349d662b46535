import { join } from 'node:path';
import type { SigningKey } from '@tillwire/contract';
import { type Database, openDatabase, openStateDir } from '@tillwire/head-office';
import {
  type Clock,
  CONFIG_EXIT_CODE,
  ConfigError,
  createLog,
  type Ids,
  parseConfig,
  Problem,
  systemClock,
  systemIds,
} from '@tillwire/runtime';
import { z } from 'zod';
import type { Terminal } from './command.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/** What a command of Head Office works with: its database, and where signing keys are needed its state directory. */
export interface OfficeTools {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly keys: () => readonly SigningKey[];
}

const schema = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'is a postgres:// address' }),
  HO_STATE_DIR: z.string().optional(),
});

/** Runs a command over Head Office's database; refusals are told with every fault, exit code 1. */
export async function withOffice(
  env: Env,
  { complain }: Terminal,
  work: (tools: OfficeTools) => Promise<void>,
  clock: Clock = systemClock,
): Promise<number> {
  let db: Database | undefined;
  try {
    const config = parseConfig(schema, env);
    db = openDatabase(config.DATABASE_URL, { log: createLog('tillwire', 'warn'), connections: 2 });
    const keys = (): readonly SigningKey[] => {
      const folder = config.HO_STATE_DIR;
      if (folder === undefined) throw new ConfigError('HO_STATE_DIR: is needed to sign (not set)');
      return openStateDir(join(folder), systemIds).keys();
    };
    await work({ db, clock, ids: systemIds, keys });
    return 0;
  } catch (error) {
    if (error instanceof ConfigError) {
      complain(`tillwire: ${error.message}`);
      return CONFIG_EXIT_CODE;
    }
    if (!(error instanceof Problem)) throw error;
    complain(`tillwire: ${error.message} (${error.code})`);
    for (const { path, message } of error.faults) complain(`  ${path}: ${message}`);
    return 1;
  } finally {
    await db?.end();
  }
}
