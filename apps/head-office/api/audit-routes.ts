import { z } from 'zod';
import type { AuditStore } from '../store/audit-store.ts';
import type { HeadOfficeApi } from './head-office-api.ts';

const query = z.object({
  actor: z.string().max(64).optional(),
  action: z.string().max(64).optional(),
  text: z.string().max(100).optional(),
  before: z.coerce.number().int().min(1).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

/** Who changed what, newest first. */
export function registerAuditRoutes(
  { read }: HeadOfficeApi,
  { audit }: { readonly audit: AuditStore },
): void {
  read({
    path: '/api/audit',
    summary: 'every change with what was before and after it; `next` is the following `before`',
    role: 'read-audit',
    query,
    handle: async ({ query }) => {
      const entries = await audit.list(query);
      const next = entries.length === query.limit ? entries.at(-1)?.id : undefined;
      return { entries, ...(next === undefined ? {} : { next }) };
    },
  });
}
