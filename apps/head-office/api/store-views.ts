import { type Heartbeat, heartbeatSchema } from '@tillwire/contract';
import type { Clock } from '@tillwire/runtime';
import type { HeartbeatView } from '../answers.ts';
import type { CatalogueOffice } from '../catalogue/office.ts';
import type { Database } from '../store/database.ts';
import { listStores, readStore, type StoreView as StoreRecord } from '../store/order-queries.ts';
import {
  type LastDay,
  NO_SALES,
  readLastDays,
  readSales,
  type StoreSales,
} from '../store/overview-queries.ts';
import { overviewPeriod } from './day-clock.ts';

/** A shop as the screens show it. */
export type StoreView = Omit<StoreRecord, 'heartbeat'> & {
  readonly heartbeat: HeartbeatView | null;
  readonly sales: StoreSales;
  readonly lastDay: LastDay | null;
  /** What it was told to sell from, and how far it came with that; null: nothing yet. */
  readonly catalogue: {
    readonly version: number;
    readonly release: number;
    readonly progress: string;
  } | null;
};

function heartbeatView(payload: Heartbeat | null): HeartbeatView | null {
  // Taken at the door from an older or newer version: what can't be read here is not shown.
  const parsed = heartbeatSchema.safeParse(payload);
  if (!parsed.success) return null;
  const beat = parsed.data;
  return {
    at: beat.at,
    version: beat.version,
    uptimeS: beat.uptime_s,
    catalogVersion: beat.catalog_version,
    configVersion: beat.config_version,
    unsent: beat.unsent.count,
    oldestUnsentS: beat.unsent.oldest_age_s,
    parked: beat.parked,
    publishErrorPpm: beat.publish_error_ppm,
    diskFreeBytes: beat.disk_free_bytes,
    memoryBytes: beat.memory_bytes,
    lastZ: beat.last_z,
    lastBackupAt: beat.last_backup_at,
  };
}

export interface StoreViews {
  readonly all: () => Promise<readonly StoreView[]>;
  readonly one: (store: string) => Promise<StoreView | null>;
}

export function createStoreViews(
  db: Database,
  clock: Clock,
  standing: CatalogueOffice['standing'],
): StoreViews {
  const complete = async (
    stores: readonly StoreRecord[],
    store: string | null,
  ): Promise<readonly StoreView[]> => {
    const [sales, days, catalogues] = await Promise.all([
      readSales(db, overviewPeriod(clock), store),
      readLastDays(db, store),
      standing(),
    ]);
    const told = new Map(
      catalogues.map(({ store: of, told, progress }) => [
        of as string,
        told === null ? null : { version: told.version, release: told.releaseId, progress },
      ]),
    );
    return stores.map(({ heartbeat, ...record }) => ({
      ...record,
      heartbeat: heartbeatView(heartbeat),
      sales: sales.get(record.store) ?? NO_SALES,
      lastDay: days.get(record.store) ?? null,
      catalogue: told.get(record.store) ?? null,
    }));
  };
  return {
    all: async () => complete(await listStores(db), null),
    one: async (store) => {
      const found = await readStore(db, store);
      return found === null ? null : ((await complete([found], store))[0] ?? null);
    },
  };
}
