import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { storeCode } from '@tillwire/domain';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  close,
  command,
  diskFiles,
  must,
  officeFiles,
  ordersOf,
  SAMPLE_MENU,
  shopFiles,
  untilDay,
} from '../harness/books.ts';
import { type Chain, type ChainKiosk, startChain } from '../harness/chain.ts';
import { everyFeature } from '../harness/every-feature.ts';
import { waitFor } from '../harness/wait.ts';

// A shop's day of 5,000 orders: how long its Z takes, and its books worked out again.

const ORDERS = 5000;
const QUEUES = 6;
let chain: Chain;
let shop: ChainKiosk;
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillwire-big-day-'));
  chain = await startChain([storeCode('S01')]);
  [shop] = chain.kiosks as [ChainKiosk];
  await shop.stop();
  await shop.start(SAMPLE_MENU);
});
afterAll(async () => {
  await chain.stop();
  await rm(folder, { recursive: true });
});

const tell = (line: string): void => void process.stderr.write(`${line}\n`);
const seconds = (sinceMs: number): string => ((performance.now() - sinceMs) / 1000).toFixed(2);

it('The Z of 5,000 orders takes less than a second, and the day comes out again to the byte', async () => {
  const { catalogue } = (await shop.get('/api/catalogue')).body;
  const menus = [(await shop.get('/api/menu?channel=OT-C')).body];
  const asked = everyFeature({ catalogue, menus }, 'big').filter(
    ({ body }) => !JSON.stringify(body).includes('cheque'),
  );
  const selling = performance.now();
  let sold = 0;
  const queue = async (): Promise<void> => {
    while (sold < ORDERS) {
      const number = sold++;
      const { path, body } = asked[number % asked.length] ?? { path: '', body: {} };
      await must(shop, path, { ...body, requestId: `big ${number}` });
    }
  };
  await Promise.all(Array.from({ length: QUEUES }, queue));
  tell(`${sold} orders sold in ${seconds(selling)} s`);
  const closing = performance.now();
  const date = await close(shop);
  const tookMs = performance.now() - closing;
  tell(`Z in ${tookMs.toFixed(0)} ms`);
  expect(tookMs).toBeLessThan(1000);
  expect((await shop.get(`/api/days/${date}`)).body.orders.count).toBe(ORDERS);
  const files = await shopFiles(shop, date);
  const rebuilding = performance.now();
  const { said } = await command(shop, ['day', 'rebuild', date]);
  tell(`rebuilt by its command in ${seconds(rebuilding)} s, the start of the program included`);
  expect(said).toContain('the same bytes');
  await untilDay(chain, 'S01', date, { state: 'reconciled' });
  tell(`reconciled at Head Office ${seconds(closing)} s after the Z was asked for`);
  expect(await officeFiles(chain, 'S01', date, Object.keys(files))).toEqual(files);
  await waitFor('the files on disk', async () => {
    const onDisk = await diskFiles(shop, date);
    return Object.entries(files).every(([name, text]) => onDisk[name] === text);
  });
  // A payment moved in the closed day: its Z again, with the next revision.
  const plain = (await ordersOf(shop, date)).find(
    ({ kind, tenders }) => kind === 'sale' && tenders.length === 1 && tenders[0]?.method === 'card',
  );
  const moving = performance.now();
  await must(shop, `/api/orders/${plain?.id}/payment`, { method: 'cash' });
  tell(`a payment moved in it, and the day issued anew, in ${seconds(moving)} s`);
  await untilDay(chain, 'S01', date, { state: 'reconciled', revision: 2 });
});
