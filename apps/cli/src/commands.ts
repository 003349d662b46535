import type { Clock } from '@tillwire/runtime';
import type { Command } from './command.ts';

export interface CommandContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborts when the process is asked to end. */
  readonly signal: AbortSignal;
  /** What runs a store, runs Head Office or edits a menu goes by it. */
  readonly clock: Clock;
}

/** Commands by their first word. A process loads only what it runs: a kiosk has no use for Head Office in memory. */
const GROUPS: readonly {
  readonly words: readonly string[];
  readonly load: (context: CommandContext) => Promise<readonly Command[]>;
}[] = [
  {
    words: ['demo'],
    load: async ({ signal }) => [(await import('./demo.ts')).demoCommand({ signal })],
  },
  {
    words: ['kiosk'],
    load: async (context) => [
      ...(await import('./kiosk.ts')).kioskCommands(context),
      (await import('./join.ts')).joinCommand,
    ],
  },
  {
    words: ['head-office'],
    load: async (context) => [
      ...(await import('./head-office.ts')).headOfficeCommands(context),
      ...(await import('./office-records.ts')).officeRecordCommands(context.env),
    ],
  },
  {
    words: ['orders'],
    load: async ({ env }) => (await import('./office-records.ts')).orderCommands(env),
  },
  {
    words: ['catalogue'],
    load: async (context) => [
      (await import('./catalogue.ts')).catalogueCheckCommand,
      ...(await import('./catalogue-office.ts')).catalogueOfficeCommands(context),
    ],
  },
  {
    words: ['store'],
    load: async ({ env }) => [
      ...(await import('./store.ts')).storeCommands(env),
      ...(await import('./provision.ts')).provisionCommands(env),
    ],
  },
  {
    words: ['day', 'backup', 'verify', 'restore'],
    load: async ({ env }) => {
      const { backupCommands, dayCommands } = await import('./books.ts');
      return [...dayCommands(env), ...backupCommands(env)];
    },
  },
  {
    words: ['doctor'],
    load: async ({ env }) => [(await import('./doctor.ts')).doctorCommand(env)],
  },
  {
    words: ['migrate'],
    load: async ({ env }) => [(await import('./migrate.ts')).migrateCommand(env)],
  },
  {
    words: ['install-services'],
    load: async () => [(await import('./install-services.ts')).installServicesCommand],
  },
  { words: ['broker'], load: async () => (await import('./broker.ts')).brokerCommands },
  {
    words: ['bench', 'chaos'],
    load: async (context) => (await import('./lab.ts')).labCommands(context),
  },
  {
    words: ['simulate'],
    load: async ({ signal }) => [(await import('./simulate.ts')).simulateCommand({ signal })],
  },
];

/** The commands `argv` can mean: those of its first word, or all of them where it names none. */
export async function loadCommands(
  argv: readonly string[],
  context: CommandContext,
): Promise<readonly Command[]> {
  const word = argv.find((text) => !text.startsWith('-')) ?? '';
  const named = GROUPS.filter(({ words }) => words.includes(word));
  const groups = named.length > 0 ? named : GROUPS;
  return (await Promise.all(groups.map(({ load }) => load(context)))).flat();
}
