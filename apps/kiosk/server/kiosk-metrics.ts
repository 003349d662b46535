import type { Metrics } from '@tillwire/runtime';
import type { CatalogueSource } from './catalogue-source.ts';
import type { EventBus } from './events.ts';
import type { SyncStatus } from './sync-status.ts';

export interface KioskMetricsDeps {
  readonly metrics: Metrics;
  readonly events: EventBus;
  readonly catalogue: CatalogueSource;
  readonly readStatus: () => Promise<SyncStatus>;
}

/** The kiosk's figures; those about the line come out of the database, whichever process made them. */
export function watchKiosk({ metrics, events, catalogue, readStatus }: KioskMetricsDeps): void {
  const orders = metrics.counter('tillwire_kiosk_orders_total', 'Order revisions committed', [
    'change',
  ]);
  events.subscribe((event) => {
    if (event.type === 'order') orders.inc({ change: event.revision === 1 ? 'sale' : 'revision' });
  });
  metrics.gauge('tillwire_kiosk_catalogue_version', 'Version of the catalogue in force; 0 none', {
    read: (gauge) => gauge.set(catalogue.current()?.version ?? 0),
  });
  const parked = metrics.gauge('tillwire_kiosk_parked_events', 'Events Head Office quarantined');
  const oldest = metrics.gauge(
    'tillwire_kiosk_unsent_oldest_age_seconds',
    'Age of the oldest event Head Office has not acknowledged',
  );
  const link = metrics.gauge('tillwire_kiosk_link_up', 'Whether the broker is connected');
  metrics.gauge('tillwire_kiosk_unsent_events', 'Events Head Office has not acknowledged', {
    read: async (gauge) => {
      const status = await readStatus();
      gauge.set(status.unsent.count);
      oldest.set(status.unsent.oldestAgeS ?? 0);
      parked.set(status.parked);
      link.set(status.link === 'up' ? 1 : 0);
    },
  });
}
