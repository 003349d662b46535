import type { Log } from './log.ts';
import { createHttpServer } from './http.ts';
import type { Metrics } from './metrics.ts';
import { type Service, untilAborted } from './service.ts';

/** `/metrics` on a port of its own, for a process that serves nothing else. */
export const createMetricsServer = ({
  metrics,
  host,
  port,
  log,
}: {
  readonly metrics: Metrics;
  readonly host: string;
  readonly port: number;
  readonly log: Log;
}): Service => ({
  name: 'metrics',
  run: async (signal) => {
    const server = await createHttpServer({ log });
    server.get('/metrics', async (_request, reply) =>
      reply.type(metrics.contentType).send(await metrics.text()),
    );
    try {
      const url = await server.listen({ host, port });
      log.info({ url: `${url}/metrics` }, 'figures can be had');
      await untilAborted(signal);
    } finally {
      await server.close();
    }
  },
});
