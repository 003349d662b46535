import { z } from 'zod';
import {
  type KioskDatabase,
  type KioskTransaction,
  readMeta,
  write,
  writeMeta,
} from './database.ts';

const place = z.object({
  epoch: z.int(),
  completeThrough: z.int(),
  ackedThrough: z.int(),
  backedUpThrough: z.int(),
  /** What may be pruned once it was acknowledged long enough ago (protocol.md §3.6). */
  prunableThrough: z.int().default(0),
});

const stateSchema = z.object({
  link: z.enum(['up', 'down']),
  /** When the sync worker last said so: an old word is not to be believed. */
  atMs: z.number(),
  /** Of the last connection. */
  session: z.int(),
  /** The incarnation of Head Office last believed; 0 none yet. */
  incarnation: z.int(),
  /** Head Office's watermarks as of its last acknowledgement. */
  watermarks: z.array(place),
  acknowledgedAtMs: z.number().nullable(),
  /** The highest number of a signed message of each kind. */
  numbers: z.record(z.string(), z.int()),
});

/** What the sync worker knows of the line and of Head Office; the screens read it from here. */
export type SyncState = z.infer<typeof stateSchema>;

export const NO_SYNC_STATE: SyncState = {
  link: 'down',
  atMs: 0,
  session: 0,
  incarnation: 0,
  watermarks: [],
  acknowledgedAtMs: null,
  numbers: {},
};

export interface SyncStateStore {
  readonly read: () => Promise<SyncState>;
  readonly save: (state: SyncState) => Promise<void>;
  /** Names this installation to the broker. */
  readonly installId: () => Promise<string>;
}

const NAME = 'sync_state';

export function createSyncStateStore(db: KioskDatabase): SyncStateStore {
  return {
    read: () => readState(db),
    save: (state) => write(db, (tx) => writeMeta(tx, NAME, JSON.stringify(state))),
    installId: async () => (await readMeta(db, 'install_id')) ?? '',
  };
}

async function readState(on: KioskDatabase | KioskTransaction): Promise<SyncState> {
  const text = await readMeta(on, NAME);
  return text === null ? NO_SYNC_STATE : stateSchema.parse(JSON.parse(text));
}

/** Head Office's last word on the time, ms since 1970. */
export const headOfficeTime = async (db: KioskDatabase): Promise<number | null> =>
  (await readState(db)).acknowledgedAtMs;

/** What Head Office said of the time before a restore says nothing of a clock after it. */
export async function forgetHeadOfficeTime(tx: KioskTransaction): Promise<void> {
  const state: SyncState = { ...(await readState(tx)), acknowledgedAtMs: null };
  await writeMeta(tx, NAME, JSON.stringify(state));
}
