import { statfs } from 'node:fs/promises';
import process from 'node:process';
import { canonicalText, type Heartbeat } from '@tillwire/contract';
import { type BusinessDate, type StoreCode, type UtcInstant, utcInstant } from '@tillwire/domain';
import type { Clock } from '@tillwire/runtime';
import type { JournalStore } from '../store/journal-store.ts';

/** What a heartbeat tells besides the journal. */
export interface ShopFacts {
  readonly catalogVersion: number;
  readonly configVersion: number;
  readonly lastZ: BusinessDate | null;
  readonly lastBackupAt: UtcInstant | null;
}

export interface HeartbeatDeps {
  readonly store: StoreCode;
  readonly version: string;
  readonly journal: JournalStore;
  readonly clock: Clock;
  readonly facts: () => Promise<ShopFacts>;
  /** A folder on the disk that matters. */
  readonly dataDir: string;
}

/** A store's health as it travels. */
export async function heartbeatText(
  { store, version, journal, clock, facts, dataDir }: HeartbeatDeps,
  { session, publishErrorPpm }: { readonly session: number; readonly publishErrorPpm: number },
): Promise<string> {
  const nowMs = clock.nowMs();
  const unsent = await journal.unsent();
  const { catalogVersion, configVersion, lastZ, lastBackupAt } = await facts();
  const { bavail, bsize } = await statfs(dataDir);
  const heartbeat: Heartbeat = {
    store_code: store,
    at: utcInstant(nowMs),
    session,
    version,
    uptime_s: Math.floor(process.uptime()),
    catalog_version: catalogVersion,
    config_version: configVersion,
    journal: [...(await journal.heads())],
    unsent: {
      count: unsent.count,
      oldest_age_s:
        unsent.oldestMs === null ? 0 : Math.max(0, Math.floor((nowMs - unsent.oldestMs) / 1000)),
    },
    parked: unsent.parked,
    publish_error_ppm: publishErrorPpm,
    disk_free_bytes: Math.min(bavail * bsize, Number.MAX_SAFE_INTEGER),
    memory_bytes: process.memoryUsage.rss(),
    last_z: lastZ,
    last_backup_at: lastBackupAt,
  };
  return canonicalText(heartbeat);
}
