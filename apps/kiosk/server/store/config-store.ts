import { canonicalText, type StoreConfig, storeConfigSchema } from '@tillwire/contract';
import { type KioskDatabase, write } from './database.ts';
import { prepared } from './prepared.ts';

export interface ConfigInForce {
  readonly version: number;
  readonly config: StoreConfig;
}

export interface ConfigStore {
  readonly version: () => Promise<number>;
  readonly read: () => Promise<ConfigInForce | null>;
  /** Keeps a config unless one of its version or above is there. */
  readonly keep: (
    config: ConfigInForce & { readonly checksum: string },
  ) => Promise<'kept' | 'known' | 'older' | 'forked'>;
}

const versionInForce = prepared((db) => db.selectFrom('config_in_force').select('version'));

export function createConfigStore(db: KioskDatabase): ConfigStore {
  return {
    version: async () => (await versionInForce(db, {}))[0]?.version ?? 0,
    read: async () => {
      const row = await db.selectFrom('config_in_force').selectAll().executeTakeFirst();
      return row === undefined
        ? null
        : { version: row.version, config: storeConfigSchema.parse(JSON.parse(row.config)) };
    },
    keep: ({ version, config, checksum }) =>
      write(db, async (tx) => {
        const held = await tx
          .selectFrom('config_in_force')
          .select(['version', 'checksum'])
          .executeTakeFirst();
        if (held !== undefined && held.version > version) return 'older';
        if (held?.version === version) return held.checksum === checksum ? 'known' : 'forked';
        const row = { version, checksum, config: canonicalText(config) };
        await tx
          .insertInto('config_in_force')
          .values({ id: 1, ...row })
          .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
          .execute();
        return 'kept';
      }),
  };
}
