import { versionOfFullTopic } from '@tillwire/contract';
import type { Network } from './network.ts';
import type { World } from './world.ts';

export interface BrokerClient {
  readonly name: string;
  /** Fulls are for everybody; of the other topics these. */
  readonly matches: (topic: string) => boolean;
  readonly take: (topic: string, payload: string) => void;
  readonly lose: () => void;
}

/** A broker that retains, forgets everything when it is wiped, and lets fall what the network lets fall. */
export type RetainingBroker = ReturnType<typeof createRetainingBroker>;

export function createRetainingBroker(world: World, network: Network) {
  const retained = new Map<string, string>();
  const connected = new Map<string, BrokerClient>();

  const deliver = (client: BrokerClient, topic: string, payload: string): void =>
    network.carry(() => {
      if (connected.get(client.name) === client) client.take(topic, payload);
    });
  const wants = (client: BrokerClient, topic: string): boolean =>
    versionOfFullTopic(topic) !== null || client.matches(topic);
  const giveRetained = (client: BrokerClient): void => {
    for (const [topic, payload] of retained) {
      if (wants(client, topic)) deliver(client, topic, payload);
    }
  };
  const cut = (name: string): void => {
    const client = connected.get(name);
    connected.delete(name);
    client?.lose();
  };

  return {
    connect: (client: BrokerClient) => {
      world.note(() => `${client.name} connects`);
      connected.set(client.name, client);
      giveRetained(client);
    },
    isConnected: (name: string) => connected.has(name),
    /** Everything retained comes once more. */
    subscribeAgain: (name: string) => {
      const client = connected.get(name);
      if (client !== undefined) giveRetained(client);
    },
    cut,
    /** An empty payload takes away what is retained. */
    publish: (topic: string, payload: string) => {
      if (payload === '') retained.delete(topic);
      else retained.set(topic, payload);
      for (const client of connected.values()) {
        if (wants(client, topic)) deliver(client, topic, payload);
      }
    },
    /** What somebody sends who has no business to: not retained. */
    forge: (topic: string, payload: string) => {
      for (const client of connected.values()) {
        if (wants(client, topic)) deliver(client, topic, payload);
      }
    },
    wipe: () => {
      world.note(() => 'the broker is wiped');
      retained.clear();
      for (const name of connected.keys()) cut(name);
    },
    retained: (): ReadonlyMap<string, string> => retained,
  };
}
