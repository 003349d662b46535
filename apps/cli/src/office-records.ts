import { readFileSync, writeFileSync } from 'node:fs';
import { addDays, type BusinessDate, isBusinessDate, isStoreCode } from '@tillwire/domain';
import {
  authoritiesOf,
  backUpOffice,
  csvOf,
  importJournal,
  listOrders,
  type OfficeBackup,
  restoreOffice,
  rotateSigningKey,
  trustBroker,
  verifyOfficeBackup,
  verifyRollups,
} from '@tillwire/head-office';
import { backupKeyOf, backupKeyVariables, createLog, parseConfig } from '@tillwire/runtime';
import { z } from 'zod';
import { audited } from './audited.ts';
import { type Arguments, type Command, required, UsageError } from './command.ts';
import { type Env, type OfficeTools, withOffice } from './office.ts';

const BY = { type: 'string', value: 'WHO', help: 'who does it', default: 'command line' } as const;
const PAGE = 500;

const keyOf = (env: Env) => backupKeyOf(parseConfig(z.object(backupKeyVariables), env));

const backupDeps = (env: Env, tools: OfficeTools) => ({
  ...tools,
  key: keyOf(env),
  databaseUrl: env['DATABASE_URL'] ?? '',
  searchPath: env['PATH'] ?? '',
  log: createLog('tillwire', 'warn'),
});

const rowsIn = ({ rows }: OfficeBackup['contents']): number =>
  Object.values(rows).reduce((sum, count) => sum + count, 0);

/** What keeps and moves Head Office's records. */
export const officeRecordCommands = (env: Env): readonly Command[] => [
  {
    name: 'head-office backup',
    positionals: ['FOLDER'],
    summary:
      'dump the database, restore the dump and compare it, and let the stores prune behind it',
    run: ({ positionals: [folder = ''] }, terminal) =>
      withOffice(env, terminal, async (tools) => {
        const { file, bytes, contents } = await backUpOffice(backupDeps(env, tools), folder);
        const how = keyOf(env) === null ? '' : 'sealed, ';
        terminal.print(
          `${file}: ${bytes} bytes, ${rowsIn(contents)} rows, ${how}restored and the same`,
        );
      }),
  },
  {
    name: 'head-office verify',
    positionals: ['FILE'],
    summary: 'restore a backup beside the database and compare it with what it was made of',
    run: ({ positionals: [file = ''] }, terminal) =>
      withOffice(env, terminal, async (tools) => {
        const contents = await verifyOfficeBackup(backupDeps(env, tools), file);
        terminal.print(
          `${file} is whole: ${contents.rows['orders'] ?? 0} orders, ${contents.rows['journal'] ?? 0} events, ${contents.journals.length} journals`,
        );
      }),
  },
  {
    name: 'head-office restore',
    positionals: ['FILE'],
    summary: 'put a backup into an empty database; what it lacks comes back from the stores',
    run: ({ positionals: [file = ''] }, terminal) =>
      withOffice(env, terminal, async (tools) => {
        const { rows } = await restoreOffice(backupDeps(env, tools), file);
        terminal.print(
          `${file} is put back: ${rows['orders'] ?? 0} orders, ${rows['journal'] ?? 0} events`,
        );
        terminal.print('Start Head Office: every store sends what is lacking.');
      }),
  },
  {
    name: 'head-office verify-sums',
    summary:
      'prove that the sums the screens show are what the orders sum to, or name where they are not',
    options: {
      from: { type: 'string', value: 'DATE', help: 'business date, included' },
      to: { type: 'string', value: 'DATE', help: 'business date, included' },
    },
    run: async (args, terminal) => {
      const period = { from: dateOf(args, 'from'), to: dateOf(args, 'to') };
      let differs = false;
      const code = await withOffice(env, terminal, async ({ db }) => {
        const differences = await verifyRollups(db, period);
        for (const { rollup, store, date, key, rolledUp, orders } of differences) {
          terminal.complain(
            `${rollup} ${store} ${date} ${key}: ${rolledUp.join(', ')}, but the orders sum to ${orders.join(', ')}`,
          );
        }
        differs = differences.length > 0;
        if (!differs) terminal.print(`${period.from} to ${period.to}: the sums are right`);
      });
      return code === 0 && differs ? 1 : code;
    },
  },
  {
    name: 'head-office import-journal',
    positionals: ['FILE'],
    summary:
      'take in what `tillwire kiosk export-journal` wrote, by the same checks as by the line',
    options: { by: BY },
    run: async ({ positionals: [file = ''], text }, terminal) => {
      let parkedAny = false;
      const code = await withOffice(env, terminal, async (tools) => {
        const log = createLog('tillwire', 'warn');
        const { store, events, parked } = await audited(
          tools,
          { actor: text('by') ?? '', action: 'import-journal', subject: file },
          () => importJournal({ ...tools, log }, file),
        );
        terminal.print(`${store}: ${events} events taken in, ${parked.length} of them parked`);
        for (const { reason, detail } of parked) terminal.complain(`  ${reason}: ${detail}`);
        parkedAny = parked.length > 0;
      });
      return code === 0 && parkedAny ? 1 : code;
    },
  },
  {
    name: 'head-office rotate-signing-key',
    summary: 'begin to sign by a second key, or end the first once every store believes the second',
    options: { by: BY },
    run: (args, terminal) =>
      withOffice(env, terminal, async (tools) => {
        // Makes the directory and a first key where there is none.
        tools.keys();
        const by = args.text('by') ?? '';
        const rotation = await audited(
          tools,
          { actor: by, action: 'rotate-signing-key', subject: 'signing key' },
          () => rotateSigningKey({ ...tools, folder: env['HO_STATE_DIR'] ?? '', by }),
        );
        if (rotation.type === 'overlapping') {
          terminal.print(`Key ${rotation.key} signs beside the one before.`);
          terminal.print(`Awaited: ${rotation.awaited.join(', ')}. Run this again once they came.`);
        } else {
          terminal.print(
            `Every store believes ${rotation.key}; ended: ${rotation.retired.join(', ')}`,
          );
        }
      }),
  },
  {
    name: 'head-office trust-broker',
    positionals: ['FILE'],
    summary:
      'tell every store which authorities may vouch for the broker from now on: the certificates in FILE',
    options: { by: BY },
    run: async (args, terminal) => {
      const [file = ''] = args.positionals;
      let isAwaited = false;
      const code = await withOffice(env, terminal, async (tools) => {
        const by = args.text('by') ?? '';
        const authorities = authoritiesOf(readText(file));
        const awaited = await audited(
          tools,
          { actor: by, action: 'trust-broker', subject: file },
          () => trustBroker(tools, authorities, by),
        );
        isAwaited = awaited.length > 0;
        terminal.print(
          isAwaited
            ? `Told; awaited: ${awaited.join(', ')}. Run this again once they came.`
            : `Every store believes the ${authorities.length} in ${file}, and no other.`,
        );
      });
      return code === 0 && isAwaited ? 1 : code;
    },
  },
];

