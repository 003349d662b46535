import type { Metrics } from '@tillwire/runtime';

export interface IngestMetrics {
  /** A batch was stored and acknowledged. */
  readonly committed: (batch: {
    readonly events: number;
    readonly parked: number;
    readonly tookS: number;
    /** How long each sale was under way, in seconds. */
    readonly latenciesS: readonly number[];
  }) => void;
}

/** What ingest does, for Prometheus. */
export function createIngestMetrics(metrics: Metrics): IngestMetrics {
  const batches = metrics.counter('tillwire_ingest_batches_total', 'Batches stored');
  const events = metrics.counter('tillwire_ingest_events_total', 'Events stored or parked', [
    'outcome',
  ]);
  const commit = metrics.duration('tillwire_ingest_commit_seconds', 'Storing one batch');
  const latency = metrics.duration(
    'tillwire_ingest_latency_seconds',
    'From a sale at the till to Head Office’s database',
  );
  return {
    committed: (batch) => {
      batches.inc();
      events.inc({ outcome: 'stored' }, batch.events - batch.parked);
      events.inc({ outcome: 'parked' }, batch.parked);
      commit.observe(batch.tookS);
      for (const seconds of batch.latenciesS) latency.observe(Math.max(0, seconds));
    },
  };
}
