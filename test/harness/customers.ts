import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Answer, ChainKiosk } from './chain.ts';

/** People who order until they are sent home, and who ask again, with the same request, until they are answered. */
export interface Customers {
  /** How many orders were answered so far. */
  readonly served: () => number;
  /** Lets those at the till finish; the answered orders by request. */
  readonly goHome: () => Promise<ReadonlyMap<string, string>>;
}

/** An order of `quantity` cheeseburgers for card. */
export const burgers = (requestId: string, quantity = 1) => ({
  requestId,
  channel: 'OT-C',
  vatBasis: 'take',
  lines: [{ kind: 'product', code: 5, quantity }],
  tenders: [{ method: 'card' }],
});

const RETRY_MS = 100;

/** `queues` people at each of `kiosks`, each ordering as soon as the one before was served. */
export function openShops(
  kiosks: readonly ChainKiosk[],
  { queues = 2, pauseMs = 10 }: { readonly queues?: number; readonly pauseMs?: number } = {},
): Customers {
  const served = new Map<string, string>();
  let isOpen = true;
  const order = async (kiosk: ChainKiosk): Promise<void> => {
    const body = burgers(randomUUID(), 1 + (served.size % 3));
    for (;;) {
      const answer = await kiosk.post('/api/orders', body).catch((): Answer | null => null);
      if (answer?.status === 201) {
        served.set(body.requestId, answer.body.order.globalOrderId);
        return;
      }
      if (answer !== null && answer.status < 500) {
        throw new Error(`refused: ${JSON.stringify(answer.body)}`);
      }
      await pause(RETRY_MS);
    }
  };
  const queue = async (kiosk: ChainKiosk): Promise<void> => {
    while (isOpen) {
      await order(kiosk);
      await pause(pauseMs);
    }
  };
  const all = Promise.all(
    kiosks.flatMap((kiosk) => Array.from({ length: queues }, () => queue(kiosk))),
  );
  // Whoever is refused is told of by `goHome`, not to nobody meanwhile.
  all.catch(() => undefined);
  return {
    served: () => served.size,
    goHome: async () => {
      isOpen = false;
      await all;
      return served;
    },
  };
}
