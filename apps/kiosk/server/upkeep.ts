import { journalReturnSchema, topicOf, type TrustedKey } from '@tillwire/contract';
import { type StoreCode, type UtcInstant, utcInstant } from '@tillwire/domain';
import type { Clock, Ids, Log } from '@tillwire/runtime';
import { type Backup, backUp } from './backup/backups.ts';
import type { Books } from './books.ts';
import type { KioskConfig } from './config.ts';
import type { Chore } from './scheduler/service.ts';
import { clockDoubt, confirmClock } from './store/clock-store.ts';
import { type KioskDatabase, readMeta, write, writeMeta } from './store/database.ts';
import type { ErrorStore } from './store/error-store.ts';
import { pruneJournal } from './store/prune-store.ts';
import { beginEpoch, takeBack } from './store/restore-store.ts';
import type { SyncStateStore } from './store/sync-state-store.ts';
import type { CommandRegistry } from './sync/commands.ts';
import { believe } from './sync/signed-messages.ts';
import type { DownLane } from './sync/worker.ts';

const KEPT_BACKUPS = 14;
const BACKUP_EVERY_MS = 24 * 3_600_000;
/** A restored clock within this of Head Office's is confirmed by it. */
const CLOCK_TOLERANCE_MS = 5 * 60_000;
const LAST_BACKUP = 'last_backup_at_ms';

export interface UpkeepDeps {
  readonly config: KioskConfig;
  readonly db: KioskDatabase;
  readonly books: Books;
  readonly errors: ErrorStore;
  readonly syncState: SyncStateStore;
  readonly trusted: readonly TrustedKey[];
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** Something was journalled. */
  readonly onCommitted: () => void;
}

/** What keeps a kiosk's data safe: backups, a journal that is not for ever, and what a restore has to put right. */
export interface Upkeep {
  readonly chores: readonly Chore[];
  readonly registry: CommandRegistry;
  /** The store's own events back from Head Office. */
  readonly returns: DownLane;
  readonly lastBackupAt: () => Promise<UtcInstant | null>;
  /**
   * Head Office knows another journal than this one, and epochs up to `known`: a disk image was put back. Two machines
   * of one identity would answer each other's new epochs without end, so it is done once in a while; false then.
   */
  readonly beginEpoch: (known: number) => Promise<boolean>;
  /** Why nothing may be sold for now: nobody has confirmed the clock of a restored kiosk. */
  readonly clockDoubt: () => Promise<number | null>;
  readonly confirmClock: () => Promise<void>;
}

/** A new epoch begins at most this often by Head Office's word. */
const EPOCH_EVERY_MS = 600_000;

export function createUpkeep(deps: UpkeepDeps): Upkeep {
  const { config, db, books, clock, log } = deps;
  const { store } = config;
  const backups = backupsOf(deps);
  let begunMs = Number.NEGATIVE_INFINITY;
  return {
    lastBackupAt: backups.lastAt,
    beginEpoch: async (known) => {
      const nowMs = clock.monotonicMs();
      if (nowMs - begunMs < EPOCH_EVERY_MS) return false;
      const begun = await beginEpoch(db, {
        nowMs: clock.nowMs(),
        rules: config.day,
        ids: deps.ids,
        known,
      });
      log.error({ epoch: begun.epoch }, 'the journal was put back: a new epoch begins');
      begunMs = nowMs;
      return true;
    },
    clockDoubt: () => clockDoubt(db),
    confirmClock: () => confirmClock(db, clock.nowMs()),
    chores: [
      ...(backups.possible ? [{ name: 'backup', everyMs: 60_000, run: backups.runIfDue }] : []),
      {
        name: 'prune',
        everyMs: 3_600_000,
        run: async () => {
          const state = await deps.syncState.read();
          const pruned = await pruneJournal(db, state);
          if (pruned > 0) log.info({ events: pruned }, 'acknowledged events pruned');
        },
      },
      { name: 'clock', everyMs: 1000, run: () => confirmByHeadOffice(deps) },
    ],
    registry: {
      'close-day': async () => {
        const closed = await books.close();
        return closed.ok
          ? { outcome: 'done', detail: `${closed.value.summary.date} is closed` }
          : { outcome: 'failed', detail: closed.error.type };
      },
      ...(backups.possible
        ? {
            backup: async () => {
              const { file, bytes } = await backups.run();
              return { outcome: 'done' as const, detail: `${file}, ${bytes} bytes` };
            },
          }
        : {}),
    },
    returns: returnsOf(deps, store),
  };
}

