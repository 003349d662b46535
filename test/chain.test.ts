import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { gzipSync } from 'node:zlib';
import { createLog, createMqttLink, systemIds } from '@tillwire/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OwnPostgres, startOwnPostgres } from '../apps/cli/src/embedded-postgres.ts';
import { burgers, openShops } from './harness/customers.ts';
import { freePort } from './harness/ports.ts';
import {
  allHeld,
  CHEESEBURGER,
  closeChain,
  compare,
  heldBy,
  NOTHING,
  openChain,
  S01,
  type SellingChain,
  settled,
} from './harness/selling-chain.ts';
import { waitFor } from './harness/wait.ts';

describe('A sale at a till', () => {
  let chain: SellingChain;
  beforeAll(async () => {
    chain = await openChain();
  });
  afterAll(() => closeChain(chain));

  it('is at Head Office as the till answered it, field by field, and so is its void', async () => {
    const [shop] = chain.shops;
    const sales = [
      burgers('plain', 2),
      {
        ...burgers('with everything'),
        lines: [
          {
            kind: 'product',
            code: CHEESEBURGER,
            quantity: 1,
            without: [],
            note: 'no <b>hurry</b>',
          },
          { kind: 'product', code: CHEESEBURGER, quantity: 3 },
        ],
        tenders: [{ method: 'cash', tendered: 5000 }],
        crewId: '7',
      },
      { ...burgers('eaten here'), vatBasis: 'eat' },
    ];
    for (const sale of sales) {
      const { status, body } = await shop.post('/api/orders', sale);
      expect([sale.requestId, status, body.faults]).toEqual([sale.requestId, 201, undefined]);
      const id = body.order.globalOrderId;
      const arrived = await waitFor(`order ${id}`, async () => {
        const answer = await chain.ask(`/api/orders/${id}`);
        return answer.status === 200 && answer.body;
      });
      const { id: orderId, ...order } = arrived.revisions.at(-1).order;
      expect(orderId).toBe(id);
      expect(arrived.revisions.at(-1).hashMatches).toBe(true);
      // Everything the order is; the till answers how the kitchen stands besides.
      expect(body.order).toMatchObject(order);
    }
    const sold = await shop.post('/api/orders', burgers('a mistake'));
    const id = sold.body.order.globalOrderId;
    const voided = await shop.post(`/api/orders/${id}/void`, { crewId: '7', reason: 'wrong' });
    expect([voided.status, voided.body.order.status]).toEqual([200, 'voided']);
    await waitFor('the void', async () => {
      const { body } = await chain.ask(`/api/orders/${id}`);
      return body.status === 'voided' && body.revision === 2;
    });
    await settled(shop);
  });

  it('is one order, however often and from wherever it is asked for', async () => {
    const [shop] = chain.shops;
    const requests = Array.from({ length: 20 }, () => randomUUID());
    // Two tills at once, and each touches twice.
    const answers = await Promise.all(
      [...requests, ...requests, ...requests.toReversed()].map(async (requestId) => {
        const { status, body } = await shop.post('/api/orders', burgers(requestId));
        return { requestId, status, id: body.order?.globalOrderId };
      }),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    const ids = new Set(answers.map(({ requestId, id }) => `${requestId} ${id}`));
    expect(ids.size).toBe(requests.length);
    await settled(shop);
    const held = await heldBy(chain, 'S01');
    for (const { id } of answers) expect(held.has(id)).toBe(true);
  });

  it('is made as ever with the line cut; the backlog flushes at its rate, and a new sale does not wait for it', async () => {
    const [shop] = chain.shops;
    await settled(shop);
    const before = await allHeld(chain);
    await chain.configs.change({
      stores: [S01],
      patch: { limits: { outbox_rate_per_s: 60 } } as never,
      note: 'test',
      by: 'editor',
    });
    await waitFor('the limit', async () => {
      const { body } = await shop.get('/api/catalogue');
      return body.configVersion !== null;
    });
    chain.line.cut();
    const customers = openShops([shop], { queues: 4, pauseMs: 0 });
    await waitFor('a backlog', () => customers.served() >= 300, { withinMs: 60_000 });
    const served = new Set((await customers.goHome()).values());
    expect((await shop.get('/api/sync')).body.unsent.count).toBe(served.size);

    chain.line.mend();
    const start = performance.now();
    await waitFor('the flush', async () => (await heldBy(chain, 'S01')).size > before.size, {
      withinMs: 30_000,
    });
    const { body } = await shop.post('/api/orders', burgers('during the flush'));
    const soldAt = performance.now();
    const id = body.order.globalOrderId;
    await waitFor('the new sale', async () => (await heldBy(chain, 'S01')).has(id));
    const tookMs = performance.now() - soldAt;
    const unsent = (await shop.get('/api/sync')).body.unsent.count;
    expect(tookMs).toBeLessThan(2000);
    // It overtook: the backlog was not yet through.
    expect(unsent).toBeGreaterThan(0);
    await settled(shop);
    // Of three hundred at sixty a second; the bucket may have been full at the start.
    expect(performance.now() - start).toBeGreaterThan(((served.size - 120) / 60) * 1000);
    expect(await compare(chain, [...served, id], before)).toEqual(NOTHING);
  });

  it('comes back by itself when Head Office lost its rows', async () => {
    const [shop] = chain.shops;
    await settled(shop);
    const before = await heldBy(chain, 'S01');
    await chain.db.query(
      `WITH gone AS (
         DELETE FROM journal WHERE store = 'S01' AND journal_seq % 5 = 0 RETURNING subject
       ) DELETE FROM orders WHERE global_order_id IN (SELECT subject FROM gone)`,
    );
    expect((await heldBy(chain, 'S01')).size).toBeLessThan(before.size);
    // A heartbeat comes with each connection, and each minute.
    chain.line.cut();
    chain.line.mend();
    await waitFor('all of them', async () => (await heldBy(chain, 'S01')).size === before.size, {
      withinMs: 90_000,
    });
    // The same orders; only when they were received is new.
    const content = (held: ReadonlyMap<string, object>) =>
      [...held.values()].map((order) => ({ ...order, receivedAt: null }));
    expect(content(await heldBy(chain, 'S01'))).toEqual(content(before));
  });

  it('is not held up by poison of whatever kind, which is parked', async () => {
    const [shop] = chain.shops;
    await settled(shop);
    const { rows } = await chain.db.query<{ payload: string }>(
      "SELECT payload FROM journal WHERE store = 'S01' AND journal_seq = 1",
    );
    const genuine = rows[0]?.payload ?? '';
    const event = JSON.parse(genuine);
    const poisons: readonly (readonly [string, string | Buffer])[] = [
      ['unreadable', Buffer.from([0xff, 0xfe, 0, 1, 2])],
      ['not JSON', '{"global_order_id":'],
      ['empty', ''],
      ['a bomb', gzipSync(Buffer.alloc(64 * 1024 * 1024))],
      ['NUL', genuine.replace('"OT-C"', String.raw`"OT\u0000C"`)],
      ['too large an event', JSON.stringify({ ...event, note: 'x'.repeat(300_000) })],
      ['another shop’s', genuine.replaceAll('S01', 'S02')],
      ['a fork', genuine.replace(/"crew_id":[^,]*/, '"crew_id":"forged"')],
      ['a lone surrogate', genuine.replace('"OT-C"', String.raw`"\ud800"`)],
      ['a batch with one bad', JSON.stringify({ batch: [{}, null, 7] })],
      ['a sum that is off', genuine.replace(/"gross":\d+/, '"gross":1')],
    ];
    const quarantined = async (): Promise<number> => {
      const { rows: found } = await chain.db.query<{ n: string }>(
        'SELECT count(*) AS n FROM quarantine',
      );
      return Number(found[0]?.n);
    };
    const before = await quarantined();
    const link = createMqttLink({
      broker: await chain.broker.address('S01'),
      clientId: `poison-${systemIds.uuid()}`,
      subscriptions: [],
      onUp: () => undefined,
      onDown: () => undefined,
      onMessage: () => undefined,
      log: createLog('test', 'silent'),
      ids: systemIds,
    });
    link.start();
    await waitFor('the line', () => link.isUp());
    for (const [name, payload] of poisons) {
      expect([name, await link.publish('stores/S01/orders', payload)]).toEqual([name, 'accepted']);
      const id = await waitFor(`a sale after ${name}`, async () => {
        const { status, body } = await shop.post('/api/orders', burgers(`after ${name}`));
        // A fork makes the shop doubt its own disk: it begins an epoch, and sells on once its clock is confirmed.
        if (name === 'a fork' && body.code === 'clock-unconfirmed') return false;
        expect([name, status]).toEqual([name, 201]);
        return body.order.globalOrderId;
      });
      await waitFor(`the sale after ${name} at Head Office`, async () =>
        (await heldBy(chain, 'S01')).has(id),
      );
    }
    await waitFor('quarantine', async () => (await quarantined()) >= before + poisons.length - 1);
    await link.stop();
    await settled(shop);
  });
});

describe('Nothing is lost and nothing doubled', () => {
  let chain: SellingChain;
  let folder: string;
  let postgres: OwnPostgres;
  let port: number;
  const startPostgres = () =>
    startOwnPostgres({ folder: join(folder, 'postgres'), port, password: 'test' });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tillwire-chain-postgres-'));
    await chmod(folder, 0o755);
    port = await freePort();
    postgres = await startPostgres();
    const url = await postgres.database('head_office');
    chain = await openChain({ database: { url, drop: async () => undefined } });
  });
  afterAll(async () => {
    await closeChain(chain);
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** Customers order before, during and after `fault`; then everything must add up. */
  async function through(fault: () => Promise<void>): ReturnType<typeof compare> {
    const before = await allHeld(chain);
    const customers = openShops(chain.shops);
    await waitFor('business', () => customers.served() >= 20);
    await fault();
    const sofar = customers.served();
    await waitFor('business after it', () => customers.served() >= sofar + 20);
    const served = await customers.goHome();
    for (const shop of chain.shops) await settled(shop);
    return compare(chain, served.values(), before);
  }

  it.each(['ingest.before-commit:3', 'ingest.after-commit:3', 'ingest.after-puback:3'])(
    'when Head Office dies at %s',
    async (point) => {
      const outcome = await through(async () => {
        await chain.stopHeadOffice();
        const dying = await chain.startHeadOffice({ TILLWIRE_CRASH_AT: point });
        expect((await dying.exited).signal).toBe('SIGKILL');
        await (await chain.startHeadOffice()).says(/Head Office is at/, 90_000);
      });
      expect(outcome).toEqual(NOTHING);
    },
  );

  it.each([
    'web.before-commit:5',
    'web.after-commit:5',
    'sync.before-publish:5',
    'sync.after-puback:5',
    'sync.before-release:3',
    'sync.after-release:3',
  ])('when a shop dies at %s', async (point) => {
    const outcome = await through(async () => {
      await chain.shops[0].kill9();
      await chain.startFirst({ TILLWIRE_CRASH_AT: point });
      await waitFor('its death', () => !chain.shops[0].isRunning(), { withinMs: 60_000 });
      await chain.startFirst();
    });
    expect(outcome).toEqual(NOTHING);
  });

  it('when the broker is killed, wiped, and comes back with nothing', async () => {
    const outcome = await through(async () => {
      await chain.broker.kill9();
      await chain.broker.wipe();
      await chain.broker.start();
    });
    expect(outcome).toEqual(NOTHING);
  });

  it('when PostgreSQL stops immediately', async () => {
    const outcome = await through(async () => {
      const lines = await readFile(join(folder, 'postgres/data/postmaster.pid'), 'utf8');
      process.kill(Number(lines.split('\n')[0]), 'SIGQUIT');
      await postgres.stop();
      postgres = await startPostgres();
    });
    expect(outcome).toEqual(NOTHING);
  });

  it('when the line is half open for a while', async () => {
    const before = await allHeld(chain);
    chain.line.freeze();
    const { body } = await chain.shops[0].post('/api/orders', burgers('into the frozen line'));
    const id = body.order.globalOrderId;
    await chain.shops[0].post(`/api/orders/${id}/void`, { crewId: '7', reason: 'never mind' });
    await waitFor(
      'the shop to notice',
      async () => {
        const { link, unsent } = (await chain.shops[0].get('/api/sync')).body;
        return link !== 'up' && unsent.count === 2;
      },
      { withinMs: 60_000 },
    );
    chain.line.mend();
    await settled(chain.shops[0]);
    expect(await compare(chain, [id], before)).toEqual(NOTHING);
    expect((await heldBy(chain, 'S01')).get(id)?.revision).toBe(2);
  });
});
