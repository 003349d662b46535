import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  ADMIN_TOKEN,
  createDashboardRig,
  seedChain,
  TODAY,
} from '../../apps/head-office/test/dashboard-rig.ts';
import { CORPUS } from './corpus/head-office-http.ts';
import { type FuzzedRequest, NASTY_TEXTS, type OpenApi, requestsTo, sendFuzzed } from './http.ts';
import { FUZZ_TIMEOUT_MS, fuzzEffort } from './runs.ts';

/** They answer for as long as somebody listens, or are limited for guessing by design. */
const WITHOUT = ['GET /api/events', 'POST /api/login', 'GET /metrics'];

const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };

it(
  'Whatever is sent to Head Office is answered, and what is refused is told field by field',
  { timeout: FUZZ_TIMEOUT_MS },
  async () => {
    const rig = await createDashboardRig();
    await seedChain(rig, { shops: 2, ordersADay: 3 });
    await rig.addUser('ann', 'ops');
    const openApi = (await (await rig.call('GET', '/openapi.json')).json()) as OpenApi;
    const page = (await (await rig.admin('GET', '/api/orders?limit=1')).json()) as {
      orders: { globalOrderId: string }[];
      next?: unknown;
    };
    const known = {
      store: ['S01', 'S02', 'S99'],
      stores: [['S01'], []],
      date: [TODAY],
      from: [TODAY, '0001-01-01', '9999-12-31'],
      to: [TODAY, '0001-01-01', '9999-12-31'],
      globalOrderId: [page.orders[0]?.globalOrderId],
      after: [page.next ?? 'x', 'eyJhIjoxfQ', '0', '99999999999999999999999'],
      before: [1, '99999999999999999999999'],
      id: [1, 0, '9223372036854775807', '9223372036854775808'],
      name: ['ann', 'bob'],
      role: ['viewer', 'ops', 'admin'],
      limit: [1, 500, 0],
    };
    const statuses = new Map<number, number>();
    const tryOut = async (request: FuzzedRequest): Promise<void> => {
      const { status } = await sendFuzzed(rig.url, request, headers);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    };
    for (const request of CORPUS) await tryOut(request);
    await fc.assert(fc.asyncProperty(requestsTo(openApi, { known, without: WITHOUT }), tryOut), {
      ...fuzzEffort(600),
    });
    // Nobody with made-up credentials learns anything.
    const strangers = fc.constantFrom<Record<string, string>>(
      {},
      { cookie: "session=' OR 1=1 --" },
      { cookie: `tillwire=${'a'.repeat(43)}; tillwire=b` },
      { authorization: 'Bearer ' },
      { authorization: `Bearer ${ADMIN_TOKEN}x` },
      { authorization: `Basic ${ADMIN_TOKEN}` },
      ...NASTY_TEXTS.filter((text) => /^[ -~]{1,100}$/.test(text)).map((text) => ({
        cookie: text,
      })),
    );
    await fc.assert(
      fc.asyncProperty(
        requestsTo(openApi, { known, without: [...WITHOUT, ...OPEN] }),
        strangers,
        async (request, stranger) => {
          const { status } = await sendFuzzed(rig.url, request, stranger);
          expect([400, 401, 403, 404, 405, 413, 414, 415, 429]).toContain(status);
        },
      ),
      { ...fuzzEffort(100) },
    );
    expect(statuses.get(200)).toBeGreaterThan(0);
    expect(statuses.get(400)).toBeGreaterThan(0);
    const orders = await rig.db.query('SELECT count(*)::int AS n FROM orders');
    expect(orders.rows).toEqual([{ n: 12 }]);
    await rig.stop();
  },
);

/** Open to everybody. */
const OPEN = [
  'GET /healthz',
  'GET /readyz',
  'GET /openapi.json',
  'POST /api/logout',
  'GET /api/me',
];
