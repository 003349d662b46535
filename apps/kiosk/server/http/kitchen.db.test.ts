import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databases, type TestDatabase } from '../test/databases.ts';
import { asManager, cheeseburgers, type RunningKiosk, startKiosk } from '../test/kiosk-rig.ts';

interface Ticket {
  readonly globalOrderId: string;
  readonly kitchen: string;
  readonly zones: readonly string[];
  readonly bumps: readonly { readonly zone: string }[];
  readonly items: readonly {
    readonly name: string;
    readonly quantity: number;
    readonly zone: string;
    readonly details: readonly string[];
  }[];
}

describe.each(databases)('The kitchen over HTTP on $name', ({ open }) => {
  let database: TestDatabase;
  let kiosk: RunningKiosk;
  let requests = 0;

  beforeAll(async () => {
    database = await open();
    kiosk = await startKiosk(database.address);
  });
  afterAll(async () => {
    await kiosk.stop();
    await database.drop();
  });

  const sell = async (rest: object = {}): Promise<string> => {
    const { status, body } = await kiosk.post(
      '/api/orders',
      cheeseburgers(`kitchen-${++requests}`, rest),
    );
    expect(status).toBe(201);
    return body.order.globalOrderId;
  };
  const tickets = async (): Promise<readonly Ticket[]> =>
    (await kiosk.get('/api/kitchen')).body.tickets;
  const ticket = async (id: string): Promise<Ticket | undefined> =>
    (await tickets()).find(({ globalOrderId }) => globalOrderId === id);
  const bump = (id: string, zone: string, done: boolean) =>
    kiosk.put(`/api/kitchen/${id}/zones/${zone}`, { done });
  const inHand = async (zone: string): Promise<number> =>
    (await kiosk.get('/api/kitchen/load')).body.zones.find(
      (each: { readonly zone: string }) => each.zone === zone,
    ).items;

  it('shows what was sold by zone, with what makes it another than the usual', async () => {
    const id = await sell({
      lines: [
        {
          kind: 'product',
          code: 5,
          quantity: 2,
          meal: { drink: 49, goLarge: true },
          without: [14],
          extras: [{ code: 145, quantity: 1 }],
          note: 'cut in half',
        },
      ],
      tenders: [{ method: 'card' }],
    });
    const shown = await ticket(id);
    expect(shown).toMatchObject({ kitchen: 'preparing', zones: ['prep', 'fryer', 'drinks'] });
    expect(shown?.items.map(({ quantity, name, zone }) => `${zone}: ${quantity} ${name}`)).toEqual([
      'prep: 2 Cheeseburger',
      'fryer: 2 Large Fries',
      'drinks: 2 Large Whistle Cola',
    ]);
    expect(shown?.items[0]?.details).toEqual(['+ Extra Mayonnaise', 'no Ketchup', 'cut in half']);
  });

  it('takes a bump once however often it comes, and counts what is left', async () => {
    const before = await inHand('prep');
    const id = await sell();
    expect(await inHand('prep')).toBe(before + 2);
    const answers = await Promise.all([bump(id, 'prep', true), bump(id, 'prep', true)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(await ticket(id)).toMatchObject({ kitchen: 'preparing', bumps: [{ zone: 'prep' }] });
    expect(await inHand('prep')).toBe(before);
  });

  it('brings a packed order back when a zone takes its bump back', async () => {
    const id = await sell();
    await bump(id, 'prep', true);
    await kiosk.post(`/api/orders/${id}/status`, { status: 'packed' });
    expect(await ticket(id)).toMatchObject({ kitchen: 'packed' });
    expect((await bump(id, 'prep', false)).body).toEqual({ kitchen: 'preparing' });
    expect(await ticket(id)).toMatchObject({ kitchen: 'preparing', bumps: [] });
  });

  it('is told to stop what was voided in hand, and has nothing to do with it or with one that is not there', async () => {
    const before = await inHand('prep');
    const id = await sell();
    const account = { crewId: '7', reason: 'walked off' };
    await kiosk.post(`/api/orders/${id}/void`, account, asManager);
    expect(await ticket(id)).toMatchObject({ isVoided: true, kitchen: 'preparing' });
    expect(await inHand('prep')).toBe(before);
    const handedOver = await sell();
    await kiosk.post(`/api/orders/${handedOver}/status`, { status: 'dispatched' });
    await kiosk.post(`/api/orders/${handedOver}/void`, account, asManager);
    expect(await ticket(handedOver)).toBeUndefined();
    expect(await bump(id, 'prep', true)).toMatchObject({
      status: 409,
      body: { code: 'not-for-kitchen', reason: 'voided' },
    });
    expect(await bump('S01-20260101-000001', 'prep', true)).toMatchObject({
      status: 404,
      body: { code: 'unknown-order' },
    });
    expect(await bump(id, 'cellar', true)).toMatchObject({ status: 400 });
  });
});
