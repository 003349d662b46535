import { catalogueStatusSchema, diagnosticsSchema, type ShopStatus } from '../shop-status.ts';
import type { KioskApi } from './api.ts';

/** How the shop's computer is and what it sells from, for its manager. */
export function registerShopRoutes(
  { route }: KioskApi,
  { shopStatus }: { readonly shopStatus: ShopStatus },
): void {
  route({
    method: 'GET',
    path: '/api/catalogue/status',
    summary: 'the catalogue in force and those staged beside it',
    role: 'shift-manager',
    answer: catalogueStatusSchema,
    handle: () => shopStatus.catalogue(),
  });
  route({
    method: 'GET',
    path: '/api/diagnostics',
    summary: 'version, clock, disk, backups and the errors Head Office has not acknowledged',
    role: 'shift-manager',
    answer: diagnosticsSchema,
    handle: () => shopStatus.diagnostics(),
  });
}
