import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as after } from 'node:timers';

/** A line to the broker that can be cut, slowed and held. */
export interface Line {
  readonly port: number;
  /** Ends every connection and refuses new ones. */
  readonly cut: () => void;
  /** Half-open: connections stay up and nothing passes. */
  readonly freeze: () => void;
  /** Every piece arrives this much later. */
  readonly slow: (delayMs: number) => void;
  /** Lets everything through again. */
  readonly mend: () => void;
  readonly close: () => void;
}

/** A TCP proxy on a free loopback port to `targetPort`. */
export async function startLine(targetPort: number): Promise<Line> {
  const sockets = new Set<Socket>();
  let state: 'through' | 'cut' | 'frozen' = 'through';
  let delayMs = 0;
  const drop = (): void => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  const forward = (from: Socket, to: Socket): void => {
    from.on('data', (piece) => {
      // What a half-open line swallowed is gone: the connection is of no use afterwards.
      if (state === 'frozen' || to.destroyed) return;
      const pass = (): void => {
        if (!to.destroyed && !to.write(piece)) {
          from.pause();
          to.once('drain', () => from.resume());
        }
      };
      if (delayMs === 0) pass();
      else after(pass, delayMs);
    });
  };
  const hold = (socket: Socket): void => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  };
  const server = createServer((near) => {
    if (state === 'cut') return void near.destroy();
    hold(near);
    if (state === 'frozen') return void near.resume();
    const far = connect(targetPort, '127.0.0.1');
    hold(far);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    forward(near, far);
    forward(far, near);
  });
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
    mend: () => {
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

/** A loopback port that is free now. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address !== null
          ? resolve(address.port)
          : reject(new Error('no port')),
      );
    });
  });
