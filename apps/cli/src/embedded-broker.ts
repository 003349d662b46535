import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { mayPublish, mayReceive, type Rights } from '@tillwire/head-office/broker/rights';
import { Aedes, type Client } from 'aedes';

/** A broker inside this process, MQTT 3.1.1 without TLS, on loopback: for the demo and for development. */
export interface EmbeddedBroker {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

export interface BrokerUser {
  readonly password: string;
  readonly rights: Rights;
}

export interface EmbeddedBrokerOptions {
  /** 0: a free one. */
  readonly port: number;
  readonly users: ReadonlyMap<string, BrokerUser>;
}

/** Messages it works on at once; Head Office holds back its acknowledgements, so this must be well above its batches. */
const CONCURRENCY = 1000;

/** Starts it; retained messages live as long as it does. @throws when the port is taken. */
export async function startEmbeddedBroker({
  port,
  users,
}: EmbeddedBrokerOptions): Promise<EmbeddedBroker> {
  const signedIn = new WeakMap<Client, Rights>();
  const rightsOf = (client: Client | null): Rights =>
    (client === null ? undefined : signedIn.get(client)) ?? { publish: [], receive: [] };
  const broker = await Aedes.createBroker({
    concurrency: CONCURRENCY,
    authenticate: (client, name, password, done) => {
      const user = users.get(name ?? '');
      const known = user !== undefined && isSame(user.password, password?.toString() ?? '');
      if (known) signedIn.set(client, user.rights);
      done(null, known);
    },
    authorizePublish: (client, { topic }, done) => {
      const may = client !== null && mayPublish(rightsOf(client), topic);
      done(may ? null : new Error(`may not publish to ${topic}`));
    },
    // A null subscription is one refused: the others of the same packet stand. It knows no shares: one would be
    // taken for a topic of that name, and nothing would ever come.
    authorizeSubscribe: (client, subscription, done) => {
      const { topic } = subscription;
      const may = !topic.startsWith('$share/') && mayReceive(rightsOf(client), topic);
      done(null, may ? subscription : null);
    },
    authorizeForward: (client, packet) =>
      mayReceive(rightsOf(client), packet.topic) ? packet : null,
  });
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    broker.handle(socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `mqtt://127.0.0.1:${address.port}`,
    stop: async () => {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      await new Promise<void>((resolve) => {
        broker.close(() => resolve());
      });
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Takes as long whatever differs. */
const isSame = (one: string, other: string): boolean => timingSafeEqual(digest(one), digest(other));
