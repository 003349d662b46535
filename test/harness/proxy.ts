import { createServer, type Socket, connect } from 'node:net';

/** A line between a client and a server that a test can cut, hold and mend. */
export interface LineProxy {
  readonly port: number;
  /** Ends every connection and refuses new ones. */
  readonly cut: () => void;
  /** Half-open: connections stay up, nothing passes in either direction. */
  readonly freeze: () => void;
  /** Lets everything through again; what was frozen is cut. */
  readonly mend: () => void;
  readonly close: () => Promise<void>;
}

/** A TCP proxy on a free loopback port to `targetPort`. */
export async function startProxy(targetPort: number): Promise<LineProxy> {
  const sockets = new Set<Socket>();
  let state: 'through' | 'cut' | 'frozen' = 'through';
  const drop = (): void => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
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
    if (state === 'frozen') return;
    const far = connect(targetPort, '127.0.0.1');
    hold(far);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    near.pipe(far);
    far.pipe(near);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    cut: () => {
      state = 'cut';
      drop();
    },
    freeze: () => {
      state = 'frozen';
      for (const socket of sockets) {
        socket.unpipe();
        socket.pause();
      }
    },
    mend: () => {
      if (state === 'frozen') drop();
      state = 'through';
    },
    close: () => {
      drop();
      return new Promise((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}
