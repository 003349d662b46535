import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { arbitraryDay, ordersOf } from '../../domain/test/arbitrary-order.ts';
import { canonicalText, ZERO_HASH } from './canonical.ts';
import { orderEventFaults, orderEventOf, orderEventSchema, orderOfEvent } from './order-event.ts';

const place = { journalEpoch: 1, journalSeq: 7, prevHash: ZERO_HASH };

it('every order the till accepts fits the wire, and comes back off it as it was', () => {
  fc.assert(
    fc.property(arbitraryDay, (day) => {
      for (const order of ordersOf(day)) {
        const event = orderEventOf(order, place);
        const received = orderEventSchema.parse(JSON.parse(JSON.stringify(event)));
        expect(orderEventFaults(received)).toEqual([]);
        expect(orderOfEvent(received)).toEqual(order);
      }
    }),
  );
});

it('an order’s event is made in canonical order, so that nothing of it is put in order at the till', () => {
  fc.assert(
    fc.property(arbitraryDay, (day) => {
      for (const order of ordersOf(day)) {
        const event = orderEventOf(order, place);
        expect(JSON.stringify(event)).toBe(canonicalText(event));
      }
    }),
  );
});
