import process from 'node:process';
import { backupCommands, dayCommands } from './books.ts';
import { brokerCommands } from './broker.ts';
import { catalogueCheck } from './catalogue.ts';
import { catalogueOfficeCommands } from './catalogue-office.ts';
import { type Command, required, runCommand, type Terminal, wholeNumber } from './command.ts';
import { demoCommand } from './demo.ts';
import { withEnvFile } from './env-file.ts';
import { headOfficeCommands } from './head-office.ts';
import { joinCommand } from './join.ts';
import { kioskCommands } from './kiosk.ts';
import { provisionCommands } from './provision.ts';
import { labCommands } from './lab.ts';
import { storeCommands } from './store.ts';

const stopping = new AbortController();
/** The first signal asks what runs to finish, the second ends it as it is. */
const stop = (): void => {
  if (stopping.signal.aborted) process.exit(1);
  stopping.abort();
};
process.on('SIGTERM', stop);
process.on('SIGINT', stop);

const { env, argv, fault } = withEnvFile(process.argv.slice(2), process.env);

const commands: readonly Command[] = [
  {
    name: 'catalogue check',
    positionals: ['PATH'],
    summary: 'read a legacy menu set (a folder or a ZIP) and tell everything that is wrong with it',
    options: {
      shop: { type: 'string', value: 'N', help: 'the shop whose tables to read, 1 to 9999' },
      json: { type: 'boolean', help: 'print one JSON document' },
    },
    run: (args, { print }) => {
      required(args, 'shop');
      const shop = wholeNumber(args, 'shop', { least: 1, most: 9999, fallback: 1 });
      return catalogueCheck(
        { path: args.positionals[0] ?? '', shop, json: args.flag('json') },
        print,
      );
    },
  },
  demoCommand({ signal: stopping.signal }),
  ...kioskCommands({ env, signal: stopping.signal }),
  ...headOfficeCommands({ env, signal: stopping.signal }),
  ...catalogueOfficeCommands(env),
  ...storeCommands(env),
  ...provisionCommands(env),
  joinCommand,
  ...dayCommands(env),
  ...backupCommands(env),
  ...brokerCommands,
  ...labCommands,
];

const terminal: Terminal = {
  print: (line) => process.stdout.write(`${line}\n`),
  complain: (line) => process.stderr.write(`${line}\n`),
};
if (fault === null) process.exitCode = await runCommand(commands, argv, terminal);
else {
  terminal.complain(`tillwire: ${fault}`);
  process.exitCode = 2;
}
