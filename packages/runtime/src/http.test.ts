import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, expect, it } from 'vitest';
import { createHttpServer, Problem, servePages } from './http.ts';
import { createLog } from './log.ts';

const SCRIPT = 'export const greeting = "hello";'.repeat(20);
const folder = mkdtempSync(join(tmpdir(), 'tillwire-pages-'));
mkdirSync(join(folder, 'assets'));
writeFileSync(join(folder, 'index.html'), '<!doctype html><title>page</title>');
writeFileSync(join(folder, 'assets/app-1.js'), SCRIPT);
writeFileSync(join(folder, 'assets/app-1.js.gz'), gzipSync(SCRIPT));
writeFileSync(join(folder, 'assets/app-1.js.br'), brotliCompressSync(SCRIPT));
afterAll(() => rmSync(folder, { recursive: true }));

it('pages are sent as they were compressed when they were built, to whoever can read that, and kept if named by content', async () => {
  const server = await createHttpServer({ log: createLog('test', 'silent') });
  await servePages(server, folder);
  const get = async (url: string, encoding: string) => {
    const { headers, rawPayload } = await server.inject({
      url,
      headers: { 'accept-encoding': encoding },
    });
    return { encoding: headers['content-encoding'], cache: headers['cache-control'], rawPayload };
  };
  const [brotli, gzip, plain] = [
    await get('/assets/app-1.js', 'gzip, br'),
    await get('/assets/app-1.js', 'gzip'),
    await get('/assets/app-1.js', 'identity'),
  ];
  expect([brotli.encoding, gzip.encoding, plain.encoding]).toEqual(['br', 'gzip', undefined]);
  expect(gunzipSync(gzip.rawPayload).toString()).toBe(SCRIPT);
  expect(plain.rawPayload.toString()).toBe(SCRIPT);
  for (const { cache } of [brotli, gzip, plain]) expect(cache).toMatch(/immutable/);
  // A page nobody compressed is sent as it is.
  expect(await get('/', 'gzip, br')).toMatchObject({ encoding: undefined, cache: 'no-cache' });
  await server.close();
});

it('A refusal is an answer, a 503 too; what nobody foresaw is an error in the log', async () => {
  const errors: unknown[] = [];
  const log = createLog('test', 'silent');
  log.error = (...said: unknown[]) => void errors.push(said[1]);
  const server = await createHttpServer({ log });
  server.get('/refused', () => {
    throw new Problem(503, 'no-catalogue', 'nothing to sell yet');
  });
  server.get('/broken', () => {
    throw new Error('broken');
  });
  expect((await server.inject('/refused')).statusCode).toBe(503);
  expect(errors).toEqual([]);
  expect((await server.inject('/broken')).statusCode).toBe(500);
  expect(errors).toEqual(['request failed']);
  await server.close();
});
