import { drawLines, type Menu } from '@tillwire/lab/basket';
import { createRandom, type Random } from '@tillwire/lab/random';
import { type Ids, type Log, pause, type Service } from '@tillwire/runtime';

/** A shop that customers come to. */
export interface DemoShop {
  readonly store: string;
  readonly url: string;
  readonly token: string;
}

/** Customers at each of `shops`, `perMinute` at each on average, ordering over HTTP as a till does. */
export const createCustomers = (
  shops: readonly DemoShop[],
  { perMinute, ids, log }: { readonly perMinute: number; readonly ids: Ids; readonly log: Log },
): Service => ({
  name: 'customers',
  run: async (signal) => {
    await Promise.all(
      shops.map(async (shop) => {
        const random = createRandom(ids.uuid());
        while (!signal.aborted) {
          // Between nothing and twice the mean, so that the shops do not march in step.
          await pause((2 * random.chance() * 60_000) / perMinute, signal);
          if (signal.aborted) return;
          try {
            await orderAt(shop, { ids, random, log });
          } catch (error) {
            if (!signal.aborted) log.warn({ store: shop.store, err: error }, 'a customer left');
          }
        }
      }),
    );
  },
});

async function orderAt(
  { store, url, token }: DemoShop,
  { ids, random, log }: { readonly ids: Ids; readonly random: Random; readonly log: Log },
): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const counter = (await (await fetch(`${url}/api/menu`, { headers })).json()) as Menu;
  const channels = counter.channels.filter(({ accepts }) => accepts.includes('card'));
  if (channels.length === 0) return;
  const channel = random.pick(channels);
  const menu = await fetch(`${url}/api/menu?channel=${encodeURIComponent(channel.code)}`, {
    headers,
  });
  const lines = drawLines((await menu.json()) as Menu, random);
  const pays = channel.accepts.includes('cash') && random.chance() < 0.4 ? 'cash' : 'card';
  const answer = await fetch(`${url}/api/orders`, {
    method: 'POST',
    headers,
    body: JSON.stringify({
      requestId: ids.uuid(),
      channel: channel.code,
      vatBasis: channel.delivers || random.chance() < 0.5 ? 'take' : 'eat',
      lines,
      tenders: [{ method: pays }],
    }),
  });
  if (answer.ok) return;
  const { code } = (await answer.json()) as { readonly code?: string };
  log.warn({ store, status: answer.status, code }, 'a customer was refused');
}
