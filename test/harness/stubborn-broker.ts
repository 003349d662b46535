import { createServer, type Socket } from 'node:net';

/** As much of an MQTT 5 broker as a publisher meets; it answers a publish only when the test says so. */
export interface StubbornBroker {
  readonly url: string;
  /** Publishes that wait for an answer. */
  readonly open: () => number;
  readonly mostOpen: () => number;
  readonly taken: () => number;
  /** Answers the oldest. */
  readonly answerOne: () => void;
  readonly close: () => Promise<void>;
}

const CONNECT = 1;
const PUBLISH = 3;

export async function startStubbornBroker({
  receiveMaximum,
}: {
  readonly receiveMaximum: number;
}): Promise<StubbornBroker> {
  const waiting: { readonly socket: Socket; readonly id: number }[] = [];
  let most = 0;
  let taken = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let buffer = Buffer.alloc(0);
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      buffer = Buffer.concat([buffer, chunk]);
      for (let packet = packetOf(buffer); packet !== null; packet = packetOf(buffer)) {
        buffer = buffer.subarray(packet.size);
        if (packet.type === CONNECT) {
          // CONNACK: success, one property: Receive Maximum (33).
          socket.write(
            Buffer.from([0x20, 6, 0, 0, 3, 33, receiveMaximum >> 8, receiveMaximum & 0xff]),
          );
        } else if (packet.type === PUBLISH) {
          const id = packet.body.readUInt16BE(2 + packet.body.readUInt16BE(0));
          waiting.push({ socket, id });
          most = Math.max(most, waiting.length);
        }
      }
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `mqtt://127.0.0.1:${address.port}`,
    open: () => waiting.length,
    mostOpen: () => most,
    taken: () => taken,
    answerOne: () => {
      const next = waiting.shift();
      if (next === undefined) return;
      taken++;
      next.socket.write(Buffer.from([0x40, 2, next.id >> 8, next.id & 0xff]));
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

/** The first whole packet in `buffer`, or null. */
function packetOf(
  buffer: Buffer,
): { readonly type: number; readonly size: number; readonly body: Buffer } | null {
  let [length, shift, at] = [0, 0, 1];
  for (;;) {
    const byte = buffer[at++];
    if (byte === undefined) return null;
    length |= (byte & 0x7f) << shift;
    shift += 7;
    if (byte < 0x80) break;
  }
  if (buffer.length < at + length) return null;
  return {
    type: (buffer[0] ?? 0) >> 4,
    size: at + length,
    body: buffer.subarray(at, at + length),
  };
}
