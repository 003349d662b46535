import {
  orderEventFaults,
  orderEventSchema,
  daySummaryFaults,
  daySummarySchema,
} from '@tillwire/contract';
import { systemClock, systemIds } from '@tillwire/runtime';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openKioskDatabase } from '../../apps/kiosk/server/store/database.ts';
import { databases } from '../../apps/kiosk/server/test/databases.ts';
import {
  asManager,
  cheeseburgers,
  startKiosk,
  STORE,
} from '../../apps/kiosk/server/test/kiosk-rig.ts';
import { CORPUS } from './corpus/kiosk-http.ts';
import { type FuzzedRequest, type OpenApi, requestsTo, sendFuzzed } from './http.ts';
import { FUZZ_TIMEOUT_MS, fuzzEffort } from './runs.ts';

/** They answer for as long as somebody listens, or guess PINs, which is limited by design. */
const WITHOUT = ['GET /api/events', 'POST /api/session', 'GET /metrics'];
/** What an accepted request of these adds to the journal. */
const JOURNALS = new Set([
  '/api/orders',
  '/api/paid-outs',
  '/api/orders/{globalOrderId}/void',
  '/api/orders/{globalOrderId}/payment',
  '/api/day/close',
  '/api/cash-ups',
]);

describe.each(databases)('Whatever is sent to a kiosk on $name', ({ open }) => {
  it(
    'is answered, a refusal changes nothing, and what is accepted adds up',
    { timeout: FUZZ_TIMEOUT_MS },
    async () => {
      const database = await open();
      const kiosk = await startKiosk(database.address);
      const db = await openKioskDatabase(database.address, {
        store: STORE,
        clock: systemClock,
        ids: systemIds,
      });
      const head = async () =>
        (await db.selectFrom('journal_head').select('last_row').executeTakeFirstOrThrow()).last_row;
      const sold = await kiosk.post('/api/orders', cheeseburgers('first'));
      const shift = await kiosk.post(
        '/api/shifts',
        { requestId: 's', float: 5000, crewId: '7' },
        asManager,
      );
      const { businessDate, globalOrderId } = sold.body.order;
      const known = {
        globalOrderId: [globalOrderId],
        requestId: ['first', 'second', 'third', 's'],
        date: [businessDate],
        channel: ['OT-C'],
        code: [5, 20, 30, 31, 49, 50, 99_999],
        choices: [[], [27], [27, 28]],
        quantity: [1, 2, 999],
        shiftId: [shift.body.shift?.id ?? 'x'],
        tenders: [
          [{ method: 'cash' }],
          [{ method: 'card' }],
          [{ method: 'voucher', amount: 10_000_000 }],
          [{ method: 'crew-food' }],
        ],
        crewId: ['0', '7', 7],
        lines: [
          [{ kind: 'product', code: 5, quantity: 999 }],
          [{ kind: 'product', code: 5, quantity: 1 }],
        ],
        denomination: [5000, 2000, 1, 3],
      };
      const openApi = (await kiosk.get('/openapi.json')).body as OpenApi;
      const statuses = new Map<number, number>();
      const tryOut = async (request: FuzzedRequest): Promise<void> => {
        const before = await head();
        const { status } = await sendFuzzed(kiosk.url, request, asManager);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        const after = await head();
        if (status >= 400 || !JOURNALS.has(request.route)) expect(after).toBe(before);
      };
      for (const request of CORPUS) await tryOut(request);
      await fc.assert(fc.asyncProperty(requestsTo(openApi, { known, without: WITHOUT }), tryOut), {
        ...fuzzEffort(500),
      });
      expect(statuses.get(201)).toBeGreaterThan(0);
      expect(statuses.get(400)).toBeGreaterThan(0);
      await kiosk.post('/api/day/close', {}, asManager);
      const events = await db.selectFrom('journal').select(['kind', 'payload']).execute();
      for (const { kind, payload } of events) {
        const event: unknown = JSON.parse(payload);
        const faults =
          kind === 'order'
            ? orderEventFaults(orderEventSchema.parse(event))
            : daySummaryFaults(daySummarySchema.parse(event));
        expect(faults).toEqual([]);
      }
      await db.destroy();
      await kiosk.stop();
      await database.drop();
    },
  );
});
