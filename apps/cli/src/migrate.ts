import { MigrationError, systemClock, systemIds } from '@tillwire/runtime';
import { type Command, type Terminal, UsageError } from './command.ts';
import { explained } from './explained.ts';
import { type Env, withOffice } from './office.ts';

const tell = ({ print }: Terminal, applied: readonly string[]): void => {
  for (const name of applied) print(`applied ${name}`);
  print(
    applied.length === 0
      ? 'the database is of this version'
      : 'the database is of this version now',
  );
};

/** What is migrated; only that part of the software is loaded. */
const MIGRATIONS: Readonly<Record<string, (env: Env, terminal: Terminal) => Promise<number>>> = {
  kiosk: async (env, terminal) => {
    const { migrateKioskDatabase, parseKioskConfig } = await import('@tillwire/kiosk');
    return explained(terminal, async () => {
      const { database, store } = parseKioskConfig(env);
      const deps = { store, clock: systemClock, ids: systemIds };
      tell(terminal, await migrateKioskDatabase(database, deps));
      return 0;
    });
  },
  'head-office': async (env, terminal) => {
    const { migrateHeadOffice } = await import('@tillwire/head-office');
    return withOffice(env, terminal, async ({ db }) => tell(terminal, await migrateHeadOffice(db)));
  },
};

/** The command that brings a database to this version: what each service does by itself when it starts. */
export const migrateCommand = (env: Env): Command => ({
  name: 'migrate',
  positionals: ['WHAT'],
  summary:
    'bring the database of kiosk or head-office to this version; every service does when it starts',
  run: async ({ positionals: [what = ''] }, terminal) => {
    const migrate = MIGRATIONS[what];
    if (migrate === undefined) {
      throw new UsageError(`WHAT is one of ${Object.keys(MIGRATIONS).join(', ')}, not ${what}`);
    }
    try {
      return await migrate(env, terminal);
    } catch (error) {
      if (!(error instanceof MigrationError)) throw error;
      terminal.complain(`tillwire: ${error.message}`);
      return 1;
    }
  },
});
