import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { isStoreCode, isTimeZone, parseRollover, type StoreCode } from '@tillwire/domain';
import {
  type BrokerAdmin,
  brokerAdminOf,
  createBrokerAccounts,
  createRotations,
  openRevocations,
  openStoreKeys,
  provisionStoreByFile,
  type RotationDeps,
  revokeStoreNow,
} from '@tillwire/head-office';
import { ConfigError, createCrashPoints, pause } from '@tillwire/runtime';
import { audited } from './audited.ts';
import { type Arguments, type Command, required, UsageError, wholeNumber } from './command.ts';
import { type Env, type OfficeTools, withOffice } from './office.ts';

const HOUR_MS = 3_600_000;
const LOOK_EVERY_MS = 200;
const BY = { type: 'string', value: 'WHO', help: 'who does it', default: 'command line' } as const;

/** @throws {UsageError} */
function storeOf(args: Arguments): StoreCode {
  const [store = ''] = args.positionals;
  if (isStoreCode(store)) return store;
  throw new UsageError(`STORE is a code such as S03, not ${store}`);
}

/** @throws {ConfigError} */
function adminOf(env: Env): BrokerAdmin {
  const path = env['MQTT_ADMIN'];
  const rule =
    'MQTT_ADMIN: is the path of the admin.env that `tillwire broker init` wrote, the files it names beside it';
  if (path === undefined || !existsSync(path))
    throw new ConfigError(`${rule} (${path ?? 'not set'})`);
  const admin = brokerAdminOf(readFileSync(path, 'utf8'));
  if (admin === null)
    throw new ConfigError(`${rule} (${path} holds something else, or one of them is gone)`);
  return admin;
}

/** @throws {ConfigError} */
function stateDirOf(env: Env): string {
  const folder = env['HO_STATE_DIR'];
  if (folder === undefined) throw new ConfigError('HO_STATE_DIR: is needed (not set)');
  return folder;
}

const rotationDeps = (
  env: Env,
  admin: BrokerAdmin,
  { db, clock, ids }: OfficeTools,
): RotationDeps => ({
  db,
  clock,
  ids,
  accounts: createBrokerAccounts({ admin, ids }),
  storeKey: openStoreKeys(stateDirOf(env), ids),
  revocations: openRevocations(stateDirOf(env)),
  crashPoint: createCrashPoints(env['TILLWIRE_CRASH_AT']),
});

/** Takes the place of a file that will be written, only its owner's to read. @throws {UsageError} */
function claimFile(path: string): void {
  if (existsSync(path)) throw new UsageError(`${path} is there already`);
  try {
    writeFileSync(path, '', { mode: 0o600, flag: 'wx' });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`--out ${path} can't be written: ${reason}`);
  }
}

