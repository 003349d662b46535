import { type Metrics, Problem } from '@tillwire/runtime';
import type { KioskApi } from './api.ts';

export interface ServiceRouteDeps {
  /** Resolves when the database answers. */
  readonly pingDatabase: () => Promise<void>;
  readonly hasCatalogue: () => boolean;
  readonly metrics: Metrics;
}

/** What those who run the kiosk ask of it. */
export function registerServiceRoutes(
  { route, openApi }: KioskApi,
  { pingDatabase, hasCatalogue, metrics }: ServiceRouteDeps,
): void {
  route({
    method: 'GET',
    path: '/healthz',
    summary: 'the process answers',
    role: 'public',
    handle: async () => ({ status: 'ok' }),
  });
  route({
    method: 'GET',
    path: '/readyz',
    summary: 'it can sell: the database answers and a catalogue is in force',
    role: 'public',
    problems: { 503: ['not-ready'] },
    handle: async () => {
      const database = await pingDatabase().then(
        () => true,
        () => false,
      );
      const checks = { database, catalogue: hasCatalogue() };
      if (checks.database && checks.catalogue) return { status: 'ready', checks };
      throw new Problem(503, 'not-ready', 'the kiosk cannot sell yet', { facts: { checks } });
    },
  });
  route({
    method: 'GET',
    path: '/metrics',
    summary: 'figures for Prometheus',
    role: 'public',
    handle: async ({ reply }) => {
      const text = await metrics.text();
      return reply.type(metrics.contentType).send(text);
    },
  });
  route({
    method: 'GET',
    path: '/openapi.json',
    summary: 'this description',
    role: 'public',
    handle: async () => openApi(),
  });
}
