import { until } from '../waiting.ts';
import type { World } from '../world/world.ts';

/** A trading day as Head Office judged it. */
export interface Day {
  readonly store: string;
  readonly date: string;
  readonly state: string;
  readonly detail: string;
}

/** Waits until every shop's days are closed and reconciled and nothing is on its way. Tells what never came to rest. */
export async function settle(
  { shops, office }: World,
  { withinMs, signal }: { readonly withinMs: number; readonly signal: AbortSignal },
): Promise<readonly string[]> {
  const waits = await Promise.allSettled(
    shops.map(async ({ store, face }) => {
      await until(
        `every day of ${store} to be closed and reconciled, and everything to be acknowledged`,
        async () => {
          const [sync, here, there] = await Promise.all([
            face.get('/api/sync'),
            face.get('/api/days?limit=400'),
            office.face.get(`/api/days?store=${store}&limit=1000`),
          ]);
          const epochs = sync.body.epochs as readonly { head: number; completeThrough: number }[];
          const days = here.body.days as readonly { closedAtMs: number | null }[];
          const judged = there.body.days as readonly { state: string }[];
          return (
            sync.body.safeToPowerOff === true &&
            epochs.every(({ head, completeThrough }) => head === completeThrough) &&
            days.every(({ closedAtMs }) => closedAtMs !== null) &&
            judged.length === days.length &&
            judged.every(({ state }) => state === 'reconciled')
          );
        },
        { withinMs, everyMs: 500, signal },
      );
    }),
  );
  return waits.flatMap((wait) =>
    wait.status === 'rejected' ? [wait.reason instanceof Error ? wait.reason.message : ''] : [],
  );
}

/** Every day of every real shop that Head Office knows. */
export async function readDays({ shops, office }: World): Promise<readonly Day[]> {
  const all = await Promise.all(
    shops.map(async ({ store }) => {
      const { body } = await office.face.get(`/api/days?store=${store}&limit=1000`);
      return (body.days as readonly Day[]).map(({ date, state, detail }) => ({
        store,
        date,
        state,
        detail,
      }));
    }),
  );
  return all.flat();
}
