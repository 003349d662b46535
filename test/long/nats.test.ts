import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { isStoreCode } from '@tillwire/domain';
import { startNats } from '@tillwire/lab';
import type { BrokerAddress } from '@tillwire/runtime';
import { describe } from 'vitest';
import { brokerContract, type ContractBroker } from '../harness/broker-contract.ts';

// A broker of three machines, which takes Debian's nats-server: apt-get install nats-server.

/** Shops go to one node, Head Office to the next. */
async function startCluster(node: number): Promise<ContractBroker> {
  const folder = await mkdtemp(join(tmpdir(), 'tillwire-nats-'));
  const logs = join(folder, 'logs');
  await mkdir(logs);
  const { nodes, ports, account, identity } = await startNats({
    folder: join(folder, 'broker'),
    stores: ['S01', 'S02'],
    logs,
    env: { PATH: process.env['PATH'] ?? '' },
  });
  return {
    address: async (user): Promise<BrokerAddress> => {
      const port = ports[(isStoreCode(user) ? node : node + 1) % ports.length];
      const { MQTT_URL = '', MQTT_USER, MQTT_PASS } = await account(user, port);
      return { url: MQTT_URL, ca: identity.ca, username: MQTT_USER, password: MQTT_PASS };
    },
    remove: async () => {
      await Promise.all(nodes.map((one) => one.stop()));
      await rm(folder, { recursive: true });
    },
  };
}

describe.each([0, 1, 2])(
  'NATS, MQTT 3.1.1 over TLS, shops at node %i of three, Head Office at the next',
  (node) => {
    brokerContract(
      { name: 'NATS', version: 4, denied: 'accepted', oversize: 'accepted', shares: false },
      () => startCluster(node),
    );
  },
);
