import { booksOfSummary } from '@tillwire/contract';
import {
  addStatistics,
  type BusinessDate,
  businessDate,
  type DayBooks,
  dayFiles,
  dayStatistics,
  isBusinessDate,
  poundsAndPence,
  weekdayOf,
} from '@tillwire/domain';
import {
  backUp,
  DamagedFileError,
  type Desk,
  openDesk,
  parseKioskConfig,
  restoreBackup,
  RestoreError,
  verifyBackup,
  withOpenBackup,
  writeDayFiles,
} from '@tillwire/kiosk';
import {
  backupKeyOf,
  backupKeyVariables,
  createLog,
  parseConfig,
  SealedFileError,
  systemClock,
  systemIds,
} from '@tillwire/runtime';
import { z } from 'zod';
import { type Command, type Terminal, UsageError } from './command.ts';
import { explained } from './explained.ts';

type Env = Readonly<Record<string, string | undefined>>;

function dateOf(text: string | undefined): BusinessDate {
  if (text === undefined || !isBusinessDate(text)) {
    throw new UsageError(`DATE is a date, YYYY-MM-DD, not ${text ?? 'missing'}`);
  }
  return businessDate(text);
}

const withDesk = (env: Env, terminal: Terminal, work: (desk: Desk) => Promise<number>) =>
  explained(terminal, async () => {
    const desk = await openDesk(parseKioskConfig(env), {
      clock: systemClock,
      ids: systemIds,
      log: createLog('day', 'warn'),
    });
    try {
      return await work(desk);
    } finally {
      await desk.close();
    }
  });

/** The trading day of the kiosk whose configuration the environment holds. */
export const dayCommands = (env: Env): readonly Command[] => [
  {
    name: 'day reading',
    summary: 'the X reading: what the Z would say now',
    options: { json: { type: 'boolean', help: 'print one JSON document' } },
    run: (args, terminal) =>
      withDesk(env, terminal, async ({ books }) => {
        const reading = await books.reading();
        if (args.flag('json')) terminal.print(JSON.stringify(reading));
        else {
          terminal.print(`${reading.businessDate}: ${reading.orders} orders`);
          terminal.print(`${'sales'.padEnd(14)}${poundsAndPence(reading.gross)}`);
          for (const [name, { count, amount }] of Object.entries(reading.tenders)) {
            if (count > 0)
              terminal.print(`${name.padEnd(14)}${poundsAndPence(amount)} in ${count}`);
          }
        }
        return 0;
      }),
  },
  {
    name: 'day close',
    summary: 'the Z reading: closes the open day, and any forgotten before it',
    run: (_args, terminal) =>
      withDesk(env, terminal, async ({ books }) => {
        const closed = await books.close();
        if (!closed.ok) {
          terminal.complain(`tillwire: ${closed.error.type}`);
          return 1;
        }
        const { date, revision, totals } = closed.value.summary;
        terminal.print(`${date} is closed, revision ${revision}: ${poundsAndPence(totals.gross)}`);
        return 0;
      }),
  },
  {
    name: 'day export',
    positionals: ['DATE', 'FOLDER'],
    summary: 'write the four files of a closed day under FOLDER/DATE',
    run: ({ positionals: [date, folder = ''] }, terminal) =>
      withDesk(env, terminal, async ({ books }) => {
        const issue = await books.issue(dateOf(date));
        if (issue === null) return notClosed(terminal, date);
        await writeDayFiles(folder, issue.summary);
        for (const { name } of dayFiles(booksOfSummary(issue.summary))) {
          terminal.print(`${folder}/${issue.summary.date}/${name}`);
        }
        return 0;
      }),
  },
  {
    name: 'day rebuild',
    positionals: ['DATE'],
    summary: 'work a closed day out again from its orders and compare every byte of its files',
    run: ({ positionals: [date] }, terminal) =>
      withDesk(env, terminal, async ({ books, days }) => {
        const day = dateOf(date);
        const issue = await books.issue(day);
        if (issue === null) return notClosed(terminal, date);
        const issued = booksOfSummary(issue.summary);
        const statistics = addStatistics([dayStatistics(await days.ordersOf(day))]);
        const rebuilt: DayBooks = {
          ...issued,
          statistics,
          weekVat: [...issued.weekVat.slice(0, weekdayOf(day) - 1), statistics.vat],
        };
        const again = dayFiles(rebuilt);
        const differing = dayFiles(issued).filter(({ text }, at) => text !== again[at]?.text);
        for (const { name } of differing) terminal.complain(`${name} comes out otherwise`);
        if (differing.length === 0) terminal.print(`${day}: the same bytes`);
        return differing.length === 0 ? 0 : 1;
      }),
  },
];

