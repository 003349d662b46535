import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import type { Ids } from '@tillwire/runtime';
import { z } from 'zod';

const secret = z.string().min(16);

/** What a demo keeps between two starts beside the databases, readable by its owner only. */
const demoStateSchema = z.object({
  postgres: z.object({ folder: z.string(), password: secret }),
  headOffice: z.object({ user: z.string(), password: secret, token: secret }),
  /** By account of the broker. */
  broker: z.record(z.string(), secret),
  kiosks: z.record(z.string(), z.object({ token: secret })),
  /** The set of tables its menu was imported from last. */
  menu: z.object({ path: z.string(), shop: z.number() }).nullable(),
});
export type DemoState = z.infer<typeof demoStateSchema>;

/** The demo cannot start, for a reason its user can mend. */
export class DemoError extends Error {
  override readonly name = 'DemoError';
}

const STATE = 'demo.json';
const LOCK = 'demo.pid';
const SECRET_BYTES = 24;

/** The state in `folder`, with secrets made for whichever of `users` and `stores` have none yet. */
export function openDemoState(
  folder: string,
  {
    users,
    stores,
    postgresFolder,
    ids,
  }: {
    readonly users: readonly string[];
    readonly stores: readonly string[];
    /** Where a new demo's database is to be. */
    readonly postgresFolder: string;
    readonly ids: Ids;
  },
): DemoState {
  const known = readState(folder);
  const fresh = (): string => ids.secret(SECRET_BYTES);
  const state: DemoState = {
    postgres: known?.postgres ?? { folder: postgresFolder, password: fresh() },
    headOffice: known?.headOffice ?? { user: 'admin', password: fresh(), token: fresh() },
    broker: Object.fromEntries([
      ...Object.entries(known?.broker ?? {}),
      ...[...users, ...stores]
        .filter((user) => known?.broker[user] === undefined)
        .map((user) => [user, fresh()] as const),
    ]),
    kiosks: Object.fromEntries([
      ...Object.entries(known?.kiosks ?? {}),
      ...stores
        .filter((store) => known?.kiosks[store] === undefined)
        .map((store) => [store, { token: fresh() }] as const),
    ]),
    menu: known?.menu ?? null,
  };
  writeDemoState(folder, state);
  return state;
}

export function writeDemoState(folder: string, state: DemoState): void {
  const draft = join(folder, `.${STATE}`);
  writeFileSync(draft, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600, flush: true });
  renameSync(draft, join(folder, STATE));
}

function readState(folder: string): DemoState | null {
  let text: string;
  try {
    text = readFileSync(join(folder, STATE), 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null;
    throw error;
  }
  try {
    return demoStateSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new DemoError(
      `${join(folder, STATE)} is not a demo's: take another --data, or remove it`,
      {
        cause: error,
      },
    );
  }
}

/** Makes `folder` this process's; what it gives releases it. @throws {DemoError} while another demo runs on it. */
export function lockDemo(folder: string): () => void {
  mkdirSync(folder, { recursive: true });
  const lock = join(folder, LOCK);
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
    const holder = Number(readFileSync(lock, 'utf8'));
    if (holder !== process.pid && isAlive(holder)) {
      throw new DemoError(
        `process ${holder} runs a demo on ${folder}: stop it first, or take another --data`,
        { cause: error },
      );
    }
    writeFileSync(lock, String(process.pid));
  }
  return () => rmSync(lock, { force: true });
}

/** Whether a process of that number runs, whoever owns it. */
export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isCode(error, 'EPERM');
  }
}

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
