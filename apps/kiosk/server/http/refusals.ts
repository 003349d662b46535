import { faultMessage, type Result } from '@tillwire/domain';
import { Problem } from '@tillwire/runtime';
import type { Refusal } from '../till.ts';

/** Every code a request to sell can be refused with, by status; for the description. */
export const SALE_PROBLEMS = {
  400: ['bad-request'],
  409: ['price-changed', 'request-id-reused'],
  413: ['order-too-large'],
  422: ['order-refused'],
  503: ['no-catalogue', 'clock-unconfirmed'],
} as const;

export const REVISION_PROBLEMS = {
  400: ['bad-request'],
  401: ['not-authenticated'],
  403: ['not-allowed'],
  404: ['unknown-order'],
  409: ['order-too-old'],
  422: ['order-refused'],
} as const;

/** What was done. @throws {Problem} saying why it was not. */
export function done<T>(result: Result<T, Refusal>): T {
  if (result.ok) return result.value;
  throw problemOf(result.error);
}

function problemOf(refusal: Refusal): Problem {
  switch (refusal.type) {
    case 'no-catalogue':
      return new Problem(503, refusal.type, 'the shop has no catalogue to sell from yet');
    case 'clock-unconfirmed':
      return new Problem(
        503,
        refusal.type,
        'this kiosk was restored: Head Office or a manager has to confirm its clock first',
      );
    case 'refused':
      return new Problem(422, 'order-refused', 'the order cannot be taken as it is', {
        faults: refusal.faults.map((fault) => ({
          path: fault.path,
          code: fault.type,
          message: faultMessage(fault),
          ...(fault.value === undefined ? {} : { value: fault.value }),
        })),
      });
    case 'price-changed':
      return new Problem(409, refusal.type, 'the price is not what the customer was told', {
        facts: { total: refusal.total, expectedTotal: refusal.expected },
      });
    case 'too-large':
      return new Problem(413, 'order-too-large', 'the order is too large to be sent; split it', {
        facts: { bytes: refusal.bytes },
      });
    case 'request-id-reused':
      return new Problem(409, refusal.type, 'the request id belongs to something else', {
        faults: [{ path: 'requestId', code: refusal.type, message: 'use a new one' }],
      });
    case 'too-old':
      return new Problem(409, 'order-too-old', 'its day is too long ago to be corrected here');
    case 'unknown-order':
      return new Problem(404, refusal.type, 'there is no such order here');
    case 'not-for-kitchen':
      return new Problem(409, refusal.type, 'the kitchen has nothing to do with this order', {
        facts: { reason: refusal.reason },
      });
  }
}