function backupsOf({ config, db, clock, log, errors }: UpkeepDeps) {
  const { database, backupDir, backupKey, store } = config;
  const lastMs = async (): Promise<number | null> => {
    const text = await readMeta(db, LAST_BACKUP);
    return text === null ? null : Number(text);
  };
  const run = async (): Promise<Backup> => {
    if (!('path' in database)) throw new Error('PostgreSQL is backed up by its own tools');
    const nowMs = clock.nowMs();
    const backup = await backUp(database.path, {
      store,
      folder: backupDir,
      nowMs,
      keep: KEPT_BACKUPS,
      key: backupKey,
    });
    await write(db, (tx) => writeMeta(tx, LAST_BACKUP, String(nowMs)));
    log.info({ bytes: backup.bytes, events: backup.report.events }, 'backed up');
    return backup;
  };
  return {
    possible: 'path' in database,
    run,
    lastAt: async () => {
      const last = await lastMs();
      return last === null ? null : utcInstant(last);
    },
    runIfDue: async () => {
      const last = await lastMs();
      if (last !== null && Math.abs(clock.nowMs() - last) < BACKUP_EVERY_MS) return;
      try {
        await run();
      } catch (error) {
        await errors.report({
          code: 'backup-failed',
          message: 'the store could not be backed up',
          facts: { reason: error instanceof Error ? error.message.slice(0, 500) : String(error) },
        });
        throw error;
      }
    },
  };
}

/** Head Office's last word on the time, if it came since the restore, stands for the clock. */
async function confirmByHeadOffice({ db, syncState, clock, log }: UpkeepDeps): Promise<void> {
  const notBeforeMs = await clockDoubt(db);
  if (notBeforeMs === null) return;
  const { acknowledgedAtMs, atMs } = await syncState.read();
  const nowMs = clock.nowMs();
  // Its word is in whole seconds: one given in the second of the last sale counts as after it.
  const isFresh =
    acknowledgedAtMs !== null && acknowledgedAtMs + 1000 > notBeforeMs && atMs > notBeforeMs;
  if (!isFresh || Math.abs(nowMs - acknowledgedAtMs) > CLOCK_TOLERANCE_MS) return;
  await confirmClock(db, nowMs);
  log.info('Head Office confirmed the clock');
}

const returnsOf = (
  { db, trusted, clock, log, errors, onCommitted }: UpkeepDeps,
  store: StoreCode,
): DownLane => {
  const topic = topicOf('journal', store);
  return {
    filter: topic,
    matches: (given) => given === topic,
    receive: async (message) => {
      const believed = believe(journalReturnSchema, message, { trusted, highest: 0 });
      if (!believed.ok) {
        log.warn({ topic, reason: believed.error.type }, 'message not believed');
        return false;
      }
      const { stored, held, refused } = await takeBack(db, believed.value.events, {
        store,
        nowMs: clock.nowMs(),
      });
      log.info({ stored, held, refused: refused.length }, 'own events came back');
      if (stored > 0) onCommitted();
      const [first] = refused;
      if (first === undefined) return stored > 0;
      await errors.report({
        code: 'returned-event-refused',
        message: 'Head Office gave back an event that is not of this journal',
        facts: { ...first, refused: refused.length },
      });
      return stored > 0;
    },
  };
};
