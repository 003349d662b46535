import { createServer, type Server, type Socket } from 'node:net';

/** How a printer behaves: takes jobs, is switched off, takes nothing, or dies in the middle of the next one. */
export type Mood = 'works' | 'off' | 'hangs' | 'dies-mid-job';

/** A printer on a port of this machine that keeps what it was given. */
export interface FakePrinter {
  readonly port: number;
  /** The jobs it took whole, as text of its code page. */
  readonly jobs: readonly string[];
  readonly raw: readonly Buffer[];
  readonly become: (mood: Mood) => Promise<void>;
  readonly stop: () => Promise<void>;
}

export async function startFakePrinter(): Promise<FakePrinter> {
  const raw: Buffer[] = [];
  const sockets = new Set<Socket>();
  let mood: Mood = 'works';
  const serve = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    if (mood === 'hangs') return;
    const parts: Buffer[] = [];
    socket.on('data', (part: Buffer) => {
      if (mood === 'dies-mid-job') socket.resetAndDestroy();
      else parts.push(part);
    });
    // It closes once it has printed.
    socket.on('end', () => {
      raw.push(Buffer.concat(parts));
      socket.end();
    });
  };
  let server: Server | null = null;
  const listen = (port: number): Promise<number> =>
    new Promise((resolve) => {
      server = createServer({ allowHalfOpen: true }, serve).listen(port, '127.0.0.1', () => {
        const address = server?.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => (server === null ? resolve(null) : server.close(resolve)));
    server = null;
  };
  const port = await listen(0);
  return {
    port,
    raw,
    get jobs() {
      return raw.map((bytes) => new TextDecoder('windows-1252').decode(bytes));
    },
    become: async (next) => {
      mood = next;
      for (const socket of sockets) socket.destroy();
      if (next === 'off') await close();
      else if (server === null) await listen(port);
    },
    stop: close,
  };
}
