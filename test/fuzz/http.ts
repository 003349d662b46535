import fc from 'fast-check';
import { expect } from 'vitest';
import { type JsonSchema, NASTY, nearValid } from './from-schema.ts';

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly schema: JsonSchema;
}

interface Described {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {
    readonly content: { readonly 'application/json': { readonly schema: JsonSchema } };
  };
}

export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
}

/** One request, as text on the line. */
export interface FuzzedRequest {
  readonly method: string;
  /** As described, `/api/orders/{globalOrderId}`. */
  readonly route: string;
  readonly path: string;
  readonly body: string | null;
  readonly contentType: string;
}

/** Bodies no serializer would make. */
const WILD_BODIES = [
  '',
  '{',
  'NaN',
  '1e999',
  '{"lines":NaN}',
  `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
  '{"requestId":"a","requestId":"b","lines":[],"lines":[{}]}',
  '{"__proto__":{"requestId":"x"}}',
  '{"constructor":{"prototype":{"x":1}}}',
  `"${'x'.repeat(600_000)}"`,
  '\u0000',
  '\ufeff{}',
];
const CONTENT_TYPES = [
  'text/plain',
  'application/x-www-form-urlencoded',
  'application/json; charset=latin1',
  'multipart/form-data',
  'x',
];

/** Text that may stand in a URL; fetch itself refuses half characters. */
const urlText = (value: unknown): string =>
  encodeURIComponent(
    (typeof value === 'string' ? value : JSON.stringify(value)).toWellFormed().slice(0, 3000),
  );

/** Requests to every route of `api` but those left out. */
export function requestsTo(
  { paths }: OpenApi,
  {
    known,
    without = [],
  }: {
    readonly known: Readonly<Record<string, readonly unknown[]>>;
    readonly without?: readonly string[];
  },
): fc.Arbitrary<FuzzedRequest> {
  const routes = Object.entries(paths).flatMap(([route, methods]) =>
    Object.entries(methods).flatMap(([method, described]) =>
      without.includes(`${method.toUpperCase()} ${route}`)
        ? []
        : [requestTo(method.toUpperCase(), route, described, known)],
    ),
  );
  return fc.oneof(...routes);
}

function requestTo(
  method: string,
  route: string,
  { parameters = [], requestBody }: Described,
  known: Readonly<Record<string, readonly unknown[]>>,
): fc.Arbitrary<FuzzedRequest> {
  const values = fc.tuple(
    ...parameters.map(({ name, schema, required }) => {
      const value = nearValid(schema, known, name).map(urlText);
      return required ? value : fc.option(value, { freq: 2 });
    }),
  );
  const schema = requestBody?.content['application/json'].schema;
  const json =
    schema === undefined
      ? fc.constant(null)
      : nearValid(schema, known).map((body) => JSON.stringify(body));
  const body = fc.oneof(
    { arbitrary: json, weight: 20 },
    { arbitrary: fc.constantFrom(...(method === 'GET' ? [null] : WILD_BODIES)), weight: 1 },
  );
  const contentType = fc.oneof(
    { arbitrary: fc.constant('application/json'), weight: 30 },
    { arbitrary: fc.constantFrom(...CONTENT_TYPES), weight: 1 },
  );
  return fc.tuple(values, body, contentType).map(([given, text, type]) => {
    let path = route;
    const query: string[] = [];
    for (const [at, { name, in: place }] of parameters.entries()) {
      const value = given[at];
      if (value === null || value === undefined) continue;
      if (place === 'path') path = path.replace(`{${name}}`, value === '' ? '%20' : value);
      else query.push(`${name}=${value}`);
    }
    return {
      method,
      route,
      path: query.length === 0 ? path : `${path}?${query.join('&')}`,
      body: text,
      contentType: type,
    };
  });
}

export interface FuzzedAnswer {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers by name
  readonly body: any;
}

/** Sends a request; whatever is refused must be refused as every API of ours refuses. */
export async function sendFuzzed(
  url: string,
  { method, path, body, contentType }: FuzzedRequest,
  headers: Readonly<Record<string, string>>,
): Promise<FuzzedAnswer> {
  const response = await fetch(url + path, {
    method,
    headers: { ...headers, ...(body === null ? {} : { 'content-type': contentType }) },
    ...(body === null ? {} : { body }),
    redirect: 'manual',
  });
  const text = await response.text();
  const { status } = response;
  if (status < 400) return { status, body: text };
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  const problem = JSON.parse(text) as {
    status: number;
    code: string;
    title: string;
    faults?: readonly { path: string; code: string; message: string }[];
  };
  expect(problem.status).toBe(status);
  expect(problem.code).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)*$/);
  // 503 says what is lacking; anything else of 500 on is a fault of ours.
  if (status >= 500) expect({ status, code: problem.code }).toMatchObject({ status: 503 });
  for (const { path: field, code, message } of problem.faults ?? []) {
    expect(typeof field).toBe('string');
    expect(code).toMatch(/^[a-z0-9-]+$/);
    expect(message).not.toBe('');
  }
  return { status, body: problem };
}

export const NASTY_TEXTS = NASTY.filter((value): value is string => typeof value === 'string');
