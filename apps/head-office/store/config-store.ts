import { type StoreConfig, storeConfigSchema } from '@tillwire/contract';
import type { StoreCode } from '@tillwire/domain';
import type { PoolClient } from 'pg';
import type { Database } from './database.ts';

export interface ConfigVersion {
  readonly version: number;
  readonly store: StoreCode;
  readonly config: StoreConfig;
  readonly note: string;
  readonly changedBy: string;
  readonly changedAtMs: number;
}

interface ConfigRow extends Omit<ConfigVersion, 'changedAtMs' | 'config'> {
  readonly config: unknown;
  readonly changedAt: Date;
}

const COLUMNS = `config_version AS version, store, config, note, changed_by AS "changedBy",
  changed_at AS "changedAt"`;
const configOf = ({ changedAt, config, ...rest }: ConfigRow): ConfigVersion => ({
  ...rest,
  config: storeConfigSchema.parse(config),
  changedAtMs: changedAt.getTime(),
});

/** The config each store works by; stores that never had one are missing. */
export async function newestConfigs(
  db: Database | PoolClient,
): Promise<ReadonlyMap<StoreCode, ConfigVersion>> {
  const { rows } = await db.query<ConfigRow>(
    `SELECT DISTINCT ON (store) ${COLUMNS} FROM store_configs ORDER BY store, config_version DESC`,
  );
  return new Map(rows.map((row) => [row.store, configOf(row)]));
}

export async function configsOf(
  db: Database,
  store: StoreCode,
  limit: number,
): Promise<readonly ConfigVersion[]> {
  const { rows } = await db.query<ConfigRow>(
    `SELECT ${COLUMNS} FROM store_configs WHERE store = $1 ORDER BY config_version DESC LIMIT $2`,
    [store, limit],
  );
  return rows.map(configOf);
}

export interface ConfigChange {
  readonly configs: readonly { readonly store: StoreCode; readonly config: StoreConfig }[];
  readonly note: string;
  readonly changedBy: string;
  readonly atMs: number;
}

/** Gives each store its config under a version of its own: above now, all given, and every heartbeat's. */
export async function insertConfigs(
  client: PoolClient,
  { configs, note, changedBy, atMs }: ConfigChange,
): Promise<void> {
  for (const { store, config } of configs) {
    await client.query(
      `WITH minted AS (
         UPDATE catalogue_state SET change_mark = change_mark + 1, last_config_version = GREATEST(
           last_config_version + 1, $6::bigint,
           (SELECT COALESCE(max((payload ->> 'config_version')::bigint), 0) + 1 FROM heartbeats)
         ) WHERE id = 1 RETURNING last_config_version AS version
       )
       INSERT INTO store_configs (config_version, store, config, note, changed_by, changed_at)
       SELECT version, $1, $2, $3, $4, $5 FROM minted`,
      [store, JSON.stringify(config), note, changedBy, new Date(atMs), Math.floor(atMs / 1000) + 1],
    );
  }
}

/** Versions to come are above `seen`, which the broker retains. */
export const raiseConfigVersion = (db: Database | PoolClient, seen: number): Promise<unknown> =>
  db.query(
    'UPDATE catalogue_state SET last_config_version = GREATEST(last_config_version, $1) WHERE id = 1',
    [seen],
  );
