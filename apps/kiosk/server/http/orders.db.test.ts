import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databases, type TestDatabase } from '../test/databases.ts';
import { asManager, cheeseburgers, type RunningKiosk, startKiosk } from '../test/kiosk-rig.ts';

describe.each(databases)('Selling over HTTP on $name', ({ open }) => {
  let database: TestDatabase;
  let kiosk: RunningKiosk;
  let requests = 0;
  const next = (): string => `request-${++requests}`;

  beforeAll(async () => {
    database = await open();
    kiosk = await startKiosk(database.address);
  });
  afterAll(async () => {
    await kiosk.stop();
    await database.drop();
  });

  const sell = (rest: object = {}, requestId = next()) =>
    kiosk.post('/api/orders', cheeseburgers(requestId, rest));
  const sold = async (rest: object = {}) => {
    const { status, body } = await sell(rest);
    expect(status).toBe(201);
    return body.order;
  };
  const unsent = async (): Promise<number> => (await kiosk.get('/api/sync')).body.unsent.count;
  const faults = ({ body }: { readonly body: { faults?: { code: string; path: string }[] } }) =>
    body.faults?.map(({ code, path }) => `${code} ${path}`);

  it('takes an order, numbers it and gives change', async () => {
    const order = await sold();
    expect(order).toMatchObject({
      globalOrderId: expect.stringMatching(/^S01-\d{8}-\d{6}$/),
      totals: { gross: 1190, net: 992, vat: 198 },
      change: 810,
      paymentMethod: 'cash',
      revision: 1,
      status: 'completed',
      kitchen: 'preparing',
      catalogVersion: 1,
    });
    const after = await sold();
    expect(after.number).toBe(order.number + 1);
  });

  it('answers the same request the same, and sells once', async () => {
    const first = await sell({}, 'twice');
    const before = await unsent();
    const second = await sell({ tenders: [{ method: 'card' }], expectedTotal: 1 }, 'twice');
    expect(second).toEqual(first);
    expect(await unsent()).toBe(before);
  });

  it('sells once however many touches come at the same moment, from two tills', async () => {
    const before = await sold();
    const wanted = Array.from({ length: 30 }, (_, at) => `race-${at}`);
    const answers = await Promise.all(
      wanted.flatMap((id) => [sell({}, id), sell({}, id), sell({}, id)]),
    );
    const ids = new Map<string, Set<string>>();
    for (const [at, { status, body }] of answers.entries()) {
      expect(status).toBe(201);
      const request = wanted[Math.floor(at / 3)] ?? '';
      ids.set(request, (ids.get(request) ?? new Set()).add(body.order.globalOrderId));
    }
    expect([...ids.values()].every(({ size }) => size === 1)).toBe(true);
    const numbers = new Set(answers.map(({ body }) => body.order.number as number));
    expect([...numbers].toSorted((a, b) => a - b)).toEqual(
      wanted.map((_, at) => before.number + 1 + at),
    );
  });

  it('says the new total when a price is not what the customer was told, and keeps nothing', async () => {
    const before = await unsent();
    const { status, body } = await sell({ expectedTotal: 1000 });
    expect({ status, code: body.code, total: body.total }).toEqual({
      status: 409,
      code: 'price-changed',
      total: 1190,
    });
    expect(await unsent()).toBe(before);
    expect((await sell({ expectedTotal: 1190 })).status).toBe(201);
  });

  it('names every fault of an order by path and code', async () => {
    const refused = await sell({
      lines: [
        { kind: 'product', code: 5, quantity: 0 },
        { kind: 'product', code: 98_765, quantity: 1 },
        { kind: 'combo', code: 20, quantity: 1, choices: [] },
      ],
    });
    expect(refused.status).toBe(422);
    expect(refused.body.code).toBe('order-refused');
    expect(faults(refused)).toEqual([
      'bad-quantity lines.0.quantity',
      'unknown-product lines.1.code',
      'missing-choice lines.2.choices',
    ]);
    const shapes = await sell({ vatBasis: 'both', lines: [{ kind: 'soup' }], crewId: {} });
    expect(shapes.status).toBe(400);
    expect(faults(shapes)?.map((fault) => fault.split(' ')[1])).toEqual([
      'vatBasis',
      'lines.0.kind',
      'crewId',
    ]);
  });

  it.each([
    ['no body', undefined],
    ['text', 'order'],
    ['NUL in a note', { lines: [{ kind: 'product', code: 5, quantity: 1, note: 'a\0b' }] }],
    ['half a character', { crewId: '\ud800' }],
    ['2^53', { lines: [{ kind: 'product', code: 2 ** 53, quantity: 1 }] }],
    ['a negative amount', { tenders: [{ method: 'cash', amount: -5 }] }],
    ['half a penny', { tenders: [{ method: 'cash', amount: 0.5 }] }],
    ['no lines', { lines: [] }],
    ['no tender', { tenders: [] }],
    ['two open tenders', { tenders: [{ method: 'cash' }, { method: 'card' }] }],
    ['too little', { tenders: [{ method: 'cash', amount: 1 }] }],
    ['a channel that is not here', { channel: 'LL-C' }],
  ])('refuses %s and stores nothing', async (_, rest) => {
    const before = await unsent();
    const body = typeof rest === 'object' ? cheeseburgers(next(), rest) : rest;
    const { status, body: problem } = await kiosk.post('/api/orders', body);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(problem.code).toMatch(/^[a-z-]+$/);
    expect(await unsent()).toBe(before);
  });

  it('takes 200 lines, not 201, and nothing too large for the wire', async () => {
    const lines = (count: number, rest: object = {}) =>
      Array.from({ length: count }, () => ({ kind: 'product', code: 5, quantity: 1, ...rest }));
    expect((await sell({ lines: lines(200), tenders: [{ method: 'card' }] })).status).toBe(201);
    const tooMany = await sell({ lines: lines(201), tenders: [{ method: 'card' }] });
    expect(faults(tooMany)).toEqual(['too-many-lines lines']);
    const before = await unsent();
    const menu = await kiosk.get('/api/menu?channel=OT-C');
    const [extra] = menu.body.products.find(({ code }: { code: number }) => code === 5).extras;
    const large = await sell({
      lines: lines(200, {
        extras: Array.from({ length: 10 }, () => ({ code: extra.code, quantity: 1 })),
        note: 'x'.repeat(200),
      }),
      tenders: [{ method: 'card' }],
    });
    expect({ status: large.status, code: large.body.code }).toEqual({
      status: 413,
      code: 'order-too-large',
    });
    expect(await unsent()).toBe(before);
  });

  it('leaves one tender open, and takes a crew id given as a number', async () => {
    const split = await sold({
      tenders: [
        { method: 'card', amount: 1000 },
        { method: 'cash', tendered: 200 },
      ],
    });
    expect(split.tenders).toEqual([
      { method: 'card', amount: 1000, tendered: null },
      { method: 'cash', amount: 190, tendered: 200 },
    ]);
    expect(split).toMatchObject({ change: 10, paymentMethod: 'split' });
    const crew = await sold({ tenders: [{ method: 'crew-food' }], crewId: 0 });
    expect(crew).toMatchObject({ kind: 'crew-food', crewId: '0', vatBasis: 'eat' });
    const stranger = await sell({ tenders: [{ method: 'crew-food' }], crewId: 77 });
    expect(faults(stranger)).toEqual(['unknown-crew crewId']);
  });

  it('quotes without storing', async () => {
    const before = await unsent();
    const { requestId: _, tenders: __, ...basket } = cheeseburgers('q');
    const { status, body } = await kiosk.post('/api/orders/quote', basket);
    expect(status).toBe(200);
    expect(body.quote).toMatchObject({ totals: { gross: 1190 }, catalogVersion: 1 });
    const settled = await kiosk.post('/api/orders/quote', cheeseburgers('q'));
    expect(settled.body.quote.change).toBe(810);
    expect(await unsent()).toBe(before);
  });

  it('voids with who and why, once, and keeps every state', async () => {
    const { globalOrderId } = await sold();
    const path = `/api/orders/${globalOrderId}/void`;
    expect((await kiosk.post(path, { crewId: 7, reason: 'wrong' })).status).toBe(401);
    const nobody = await kiosk.post(path, { crewId: ' ', reason: '' }, asManager);
    expect(faults(nobody)).toEqual(['crew-id-needed crewId', 'reason-needed reason']);
    const voided = await kiosk.post(path, { crewId: 7, reason: 'wrong' }, asManager);
    expect(voided.body.order).toMatchObject({
      status: 'voided',
      revision: 2,
      crewId: '7',
      reason: 'wrong',
    });
    const again = await kiosk.post(path, { crewId: 7, reason: 'wrong' }, asManager);
    expect(faults(again)).toEqual(['already-voided ']);
    const { body } = await kiosk.get(`/api/orders/${globalOrderId}`);
    expect(body.revisions.map(({ status }: { status: string }) => status)).toEqual([
      'completed',
      'voided',
    ]);
    const missing = await kiosk.post(
      '/api/orders/S01-20200101-000001/void',
      { crewId: 7, reason: 'x' },
      asManager,
    );
    expect(missing).toMatchObject({ status: 404, body: { code: 'unknown-order' } });
    const nonsense = await kiosk.post(
      '/api/orders/nonsense/void',
      { crewId: 7, reason: 'x' },
      asManager,
    );
    expect(faults(nonsense)).toEqual(['not-valid globalOrderId']);
  });

  it('moves a payment to another tender the channel accepts', async () => {
    const { globalOrderId } = await sold();
    const path = `/api/orders/${globalOrderId}/payment`;
    const toggled = await kiosk.post(path, { method: 'card' }, asManager);
    expect(toggled.body.order).toMatchObject({
      revision: 2,
      paymentMethod: 'card',
      change: 0,
      tenders: [{ method: 'card', amount: 1190 }],
    });
    expect(faults(await kiosk.post(path, { method: 'card' }, asManager))).toEqual([
      'same-tender method',
    ]);
    expect(faults(await kiosk.post(path, { method: 'cheque' }, asManager))).toEqual([
      'tender-not-accepted method',
    ]);
  });

  it('takes cash out of the drawer, once for each request', async () => {
    const body = { requestId: next(), amount: 500, crewId: '7', reason: 'milk' };
    expect((await kiosk.post('/api/paid-outs', body)).status).toBe(401);
    const first = await kiosk.post('/api/paid-outs', body, asManager);
    expect(first.body.order).toMatchObject({
      kind: 'paid-out',
      totals: { gross: 0 },
      kitchen: 'none',
    });
    expect(await kiosk.post('/api/paid-outs', body, asManager)).toEqual(first);
    expect(await sell({}, body.requestId)).toMatchObject({
      status: 409,
      body: { code: 'request-id-reused' },
    });
    const bad = await kiosk.post(
      '/api/paid-outs',
      { ...body, requestId: next(), amount: 100_000 },
      asManager,
    );
    expect(faults(bad)).toEqual(['bad-paid-out-amount amount']);
  });

  it('moves an order through the kitchen and back, but none that was voided', async () => {
    const { globalOrderId } = await sold();
    const path = `/api/orders/${globalOrderId}/status`;
    for (const status of ['packed', 'dispatched', 'preparing']) {
      expect((await kiosk.post(path, { status })).body.order.kitchen).toBe(status);
    }
    const packed = await kiosk.get('/api/orders?status=packed');
    expect(packed.body.orders).toEqual([]);
    await kiosk.post(`/api/orders/${globalOrderId}/void`, { crewId: 1, reason: 'x' }, asManager);
    expect(await kiosk.post(path, { status: 'packed' })).toMatchObject({
      status: 409,
      body: { code: 'not-for-kitchen', reason: 'voided' },
    });
  });

  it('lists a date newest first, page by page, by status', async () => {
    const all = (await kiosk.get('/api/orders')).body;
    const numbers = all.orders.map(({ number }: { number: number }) => number);
    expect(numbers).toEqual(numbers.toSorted((a: number, b: number) => b - a));
    const paged: number[] = [];
    let path = '/api/orders?limit=20';
    for (;;) {
      const { body } = await kiosk.get(path);
      paged.push(...body.orders.map(({ number }: { number: number }) => number));
      if (body.next === undefined) break;
      path = `/api/orders?limit=20&before=${body.next}`;
    }
    expect(paged).toEqual(numbers);
    const voided = (await kiosk.get(`/api/orders?date=${all.businessDate}&status=voided`)).body
      .orders;
    expect(voided.length).toBeGreaterThan(0);
    expect(voided.every(({ status }: { status: string }) => status === 'voided')).toBe(true);
    expect((await kiosk.get('/api/orders?date=2020-01-01')).body.orders).toEqual([]);
    expect(faults(await kiosk.get('/api/orders?date=2020-02-30&limit=0'))).toHaveLength(2);
  });

  it('shows the menu of a channel, in its prices', async () => {
    const counter = (await kiosk.get('/api/menu')).body;
    const burger = counter.products.find(({ code }: { code: number }) => code === 5);
    expect(burger).toMatchObject({ price: 595, meal: 'standard', name: 'Cheeseburger' });
    const delivered = (await kiosk.get('/api/menu?channel=SC-D')).body;
    expect(delivered.priceBand).toBe(3);
    const hot = counter.products.find(({ code }: { code: number }) => code === 120);
    expect(hot).toBeDefined();
    expect(delivered.products.find(({ code }: { code: number }) => code === 120)).toBeUndefined();
    expect(faults(await kiosk.get('/api/menu?channel=NOPE'))).toEqual(['unknown-channel channel']);
    const whole = (await kiosk.get('/api/catalogue')).body;
    expect(whole.catalogue.products).toHaveLength(83);
  });

  it('sends a screen the catalogue once: another time only its tag, and compressed to whoever can', async () => {
    const { body, headers } = await kiosk.get('/api/catalogue', { 'accept-encoding': 'identity' });
    expect(headers.get('content-encoding')).toBeNull();
    const tag = headers.get('etag') ?? '';
    expect(body.tag).toBe(tag);
    const packed = await kiosk.get('/api/catalogue', { 'accept-encoding': 'gzip' });
    expect(packed.headers.get('content-encoding')).toBe('gzip');
    expect(packed.body).toEqual(body);
    const again = await kiosk.get('/api/catalogue', { 'if-none-match': tag });
    expect([again.status, again.body]).toEqual([304, '']);
    expect((await kiosk.get('/api/catalogue', { 'if-none-match': '"another"' })).status).toBe(200);
  });

  it('tells the screens of each sale as it happens', async () => {
    const controller = new AbortController();
    const stream = await fetch(`${kiosk.url}/api/events`, { signal: controller.signal });
    expect(stream.headers.get('content-type')).toBe('text/event-stream');
    const { globalOrderId } = await sold();
    const decoder = new TextDecoder();
    let text = '';
    for await (const chunk of stream.body ?? []) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      if (text.includes(globalOrderId)) break;
    }
    expect(text).toContain('event: order\n');
    controller.abort();
  });

  it('closes itself to an address that keeps guessing the token', async () => {
    const guess = () => kiosk.get('/api/days', { authorization: 'Bearer wrong-token-wrong' });
    const statuses: number[] = [];
    for (let at = 0; at < 22; at++) statuses.push((await guess()).status);
    expect(statuses[0]).toBe(401);
    expect(statuses.at(-1)).toBe(429);
    // Selling needs no token, and goes on.
    expect((await sell()).status).toBe(201);
  });

  it('describes itself, and says how it is', async () => {
    const { body } = await kiosk.get('/openapi.json');
    expect(body.openapi).toBe('3.1.0');
    const sale = body.paths['/api/orders'].post;
    expect(sale.requestBody.content['application/json'].schema.required).toEqual([
      'requestId',
      'channel',
      'vatBasis',
      'lines',
      'tenders',
    ]);
    expect(Object.keys(sale.responses)).toEqual(['201', '400', '409', '413', '422', '503']);
    expect(body.paths['/api/orders/{globalOrderId}/void'].post.security).toEqual([{ bearer: [] }]);
    expect((await kiosk.get('/healthz')).body).toEqual({ status: 'ok' });
    expect((await kiosk.get('/readyz')).status).toBe(200);
    const metrics = (await kiosk.get('/metrics')).body as string;
    expect(metrics).toMatch(/tillwire_kiosk_orders_total\{change="sale"\} \d+/);
    expect(metrics).toMatch(/tillwire_kiosk_unsent_events [1-9]\d*/);
    expect(await kiosk.get('/nothing')).toMatchObject({ status: 404, body: { code: 'not-found' } });
  });
});
