import { join } from 'node:path';
import {
  createApi,
  createFailureLimit,
  createHttpServer,
  type Log,
  servePages,
} from '@tillwire/runtime';
import type { FastifyInstance } from 'fastify';
import { type Access, type Caller, limitFailures, type Role } from '../access.ts';
import type { KioskApi } from './api.ts';

export interface KioskServerDeps {
  readonly access: Access;
  readonly log: Log;
  readonly version: string;
  /** Each adds its routes. */
  readonly routes: readonly ((api: KioskApi) => void)[];
}

const PAGES = join(import.meta.dirname, '..', '..', 'ui', 'dist');

/** The kiosk's HTTP server: its API and, where they are built, its screens. */
export async function createKioskServer({
  access,
  log,
  version,
  routes,
}: KioskServerDeps): Promise<FastifyInstance> {
  const server = await createHttpServer({ log });
  const limit = await createFailureLimit(server, { perMinute: 20 });
  const limited = limitFailures(access, limit);
  const api = createApi<Role, Caller>({
    server,
    title: 'Tillwire kiosk',
    version,
    authorize: limited.authorize,
    needsCredentials: (role) => role !== 'public',
  });
  for (const register of routes) register(api);
  await servePages(server, PAGES);
  return server;
}
