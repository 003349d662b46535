import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ADMIN_TOKEN,
  createDashboardRig,
  type DashboardRig,
  seedChain,
  TODAY,
} from '../test/dashboard-rig.ts';
import { ROLES } from './permissions.ts';

let rig: DashboardRig;
const cookies = new Map<string, string>();

beforeAll(async () => {
  rig = await createDashboardRig();
  await seedChain(rig, { shops: 3, ordersADay: 12 });
  for (const role of ROLES) {
    await rig.addUser(role, role);
    cookies.set(role, await rig.signIn(role));
  }
});
afterAll(() => rig.stop());

const json = async (response: Response): Promise<unknown> => response.json();
const read = async (path: string): Promise<never> =>
  (await json(await rig.admin('GET', path))) as never;

describe('who may do what', () => {
  it('the event stream is for those signed in only', async () => {
    expect((await rig.call('GET', '/api/events')).status).toBe(401);
    const stop = new AbortController();
    const response = await fetch(`${rig.url}/api/events`, {
      headers: { cookie: cookies.get('viewer') ?? '' },
      signal: stop.signal,
    });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const reader = response.body?.getReader();
    let text = '';
    while (!text.includes('event: stores')) {
      const { value } = (await reader?.read()) ?? {};
      text += new TextDecoder().decode(value);
    }
    expect(text).toContain('"store":"S01"');

    // Rung, it does not wait for its next look: ten changes would take five seconds.
    const began = performance.now();
    for (let at = 1; at <= 10; at++) {
      await rig.db.query(`UPDATE stores SET name = $1 WHERE store = 'S01'`, [`Rung ${at}`]);
      rig.bell.ring();
      while (!text.includes(`Rung ${at}"`)) {
        const { value } = (await reader?.read()) ?? {};
        text += new TextDecoder().decode(value);
      }
    }
    expect(performance.now() - began).toBeLessThan(4000);
    stop.abort();
  });

  it('an alert that changed before a screen’s first look is told with it', async () => {
    const own = await createDashboardRig();
    await own.addUser('ada', 'admin');
    const stop = new AbortController();
    const response = await fetch(`${own.url}/api/events`, {
      headers: { cookie: await own.signIn('ada') },
      signal: stop.signal,
    });
    // The screen has fetched how many fire; then one begins, before the stream's first look.
    await own.db.query(
      `INSERT INTO alerts (rule_id, store, title, severity, state, value, threshold, since, fired_at)
       VALUES ('disk-low', 'S01', 'The disk runs full', 'critical', 'firing', 1, 2, now(), now())`,
    );
    const reader = response.body?.getReader();
    let text = '';
    while (!/event: alerts\ndata: .*\n/.test(text)) {
      const { value, done } = (await reader?.read()) ?? { done: true };
      if (done) throw new Error(`the stream ended without it: ${text}`);
      text += new TextDecoder().decode(value);
    }
    expect(text).toContain('"critical":1');
    stop.abort();
    await own.stop();
  });

  it('describes every route it has, and needs no credential to', async () => {
    const response = await rig.call('GET', '/openapi.json');
    const { paths } = (await response.json()) as { paths: Record<string, Record<string, object>> };
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const declared = rig.api.routes.map(
      ({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`,
    );
    expect(described.toSorted()).toEqual(declared.toSorted());
  });
});

describe('orders', () => {
  it('are paged by key: each once, in order, with no next at the end', async () => {
    const seen: string[] = [];
    let after = '';
    let pages = 0;
    do {
      const page: { orders: { globalOrderId: string }[]; next?: string } = await read(
        `/api/orders?date=${TODAY}&limit=7${after === '' ? '' : `&after=${after}`}`,
      );
      seen.push(...page.orders.map(({ globalOrderId }) => globalOrderId));
      after = page.next ?? '';
      pages++;
    } while (after !== '');
    expect(pages).toBe(6);
    expect(seen).toHaveLength(36);
    expect(new Set(seen).size).toBe(36);
    expect(seen).toEqual(seen.toSorted());
  });

  it('newest first is the other way round', async () => {
    const oldest: { orders: { globalOrderId: string }[] } = await read('/api/orders?store=S02');
    const newest: typeof oldest = await read('/api/orders?store=S02&sort=newest');
    expect(newest.orders.map(({ globalOrderId }) => globalOrderId)).toEqual(
      oldest.orders.map(({ globalOrderId }) => globalOrderId).toReversed(),
    );
  });

  it('are filtered by what they were paid with, on one day only', async () => {
    const { orders }: { orders: { paymentMethod: string }[] } = await read(
      `/api/orders?store=S01&date=${TODAY}&payment=Cash`,
    );
    expect(orders.map(({ paymentMethod }) => paymentMethod)).toEqual(Array(4).fill('Cash'));
    expect(await read('/api/orders?payment=Cash')).toMatchObject({
      code: 'bad-request',
      faults: [{ path: 'date' }],
    });
  });

  it('are told down to the raw message, whose bytes match their hash', async () => {
    expect(await read(`/api/orders/S01-20250723-000001`)).toMatchObject({
      globalOrderId: 'S01-20250723-000001',
      store: 'S01',
      businessDate: TODAY,
      revision: 1,
      status: 'completed',
      revisions: [
        { revision: 1, hashMatches: true, order: { lines: [{ code: 5 }, { code: 30 }] } },
      ],
    });
    expect(await read('/api/orders/S01-20250723-009999')).toMatchObject({ code: 'unknown-order' });
    expect(await read('/api/orders/nothing')).toMatchObject({ code: 'unknown-order' });
  });
});

describe('shops', () => {
  it('show line, heartbeat, journal and sales against the same weekday', async () => {
    const overview: { today: string; compared: string; stores: object[] } =
      await read('/api/stores');
    expect(overview).toMatchObject({ today: TODAY, compared: '2025-07-16' });
    expect(overview.stores).toMatchObject([
      { store: 'S01', online: true, heartbeat: { unsent: 0 }, sales: { orders: 12 } },
      { store: 'S02', online: false, heartbeat: { unsent: 9, oldestUnsentS: 900 } },
      { store: 'S03', online: true },
    ]);
    expect(await read('/api/stores/S01')).toMatchObject({
      store: 'S01',
      errors: [{ code: 'clock-behind', count: 2 }],
    });
    expect(await read('/api/stores/S77')).toMatchObject({ code: 'unknown-store' });
  });
});

describe('reports', () => {
  const by = async (kind: string): Promise<{ lines: { gross: number; label: string }[] }> =>
    read(`/api/reports/${kind}?from=${TODAY}&to=${TODAY}&compare=previous`);

  it('add up to the same money whatever they are broken down by', async () => {
    const { rows } = await rig.db.query<{ gross: number }>(
      'SELECT sum(gross) AS gross FROM orders WHERE business_date = $1',
      [TODAY],
    );
    for (const kind of ['shop', 'day', 'hour', 'product', 'channel', 'payment', 'vat']) {
      const { lines } = await by(kind);
      const gross = lines.reduce((sum, line) => sum + line.gross, 0);
      expect([kind, gross]).toEqual([kind, rows[0]?.gross]);
    }
  });

  it('sum the books of closed days by shop, day or both, beside the same weekdays before', async () => {
    const krev = { TMEAL_DISCNT: 0, TDISCNTVA: 0, TSTAFFVAL: 0, TONACCOUNT: 0 };
    const close = async (store: string, date: string, revision: number, waste: number) => {
      await rig.db.query(
        `INSERT INTO days (store, business_date) VALUES ($1, $2) ON CONFLICT DO NOTHING`,
        [store, date],
      );
      await rig.db.query(
        `INSERT INTO day_summaries VALUES ($1, $2, $3, 1, 1, '\\x00', $4, now())`,
        [store, date, revision, JSON.stringify({ krev: { ...krev, TWASTEVAL: waste } })],
      );
    };
    await close('S01', '2025-07-21', 1, 999);
    await close('S01', '2025-07-21', 2, 300);
    await close('S01', '2025-07-22', 1, 40);
    await close('S02', '2025-07-22', 1, 5);
    await close('S01', '2025-07-14', 1, 70);
    const waste = async (group: string): Promise<unknown> =>
      read(`/api/reports/waste?from=2025-07-21&to=2025-07-22&by=${group}&compare=previous`);
    expect(await waste('shop')).toMatchObject({
      lines: [
        { key: 'S01', gross: 340, compared: { gross: 70 } },
        { key: 'S02', gross: 5, compared: null },
      ],
    });
    expect(await waste('day')).toMatchObject({
      lines: [
        { key: '2025-07-21', gross: 300, compared: { gross: 70 } },
        { key: '2025-07-22', gross: 45, compared: null },
      ],
    });
    expect(await waste('both')).toMatchObject({
      lines: [
        { key: 'S01 2025-07-21', gross: 300, compared: { gross: 70 } },
        { key: 'S01 2025-07-22', gross: 40 },
        { key: 'S02 2025-07-22', gross: 5 },
      ],
    });
    const csv = await rig.admin(
      'GET',
      '/api/reports/waste?from=2025-07-21&to=2025-07-22&by=day&format=csv',
    );
    expect(csv.headers.get('content-disposition')).toContain('waste-by-day-2025-07-21');
    expect(await csv.text()).toContain('2025-07-21,2025-07-21,,,3.00');
  });

  it('put the same weekday of the week before beside a day', async () => {
    const { rows } = await rig.db.query<{ gross: number }>(
      `SELECT sum(gross) AS gross FROM orders WHERE business_date = '2025-07-16'`,
    );
    const { lines } = await by('day');
    expect(lines).toMatchObject([{ key: TODAY, compared: { gross: rows[0]?.gross } }]);
  });

  it('as CSV open in a spreadsheet without running anything', async () => {
    await rig.db.query(
      `UPDATE stores SET name = '=HYPERLINK("http://evil","x")' WHERE store = 'S03'`,
    );
    const response = await rig.admin(
      'GET',
      `/api/reports/shop?from=${TODAY}&to=${TODAY}&format=csv`,
    );
    expect(response.headers.get('content-disposition')).toBe(
      `attachment; filename="shop-${TODAY}-${TODAY}.csv"`,
    );
    expect(await response.text()).toContain(`S03,"'=HYPERLINK(""http://evil"",""x"")",12,`);
  });

  it('refuse a period that ends before it begins, naming it', async () => {
    expect(await read('/api/reports/shop?from=2025-07-02&to=2025-07-01')).toMatchObject({
      code: 'bad-period',
    });
    expect(await read('/api/reports/shop?from=2025-02-30&to=yesterday')).toMatchObject({
      faults: [{ path: 'from' }, { path: 'to' }],
    });
  });
});

describe('the audit log', () => {
  it('has every change with before and after, refused ones too, and can be searched', async () => {
    const user = {
      name: 'robin',
      fullName: 'Robin <b>Hood</b>',
      role: 'viewer',
      password: 'x'.repeat(12),
    };
    expect((await rig.admin('POST', '/api/users', user)).status).toBe(201);
    expect((await rig.admin('PUT', '/api/users/robin', { role: 'ops' })).status).toBe(200);
    expect((await rig.admin('PUT', '/api/users/marian', { role: 'ops' })).status).toBe(404);
    const { entries }: { entries: object[] } = await read('/api/audit?actor=admin-token&limit=3');
    expect(entries).toMatchObject([
      {
        action: 'change-user',
        outcome: 'refused',
        subject: 'marian',
        detail: 'unknown-user: there is no user marian',
      },
      {
        action: 'change-user',
        outcome: 'done',
        subject: 'robin',
        before: { role: 'viewer' },
        after: { role: 'ops' },
      },
      { action: 'create-user', outcome: 'done', subject: 'robin' },
    ]);
    expect(JSON.stringify(entries)).not.toContain('x'.repeat(12));
    const found: { entries: object[] } = await read('/api/audit?text=Hood');
    expect(found.entries).toHaveLength(2);
  });

  it('stays as it was written', async () => {
    await expect(rig.db.query('DELETE FROM audit')).rejects.toThrow('append-only');
    await expect(rig.db.query(`UPDATE audit SET actor = 'nobody'`)).rejects.toThrow('append-only');
  });
});

it('the admin token is compared, not believed', async () => {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}x` };
  expect((await rig.call('GET', '/api/stores', { headers })).status).toBe(401);
});
