import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../../../../test/harness/wait.ts';
import { databases, type TestDatabase } from '../test/databases.ts';
import { type FakePrinter, startFakePrinter } from '../test/fake-printer.ts';
import { asManager, cheeseburgers, type RunningKiosk, startKiosk } from '../test/kiosk-rig.ts';
import type { Printer } from './printers.ts';

const printer = (name: string, { port }: FakePrinter, rest: Partial<Printer>): Printer => ({
  name,
  host: '127.0.0.1',
  port,
  kind: 'receipt',
  zones: [],
  columns: 42,
  drawer: true,
  answers: false,
  ...rest,
});

/** ESC p: opens the drawer. */
const KICK = '\x1bp\0';
const CUT = '\x1dV\0';

describe.each(databases)('Printing on $name', ({ open }) => {
  let database: TestDatabase;
  let kiosk: RunningKiosk;
  let till: FakePrinter;
  let grill: FakePrinter;
  let requests = 0;

  const start = () =>
    startKiosk(database.address, {
      roles: ['web', 'scheduler'],
      printers: [
        printer('till', till, {}),
        printer('grill', grill, { kind: 'kitchen', zones: ['prep'] }),
      ],
    });
  beforeAll(async () => {
    [database, till, grill] = await Promise.all([open(), startFakePrinter(), startFakePrinter()]);
    kiosk = await start();
    // Both have begun to look: what is sold from now on is theirs.
    await waitFor('the printers', async () => (await states()).length === 2);
  });
  afterAll(async () => {
    await kiosk.stop();
    await Promise.all([till.stop(), grill.stop()]);
    await database.drop();
  });

  const sell = async (rest: object = {}): Promise<{ globalOrderId: string; number: number }> => {
    const { status, body } = await kiosk.post(
      '/api/orders',
      cheeseburgers(`print-${++requests}`, rest),
    );
    expect(status).toBe(201);
    return body.order;
  };
  const states = async (): Promise<
    readonly { name: string; state: string; waiting: number; trouble: string | null }[]
  > => (await kiosk.get('/api/printers')).body.printers;
  const stateOf = async (name: string) => (await states()).find((each) => each.name === name);
  /** How much is waiting, once what was sold is queued. */
  const waiting = (name: string, count: number) =>
    waitFor(`${count} for ${name}`, async () => (await stateOf(name))?.waiting === count);
  const printed = (count: { readonly receipts: number; readonly tickets: number }) =>
    waitFor(
      'every slip',
      () => till.jobs.length >= count.receipts && grill.jobs.length >= count.tickets,
      { withinMs: 30_000 },
    );
  /** Slips of an order, the number as the ticket has it. */
  const of = (jobs: readonly string[], id: string) => jobs.filter((job) => job.includes(id));
  const ticketsOf = (number: number) =>
    grill.jobs.filter((job) => new RegExp(`(?<!\\d)${number}(?!\\d)`).test(job));

  it('prints a receipt with £ and accents in its code page, opens the drawer for cash, and a ticket', async () => {
    const lines = [{ kind: 'product', code: 5, quantity: 2, note: 'crème brûlée \u001b@ no' }];
    const refused = await kiosk.post('/api/orders', cheeseburgers('esc', { lines }));
    expect(refused.status).toBe(422);
    const order = await sell({ lines: [{ ...lines[0], note: 'crème brûlée' }] });
    await waitFor('both slips', () => till.jobs.length === 1 && grill.jobs.length === 1);
    const [receipt = ''] = till.jobs;
    expect(receipt).toContain(KICK);
    expect(receipt).toContain(CUT);
    expect(receipt).toContain(order.globalOrderId);
    expect(receipt).toContain('crème brûlée');
    expect(receipt).toMatch(/2 Cheeseburger +£11\.90/);
    expect(receipt).toMatch(/Change +£8\.10/);
    expect(receipt).toMatch(/VAT 20 % on £9\.92 +£1\.98/);
    expect(till.raw[0]?.includes(0xa3)).toBe(true);
    expect(grill.jobs[0]).toContain('2 Cheeseburger');
    expect(grill.jobs[0]).not.toContain('£');
    const card = await sell({ tenders: [{ method: 'card' }] });
    await waitFor('the receipt', () => of(till.jobs, card.globalOrderId).length === 1);
    expect(of(till.jobs, card.globalOrderId)[0]).not.toContain(KICK);
  });

  it('prints a void once more on both, and again only what is asked for again, once a request', async () => {
    const order = await sell();
    const path = `/api/orders/${order.globalOrderId}`;
    await kiosk.post(`${path}/void`, { crewId: '7', reason: 'wrong' }, asManager);
    await waitFor('both', () => of(till.jobs, order.globalOrderId).length === 2);
    expect(of(till.jobs, order.globalOrderId).map((job) => job.includes('VOIDED'))).toEqual([
      false,
      true,
    ]);
    const asked = { requestId: 'again' };
    expect((await kiosk.post(`${path}/print`, asked)).status).toBe(201);
    expect((await kiosk.post(`${path}/print`, asked)).status).toBe(201);
    expect((await kiosk.post(`${path}/print`, { ...asked, printer: 'attic' })).body.code).toBe(
      'unknown-printer',
    );
    await waitFor('the copy', () => of(till.jobs, order.globalOrderId).length === 3);
    await waiting('till', 0);
    expect(of(till.jobs, order.globalOrderId)[2]).toContain('COPY');
    expect(of(till.jobs, order.globalOrderId)).toHaveLength(3);
  });

  it('sells 50 orders as fast with one printer off and one hanging, and prints each once after', async () => {
    const timed = async (count: number): Promise<readonly [number, readonly string[]]> => {
      const began = performance.now();
      const ids: string[] = [];
      for (let at = 0; at < count; at++) ids.push((await sell()).globalOrderId);
      return [performance.now() - began, ids];
    };
    const before = { receipts: till.jobs.length, tickets: grill.jobs.length };
    const [withPrinters] = await timed(50);
    await printed({ receipts: before.receipts + 50, tickets: before.tickets + 50 });
    await till.become('off');
    await grill.become('hangs');
    const [without, ids] = await timed(50);
    // Against what was measured a moment ago, wide enough for a busy machine.
    expect(without).toBeLessThan(3 * withPrinters + 500);
    await waiting('till', 50);
    await waiting('grill', 50);
    await waitFor('the trouble', async () => (await stateOf('till'))?.state === 'down');
    expect((await stateOf('till'))?.trouble).toContain('ECONNREFUSED');
    // Nothing is forgotten by a restart.
    await kiosk.stop();
    await till.become('works');
    await grill.become('works');
    kiosk = await start();
    await printed({ receipts: before.receipts + 100, tickets: before.tickets + 100 });
    await waiting('till', 0);
    await waiting('grill', 0);
    expect(ids.filter((id) => of(till.jobs, id).length !== 1)).toEqual([]);
    expect(grill.jobs).toHaveLength(before.tickets + 100);
    expect((await states()).map(({ state }) => state)).toEqual(['ready', 'ready']);
  });

  it('prints again what a printer died over, because nobody knows whether it came out', async () => {
    await grill.become('dies-mid-job');
    const { number } = await sell();
    await waitFor('the trouble', async () => (await stateOf('grill'))?.state === 'down');
    expect(ticketsOf(number)).toEqual([]);
    await grill.become('works');
    await waitFor('the ticket', () => ticketsOf(number).length === 1);
    await waiting('grill', 0);
    expect(ticketsOf(number)).toHaveLength(1);
  });
});
