import type { FuzzedRequest } from '../http.ts';

const json = (route: string, body: unknown, method = 'POST'): FuzzedRequest => ({
  method,
  route,
  path: route,
  body: JSON.stringify(body),
  contentType: 'application/json',
});

const cashUp = (rest: object): FuzzedRequest =>
  json('/api/cash-ups', {
    requestId: 'c',
    shiftId: 'x',
    counts: [],
    crewId: '7',
    note: '',
    ...rest,
  });

/** Requests that once were answered as they should not be. */
export const CORPUS: readonly FuzzedRequest[] = [
  // NUL is no text to PostgreSQL: 500.
  json('/api/shifts', { requestId: 'a\0b', float: 1, crewId: '7' }),
  json('/api/shifts', { requestId: 'n', float: 1, crewId: '7\0' }),
  cashUp({ note: 'a\0b' }),
  cashUp({ shiftId: '\0' }),
  cashUp({ requestId: '\ud800' }),
  json('/api/cash-ups/x/note', { note: '\0' }, 'PUT'),
  // A path the framework refused in a form of its own.
  { ...json('/api/orders/{globalOrderId}/void', {}), path: `/api/orders/${'x'.repeat(400)}/void` },
  { ...json('/api/orders/{globalOrderId}/void', {}), path: '/api/orders/%zz/void' },
  json('/api/session', { pin: '1234', crewId: 'a\0b' }),
];