/** @throws {UsageError} */
function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} can't be read: ${error instanceof Error ? error.message : ''}`);
  }
}

/** @throws {UsageError} */
function dateOf(args: Arguments, name: string): BusinessDate {
  const text = required(args, name);
  if (!isBusinessDate(text))
    throw new UsageError(`--${name} takes a date, 2026-11-25, not ${text}`);
  return text;
}

const COLUMNS = [
  'globalOrderId',
  'store',
  'businessDate',
  'createdAt',
  'revision',
  'status',
  'kind',
  'channel',
  'vatBasis',
  'paymentMethod',
  'crewId',
  'catalogVersion',
  'total',
  'net',
  'vat',
] as const;

/** Orders out of Head Office, for a spreadsheet. */
export const orderCommands = (env: Env): readonly Command[] => [
  {
    name: 'orders export',
    positionals: ['FILE'],
    summary: 'write orders at their newest revision as CSV; amounts in pence',
    options: {
      store: { type: 'string', value: 'STORE', help: 'only of this one' },
      from: { type: 'string', value: 'DATE', help: 'business date, included' },
      to: { type: 'string', value: 'DATE', help: 'business date, included' },
    },
    run: (args, terminal) => {
      const [file = ''] = args.positionals;
      const store = args.text('store');
      if (store !== undefined && !isStoreCode(store)) {
        throw new UsageError(`--store takes a code such as S03, not ${store}`);
      }
      const [from, to] = [dateOf(args, 'from'), dateOf(args, 'to')];
      return withOffice(env, terminal, async ({ db }) => {
        const rows: (string | number | null)[][] = [];
        for (let date = from; date <= to; date = addDays(date, 1)) {
          let after: string | undefined;
          do {
            const page = await listOrders(db, { store, date, after, limit: PAGE });
            rows.push(...page.orders.map((order) => COLUMNS.map((column) => order[column])));
            after = page.next;
          } while (after !== undefined);
        }
        writeFileSync(file, csvOf(COLUMNS, rows), { flag: 'wx' });
        terminal.print(`${rows.length} orders written to ${file}`);
      });
    },
  },
];
