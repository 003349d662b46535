import { join } from 'node:path';
import { storeCode } from '@tillwire/domain';
import { type Chain, type ChainKiosk, priceAt, startChain } from './chain.ts';
import { type Line, startLine } from '../../apps/lab/world/line.ts';
import { waitFor } from './wait.ts';

const SAMPLE_MENU = join(import.meta.dirname, '../../sample-menu');
export const S01 = storeCode('S01');
const S02 = storeCode('S02');
/** Cheeseburger. */
export const CHEESEBURGER = 5;

/** A chain whose shops sell from the sample menu; the first shop's line goes through `line`. */
export interface SellingChain extends Chain {
  readonly line: Line;
  readonly shops: readonly [ChainKiosk, ChainKiosk];
  /** Starts the first shop, with its line through the proxy. */
  readonly startFirst: (env?: Readonly<Record<string, string>>) => Promise<void>;
}

export async function openChain(
  options: Parameters<typeof startChain>[1] = {},
): Promise<SellingChain> {
  const chain = await startChain([S01, S02], options);
  const line = await startLine([chain.broker.port]);
  const [first, second] = chain.kiosks;
  if (first === undefined || second === undefined) throw new Error('two shops were asked for');
  const { draft } = await chain.office.drafts.importSet({
    draftId: null,
    source: { path: SAMPLE_MENU },
    shop: 1,
    target: 'base',
    by: 'editor',
  });
  await chain.office.publishing.publish({
    draftId: draft.draftId,
    revision: draft.revision,
    note: 'test',
    by: 'editor',
    plan: { canaries: [], waveSize: null },
    effectiveFromMs: null,
  });
  const startFirst = (env: Readonly<Record<string, string>> = {}): Promise<void> =>
    first.start({ MQTT_URL: `mqtts://localhost:${line.port}`, ...env });
  await first.stop();
  await startFirst();
  await waitFor('both shops to sell', async () => {
    const prices = await Promise.all([first, second].map((shop) => priceAt(shop, CHEESEBURGER)));
    return prices.every((price) => price !== null);
  });
  return { ...chain, line, shops: [first, second], startFirst };
}

export const closeChain = async (chain: SellingChain): Promise<void> => {
  await chain.stop();
  chain.line.close();
};

/** Every order Head Office holds of a shop, by id. */
export async function heldBy(
  { ask }: Chain,
  store: string,
): Promise<ReadonlyMap<string, { readonly total: number; readonly revision: number }>> {
  const held = new Map<string, { total: number; revision: number }>();
  for (let after = ''; ;) {
    const { body } = await ask(`/api/orders?store=${store}&limit=1000${after}`);
    for (const order of body.orders) held.set(order.globalOrderId, order);
    if (body.next === undefined || body.next === null) return held;
    after = `&after=${body.next}`;
  }
}

/** Waits until Head Office holds exactly what `shop` sold, and the shop knows it. */
export const settled = (shop: ChainKiosk, withinMs = 60_000): Promise<unknown> =>
  waitFor(
    `Head Office to hold what ${shop.store} sold`,
    async () => {
      const { body } = await shop.get('/api/sync');
      if (body.unsent.count !== 0 || body.safeToPowerOff !== true) return false;
      const [epoch] = body.epochs.slice(-1);
      return epoch.completeThrough === epoch.head;
    },
    { withinMs },
  );

/** What does not add up: answered orders that are not at Head Office, orders there nobody was answered, doubled places. */
export async function compare(
  chain: SellingChain,
  served: Iterable<string>,
  before: ReadonlySet<string>,
): Promise<{ lost: string[]; unknown: string[]; doubled: number }> {
  const answered = new Set(served);
  const held = await allHeld(chain);
  const { rows } = await chain.db.query<{ doubled: string }>(
    'SELECT count(*) - count(DISTINCT (store, journal_epoch, journal_seq)) AS doubled FROM journal',
  );
  return {
    lost: [...answered].filter((id) => !held.has(id)),
    unknown: [...held].filter((id) => !answered.has(id) && !before.has(id)),
    doubled: Number(rows[0]?.doubled),
  };
}

export const NOTHING = { lost: [], unknown: [], doubled: 0 };

export const allHeld = async (chain: SellingChain): Promise<ReadonlySet<string>> =>
  new Set([...(await heldBy(chain, 'S01')).keys(), ...(await heldBy(chain, 'S02')).keys()]);
