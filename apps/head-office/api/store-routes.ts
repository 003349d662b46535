import { type Clock, Problem } from '@tillwire/runtime';
import { isStoreCode } from '@tillwire/domain';
import { z } from 'zod';
import type { Database } from '../store/database.ts';
import { errorEventSchema } from '@tillwire/contract';
import {
  type HourSales,
  type OverviewPeriod,
  readErrors,
  readHours,
  type StoreError,
} from '../store/overview-queries.ts';
import { overviewPeriod } from './day-clock.ts';
import type { HeadOfficeApi } from './head-office-api.ts';
import type { StoreViews } from './store-views.ts';

export const storeCodeParam = z.string().refine(isStoreCode, 'is a store code, S01 to S9999');
const byStore = z.object({ store: storeCodeParam });

const SHOWN_ERRORS = 50;

/** An error event as the screens show it; one of another version by its id alone. */
export function errorView({ store, errorId, receivedAt, payload }: StoreError): object {
  const parsed = errorEventSchema.safeParse(payload);
  const { code, message, count, facts } = parsed.success
    ? parsed.data
    : { code: 'unreadable', message: '', count: 1, facts: {} };
  return { store, errorId, receivedAt, code, message, count, facts };
}

/** Today, the day it is compared with, and what was sold in their hours. */
export async function dayView(db: Database, clock: Clock, store?: string): Promise<DayView> {
  const period = overviewPeriod(clock);
  const hours = await readHours(db, [period.today, period.compared], store);
  return { ...period, hours };
}

interface DayView extends OverviewPeriod {
  readonly hours: readonly HourSales[];
}

/** The shops: how they are and what they sell today. */
export function registerStoreRoutes(
  { read }: HeadOfficeApi,
  {
    db,
    clock,
    views,
  }: { readonly db: Database; readonly clock: Clock; readonly views: StoreViews },
): void {
  read({
    path: '/api/stores',
    summary: 'every shop: line, heartbeat, journal, sales of today against the same weekday',
    role: 'view',
    handle: async () => {
      const [stores, day] = await Promise.all([views.all(), dayView(db, clock)]);
      return { ...day, stores };
    },
  });
  read({
    path: '/api/stores/:store',
    summary: 'one shop',
    role: 'view',
    params: byStore,
    problems: { 404: ['unknown-store'] },
    handle: async ({ params: { store } }) => {
      const [found, day, errors] = await Promise.all([
        views.one(store),
        dayView(db, clock, store),
        readErrors(db, store, SHOWN_ERRORS),
      ]);
      if (found === null) throw new Problem(404, 'unknown-store', `there is no shop ${store}`);
      return { ...day, ...found, errors: errors.map(errorView) };
    },
  });
}
