import { type SyncStatus, syncStatusSchema } from '../sync-status.ts';
import type { KioskApi } from './api.ts';

export function registerSyncRoutes(
  { route }: KioskApi,
  { readStatus }: { readonly readStatus: () => Promise<SyncStatus> },
): void {
  route({
    method: 'GET',
    path: '/api/sync',
    summary: 'what Head Office has not got yet, and whether it is safe to power off',
    role: 'crew',
    answer: syncStatusSchema,
    handle: () => readStatus(),
  });
}
