import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemIds } from './clock.ts';
import { createLog } from './log.ts';
import { createMqttLink } from './mqtt-link.ts';

let silent: Server;
const sockets = new Set<Socket>();
let knocked: Promise<void>;

beforeEach(async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  knocked = promise;
  silent = createServer((socket) => {
    sockets.add(socket);
    resolve();
  });
  await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done));
});
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  silent.close();
});

it('A link stops at once while a broker that says nothing is still being connected to', async () => {
  const address = silent.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const link = createMqttLink({
    broker: { url: `mqtts://127.0.0.1:${port}` },
    clientId: 'test',
    subscriptions: ['a'],
    onUp: () => undefined,
    onDown: () => undefined,
    onMessage: () => undefined,
    log: createLog('test', 'silent'),
    ids: systemIds,
  });
  link.start();
  await knocked;
  const before = performance.now();
  await link.stop();
  // It used to wait for the connection to time out, 10 s.
  expect(performance.now() - before).toBeLessThan(5000);
});
