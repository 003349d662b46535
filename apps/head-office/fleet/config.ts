import { DEFAULT_STORE_CONFIG, type StoreConfig, storeConfigSchema } from '@tillwire/contract';
import type { StoreCode } from '@tillwire/domain';
import { type Clock, parseRequest, Problem } from '@tillwire/runtime';
import {
  type ConfigVersion,
  configsOf,
  insertConfigs,
  newestConfigs,
} from '../store/config-store.ts';
import type { PoolClient } from 'pg';
import { lockCatalogue } from '../store/catalogue-store.ts';
import { type Database, inTransaction } from '../store/database.ts';
import { isServed, listStores } from '../store/fleet-store.ts';

/** Sections of a config with the fields to change; what is not named stays as each store has it. */
export type ConfigPatch = {
  readonly [Section in keyof StoreConfig]?: Partial<StoreConfig[Section]> | undefined;
};

/** What a change would do to one store. */
export interface ConfigPreview {
  readonly store: StoreCode;
  readonly before: StoreConfig;
  readonly after: StoreConfig;
  /** `flags.cheques`, …; empty: nothing changes and nothing is sent. */
  readonly changed: readonly string[];
}

export interface ConfigDesk {
  /** The config of every served store; those never configured have the defaults. */
  readonly list: () => Promise<
    readonly { readonly store: StoreCode; readonly config: StoreConfig; readonly version: number }[]
  >;
  readonly history: (store: StoreCode, limit: number) => Promise<readonly ConfigVersion[]>;
  /** Which store would get what. */
  readonly preview: (
    stores: readonly StoreCode[],
    patch: ConfigPatch,
  ) => Promise<readonly ConfigPreview[]>;
  /** Gives the stores their config as previewed; only those for which something changes get a new version. */
  readonly change: (asked: {
    readonly stores: readonly StoreCode[];
    readonly patch: ConfigPatch;
    readonly note: string;
    readonly by: string;
  }) => Promise<readonly ConfigPreview[]>;
}

export function createConfigDesk({
  db,
  clock,
}: {
  readonly db: Database;
  readonly clock: Clock;
}): ConfigDesk {
  const served = async (on: Database | PoolClient): Promise<readonly StoreCode[]> =>
    (await listStores(on)).filter(isServed).map(({ store }) => store);

  const preview = async (
    on: Database | PoolClient,
    stores: readonly StoreCode[],
    patch: ConfigPatch,
  ): Promise<readonly ConfigPreview[]> => {
    const known = new Set(await served(on));
    const strangers = stores.filter((store) => !known.has(store));
    if (strangers.length > 0) {
      throw new Problem(404, 'unknown-store', `not a store of the chain: ${strangers.join(', ')}`);
    }
    const configs = await newestConfigs(on);
    return stores.map((store) => {
      const before = configs.get(store)?.config ?? DEFAULT_STORE_CONFIG;
      const after = patched(before, patch);
      return { store, before, after, changed: changedFields(before, after) };
    });
  };

  return {
    list: async () => {
      const configs = await newestConfigs(db);
      return (await served(db)).map((store) => {
        const found = configs.get(store);
        const { config, version } = found ?? { config: DEFAULT_STORE_CONFIG, version: 0 };
        return { store, config, version };
      });
    },
    history: (store, limit) => configsOf(db, store, limit),
    preview: (stores, patch) => preview(db, stores, patch),
    change: ({ stores, patch, note, by }) =>
      inTransaction(db, async (client) => {
        // Two who change at once change one after the other: a patch leaves the other's fields alone.
        await lockCatalogue(client);
        const previews = await preview(client, stores, patch);
        await insertConfigs(client, {
          configs: previews
            .filter(({ changed }) => changed.length > 0)
            .map(({ store, after }) => ({ store, config: after })),
          note,
          changedBy: by,
          atMs: clock.nowMs(),
        });
        return previews;
      }),
  };
}

/** @throws {Problem} naming every field that would be wrong. */
function patched(config: StoreConfig, patch: ConfigPatch): StoreConfig {
  const after = parseRequest(storeConfigSchema, {
    flags: { ...config.flags, ...patch.flags },
    pricing: { ...config.pricing, ...patch.pricing },
    limits: { ...config.limits, ...patch.limits },
    day: { ...config.day, ...patch.day },
  });
  if (!isTimeZone(after.day.time_zone)) {
    throw new Problem(400, 'bad-request', 'the request is not as it should be', {
      faults: [
        {
          path: 'day.time_zone',
          code: 'no-such-zone',
          message: 'must be a time zone such as Europe/London',
          value: after.day.time_zone,
        },
      ],
    });
  }
  return after;
}

function isTimeZone(name: string): boolean {
  try {
    Intl.DateTimeFormat('en-GB', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

const changedFields = (before: StoreConfig, after: StoreConfig): readonly string[] =>
  (Object.keys(after) as (keyof StoreConfig)[]).flatMap((section) => {
    const [old, now] = [before[section], after[section]] as Readonly<Record<string, unknown>>[];
    return Object.keys(after[section])
      .filter((field) => JSON.stringify(old?.[field]) !== JSON.stringify(now?.[field]))
      .map((field) => `${section}.${field}`);
  });
