import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

export interface GaugeOptions<Label extends string> {
  readonly labels?: readonly Label[];
  /** Asked at every scrape to set it. */
  readonly read?: (gauge: Gauge<Label>) => void | Promise<void>;
}

/** A process's figures for Prometheus; each part of it makes its own, once. */
export interface Metrics {
  readonly counter: <Label extends string = never>(
    name: string,
    help: string,
    labels?: readonly Label[],
  ) => Counter<Label>;
  readonly gauge: <Label extends string = never>(
    name: string,
    help: string,
    options?: GaugeOptions<Label>,
  ) => Gauge<Label>;
  /** Of seconds, with buckets from a millisecond to ten seconds. */
  readonly duration: <Label extends string = never>(
    name: string,
    help: string,
    labels?: readonly Label[],
  ) => Histogram<Label>;
  readonly contentType: string;
  readonly text: () => Promise<string>;
}

const DURATION_BUCKETS_S = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10,
] as const;

/** `process` adds memory, CPU, event loop and garbage collection; one a process is enough. */
export function createMetrics({ process = false }: { readonly process?: boolean } = {}): Metrics {
  const registry = new Registry();
  if (process) collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    counter: (name, help, labels = []) =>
      new Counter({ name, help, labelNames: [...labels], registers }),
    gauge: <Label extends string>(
      name: string,
      help: string,
      { labels = [], read }: GaugeOptions<Label> = {},
    ) => {
      const gauge: Gauge<Label> = new Gauge<Label>({
        name,
        help,
        labelNames: [...labels],
        registers,
        ...(read === undefined ? {} : { collect: (): void | Promise<void> => read(gauge) }),
      });
      return gauge;
    },
    duration: (name, help, labels = []) =>
      new Histogram({
        name,
        help,
        labelNames: [...labels],
        buckets: [...DURATION_BUCKETS_S],
        registers,
      }),
    contentType: registry.contentType,
    text: () => registry.metrics(),
  };
}