function notClosed({ complain }: Terminal, date: string | undefined): number {
  complain(`tillwire: ${date} has no Z yet`);
  return 1;
}

/** Backups of the kiosk whose configuration the environment holds. */
export const backupCommands = (env: Env): readonly Command[] => [
  {
    name: 'backup',
    positionals: ['FOLDER?'],
    summary: 'back this kiosk up while it sells, and read the backup back whole',
    options: { keep: { type: 'string', value: 'N', help: 'how many are kept', default: '14' } },
    run: (args, terminal) =>
      told(terminal, async () => {
        const { database, store, backupDir, backupKey: key } = parseKioskConfig(env);
        if (!('path' in database)) {
          terminal.complain('tillwire: PostgreSQL is backed up by pg_dump or its own base backups');
          return 1;
        }
        const keep = Number(args.text('keep'));
        if (!Number.isInteger(keep) || keep < 1) {
          throw new UsageError(`--keep takes a whole number from 1, not ${args.text('keep')}`);
        }
        const folder = args.positionals[0] ?? backupDir;
        const nowMs = systemClock.nowMs();
        const options = { store, folder, nowMs, keep, key };
        const { file, bytes, report } = await backUp(database.path, options);
        const how = key === null ? 'whole' : 'whole and sealed';
        terminal.print(`${file}: ${bytes} bytes, ${report.orders} orders, ${how}`);
        return 0;
      }),
  },
  {
    name: 'verify',
    positionals: ['FILE'],
    summary: 'read a backup whole: every page, every event, every link of the journal',
    run: ({ positionals: [file = ''] }, terminal) =>
      told(terminal, async () => {
        const key = backupKeyOf(parseConfig(z.object(backupKeyVariables), env));
        const found = await withOpenBackup(file, key, verifyBackup);
        const { store, epoch, seq, events, orders } = found;
        terminal.print(
          `${file} is whole: ${store}, ${orders} orders, ${events} events, journal ${epoch}/${seq}`,
        );
        return 0;
      }),
  },
  {
    name: 'restore',
    positionals: ['FILE'],
    summary: 'put a backup in the place of this kiosk’s database and begin a new epoch on it',
    run: ({ positionals: [file = ''] }, terminal) =>
      told(terminal, async () => {
        const { database, store, day, backupKey } = parseKioskConfig(env);
        if (!('path' in database)) {
          terminal.complain('tillwire: restore PostgreSQL by its own tools, then run this kiosk');
          return 1;
        }
        const begun = await withOpenBackup(file, backupKey, (backup) =>
          restoreBackup({
            backup,
            target: database.path,
            store,
            rules: day,
            clock: systemClock,
            ids: systemIds,
          }),
        );
        if (begun.keptAs !== null) terminal.print(`what was there is kept as ${begun.keptAs}`);
        terminal.print(`restored: epoch ${begun.epoch}, next order ${begun.nextSequence}`);
        terminal.print('It sells once Head Office or a manager has confirmed its clock.');
        return 0;
      }),
  },
];

const told = (terminal: Terminal, work: () => Promise<number>): Promise<number> =>
  explained(terminal, async () => {
    try {
      return await work();
    } catch (error) {
      const isTheFile = error instanceof DamagedFileError || error instanceof SealedFileError;
      if (!(isTheFile || error instanceof RestoreError || isMissing(error))) throw error;
      terminal.complain(`tillwire: ${error.message}`);
      return 1;
    }
  });

const isMissing = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';