/** The commands by which stores come, change their credentials and go. */
export const provisionCommands = (env: Env): readonly Command[] => [
  {
    name: 'store provision',
    positionals: ['STORE'],
    summary: 'make a store one of the chain’s: an account at the broker and one join file',
    options: {
      name: { type: 'string', value: 'NAME', help: 'what people call it' },
      out: { type: 'string', value: 'FILE', help: 'where the join file goes' },
      zone: { type: 'string', value: 'ZONE', help: 'its time zone', default: 'Europe/London' },
      rollover: { type: 'string', value: 'HH:MM', help: 'when its day ends', default: '04:00' },
      'broker-url': {
        type: 'string',
        value: 'URL',
        help: 'the broker as the store reaches it, when not as its admin does',
      },
      hours: { type: 'string', value: 'H', help: 'how long the file can be used', default: '72' },
      again: {
        type: 'boolean',
        help: 'a new file for a store that has one: its machine is shut out',
      },
      by: BY,
      json: { type: 'boolean', help: 'print one JSON document, the code in it' },
    },
    run: (args, terminal) => {
      const store = storeOf(args);
      const out = required(args, 'out');
      const [timeZone, rollover] = [args.text('zone') ?? '', args.text('rollover') ?? ''];
      if (!isTimeZone(timeZone)) throw new UsageError(`--zone takes a time zone, not ${timeZone}`);
      if (parseRollover(rollover) === null) {
        throw new UsageError(`--rollover takes a time of day, not ${rollover}`);
      }
      const hours = wholeNumber(args, 'hours', { least: 1, most: 720, fallback: 72 });
      // Before anything is made: the code of a file that can't be written would be lost.
      claimFile(out);
      return withOffice(env, terminal, async (tools) => {
        const admin = adminOf(env);
        const by = args.text('by') ?? '';
        const url = args.text('broker-url') ?? admin.url;
        if (!url.startsWith('mqtts://')) {
          throw new ConfigError(`a store joins over TLS only: mqtts://, not ${url}`);
        }
        const { file, code, hadJournal } = await audited(
          tools,
          { actor: by, action: 'provision-store', subject: store },
          () =>
            provisionStoreByFile(rotationDeps(env, admin, tools), {
              store,
              name: args.text('name') ?? store,
              day: { timeZone, rollover },
              broker: { url, ca: admin.ca },
              signingKeys: tools.keys(),
              lifeMs: hours * HOUR_MS,
              again: args.flag('again'),
              by,
            }),
        );
        writeFileSync(out, file);
        if (args.flag('json')) {
          return terminal.print(JSON.stringify({ store, file: out, code, hadJournal }));
        }
        terminal.print(`${store}: join file ${out}, to be used within ${hours} hours.`);
        terminal.print(`Its one-time code, told only now:  ${code}`);
        if (hadJournal)
          terminal.print('Its journal is held here: the new machine goes on above it.');
        terminal.print(`In the store:  tillwire kiosk join ${out} --code ${code} --dir DIR`);
      }).finally(() => {
        if (statSync(out).size === 0) rmSync(out);
      });
    },
  },
  {
    name: 'store revoke',
    positionals: ['STORE'],
    summary: 'end a store: its session is cut at once, it is told nothing any more',
    options: { by: BY },
    run: (args, terminal) => {
      const store = storeOf(args);
      return withOffice(env, terminal, async (tools) => {
        const by = args.text('by') ?? '';
        const deps = rotationDeps(env, adminOf(env), tools);
        await audited(tools, { actor: by, action: 'revoke-store', subject: store }, () =>
          revokeStoreNow(deps, store, by),
        );
        terminal.print(`${store} is revoked. What it sold and did not send comes by USB stick:`);
        terminal.print(
          '  tillwire kiosk export-journal FILE, then tillwire head-office import-journal FILE',
        );
      });
    },
  },
  {
    name: 'store rotate',
    positionals: ['STORE'],
    summary: 'give a store a new credential; the old one goes once the new one is proven in use',
    options: {
      by: BY,
      wait: { type: 'string', value: 'S', help: 'seconds to wait until it is done', default: '30' },
    },
    run: async (args, terminal) => {
      const store = storeOf(args);
      const wait = wholeNumber(args, 'wait', { least: 0, most: 3600, fallback: 30 });
      let isDone = false;
      const code = await withOffice(env, terminal, async (tools) => {
        const by = args.text('by') ?? '';
        const rotations = createRotations(rotationDeps(env, adminOf(env), tools));
        const { generation, user } = await audited(
          tools,
          { actor: by, action: 'rotate-credential', subject: store },
          () => rotations.rotate(store, by),
        );
        for (let left = wait * 1000; ; left -= LOOK_EVERY_MS) {
          await rotations.step();
          const all = await rotations.credentials(store);
          const now = all.find((one) => one.generation === generation)?.state;
          if (now === 'in-use') {
            isDone = true;
            return terminal.print(`${store} uses its new credential, ${user}; the old one is gone`);
          }
          if (now === 'dropped')
            return terminal.complain(`${store} did not take ${user}: the old one stays`);
          if (left <= 0) break;
          await pause(LOOK_EVERY_MS);
        }
        terminal.print(
          `${store} has not answered: both are valid until it does (Head Office goes on with it)`,
        );
      });
      return code === 0 && !isDone ? 1 : code;
    },
  },
];
