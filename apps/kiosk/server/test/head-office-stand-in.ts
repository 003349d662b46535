import { createServer, type Server, type Socket } from 'node:net';
import {
  type Acknowledgement,
  decodeEvents,
  generateSigningKeyPem,
  type OrderEvent,
  type SigningKey,
  publicPemOf,
  sha256,
  signingKeyFromPem,
  signMessage,
  topicOf,
  type TrustedKey,
  trustedKeyFromPem,
} from '@tillwire/contract';
import { utcInstant } from '@tillwire/domain';
import { Aedes } from 'aedes';
import { freePort } from '../../../../test/harness/ports.ts';
import { STORE } from './kiosk-rig.ts';

export interface Received {
  readonly event: OrderEvent;
  readonly hash: string;
}

/** The other end of a kiosk's line: a broker, and as much of Head Office as a test asks for. */
export interface HeadOfficeStandIn {
  readonly broker: { readonly url: string };
  /** What it signs with. */
  readonly key: SigningKey;
  readonly trusted: readonly TrustedKey[];
  /** The same as a file a process is configured with. */
  readonly trustedPem: string;
  /** Every order event in the order it came, repeats included. */
  readonly events: readonly Received[];
  /** Other messages by topic. */
  readonly messages: ReadonlyMap<string, readonly unknown[]>;
  /** Acknowledge what comes by itself. */
  autoAcknowledge: boolean;
  readonly acknowledge: (rest: Partial<Acknowledgement>) => void;
  /** Acknowledges by name. */
  readonly acknowledgeEvents: (
    received: readonly Received[],
    rest?: Partial<Acknowledgement>,
  ) => void;
  readonly command: (id: string, command: object, expiresInMs?: number) => void;
  /** Publishes bytes as they are. */
  readonly send: (topic: string, payload: string | Buffer) => void;
  readonly cutLine: () => Promise<void>;
  readonly mendLine: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export async function startHeadOfficeStandIn(): Promise<HeadOfficeStandIn> {
  const key = signingKeyFromPem(generateSigningKeyPem());
  const broker = await Aedes.createBroker();
  const port = await freePort();
  const sockets = new Set<Socket>();
  let server: Server | null = null;
  const listen = (): Promise<void> =>
    new Promise((resolve) => {
      server = createServer((socket) => {
        sockets.add(socket);
        socket.on('close', () => sockets.delete(socket));
        broker.handle(socket);
      }).listen(port, '127.0.0.1', resolve);
    });
  await listen();
  const events: Received[] = [];
  const messages = new Map<string, unknown[]>();
  let number = Math.floor(performance.timeOrigin * 1000);

  const send = (topic: string, payload: string | Buffer): void =>
    broker.publish(
      { cmd: 'publish', topic, payload, qos: 1, retain: false, dup: false },
      () => undefined,
    );
  const sendSigned = (name: 'ack' | 'command', content: object): void => {
    number++;
    const topic = topicOf(name, STORE);
    send(topic, JSON.stringify(signMessage(topic, content, number, [key])));
  };
  const self: HeadOfficeStandIn = {
    broker: { url: `mqtt://127.0.0.1:${port}` },
    key,
    trusted: [trustedKeyFromPem(publicPemOf(key))],
    trustedPem: publicPemOf(key),
    events,
    messages,
    autoAcknowledge: true,
    acknowledge: (rest) =>
      sendSigned('ack', {
        incarnation: 1,
        epochs: [],
        acked_ids: [],
        now: utcInstant(performance.timeOrigin + performance.now()),
        ...rest,
      }),
    acknowledgeEvents: (received, rest = {}) => {
      const acked = received.map(({ event, hash }) => ({ seq: event.journal_seq, hash }));
      self.acknowledge({ epochs: [epochState({ acked })], ...rest });
    },
    command: (id, command, expiresInMs = 60_000) =>
      sendSigned('command', {
        command_id: id,
        expires_at: utcInstant(performance.timeOrigin + performance.now() + expiresInMs),
        command,
      }),
    send,
    cutLine: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server?.close(resolve));
    },
    mendLine: listen,
    stop: async () => {
      await new Promise<void>((resolve) => broker.close(() => resolve()));
      await new Promise((resolve) => server?.close(resolve));
    },
  };
  broker.on('publish', ({ topic, payload }, client) => {
    if (client === null) return;
    const bytes = Buffer.from(payload);
    if (topic !== topicOf('orders', STORE)) {
      messages.set(topic, [...(messages.get(topic) ?? []), JSON.parse(bytes.toString())]);
      return;
    }
    const decoded = decodeEvents(bytes);
    if (!decoded.ok) throw new Error(`unreadable: ${decoded.error.type}`);
    const received = decoded.value.map(({ text, value }) => ({
      event: value as OrderEvent,
      hash: sha256(text),
    }));
    events.push(...received);
    if (self.autoAcknowledge) self.acknowledgeEvents(received);
  });
  return self;
}

export const epochState = (
  rest: Partial<Acknowledgement['epochs'][number]>,
): Acknowledgement['epochs'][number] => ({
  journal_epoch: 1,
  acked_through: 0,
  acked: [],
  parked: [],
  complete_through: 0,
  watermark_hash: null,
  backed_up_through: 0,
  ...rest,
});
