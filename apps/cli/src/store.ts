import type { Command as StoreCommand } from '@tillwire/contract';
import { isStoreCode } from '@tillwire/domain';
import { createCommandDesk, DEFAULT_LIFE_MS, listStores } from '@tillwire/head-office';
import { pause } from '@tillwire/runtime';
import { type Arguments, type Command, UsageError, wholeNumber } from './command.ts';
import { type Env, withOffice } from './office.ts';

const NAMES = ['ping', 'resync', 'close-day', 'backup', 'log-level'] as const;
const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
const LOOK_EVERY_MS = 200;

/** @throws {UsageError} */
function commandOf(args: Arguments): StoreCommand {
  const name = NAMES.find((one) => one === args.positionals[1]);
  if (name === undefined) {
    throw new UsageError(`a store knows ${NAMES.join(', ')}, not ${args.positionals[1]}`);
  }
  // By hand it is the catalogue that is read anew: journals are asked for by Head Office itself.
  if (name === 'resync') return { name, journal: [], catalogue: true };
  if (name !== 'log-level') return { name };
  const level = LEVELS.find((one) => one === args.text('level'));
  if (level === undefined) throw new UsageError(`--level takes ${LEVELS.join(', ')}`);
  return { name, level };
}

/** The commands about stores. */
export const storeCommands = (env: Env): readonly Command[] => [
  {
    name: 'store list',
    summary: 'tell the stores, and whether their line is up',
    options: { json: { type: 'boolean', help: 'print one JSON document' } },
    run: (args, terminal) =>
      withOffice(env, terminal, async ({ db }) => {
        const stores = await listStores(db);
        if (args.flag('json')) return terminal.print(JSON.stringify({ stores }));
        for (const { store, name, provisionedAtMs, revokedAtMs, online } of stores) {
          const standing =
            revokedAtMs !== null
              ? 'revoked'
              : provisionedAtMs === null
                ? 'not provisioned'
                : 'served';
          const line = online === null ? 'never came' : online ? 'online' : 'offline';
          terminal.print(`${store.padEnd(6)}${standing.padEnd(17)}${line.padEnd(12)}${name}`);
        }
      }),
  },
  {
    name: 'store command',
    positionals: ['STORE', 'COMMAND'],
    summary: `send a store one of ${NAMES.join(', ')}, and wait for what became of it`,
    options: {
      level: { type: 'string', value: 'LEVEL', help: 'of log-level' },
      life: { type: 'string', value: 'S', help: 'seconds until it expires', default: '900' },
      wait: { type: 'string', value: 'S', help: 'seconds to wait for the answer', default: '10' },
      by: { type: 'string', value: 'WHO', help: 'who does it', default: 'command line' },
      json: { type: 'boolean', help: 'print one JSON document' },
    },
    run: async (args, terminal) => {
      const [store = ''] = args.positionals;
      if (!isStoreCode(store)) throw new UsageError(`STORE is a code such as S03, not ${store}`);
      const command = commandOf(args);
      const life = wholeNumber(args, 'life', {
        least: 1,
        most: 2_592_000,
        fallback: DEFAULT_LIFE_MS / 1000,
      });
      const wait = wholeNumber(args, 'wait', { least: 0, most: 3600, fallback: 10 });
      let failed = false;
      const code = await withOffice(env, terminal, async (tools) => {
        const desk = createCommandDesk(tools);
        const by = args.text('by') ?? '';
        const [sent] = await desk.send({ stores: [store], command, by, lifeMs: life * 1000 });
        if (sent === undefined) return;
        let now = sent;
        for (let left = wait * 1000; left > 0 && now.outcome === null; left -= LOOK_EVERY_MS) {
          await pause(LOOK_EVERY_MS);
          now = await desk.read(sent.commandId);
        }
        failed = now.outcome !== null && now.outcome !== 'done';
        terminal.print(
          args.flag('json')
            ? JSON.stringify(now)
            : `${store} ${command.name}: ${now.outcome ?? 'not answered yet'}${now.detail === '' ? '' : ` (${now.detail})`}`,
        );
      });
      return code === 0 && failed ? 1 : code;
    },
  },
];
