import process from 'node:process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { burgers, openShops } from '../harness/customers.ts';
import {
  allHeld,
  closeChain,
  compare,
  heldBy,
  NOTHING,
  openChain,
  S01,
  type SellingChain,
  settled,
} from '../harness/selling-chain.ts';
import { waitFor } from '../harness/wait.ts';

const ORDERS = 2400;

let chain: SellingChain;
beforeAll(async () => {
  chain = await openChain();
});
afterAll(() => closeChain(chain));

const tell = (line: string): void => void process.stderr.write(`${line}\n`);
const ms = (times: readonly number[], part: number): string =>
  `${(times.toSorted((a, b) => a - b)[Math.floor(times.length * part)] ?? 0).toFixed(0)} ms`;

it.each([100, null])(
  'Three days of a shop made with the line cut flush at %s a second; new sales are at Head Office within 2 s all the while',
  async (ratePerS) => {
    const [shop] = chain.shops;
    await settled(shop);
    const before = await allHeld(chain);
    await chain.configs.change({
      stores: [S01],
      patch: { limits: { outbox_rate_per_s: ratePerS } } as never,
      note: 'test',
      by: 'editor',
    });
    const version = (await shop.get('/api/catalogue')).body.configVersion;
    await waitFor('the limit', async () => {
      const { body } = await shop.get('/api/catalogue');
      return body.configVersion !== version;
    });
    chain.line.cut();
    const customers = openShops([shop], { queues: 4, pauseMs: 0 });
    await waitFor('the backlog', () => customers.served() >= ORDERS, { withinMs: 120_000 });
    const served = new Set((await customers.goHome()).values());
    chain.line.mend();
    await waitFor('the flush', async () => (await heldBy(chain, 'S01')).size > before.size);
    const start = performance.now();
    const tookMs: number[] = [];
    for (let unsent = served.size; unsent > 0;) {
      const soldAt = performance.now();
      const { body } = await shop.post('/api/orders', burgers(`${ratePerS} ${tookMs.length}`));
      const { globalOrderId } = body.order;
      served.add(globalOrderId);
      await waitFor(
        'the new sale',
        async () => (await chain.ask(`/api/orders/${globalOrderId}`)).status === 200,
      );
      tookMs.push(performance.now() - soldAt);
      unsent = (await shop.get('/api/sync')).body.unsent.count;
    }
    const seconds = (performance.now() - start) / 1000;
    tell(
      `${ORDERS} orders flushed in ${seconds.toFixed(1)} s at ${ratePerS ?? 'no limit'}; ` +
        `${tookMs.length} new sales: p50 ${ms(tookMs, 0.5)}, p99 ${ms(tookMs, 0.99)}`,
    );
    expect(Math.max(...tookMs)).toBeLessThan(2000);
    await settled(shop);
    expect(await compare(chain, served, before)).toEqual(NOTHING);
  },
);
