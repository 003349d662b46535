import { DEFAULT_STORE_CONFIG, type StoreConfig } from '@tillwire/contract';
import {
  catalogVersion,
  type DayRules,
  parseRollover,
  priceBand,
  type TillRules,
} from '@tillwire/domain';
import { type Clock, type Log, repeat } from '@tillwire/runtime';
import {
  type CatalogueInForce,
  catalogueInForce,
  type CatalogueSource,
} from '../catalogue-source.ts';
import type { CatalogueStore } from '../store/catalogue-store.ts';
import type { ConfigStore } from '../store/config-store.ts';
import type { TillRulesInForce } from '../till.ts';

/** Switches and configs of other processes are noticed within this. */
const POLL_MS = 50;

export interface ShopRulesDeps {
  readonly catalogues: CatalogueStore;
  readonly configs: ConfigStore;
  /** What is sold from while Head Office has sent nothing; null: nothing. */
  readonly fallback: CatalogueInForce | null;
  /** The day as this installation was set up, until a config says otherwise. */
  readonly day: DayRules;
  readonly clock: Clock;
  readonly log: Log;
}

/** What a process of the kiosk sells by, read from the database as it changes. */
export interface ShopRules {
  readonly catalogue: CatalogueSource;
  readonly config: () => StoreConfig;
  /** 0: none came yet. */
  readonly configVersion: () => number;
  readonly tillRules: () => TillRulesInForce;
  /** Follows the config: read its fields anew each time. */
  readonly day: DayRules;
  readonly onConfig: (listener: (config: StoreConfig) => void) => () => void;
  /** Reads the database now, and switches to what is due. */
  readonly refresh: () => Promise<void>;
  /** Refreshes until `signal` aborts. */
  readonly follow: (signal: AbortSignal) => Promise<void>;
}

export function createShopRules({
  catalogues,
  configs,
  fallback,
  day,
  clock,
  log,
}: ShopRulesDeps): ShopRules {
  let current = fallback;
  let currentKey = '';
  let config = DEFAULT_STORE_CONFIG;
  let configVersion = 0;
  let rules: TillRulesInForce = { rules: tillRulesOf(config), configVersion: null };
  const switched = new Set<(inForce: CatalogueInForce) => void>();
  const configured = new Set<(config: StoreConfig) => void>();
  let reading: Promise<void> | null = null;

  const readCatalogue = async (): Promise<void> => {
    let pointer = await catalogues.pointer();
    if (pointer.dueNext !== null && pointer.dueNext.fromMs <= clock.nowMs()) {
      await catalogues.switchDue(clock.nowMs());
      pointer = await catalogues.pointer();
    }
    const { inForce } = pointer;
    if (inForce === null) return;
    const key = `${inForce.version} ${inForce.part}`;
    if (key === currentKey) return;
    const catalogue = await catalogues.staged(inForce);
    current = catalogueInForce(catalogue, catalogVersion(inForce.version));
    currentKey = key;
    for (const listener of switched) listener(current);
  };

  const readConfig = async (): Promise<void> => {
    if ((await configs.version()) === configVersion) return;
    const found = await configs.read();
    if (found === null) return;
    config = found.config;
    configVersion = found.version;
    rules = { rules: tillRulesOf(config), configVersion };
    for (const listener of configured) listener(config);
  };

  const refresh = (): Promise<void> => {
    reading ??= (async () => {
      try {
        await readConfig();
        await readCatalogue();
      } finally {
        reading = null;
      }
    })();
    return reading;
  };

  return {
    catalogue: {
      current: () => current,
      subscribe: (listener) => {
        switched.add(listener);
        return () => switched.delete(listener);
      },
    },
    config: () => config,
    configVersion: () => configVersion,
    tillRules: () => rules,
    day: {
      get timeZone() {
        return configVersion === 0 ? day.timeZone : config.day.time_zone;
      },
      get rolloverMinutes() {
        const minutes = configVersion === 0 ? null : parseRollover(config.day.rollover);
        return minutes ?? day.rolloverMinutes;
      },
    },
    onConfig: (listener) => {
      configured.add(listener);
      return () => configured.delete(listener);
    },
    refresh,
    follow: (signal) =>
      repeat(POLL_MS, signal, refresh, (error) =>
        log.warn({ err: error }, 'catalogue and config could not be read'),
      ),
  };
}

/** A config as the till's pricing knows it. */
const tillRulesOf = ({ flags, pricing }: StoreConfig): TillRules => ({
  cheques: flags.cheques,
  vouchers: flags.vouchers,
  onAccount: flags.on_account,
  channelsOff: new Set(pricing.channels_off),
  bandByChannel: new Map(
    Object.entries(pricing.band_by_channel).map(([code, band]) => [code, priceBand(band)]),
  ),
});
