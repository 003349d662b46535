import { createAuditStore } from '@tillwire/head-office';
import type { OfficeTools } from './office.ts';

/** Does something of weight and leaves its word in the audit log, also when it fails or dies. */
export async function audited<T>(
  { db, clock }: Pick<OfficeTools, 'db' | 'clock'>,
  {
    actor,
    action,
    subject,
  }: { readonly actor: string; readonly action: string; readonly subject: string },
  work: () => Promise<T>,
): Promise<T> {
  const audit = createAuditStore(db);
  const id = await audit.begin(
    { actor, role: 'admin', address: 'command line', action },
    clock.nowMs(),
  );
  try {
    const value = await work();
    await audit.finish(id, { outcome: 'done', subject });
    return value;
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    await audit.finish(id, { outcome: 'failed', subject, detail });
    throw error;
  }
}
