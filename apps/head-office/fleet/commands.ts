import {
  canonicalText,
  type Command,
  type CommandMessage,
  commandSchema,
  filterOf,
  parseTopic,
  topicOf,
} from '@tillwire/contract';
import { type StoreCode, utcInstant } from '@tillwire/domain';
import {
  type BrokerAddress,
  type Clock,
  createMqttLink,
  type Ids,
  type Log,
  type MqttLink,
  Problem,
  repeat,
  type Service,
} from '@tillwire/runtime';
import type { Signer } from '../state-dir.ts';
import {
  type CommandPlace,
  expireCommands,
  insertCommand,
  listCommands,
  openCommands,
  readCommand,
  type SentCommand,
} from '../store/command-store.ts';
import type { Database } from '../store/database.ts';
import { isServed, listStores } from '../store/fleet-store.ts';

/** Commands to stores, for the API and the command line. */
export interface CommandDesk {
  /** Queues a command for each store; the fleet worker sends it until it is answered or expires. */
  readonly send: (asked: {
    readonly stores: readonly StoreCode[];
    readonly command: Command;
    readonly by: string;
    readonly lifeMs: number;
  }) => Promise<readonly SentCommand[]>;
  readonly read: (commandId: string) => Promise<SentCommand>;
  /** Newest first; older than `before`, if that is given. */
  readonly list: (
    store: StoreCode | null,
    limit: number,
    before?: CommandPlace,
  ) => Promise<readonly SentCommand[]>;
}

export const DEFAULT_LIFE_MS = 15 * 60_000;

/** What is sent by Head Office itself, as a step of something larger. */
const OWN_WORDS: ReadonlySet<Command['name']> = new Set([
  'enrol',
  'rotate',
  'trust',
  'trust-broker',
]);

export function createCommandDesk({
  db,
  clock,
  ids,
}: {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: Ids;
}): CommandDesk {
  return {
    send: async ({ stores, command, by, lifeMs }) => {
      const known = new Set((await listStores(db)).filter(isServed).map(({ store }) => store));
      const strangers = stores.filter((store) => !known.has(store));
      if (strangers.length > 0) {
        throw new Problem(
          404,
          'unknown-store',
          `not a store of the chain: ${strangers.join(', ')}`,
        );
      }
      const asked = commandSchema.shape.command.parse(command);
      if (OWN_WORDS.has(asked.name)) {
        throw new Problem(
          400,
          'not-by-hand',
          `${asked.name} is sent by Head Office itself, when credentials or keys are rotated`,
        );
      }
      const nowMs = clock.nowMs();
      const sent = stores.map((store) => ({
        commandId: ids.uuid(),
        store,
        command: asked,
        sentBy: by,
        createdAtMs: nowMs,
        expiresAtMs: nowMs + lifeMs,
      }));
      for (const one of sent) await insertCommand(db, one);
      return sent.map((one) => ({ ...one, outcome: null, detail: '', answeredAtMs: null }));
    },
    read: async (commandId) => {
      const found = await readCommand(db, commandId);
      if (found === null) throw new Problem(404, 'unknown-command', `no command ${commandId}`);
      return found;
    },
    list: (store, limit, before) => listCommands(db, { store, limit, before }),
  };
}

export interface CommandSenderDeps {
  readonly db: Database;
  readonly broker: BrokerAddress;
  readonly clientId: string;
  readonly sign: Signer;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

/** Commands of other processes are noticed within this. */
const POLL_MS = 100;

/**
 * Sends commands: each at once, and again at every birth and heartbeat of its store until it is answered or
 * expires. The answers come by ingest.
 */
export const createCommandSender = (deps: CommandSenderDeps): Service => ({
  name: 'fleet',
  run: async (signal) => {
    const { log, db, clock } = deps;
    const sent = new Set<string>();
    const heard = new Set<StoreCode>();
    const link = createMqttLink({
      broker: deps.broker,
      clientId: deps.clientId,
      subscriptions: [filterOf('state'), filterOf('health')],
      onUp: () => sent.clear(),
      onDown: () => undefined,
      onMessage: ({ topic, done }) => {
        const store = parseTopic(topic)?.store;
        if (store !== undefined) heard.add(store);
        done();
      },
      log,
      ids: deps.ids,
    });
    link.start();
    await repeat(
      POLL_MS,
      signal,
      async () => {
        if (!link.isUp()) return;
        await expireCommands(db, clock.nowMs());
        const open = await openCommands(db, clock.nowMs());
        const again = new Set(heard);
        heard.clear();
        for (const command of open) {
          if (sent.has(command.commandId) && !again.has(command.store)) continue;
          sent.add(command.commandId);
          await sendCommand(link, deps, command);
        }
      },
      (error) => log.error({ err: error }, 'commands could not be sent; trying again'),
    );
    await link.stop();
  },
});

async function sendCommand(
  link: MqttLink,
  { sign, log }: CommandSenderDeps,
  { commandId, store, command, expiresAtMs }: SentCommand,
): Promise<void> {
  const topic = topicOf('command', store);
  const content: Omit<CommandMessage, 'number' | 'signatures'> = {
    command_id: commandId,
    expires_at: utcInstant(expiresAtMs),
    command,
  };
  const outcome = await link.publish(topic, canonicalText(sign(topic, content)));
  log.info({ store, command: command.name, outcome }, 'command sent');
}
