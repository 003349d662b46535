import { createInterface } from 'node:readline';
import process from 'node:process';
import { JoinError, joinKiosk } from '@tillwire/kiosk';
import { systemClock, systemIds } from '@tillwire/runtime';
import { type Command, required, UsageError, wholeNumber } from './command.ts';

/** The command by which a machine becomes a store's kiosk. */
export const joinCommand: Command = {
  name: 'kiosk join',
  positionals: ['FILE'],
  summary: 'make this machine a store’s kiosk, out of the join file of `tillwire store provision`',
  options: {
    code: { type: 'string', value: 'CODE', help: 'its one-time code; asked for when missing' },
    dir: { type: 'string', value: 'DIR', help: 'where everything of the kiosk goes' },
    host: { type: 'string', value: 'HOST', help: 'where its pages listen', default: '127.0.0.1' },
    port: { type: 'string', value: 'P', help: 'and on which port', default: '8080' },
    renew: {
      type: 'boolean',
      help: 'DIR is this store’s kiosk already: new credentials, everything sold stays',
    },
    offline: { type: 'boolean', help: 'do not ask the broker: the line comes later' },
  },
  run: async (args, { print, complain }) => {
    const [file = ''] = args.positionals;
    const folder = required(args, 'dir');
    const port = wholeNumber(args, 'port', { least: 0, most: 65_535, fallback: 8080 });
    const code = args.text('code') ?? (await askCode());
    try {
      const { store, name, environment, epoch } = await joinKiosk({
        file,
        code,
        folder,
        http: { host: args.text('host') ?? '', port },
        renew: args.flag('renew'),
        offline: args.flag('offline'),
        clock: systemClock,
        ids: systemIds,
      });
      print(`This machine is ${store}, ${name}. Its environment: ${environment}`);
      if (epoch !== null) {
        print(
          `The store sold before: this machine begins epoch ${epoch}, with order numbers above.`,
        );
        print('It sells once Head Office or a manager has confirmed its clock.');
      }
      print(`Start it:  tillwire kiosk --env ${environment}`);
      print('Or as services:  tillwire install-services kiosk');
      return 0;
    } catch (error) {
      if (!(error instanceof JoinError)) throw error;
      complain(`tillwire: ${error.message}`);
      return 1;
    }
  },
};

/** From the keyboard or a pipe: there it shows in no list of processes. @throws {UsageError} */
async function askCode(): Promise<string> {
  process.stderr.write('One-time code: ');
  for await (const line of createInterface({ input: process.stdin })) return line.trim();
  throw new UsageError('--code is required');
}
