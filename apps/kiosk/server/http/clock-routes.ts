import { utcInstant } from '@tillwire/domain';
import type { Clock } from '@tillwire/runtime';
import { z } from 'zod';
import type { Upkeep } from '../upkeep.ts';
import type { KioskApi } from './api.ts';

export interface ClockRouteDeps {
  readonly upkeep: Pick<Upkeep, 'confirmClock'>;
  /** Reads anew what the till keeps in memory of the database. */
  readonly refresh: () => Promise<void>;
  readonly clock: Clock;
}

/** A restored kiosk's clock, confirmed by a manager where no line is up to do it. */
export function registerClockRoutes(
  { route }: KioskApi,
  { upkeep, refresh, clock }: ClockRouteDeps,
): void {
  route({
    method: 'POST',
    path: '/api/clock/confirm',
    summary: 'say that the clock of this restored kiosk is right',
    role: 'manager',
    body: z.object({}).optional(),
    answer: z.object({ now: z.string() }),
    handle: async () => {
      await upkeep.confirmClock();
      await refresh();
      return { now: utcInstant(clock.nowMs()) };
    },
  });
}
