import { expect, it } from 'vitest';
import { createMetrics } from './metrics.ts';

it('Metrics are told in the text form of Prometheus, gauges asked at the scrape', async () => {
  const metrics = createMetrics();
  const sales = metrics.counter('sales_total', 'Sales', ['channel']);
  sales.inc({ channel: 'OT-C' }, 2);
  let depth = 1;
  metrics.gauge('depth', 'Depth', { read: (gauge) => gauge.set(depth) });
  metrics.duration('took_seconds', 'Took').observe(0.003);
  depth = 5;
  const text = await metrics.text();
  expect(text).toContain('sales_total{channel="OT-C"} 2');
  expect(text).toContain('depth 5');
  expect(text).toContain('took_seconds_bucket{le="0.005"} 1');
  expect(metrics.contentType).toContain('text/plain');
});

it('Two sets of metrics do not mix', async () => {
  const [one, two] = [createMetrics(), createMetrics({ process: true })];
  one.counter('mine_total', 'Mine');
  expect(await two.text()).not.toContain('mine_total');
  expect(await two.text()).toContain('process_resident_memory_bytes');
});
