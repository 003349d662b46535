import type { Clock, Metrics } from '@tillwire/runtime';
import { countFiring } from '../store/alert-state-store.ts';
import type { Database } from '../store/database.ts';
import { readSignals } from '../store/signal-queries.ts';
import { SEVERITIES } from './alerts/machine.ts';
import { type Reading, SIGNALS } from './alerts/signals.ts';

const UNIT_NAMES = { s: '_seconds', count: '', ppm: '_ppm', bytes: '_bytes' } as const;
/** All gauges of one scrape are of one look. */
const LOOK_HOLDS_MS = 500;

/** Every shop's figures for Prometheus: those the alerts are judged by. */
export function watchFleet({
  db,
  clock,
  metrics,
}: {
  readonly db: Database;
  readonly clock: Clock;
  readonly metrics: Metrics;
}): void {
  let look: { readonly atMs: number; readonly readings: Promise<readonly Reading[]> } | null = null;
  const readings = (): Promise<readonly Reading[]> => {
    const atMs = clock.monotonicMs();
    if (look === null || atMs - look.atMs > LOOK_HOLDS_MS) {
      look = { atMs, readings: readSignals(db, clock.nowMs()) };
    }
    return look.readings;
  };
  for (const [signal, { unit, about }] of Object.entries(SIGNALS)) {
    // These are not of the database, or not of one shop.
    if (signal === 'certificate-life' || signal === 'error-events') continue;
    const name = `tillwire_store_${signal.replaceAll('-', '_')}${UNIT_NAMES[unit]}`;
    metrics.gauge(name, `Of each shop: ${about}`, {
      labels: ['store'],
      read: async (gauge) => {
        const found = await readings();
        gauge.reset();
        for (const { store, signal: of, value } of found) {
          if (of === signal) gauge.set({ store }, value);
        }
      },
    });
  }
  metrics.gauge('tillwire_alerts_firing', 'Alerts that fire and follow from no other', {
    labels: ['severity'],
    read: async (gauge) => {
      const counts = await countFiring(db);
      for (const severity of SEVERITIES) gauge.set({ severity }, counts[severity]);
    },
  });
}
