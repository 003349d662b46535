import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Api, createApi } from './api.ts';
import { createHttpServer, Problem, servePages } from './http.ts';
import { createLog } from './log.ts';

type Role = 'anyone' | 'manager';

let server: FastifyInstance;
let api: Api<Role, string>;
beforeEach(async () => {
  server = await createHttpServer({ log: createLog('test', 'silent'), bodyLimitBytes: 1000 });
  api = createApi<Role, string>({
    server,
    title: 'Test',
    version: '1',
    authorize: async ({ headers }, role) => {
      if (role === 'anyone' || headers['x-who'] === 'manager') return String(headers['x-who']);
      throw new Problem(403, 'not-allowed', 'this needs a manager');
    },
    needsCredentials: (role) => role === 'manager',
  });
  api.route({
    method: 'POST',
    path: '/things/:id',
    summary: 'makes a thing',
    role: 'manager',
    params: z.object({ id: z.coerce.number().int() }),
    query: z.object({ times: z.coerce.number().int().min(1).default(1) }),
    body: z.object({ name: z.string().min(2), size: z.int().max(9).optional() }),
    status: 201,
    answer: z.object({ name: z.string() }),
    problems: { 409: ['thing-exists'] },
    handle: async ({ params, query, body, caller }) => {
      if (body.name === 'taken') {
        throw new Problem(409, 'thing-exists', 'there is one', { facts: { id: params.id } });
      }
      if (body.name === 'broken') throw new Error('secret detail');
      return { name: body.name, id: params.id, times: query.times, caller };
    },
  });
});
afterEach(() => server.close());

const make = (payload: object | string, url = '/things/7', who = 'manager') =>
  server.inject({
    method: 'POST',
    url,
    headers: { 'x-who': who, 'content-type': 'application/json' },
    payload,
  });

describe('an operation', () => {
  it('refuses text no database can hold wherever it stands, also where its schema takes anything', async () => {
    api.route({
      method: 'POST',
      path: '/anything/:id',
      summary: 'takes anything',
      role: 'anyone',
      params: z.object({ id: z.string() }),
      body: z.unknown(),
      handle: async () => ({}),
    });
    const post = (payload: string, id = '7') =>
      server.inject({
        method: 'POST',
        url: `/anything/${id}`,
        headers: { 'content-type': 'application/json' },
        payload,
      });
    const deep = `${'{"a":'.repeat(70)}1${'}'.repeat(70)}`;
    const faultsOf = async (payload: string, id?: string) =>
      (await post(payload, id)).json().faults?.map(({ path }: { path: string }) => path);
    expect((await post('{"a":["fine",{"b":"😀"}]}')).statusCode).toBe(200);
    expect(await faultsOf(String.raw`{"a":["x\u0000",{"b":"\ud800"}],"c\u0000":1}`)).toEqual([
      'c\0',
      'a.1.b',
      'a.0',
    ]);
    expect(await faultsOf('{}', 'a%00')).toEqual(['id']);
    expect(await faultsOf(deep)).toHaveLength(1);
    expect((await post(`${'['.repeat(400)}${']'.repeat(400)}`)).statusCode).toBe(400);
  });

  it('refuses an address that cannot be read as it refuses everything else', async () => {
    for (const url of [`/things/${'x'.repeat(400)}`, '/things/%zz']) {
      const answer = await make({ name: 'box' }, url);
      expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
      expect(answer.json()).toMatchObject({ status: answer.statusCode, code: expect.any(String) });
      expect(answer.statusCode).toBeGreaterThanOrEqual(400);
      expect(answer.statusCode).toBeLessThan(500);
    }
  });

  it('gets everything checked, and answers with its status', async () => {
    const answer = await make({ name: 'box', extra: true }, '/things/7?times=3');
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toEqual({ name: 'box', id: 7, times: 3, caller: 'manager' });
    expect(answer.headers['content-security-policy']).toContain("default-src 'self'");
  });
  it('is refused with every fault of the body, by path, rule and value', async () => {
    const answer = await make({ name: 'x', size: 10 });
    expect(answer.statusCode).toBe(400);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.json()).toMatchObject({
      status: 400,
      code: 'bad-request',
      faults: [
        { path: 'name', code: 'too-small', value: 'x' },
        { path: 'size', code: 'too-big', value: 10 },
      ],
    });
  });
  it.each([
    ['not JSON', '{', 400, 'bad-request'],
    ['no body', '', 400, 'bad-request'],
    ['too large', JSON.stringify({ name: 'x'.repeat(2000) }), 413, 'too-large'],
    ['a refusal of its own', { name: 'taken' }, 409, 'thing-exists'],
  ])('answers %s with a problem', async (_, payload, status, code) => {
    const answer = await make(payload);
    expect(answer.json()).toMatchObject({ status, code });
    expect(answer.statusCode).toBe(status);
  });
  it('says whom it is for, and never what broke inside', async () => {
    expect((await make({ name: 'box' }, '/things/7', 'guest')).json()).toMatchObject({
      status: 403,
      code: 'not-allowed',
    });
    const broken = await make({ name: 'broken' });
    expect(broken.statusCode).toBe(500);
    expect(broken.body).not.toContain('secret');
    expect((await server.inject('/nothing')).json()).toMatchObject({ code: 'not-found' });
  });
  it('is described in OpenAPI 3.1 out of the same schemas', () => {
    const document = api.openApi() as { openapi: string; paths: Record<string, never> };
    expect(document.openapi).toBe('3.1.0');
    expect(document.paths['/things/{id}']).toMatchObject({
      post: {
        summary: 'makes a thing',
        security: [{ bearer: [] }],
        parameters: [
          { name: 'id', in: 'path', required: true },
          { name: 'times', in: 'query', required: false },
        ],
        requestBody: { content: { 'application/json': { schema: { required: ['name'] } } } },
        responses: { 201: {}, 409: { description: '`thing-exists`' } },
      },
    });
  });
});

describe('pages', () => {
  it('are asked for anew, what is named by its content is kept; nothing outside is served', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tillwire-pages-'));
    await mkdir(join(folder, 'dist/assets'), { recursive: true });
    await writeFile(join(folder, 'secret.txt'), 'secret');
    await writeFile(join(folder, 'dist/index.html'), '<p>till</p>');
    await writeFile(join(folder, 'dist/assets/till-1a2b.js'), '0');
    await servePages(server, join(folder, 'dist'));
    const page = await server.inject('/');
    expect(page.body).toBe('<p>till</p>');
    expect(page.headers['cache-control']).toBe('no-cache');
    const script = await server.inject('/assets/till-1a2b.js');
    expect(script.headers['cache-control']).toContain('immutable');
    expect((await server.inject('/../secret.txt')).statusCode).toBe(404);
    expect((await server.inject('/%2e%2e/secret.txt')).statusCode).toBeGreaterThanOrEqual(400);
    await rm(folder, { recursive: true });
  });
});
