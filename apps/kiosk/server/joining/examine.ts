import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock, Ids } from '@tillwire/runtime';
import { listBackups } from '../backup/backups.ts';
import type { KioskConfig } from '../config.ts';
import { createCatalogueStore } from '../store/catalogue-store.ts';
import { openKioskDatabase } from '../store/database.ts';
import { createJournalStore } from '../store/journal-store.ts';
import { clockDoubt } from '../store/clock-store.ts';
import { createSyncStateStore } from '../store/sync-state-store.ts';

/** What somebody who looks after a kiosk wants to know of it. */
export interface KioskExamination {
  readonly unsent: number;
  readonly oldestUnsentMs: number | null;
  readonly parked: number;
  readonly link: 'up' | 'down';
  /** Head Office's time in its last word, and this machine's when it came. */
  readonly headOffice: { readonly saidMs: number; readonly atMs: number } | null;
  readonly clockDoubted: boolean;
  readonly sells: boolean;
  readonly newestBackup: string | null;
  readonly freeBytes: number;
}

/** Looks into a kiosk's database and folders; it may be selling meanwhile. */
export async function examineKiosk(
  config: KioskConfig,
  { clock, ids }: { readonly clock: Clock; readonly ids: Ids },
): Promise<KioskExamination> {
  const { store, database, backupDir, catalogueFile } = config;
  const db = await openKioskDatabase(database, { store, clock, ids });
  try {
    const { count, oldestMs, parked } = await createJournalStore(db).unsent();
    const { link, acknowledgedAtMs, atMs } = await createSyncStateStore(db).read();
    const { bavail, bsize } = await statfs('path' in database ? dirname(database.path) : '.');
    const [newestBackup = null] = await listBackups(backupDir, store);
    return {
      unsent: count,
      oldestUnsentMs: oldestMs,
      parked,
      link,
      headOffice: acknowledgedAtMs === null ? null : { saidMs: acknowledgedAtMs, atMs },
      clockDoubted: (await clockDoubt(db)) !== null,
      sells: catalogueFile !== null || (await createCatalogueStore(db).pointer()).inForce !== null,
      newestBackup,
      freeBytes: bavail * bsize,
    };
  } finally {
    await db.destroy();
  }
}
