import { type Metrics, Problem } from '@tillwire/runtime';
import type { Database } from '../store/database.ts';
import type { HeadOfficeApi } from './head-office-api.ts';

/** What those who run Head Office ask of it. */
export function registerServiceRoutes(
  { read, openApi }: HeadOfficeApi,
  { db, metrics }: { readonly db: Database; readonly metrics: Metrics },
): void {
  read({
    path: '/healthz',
    summary: 'the process answers',
    role: 'public',
    handle: async () => ({ status: 'ok' }),
  });
  read({
    path: '/readyz',
    summary: 'the database answers',
    role: 'public',
    problems: { 503: ['not-ready'] },
    handle: async () => {
      const database = await db.query('SELECT 1').then(
        () => true,
        () => false,
      );
      if (database) return { status: 'ready', checks: { database } };
      throw new Problem(503, 'not-ready', 'the database does not answer', {
        facts: { checks: { database } },
      });
    },
  });
  read({
    path: '/metrics',
    summary: 'figures for Prometheus',
    role: 'public',
    handle: async ({ reply }) => {
      const text = await metrics.text();
      return reply.type(metrics.contentType).send(text);
    },
  });
  read({
    path: '/openapi.json',
    summary: 'this description',
    role: 'public',
    handle: async () => openApi(),
  });
}
