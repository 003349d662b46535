import mqtt, { type MqttClient } from 'mqtt';
import type { StoreCode } from '@tillwire/domain';
import { type BrokerAddress, type Ids, Problem } from '@tillwire/runtime';
import { z } from 'zod';
import type { Identity } from '../broker/authority.ts';
import { roleOf } from '../broker/dynamic-security.ts';
import type { BrokerAdmin } from './broker-admin.ts';

/** The stores' accounts on a running broker; each call may be made again and changes nothing more. */
export interface BrokerAccounts {
  /** What vouches for users; null: they are known by their passwords. */
  readonly clientAuthority: Identity | null;
  /** Lets `user` in with `password` (null: by its certificate), with the rights of `store`. */
  readonly put: (store: StoreCode, user: string, password: string | null) => Promise<void>;
  /** Turns users away from now on; sessions of theirs end at once. */
  readonly drop: (users: readonly string[]) => Promise<void>;
  /** The users there are. */
  readonly users: () => Promise<readonly string[]>;
}

const REQUEST = '$CONTROL/dynamic-security/v1';
const RESPONSE = `${REQUEST}/response`;
const ANSWER_WITHIN_MS = 10_000;
/** Users asked for at once. */
const PAGE = 500;

type DynsecCommand = Readonly<Record<string, unknown>> & { readonly command: string };

const answerSchema = z.object({
  responses: z.array(
    z.object({
      command: z.string().optional(),
      error: z.string().optional(),
      correlationData: z.string().optional(),
      data: z
        .object({ totalCount: z.number().optional(), clients: z.array(z.string()).optional() })
        .optional(),
    }),
  ),
});
type DynsecAnswer = z.infer<typeof answerSchema>['responses'][number];

/** Answers that say no more than that it is so already. */
const IS_SO_ALREADY = /already exists|not found|is already a member/i;

/** Changes Mosquitto's dynamic security over MQTT, as the account `admin`. */
export function createBrokerAccounts({
  admin,
  ids,
}: {
  readonly admin: BrokerAdmin;
  readonly ids: Ids;
}): BrokerAccounts {
  const ask = (commands: readonly DynsecCommand[]): Promise<readonly DynsecAnswer[]> =>
    withConnection(admin, ids, (client) => exchange(client, commands, ids));
  const change = async (commands: readonly DynsecCommand[]): Promise<void> => {
    const faults = (await ask(commands)).filter(
      ({ error }) => error !== undefined && !IS_SO_ALREADY.test(error),
    );
    if (faults.length > 0) {
      const said = faults.map(({ command, error }) => `${command}: ${error}`).join('; ');
      throw new Problem(502, 'broker-refused', `the broker refused to change accounts: ${said}`);
    }
  };
  return {
    clientAuthority: admin.clientAuthority,
    put: (store, user, password) => {
      const roles = [{ rolename: store }];
      return change([
        { command: 'createRole', ...roleOf(store) },
        ...(password === null
          ? [{ command: 'createClient', username: user, roles }]
          : [
              { command: 'createClient', username: user, password, roles },
              // One that was there already may have another password.
              { command: 'setClientPassword', username: user, password },
            ]),
      ]);
    },
    drop: (users) => change(users.map((username) => ({ command: 'deleteClient', username }))),
    users: async () => {
      const found: string[] = [];
      for (;;) {
        const [answer] = await ask([
          { command: 'listClients', verbose: false, count: PAGE, offset: found.length },
        ]);
        const page = answer?.data?.clients ?? [];
        found.push(...page);
        if (page.length < PAGE) return found;
      }
    },
  };
}

async function withConnection<T>(
  { url, ca, username, password, cert, key }: BrokerAddress,
  ids: Ids,
  work: (client: MqttClient) => Promise<T>,
): Promise<T> {
  let client: MqttClient;
  try {
    client = await mqtt.connectAsync(
      url,
      Object.fromEntries(
        Object.entries({
          ca,
          username,
          password,
          cert,
          key,
          clientId: `admin-${ids.uuid()}`,
          reconnectPeriod: 0,
          connectTimeout: ANSWER_WITHIN_MS,
        }).filter(([, value]) => value !== undefined),
      ),
      false,
    );
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Problem(502, 'broker-away', `the broker does not let its admin in: ${reason}`);
  }
  try {
    return await work(client);
  } finally {
    await client.endAsync();
  }
}

async function exchange(
  client: MqttClient,
  commands: readonly DynsecCommand[],
  ids: Ids,
): Promise<readonly DynsecAnswer[]> {
  const correlation = ids.uuid();
  await client.subscribeAsync(RESPONSE, { qos: 1 });
  const answers: DynsecAnswer[] = [];
  const all = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Problem(504, 'broker-silent', 'the broker did not answer its admin')),
      ANSWER_WITHIN_MS,
    );
    client.on('message', (_topic, payload) => {
      const { responses } = answerSchema.parse(JSON.parse(payload.toString()));
      answers.push(...responses.filter(({ correlationData }) => correlationData === correlation));
      if (answers.length < commands.length) return;
      clearTimeout(timer);
      resolve();
    });
    client.once('close', () => {
      clearTimeout(timer);
      reject(new Problem(502, 'broker-away', 'the broker went away while it was asked'));
    });
  });
  const asked = commands.map((command) => ({ ...command, correlationData: correlation }));
  await Promise.all([
    all,
    client.publishAsync(REQUEST, JSON.stringify({ commands: asked }), { qos: 1 }),
  ]);
  client.removeAllListeners('close');
  return answers;
}
