import type { FuzzedRequest } from '../http.ts';

const get = (route: string, query: string): FuzzedRequest => ({
  method: 'GET',
  route,
  path: `${route}?${query}`,
  body: null,
  contentType: 'application/json',
});

/** Requests that once were answered as they should not be. */
export const CORPUS: readonly FuzzedRequest[] = [
  // NUL is no text to PostgreSQL: 500.
  get('/api/audit', 'text=%00'),
  get('/api/audit', 'actor=a%00'),
];
