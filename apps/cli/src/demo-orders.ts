import { type Ids, type Log, pause, type Service } from '@tillwire/runtime';

/** A shop that customers come to. */
export interface DemoShop {
  readonly store: string;
  readonly url: string;
  readonly token: string;
}

interface Coded {
  readonly code: number;
}

/** What of `GET /api/menu` a customer orders by. */
interface Menu {
  readonly channels: readonly {
    readonly code: string;
    readonly delivers: boolean;
    readonly accepts: readonly string[];
  }[];
  readonly products: readonly (Coded & {
    readonly price: number | null;
    readonly key: object | null;
    readonly meal: 'none' | 'standard' | 'kids';
    readonly mealDrink: 'none' | 'standard' | 'kids';
    readonly choiceGroups: readonly (readonly Coded[])[];
    readonly extras: readonly Coded[];
    readonly relishes: readonly Coded[];
  })[];
  readonly combos: readonly (Coded & {
    readonly key: object | null;
    readonly choiceGroups: readonly (readonly Coded[])[];
  })[];
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
        while (!signal.aborted) {
          // Between nothing and twice the mean, so that the shops do not march in step.
          await pause((2 * ids.chance() * 60_000) / perMinute, signal);
          if (signal.aborted) return;
          try {
            await orderAt(shop, ids, log);
          } catch (error) {
            if (!signal.aborted) log.warn({ store: shop.store, err: error }, 'a customer left');
          }
        }
      }),
    );
  },
});

async function orderAt({ store, url, token }: DemoShop, ids: Ids, log: Log): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const counter = (await (await fetch(`${url}/api/menu`, { headers })).json()) as Menu;
  const channel = pick(
    counter.channels.filter(({ accepts }) => accepts.includes('card')),
    ids,
  );
  if (channel === undefined) return;
  const menu = await fetch(`${url}/api/menu?channel=${encodeURIComponent(channel.code)}`, {
    headers,
  });
  const lines = linesFrom((await menu.json()) as Menu, ids);
  if (lines.length === 0) return;
  const pays = channel.accepts.includes('cash') && ids.chance() < 0.4 ? 'cash' : 'card';
  const answer = await fetch(`${url}/api/orders`, {
    method: 'POST',
    headers,
    body: JSON.stringify({
      requestId: ids.uuid(),
      channel: channel.code,
      vatBasis: channel.delivers || ids.chance() < 0.5 ? 'take' : 'eat',
      lines,
      tenders: [{ method: pays }],
    }),
  });
  if (answer.ok) return;
  const { code } = (await answer.json()) as { readonly code?: string };
  log.warn({ store, status: answer.status, code }, 'a customer was refused');
}

function linesFrom(menu: Menu, ids: Ids): readonly object[] {
  const onKeys = menu.products.filter(({ key, price }) => key !== null && price !== null);
  const combos = menu.combos.filter(({ key }) => key !== null);
  return Array.from({ length: 1 + Math.floor(ids.chance() * 3) }, () => {
    const combo = ids.chance() < 0.15 ? pick(combos, ids) : undefined;
    if (combo !== undefined) {
      return { kind: 'combo', code: combo.code, quantity: 1, choices: choicesOf(combo, ids) };
    }
    const product = pick(onKeys, ids);
    if (product === undefined) return null;
    const drink = pick(
      menu.products.filter(({ mealDrink }) => mealDrink === product.meal),
      ids,
    );
    const isMeal = product.meal !== 'none' && drink !== undefined && ids.chance() < 0.6;
    const relish = ids.chance() < 0.2 ? pick(product.relishes, ids) : undefined;
    const extra = ids.chance() < 0.15 ? pick(product.extras, ids) : undefined;
    return {
      kind: 'product',
      code: product.code,
      quantity: ids.chance() < 0.15 ? 2 : 1,
      choices: choicesOf(product, ids),
      ...(isMeal ? { meal: { drink: drink.code } } : {}),
      ...(relish === undefined ? {} : { without: [relish.code] }),
      ...(extra === undefined ? {} : { extras: [{ code: extra.code, quantity: 1 }] }),
    };
  }).filter((line) => line !== null);
}

const choicesOf = (
  { choiceGroups }: { readonly choiceGroups: readonly (readonly Coded[])[] },
  ids: Ids,
): readonly number[] =>
  choiceGroups.flatMap((group) => {
    const choice = pick(group, ids);
    return choice === undefined ? [] : [choice.code];
  });

const pick = <T>(of: readonly T[], ids: Ids): T | undefined =>
  of[Math.floor(ids.chance() * of.length)];
