import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { connectAsync } from 'mqtt';
import { until } from '../waiting.ts';
import { accountOf, type BrokerOptions, initBroker, type LabBroker } from './broker.ts';
import { freePort } from './line.ts';
import { createProgram, findProgram } from './program.ts';

const NODES = ['nats-1', 'nats-2', 'nats-3'] as const;
const READY_WITHIN_MS = 60_000;

/**
 * A broker of three machines, as many as it takes to lose one: NATS nodes with JetStream, MQTT 3.1.1 over TLS: certificates, accounts and rights are those of
 * `tillwire broker init`, in NATS's words.
 */
export async function startNats(options: BrokerOptions): Promise<LabBroker> {
  const { folder, logs, env } = options;
  const files = await initBroker(options, await freePort());
  const own = dirname(files.configuration);
  const users = usersOf(readFileSync(join(own, 'dynamic-security.json'), 'utf8'), (user) =>
    accountOf(files.accounts[user] ?? ''),
  );
  const ports = await Promise.all(
    NODES.map(async () => ({
      mqtt: await freePort(),
      nats: await freePort(),
      route: await freePort(),
    })),
  );
  const routes = ports.map(({ route }) => `nats://127.0.0.1:${route}`);
  const stores = NODES.map((name) => join(folder, name));
  const nodes = NODES.map((name, at) => {
    const { mqtt = 0, nats = 0, route = 0 } = ports[at] ?? {};
    const store = stores[at] ?? '';
    mkdirSync(store);
    const configuration = join(folder, `${name}.conf`);
    const text = natsConf({ name, store, mqtt, nats, route, routes, tls: own, users });
    writeFileSync(configuration, text, { mode: 0o600 });
    return createProgram({
      name,
      command: findProgram('nats-server'),
      args: ['-c', configuration],
      env,
      ready: /Server is ready/,
      logs,
    });
  });
  await Promise.all(nodes.map((node) => node.start()));
  const ca = readFileSync(files.ca, 'utf8');
  const { MQTT_USER, MQTT_PASS } = accountOf(files.accounts['ingest'] ?? '');
  await until(
    'the cluster to take a client',
    async () => {
      const client = await connectAsync(
        `mqtts://localhost:${ports[0]?.mqtt}`,
        {
          ...(MQTT_USER === undefined ? {} : { username: MQTT_USER }),
          ...(MQTT_PASS === undefined ? {} : { password: MQTT_PASS }),
          ca,
          protocolVersion: 4,
          reconnectPeriod: 0,
          connectTimeout: 3000,
        },
        false,
      );
      await client.endAsync();
      return true;
    },
    { withinMs: READY_WITHIN_MS, everyMs: 500 },
  );
  return {
    nodes,
    ports: ports.map(({ mqtt }) => mqtt),
    version: '4',
    adminFile: null,
    identity: {
      key: readFileSync(join(own, 'server.key'), 'utf8'),
      cert: readFileSync(join(own, 'server.crt'), 'utf8'),
      ca,
    },
    account: async (user, port = ports[0]?.mqtt) => ({
      ...accountOf(files.accounts[user] ?? ''),
      MQTT_URL: `mqtts://localhost:${port}`,
      MQTT_VERSION: '4',
    }),
    wipe: (node) => {
      const store = stores[node] ?? '';
      rmSync(store, { recursive: true });
      mkdirSync(store);
    },
  };
}

interface NatsUser {
  readonly user: string;
  readonly password: string;
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/** The accounts of Mosquitto's dynamic security with their rights as subjects. */
function usersOf(
  dynamicSecurity: string,
  accountOfUser: (user: string) => Readonly<Record<string, string>>,
): readonly NatsUser[] {
  const { clients, roles } = JSON.parse(dynamicSecurity) as {
    readonly clients: readonly { readonly username: string }[];
    readonly roles: readonly {
      readonly rolename: string;
      readonly acls: readonly { readonly acltype: string; readonly topic: string }[];
    }[];
  };
  return clients
    .filter(({ username }) => username !== 'admin')
    .map(({ username }) => {
      const acls = roles.find(({ rolename }) => rolename === username)?.acls ?? [];
      const subjects = (type: string): readonly string[] =>
        acls
          .filter(({ acltype, topic }) => acltype === type && !topic.startsWith('$'))
          .map(({ topic }) => subjectOf(topic));
      return {
        user: username,
        password: accountOfUser(username)['MQTT_PASS'] ?? '',
        publish: subjects('publishClientSend'),
        // What carries the messages of QoS 1 to their subscriber.
        subscribe: [...subjects('publishClientReceive'), '$MQTT.sub.>'],
      };
    });
}

/** `stores/+/orders` as NATS writes it. */
const subjectOf = (filter: string): string =>
  filter.replaceAll('/', '.').replaceAll('+', '*').replaceAll('#', '>');

interface NatsNode {
  readonly name: string;
  readonly store: string;
  readonly mqtt: number;
  readonly nats: number;
  readonly route: number;
  readonly routes: readonly string[];
  /** Folder of the certificate and its key. */
  readonly tls: string;
  readonly users: readonly NatsUser[];
}

const list = (words: readonly string[]): string =>
  `[${words.map((word) => JSON.stringify(word)).join(', ')}]`;

const natsConf = ({ name, store, mqtt, nats, route, routes, tls, users }: NatsNode): string => `
server_name: ${name}
listen: "127.0.0.1:${nats}"
max_payload: 9437184
jetstream { store_dir: ${JSON.stringify(store)} }
cluster { name: tillwire, listen: "127.0.0.1:${route}", routes: ${list(routes)} }
system_account: SYS
accounts {
  SYS { users: [] }
  TILLWIRE {
    jetstream: enabled
    users: [
${users
  .map(
    ({ user, password, publish, subscribe }) =>
      `      { user: ${JSON.stringify(user)}, password: ${JSON.stringify(password)}, permissions: { publish: { allow: ${list(publish)} }, subscribe: { allow: ${list(subscribe)} } } }`,
  )
  .join('\n')}
    ]
  }
}
mqtt {
  listen: "127.0.0.1:${mqtt}"
  # Of each subscription; all of a client's together may come to 65,535, or the next one is refused.
  max_ack_pending: 8000
  tls { cert_file: ${JSON.stringify(join(tls, 'server.crt'))}, key_file: ${JSON.stringify(join(tls, 'server.key'))} }
}
`;
