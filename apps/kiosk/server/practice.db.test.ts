import { DEFAULT_STORE_CONFIG } from '@tillwire/contract';
import { systemClock, systemIds } from '@tillwire/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../../../test/harness/wait.ts';
import { createConfigStore } from './store/config-store.ts';
import { openKioskDatabase } from './store/database.ts';
import { databases, type TestDatabase } from './test/databases.ts';
import { type FakePrinter, startFakePrinter } from './test/fake-printer.ts';
import {
  asManager,
  cheeseburgers,
  type RunningKiosk,
  startKiosk,
  STORE,
} from './test/kiosk-rig.ts';

describe.each(databases)('Training on $name', ({ open }) => {
  let database: TestDatabase;
  let kiosk: RunningKiosk;
  let printer: FakePrinter;
  let carl: { readonly cookie: string };
  let requests = 0;

  beforeAll(async () => {
    [database, printer] = await Promise.all([open(), startFakePrinter()]);
    const { port } = printer;
    const rest = { host: '127.0.0.1', port, zones: ['prep'], columns: 42 } as const;
    kiosk = await startKiosk(database.address, {
      roles: ['web', 'scheduler'],
      printers: [
        { name: 'till', kind: 'receipt', drawer: true, answers: false, ...rest },
        { name: 'grill', kind: 'kitchen', drawer: false, answers: false, ...rest },
      ],
    });
    const mary = { name: 'Mary', role: 'manager', pin: '9001' };
    await kiosk.post('/api/crew', mary, asManager);
    await kiosk.post('/api/crew', { name: 'Carl', pin: '2468' }, asManager);
    carl = await signIn();
  });
  afterAll(async () => {
    await kiosk.stop();
    await printer.stop();
    await database.drop();
  });

  const signIn = async () => {
    const { headers } = await kiosk.post('/api/sign-in', { pin: '2468' });
    return { cookie: (headers.get('set-cookie') ?? '').split(';')[0] ?? '' };
  };
  const sell = async (requestId = `practice-${++requests}`) =>
    (await kiosk.post('/api/orders', cheeseburgers(requestId), carl)).body.order;
  const setTraining = (on: boolean, headers: object = {}) =>
    kiosk.post('/api/training', { on }, { ...carl, ...headers });
  /** Everything a sale would move. */
  const books = async () => {
    const [sync, reading, kitchen, orders] = await Promise.all(
      ['/api/sync', '/api/day/reading', '/api/kitchen', '/api/orders'].map((path) =>
        kiosk.get(path, asManager),
      ),
    );
    return {
      unsent: sync?.body.unsent.count,
      heads: sync?.body.epochs,
      reading: reading?.body,
      tickets: kitchen?.body.tickets.length,
      orders: orders?.body.orders.length,
    };
  };

  it("begins by a manager's PIN, and prices, answers and prints like a sale, marked", async () => {
    const real = await sell();
    expect((await setTraining(true)).body.code).toBe('not-allowed');
    expect((await setTraining(true, { 'x-pin': '9001' })).body).toEqual({ training: true });
    expect((await kiosk.get('/api/me', carl)).body).toMatchObject({ name: 'Carl', training: true });
    const order = await sell();
    expect(order).toMatchObject({
      globalOrderId: 'TRAINING-000001',
      number: 1,
      totals: real.totals,
      change: 810,
      crewId: real.crewId,
    });
    await waitFor(
      'its slips',
      () => printer.jobs.filter((job) => job.includes('TRAINING')).length === 2,
    );
    expect(printer.jobs.filter((job) => job.includes('TRAINING')).join('')).not.toContain(
      '\x1bp\0',
    );
  });

  it('moves no number, no journal, no books and no kitchen, whatever is done', async () => {
    const before = await books();
    const { globalOrderId } = await sell();
    const path = `/api/orders/${globalOrderId}`;
    const by = { ...carl, 'x-pin': '9001' };
    expect((await kiosk.post(`${path}/payment`, { method: 'card' }, by)).body.order.revision).toBe(
      2,
    );
    expect(
      (await kiosk.post(`${path}/status`, { status: 'packed' }, carl)).body.order.kitchen,
    ).toBe('packed');
    const voided = await kiosk.post(`${path}/void`, { reason: 'to see how' }, by);
    expect(voided.body.order).toMatchObject({ status: 'voided', revision: 3 });
    expect((await kiosk.get(path, carl)).body.revisions).toHaveLength(3);
    const paidOut = { requestId: 'practice-out', amount: 500, reason: 'milk' };
    expect((await kiosk.post('/api/paid-outs', paidOut, by)).body.order.globalOrderId).toMatch(
      /^TRAINING-/,
    );
    const listed = await kiosk.get('/api/orders', carl);
    expect(listed.body.orders[0].globalOrderId).toBe('TRAINING-000003');
    expect(await books()).toEqual(before);
  });

  it('answers what is asked again where it was asked first, and ends with the session', async () => {
    const practised = await sell('asked-in-training');
    await kiosk.post('/api/sign-out', {}, carl);
    carl = await signIn();
    const before = await books();
    expect(await sell('asked-in-training')).toEqual(practised);
    expect(await books()).toEqual(before);
    const real = await sell('asked-for-real');
    expect(real.globalOrderId).toMatch(/^S01-/);
    await setTraining(true, { 'x-pin': '9001' });
    expect(await sell('asked-for-real')).toEqual(real);
    await setTraining(false, { 'x-pin': '9001' });
    expect((await sell()).number).toBe(real.number + 1);
  });

  it('is the whole shop where Head Office says so', async () => {
    const db = await openKioskDatabase(database.address, {
      store: STORE,
      clock: systemClock,
      ids: systemIds,
    });
    const config = {
      ...DEFAULT_STORE_CONFIG,
      flags: { ...DEFAULT_STORE_CONFIG.flags, training: true },
    };
    await createConfigStore(db).keep({ version: 5, config, checksum: 'sha256:test' });
    await db.destroy();
    await waitFor(
      'the config',
      async () => (await kiosk.get('/api/me', carl)).body.training === true,
    );
    const { unsent } = await books();
    expect((await sell()).globalOrderId).toMatch(/^TRAINING-/);
    expect((await books()).unsent).toBe(unsent);
  });
});
