import { isStoreCode } from '@tillwire/domain';
import { createLog, createMqttLink, systemIds } from '@tillwire/runtime';
import { describe, expect, it } from 'vitest';
import { startEmbeddedBroker } from '../apps/cli/src/embedded-broker.ts';
import { rightsOfUser } from '../apps/head-office/fleet/broker/rights.ts';
import { brokerContract, type BrokerKind, type ContractBroker } from './harness/broker-contract.ts';
import { startMosquitto } from './harness/mosquitto.ts';
import { startStubbornBroker } from './harness/stubborn-broker.ts';
import { waitFor } from './harness/wait.ts';

const KINDS: readonly (BrokerKind & { readonly embedded: boolean })[] = [
  {
    name: 'the embedded broker',
    version: 4,
    embedded: true,
    denied: 'lost',
    oversize: 'accepted',
    shares: false,
  },
  {
    name: 'Mosquitto, MQTT 5 over TLS',
    version: 5,
    embedded: false,
    denied: 'denied',
    oversize: 'lost',
    shares: true,
  },
  {
    name: 'Mosquitto, MQTT 3.1.1 over TLS',
    version: 4,
    embedded: false,
    denied: 'accepted',
    oversize: 'lost',
    shares: true,
  },
];

async function startBroker(embedded: boolean): Promise<ContractBroker> {
  if (!embedded) return startMosquitto({ stores: ['S01', 'S02'].filter(isStoreCode) });
  const users = new Map(
    ['S01', 'S02', 'head-office'].map((user) => [
      user,
      { password: `secret of ${user}`, rights: rightsOfUser(user) },
    ]),
  );
  const { url, stop } = await startEmbeddedBroker({ port: 0, users });
  return {
    address: async (username) => ({ url, username, password: users.get(username)?.password }),
    remove: stop,
  };
}

describe.each(KINDS)('$name', (kind) => {
  brokerContract(kind, () => startBroker(kind.embedded));
});

describe('a broker that answers late', () => {
  it('never has more publishes open than its Receive Maximum', async () => {
    const broker = await startStubbornBroker({ receiveMaximum: 7 });
    const link = createMqttLink({
      broker: { url: broker.url, protocolVersion: 5 },
      clientId: 'S01-a',
      subscriptions: [],
      onUp: () => undefined,
      onDown: () => undefined,
      onMessage: () => undefined,
      log: createLog('test', 'silent'),
      ids: systemIds,
    });
    link.start();
    await waitFor('the link', () => link.isUp());
    const publishes = Array.from({ length: 50 }, () => link.publish('stores/S01/orders', 'x'));
    await waitFor('as many as it may', () => broker.open() === 7);
    while (broker.taken() < publishes.length) {
      broker.answerOne();
      await waitFor('the next ones', () => broker.open() === Math.min(7, 50 - broker.taken()));
    }
    expect(await Promise.all(publishes)).toEqual(publishes.map(() => 'accepted'));
    expect(broker.mostOpen()).toBe(7);
    await link.stop();
    await broker.close();
  });
});
