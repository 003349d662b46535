import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { gunzipSync } from 'node:zlib';
import { topicOf } from '@tillwire/contract';
import { createLog, createMqttLink, type MqttLink, systemIds } from '@tillwire/runtime';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDice } from '../../packages/domain/test/random-days.ts';
import {
  close,
  command,
  judged,
  must,
  officeFiles,
  ordersOf,
  sellSome,
  seenOf,
  shopFiles,
  untilDay,
  untilHeld,
  untilSent,
  wrongRollups,
} from '../harness/books.ts';
import { freePort } from '../harness/ports.ts';
import { openShops } from '../harness/customers.ts';
import { type Started, startTillwire } from '../harness/process.ts';
import { closeChain, heldBy, openChain, S01, type SellingChain } from '../harness/selling-chain.ts';
import { waitFor } from '../harness/wait.ts';

// Two ingest workers share the line of one store, whose events come in the worst order there is, and then while one
// of the workers dies again and again.

let chain: SellingChain;
let worker: Started;
let metricsPort = 0;
let courier: MqttLink;
let date = '';
const dice = createDice(8);

async function startWorker(): Promise<void> {
  worker = startTillwire(['head-office', 'ingest'], {
    env: {
      ...(await chain.broker.env('head-office')),
      DATABASE_URL: chain.database.url,
      HO_STATE_DIR: join(await folder(), 'state'),
      METRICS_PORT: String(metricsPort),
    },
  });
  await waitFor('the second worker', async () => (await figures(metricsPort)) !== '', {
    withinMs: 60_000,
  });
}

const folder = async (): Promise<string> =>
  join((await chain.shops[0].environment())['DB_PATH'] ?? '', '..');
const tell = (line: string): void => void process.stderr.write(`${line}\n`);

const figures = async (port: number): Promise<string> => {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
  return answer.ok ? answer.text() : '';
};

/** How many events a worker has stored, by its own figures. */
const storedBy = (text: string): number =>
  Number(/tillwire_ingest_events_total\{[^}]*outcome="stored"[^}]*\} (\d+)/.exec(text)?.[1] ?? 0);

beforeAll(async () => {
  metricsPort = await freePort();
  chain = await openChain();
  await startWorker();
  const { promise, resolve } = Promise.withResolvers<void>();
  courier = createMqttLink({
    broker: await chain.broker.address('S01'),
    clientId: 'S01-courier',
    subscriptions: [],
    onUp: resolve,
    onDown: () => undefined,
    onMessage: ({ done }) => done(),
    log: createLog('test', 'silent'),
    ids: systemIds,
  });
  courier.start();
  await promise;
});
afterAll(async () => {
  await courier.stop();
  await worker.stop();
  await closeChain(chain);
});

interface Carried {
  readonly topic: string;
  readonly payload: string;
}

/** The shop's journal as it would be sent, out of the file for a USB stick. */
async function journalOfShop(): Promise<readonly Carried[]> {
  const file = join(await folder(), 'journal.gz');
  expect((await command(chain.shops[0], ['kiosk', 'export-journal', file])).code).toBe(0);
  return gunzipSync(await readFile(file))
    .toString()
    .trim()
    .split('\n')
    .map((payload) => ({
      topic: topicOf(payload.includes('"global_order_id"') ? 'orders' : 'exports', S01),
      payload,
    }));
}

function shuffled<T>(list: readonly T[]): readonly T[] {
  const all = [...list];
  for (let at = all.length - 1; at > 0; at--) {
    const other = dice.roll(at + 1);
    [all[at], all[other]] = [all[other] as T, all[at] as T];
  }
  return all;
}

it('Summary first, every order’s last revision before its first, all of it twice and mixed: the books come out right', async () => {
  const [shop] = chain.shops;
  chain.line.cut();
  const ids = await sellSome(shop, 120);
  for (const [at, id] of ids.entries()) {
    if (at % 3 === 0) await must(shop, `/api/orders/${id}/payment`, { method: 'voucher' });
    if (at % 6 === 0) await must(shop, `/api/orders/${id}/payment`, { method: 'card' });
    if (at % 4 === 0) await must(shop, `/api/orders/${id}/void`, { crewId: '7', reason: 'no' });
  }
  date = await close(shop);
  await must(shop, `/api/orders/${ids[1]}/void`, { crewId: '7', reason: 'after the Z' });
  const events = await journalOfShop();
  tell(`${events.length} events carried by hand`);
  const reversed = [...events.slice(-2), ...events.toReversed()];
  const carried = [...reversed, ...shuffled(events)];
  const outcomes = await Promise.all(
    carried.map(({ topic, payload }) => courier.publish(topic, payload)),
  );
  expect(new Set(outcomes)).toEqual(new Set(['accepted']));
  await untilHeld(chain, 'S01', ids);
  tell(`every order is held; the day is ${JSON.stringify(await judged(chain, 'S01', date))}`);
  const { rows } = await chain.db.query(
    "SELECT journal_epoch, held_through, complete_through, frozen_at_seq FROM journal_epochs WHERE store = 'S01'",
  );
  tell(JSON.stringify(rows));
  await untilDay(chain, 'S01', date, { state: 'reconciled', revision: 2 });
  expect(await wrongRollups(chain)).toEqual([]);
  const byWorker = [
    storedBy(await (await fetch(`${await chain.headOfficeUrl()}/metrics`)).text()),
    storedBy(await figures(metricsPort)),
  ];
  tell(`${events.length} events sent twice; the workers stored ${byWorker.join(' and ')}`);
  expect(Math.min(...byWorker)).toBeGreaterThan(0);
  // The shop sends it all once more itself.
  chain.line.mend();
  await untilSent(shop);
  const files = await shopFiles(shop, date);
  expect(await officeFiles(chain, 'S01', date, Object.keys(files))).toEqual(files);
});

it('Orders voided and paid otherwise while they are on their way, and a worker killed meanwhile: rollups equal orders', async () => {
  const [shop] = chain.shops;
  const customers = openShops([shop], { queues: 4, pauseMs: 0 });
  const revised = new Set<string>();
  let kills = 0;
  const nextDate = (await shop.get('/api/day/reading')).body.businessDate;
  while (customers.served() < 800) {
    const { body } = await shop.get(`/api/orders?date=${nextDate}&limit=40`);
    for (const { globalOrderId, revision } of body.orders) {
      if (revision > 2) continue;
      const change = dice.roll(3);
      const path = `/api/orders/${globalOrderId}`;
      const answer =
        change === 0
          ? await shop.post(`${path}/void`, { crewId: '7', reason: 'gone' })
          : await shop.post(`${path}/payment`, { method: change === 1 ? 'cash' : 'card' });
      if (answer.status === 200) revised.add(globalOrderId);
    }
    if (customers.served() > 160 * (kills + 1) && kills < 4) {
      kills++;
      await worker.kill9();
      await startWorker();
    }
  }
  const served = new Set((await customers.goHome()).values());
  await untilSent(shop);
  const atShop = (await ordersOf(shop, nextDate)).map(({ id, revision, totals }) => [
    id,
    { revision, total: totals.gross },
  ]);
  const held = await heldBy(chain, 'S01');
  for (const [id, order] of atShop) expect(held.get(id as string)).toMatchObject(order as object);
  expect(atShop.length).toBe(served.size);
  tell(`${served.size} orders, ${revised.size} of them revised, ${kills} deaths of a worker`);
  expect(await wrongRollups(chain)).toEqual([]);
  expect(await seenOf(chain, 'S01')).toEqual([]);
  await untilDay(chain, 'S01', await close(shop), { state: 'reconciled' });
});
