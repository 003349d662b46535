import type { Face } from '../http.ts';
import { until, type Waiting } from '../waiting.ts';
import type { Shop } from '../world/shop.ts';
import type { World } from '../world/world.ts';

const SETTLE_WITHIN_MS = 600_000;

/**
 * Closes every day, and waits until nothing is on its way any more. Tells what never came to rest. Of a store that had
 * a twin nobody can say that its journal is complete, and its days wait for a human.
 */
export async function settle(
  { shops, office, programs }: World,
  hasTwin: (store: string) => boolean,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const waiting = { withinMs: SETTLE_WITHIN_MS, everyMs: 500, signal };
  const waits = await Promise.allSettled([
    ...programs.map((program) => until(`${program.name} to be ready`, program.isReady, waiting)),
    ...shops.map(async (shop) => {
      const isDoubted = hasTwin(shop.store);
      await untilSent(shop, isDoubted, waiting);
      if (!isDoubted) await untilReconciled(shop, office.face, waiting);
    }),
  ]);
  signal.throwIfAborted();
  return waits.flatMap((wait) =>
    wait.status === 'rejected' ? [wait.reason instanceof Error ? wait.reason.message : ''] : [],
  );
}

async function untilSent(
  { store, face }: Shop,
  isDoubted: boolean,
  waiting: Waiting,
): Promise<void> {
  await until(
    `${store} to close its day`,
    async () => (await face.post('/api/day/close', {})).status < 500,
    waiting,
  );
  await until(
    `everything of ${store} to be acknowledged and complete`,
    async () => {
      const { body } = await face.get('/api/sync');
      const epochs = body.epochs as readonly { head: number; completeThrough: number }[];
      return (
        body.safeToPowerOff === true &&
        (isDoubted || epochs.every(({ head, completeThrough }) => head <= completeThrough))
      );
    },
    waiting,
  );
}

const untilReconciled = ({ store, face }: Shop, office: Face, waiting: Waiting): Promise<void> =>
  until(
    `every day of ${store} to be reconciled`,
    async () => {
      const [here, there] = await Promise.all([
        face.get('/api/days?limit=400'),
        office.get(`/api/days?store=${store}&limit=1000`),
      ]);
      const closed = (here.body.days as readonly { closedAtMs: number | null }[]).filter(
        ({ closedAtMs }) => closedAtMs !== null,
      );
      const reconciled = (there.body.days as readonly { state: string }[]).filter(
        ({ state }) => state === 'reconciled',
      );
      return closed.length === reconciled.length;
    },
    waiting,
  );
