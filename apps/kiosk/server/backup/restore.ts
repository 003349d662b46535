import { copyFile, open, rename, stat } from 'node:fs/promises';
import { type DayRules, storeCode } from '@tillwire/domain';
import type { Clock, Ids } from '@tillwire/runtime';
import { inspectDatabase } from '../store/backup-file.ts';
import { openKioskDatabase } from '../store/database.ts';
import { beginEpoch, type NewEpoch } from '../store/restore-store.ts';

/** Something in the way of a restore. */
export class RestoreError extends Error {
  override readonly name = 'RestoreError';
}

export interface RestoreOptions {
  readonly backup: string;
  readonly target: string;
  readonly store: string;
  readonly rules: DayRules;
  readonly clock: Clock;
  readonly ids: Ids;
}

/**
 * Puts a backup in the place of a kiosk's database and begins a new epoch on it. A database that
 * is there already is kept beside it. @throws {DamagedFileError} {RestoreError}
 */
export async function restoreBackup({
  backup,
  target,
  store,
  rules,
  clock,
  ids,
}: RestoreOptions): Promise<NewEpoch & { readonly keptAs: string | null }> {
  const report = inspectDatabase(backup);
  if (report.store !== store) {
    throw new RestoreError(`${backup} is a backup of ${report.store}, not of ${store}`);
  }
  const nowMs = clock.nowMs();
  if (nowMs < report.lastCommitMs) {
    const last = new Date(report.lastCommitMs).toISOString();
    throw new RestoreError(`the clock is behind the backup, whose last sale was at ${last}`);
  }
  const half = `${target}.restoring`;
  await copyFile(backup, half);
  const copied = await open(half, 'r+');
  await copied.sync();
  await copied.close();
  const keptAs = await setAside(target, nowMs);
  await rename(half, target);
  const db = await openKioskDatabase({ path: target }, { store: storeCode(store), clock, ids });
  try {
    return { ...(await beginEpoch(db, { nowMs, rules, ids })), keptAs };
  } finally {
    await db.destroy();
  }
}

/** Moves a database with its write-ahead log out of the way; null when there is none. */
async function setAside(target: string, nowMs: number): Promise<string | null> {
  const there = async (path: string): Promise<boolean> =>
    stat(path).then(
      () => true,
      () => false,
    );
  if (!(await there(target))) return null;
  const kept = `${target}.before-${nowMs}`;
  for (const ending of ['', '-wal', '-shm']) {
    if (await there(target + ending)) await rename(target + ending, kept + ending);
  }
  return kept;
}
