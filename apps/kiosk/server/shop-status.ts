import { statfs } from 'node:fs/promises';
import process from 'node:process';
import type { ErrorEvent } from '@tillwire/contract';
import { clockDate, type DayRules, type StoreCode, utcInstant } from '@tillwire/domain';
import type { Clock } from '@tillwire/runtime';
import { z } from 'zod';
import type { CatalogueSource } from './catalogue-source.ts';
import { isWitnessed } from './clock-witness.ts';
import type { CatalogueStore } from './store/catalogue-store.ts';
import type { ErrorStore } from './store/error-store.ts';
import type { OrderStore } from './store/order-store.ts';
import type { Upkeep } from './upkeep.ts';

/** What the shop sells from, and what it is about to. */
export const catalogueStatusSchema = z.object({
  configVersion: z.int().meta({ description: '0: none came yet' }),
  inForce: z
    .object({
      version: z.int(),
      source: z.enum(['head-office', 'file']),
      since: z.string().nullable(),
      products: z.int(),
      combos: z.int(),
      channels: z.int(),
    })
    .nullable(),
  staged: z.array(
    z.object({
      version: z.int(),
      part: z.enum(['now', 'next']),
      isInForce: z.boolean(),
      from: z.string().nullable().meta({ description: 'when it is switched to; null: at once' }),
    }),
  ),
  newest: z.int().nullable().meta({ description: 'the newest version Head Office has sent' }),
});
export type CatalogueStatus = z.infer<typeof catalogueStatusSchema>;

/** How the kiosk itself is, for whoever stands before it. */
export const diagnosticsSchema = z.object({
  store: z.string(),
  version: z.string(),
  now: z.string(),
  timeZone: z.string(),
  upS: z.int(),
  database: z.enum(['sqlite', 'postgres']),
  diskFreeBytes: z.int(),
  diskBytes: z.int(),
  memoryBytes: z.int(),
  lastBackupAt: z.string().nullable(),
  lastZ: z.string().nullable(),
  clockDoubted: z.boolean().meta({ description: 'restored; nobody confirmed the clock yet' }),
  clockAhead: z.boolean().meta({
    description:
      'more than 7 days ahead of the books, and nobody confirmed it: the last date stands',
  }),
  errors: z
    .array(
      z.object({
        at: z.string(),
        code: z.string(),
        message: z.string(),
        count: z.int(),
      }),
    )
    .meta({ description: 'what Head Office has not acknowledged, oldest first' }),
});
export type Diagnostics = z.infer<typeof diagnosticsSchema>;

export interface ShopStatus {
  readonly catalogue: () => Promise<CatalogueStatus>;
  readonly diagnostics: () => Promise<Diagnostics>;
}

export interface ShopStatusDeps {
  readonly store: StoreCode;
  readonly version: string;
  readonly catalogue: CatalogueSource;
  readonly configVersion: () => number;
  readonly catalogues: Pick<CatalogueStore, 'saved' | 'pointer' | 'switchedAtMs'>;
  readonly errors: Pick<ErrorStore, 'unacknowledged'>;
  readonly orders: Pick<OrderStore, 'lastClosed' | 'currentDate'>;
  readonly upkeep: Pick<Upkeep, 'lastBackupAt' | 'clockDoubt'>;
  readonly clockWitnesses: () => Promise<readonly number[]>;
  readonly database: 'sqlite' | 'postgres';
  /** A folder on the disk that matters. */
  readonly dataDir: string;
  readonly day: DayRules;
  readonly clock: Clock;
}

/** More than anybody reads at a screen. */
const SHOWN_ERRORS = 50;

export function createShopStatus(deps: ShopStatusDeps): ShopStatus {
  const { catalogues, clock } = deps;
  return {
    catalogue: async () => {
      const { delta, staged, inForce } = await catalogues.saved();
      const { dueNext } = await catalogues.pointer();
      const switchedAtMs = await catalogues.switchedAtMs();
      const current = deps.catalogue.current();
      return {
        configVersion: deps.configVersion(),
        inForce:
          current === null
            ? null
            : {
                version: current.version,
                source: inForce === null ? 'file' : 'head-office',
                since: switchedAtMs === null ? null : utcInstant(switchedAtMs),
                products: current.catalogue.products.length,
                combos: current.catalogue.combos.length,
                channels: current.catalogue.channels.length,
              },
        staged: staged.map(({ version, part }) => ({
          version,
          part,
          isInForce: inForce?.version === version && inForce.part === part,
          from: part === 'next' && dueNext?.version === version ? utcInstant(dueNext.fromMs) : null,
        })),
        newest: delta?.version ?? null,
      };
    },
    diagnostics: async () => {
      const { bavail, blocks, bsize } = await statfs(deps.dataDir);
      const bytes = (count: number): number => Math.min(count * bsize, Number.MAX_SAFE_INTEGER);
      const errors = await deps.errors.unacknowledged(SHOWN_ERRORS);
      return {
        store: deps.store,
        version: deps.version,
        now: utcInstant(clock.nowMs()),
        timeZone: deps.day.timeZone,
        upS: Math.floor(process.uptime()),
        database: deps.database,
        diskFreeBytes: bytes(bavail),
        diskBytes: bytes(blocks),
        memoryBytes: process.memoryUsage.rss(),
        lastBackupAt: await deps.upkeep.lastBackupAt(),
        lastZ: await deps.orders.lastClosed(),
        clockDoubted: (await deps.upkeep.clockDoubt()) !== null,
        clockAhead: await isClockAhead(deps),
        errors: errors.map(({ payload }) => {
          const { at, code, message, count } = JSON.parse(payload) as ErrorEvent;
          return { at, code, message, count };
        }),
      };
    },
  };
}

/** Whether sales are booked on a date behind the clock's because nobody stands for it. */
async function isClockAhead({
  orders,
  clock,
  day,
  clockWitnesses,
}: ShopStatusDeps): Promise<boolean> {
  const nowMs = clock.nowMs();
  const date = clockDate(nowMs, day);
  if ((await orders.currentDate(date)) >= date) return false;
  return !isWitnessed(nowMs, await clockWitnesses());
}
