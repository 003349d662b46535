import { randomInt } from 'node:crypto';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as after } from 'node:timers';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import type { Meddler, Passage } from './meddler.ts';

/** A line to the broker that can be cut, slowed and held. */
export interface Line {
  readonly port: number;
  /** Ends every connection and refuses new ones. */
  readonly cut: () => void;
  /** Half-open: connections stay up and nothing passes. */
  readonly freeze: () => void;
  /** Every piece arrives this much later. */
  readonly slow: (delayMs: number) => void;
  /** Every message late, out of order and now and then twice; only a line that reads what passes can. */
  readonly meddle: () => void;
  /** Lets everything through again. */
  readonly mend: () => void;
  readonly close: () => void;
}

/** What a line needs that reads what passes: it is the broker to the shop, and the shop to the broker. */
export interface Reading {
  readonly meddler: Meddler;
  readonly key: string;
  readonly cert: string;
  readonly ca: string;
}

/**
 * A proxy on a free loopback port to the first of `targets` that is there: of bytes, or of MQTT over TLS where it is to
 * read them. Whoever found nobody there finds the next one when they come again.
 */
export async function startLine(targets: readonly number[], reading?: Reading): Promise<Line> {
  const sockets = new Set<Socket>();
  let state: 'through' | 'cut' | 'frozen' = 'through';
  let delayMs = 0;
  let target = 0;
  const drop = (): void => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  const forward = (from: Socket, to: Socket, passage: Passage): void => {
    const write = (piece: Buffer): void => {
      if (!to.destroyed && !to.write(piece)) {
        from.pause();
        to.once('drain', () => from.resume());
      }
    };
    from.on('data', (piece: Buffer) => {
      // What a half-open line swallowed is gone: the connection is of no use afterwards.
      if (state === 'frozen' || to.destroyed) return;
      passage(piece, (passed) => {
        if (delayMs === 0) write(passed);
        else after(() => write(passed), delayMs);
      });
    });
  };
  const hold = (socket: Socket): void => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  };
  const take = (near: Socket): void => {
    if (state === 'cut') return void near.destroy();
    hold(near);
    if (state === 'frozen') return void near.resume();
    const port = targets[target % targets.length] ?? 0;
    const far =
      reading === undefined
        ? connect(port, '127.0.0.1')
        : connectTls({ port, host: '127.0.0.1', servername: 'localhost', ca: reading.ca });
    hold(far);
    far.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') target++;
    });
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    const { up, down } = reading?.meddler.connection() ?? { up: asItIs, down: asItIs };
    forward(near, far, up);
    forward(far, near, down);
  };
  const server: Server =
    reading === undefined
      ? createServer(take)
      : createTlsServer({ key: reading.key, cert: reading.cert }, take).on(
          'tlsClientError',
          (_error, socket) => socket.destroy(),
        );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return {
    port: address.port,
    cut: () => {
      state = 'cut';
      drop();
    },
    freeze: () => {
      state = 'frozen';
    },
    slow: (ms) => {
      delayMs = ms;
    },
    meddle: () => {
      if (reading === undefined) throw new Error('this line reads nothing of what passes');
      reading.meddler.isMeddling(true);
    },
    mend: () => {
      reading?.meddler.isMeddling(false);
      if (state === 'frozen' || delayMs > 0) drop();
      state = 'through';
      delayMs = 0;
    },
    close: () => {
      drop();
      server.close();
    },
  };
}

const asItIs: Passage = (piece, pass) => pass(piece);

/** Below what systems give to connections that go out: none of those takes a port while what listens there restarts. */
const PORTS = { from: 15_000, below: 32_000 } as const;
const TRIES = 50;

/** A loopback port that is free now, and stays so for whoever starts and restarts there. @throws when none is found. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries++) {
    const port = randomInt(PORTS.from, PORTS.below);
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port among ${TRIES} between ${PORTS.from} and ${PORTS.below}`);
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
