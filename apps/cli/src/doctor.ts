import { ConfigError } from '@tillwire/runtime';
import { type Command, required, UsageError } from './command.ts';
import { fault, type Finding } from './doctor-findings.ts';
import type { Env } from './office.ts';

/** What is looked over; only that part of the software is loaded. */
const LOOKS: Readonly<
  Record<string, (env: Env, folder: () => string) => Promise<readonly Finding[]>>
> = {
  kiosk: async (env) => (await import('./doctor-kiosk.ts')).kioskFindings(env),
  'head-office': async (env) => (await import('./doctor-office.ts')).headOfficeFindings(env),
  broker: async (_env, folder) => (await import('./doctor-broker.ts')).brokerFindings(folder()),
};

/** The command that looks an installation over. */
export const doctorCommand = (env: Env): Command => ({
  name: 'doctor',
  positionals: ['WHAT'],
  summary:
    'look this installation of kiosk, head-office or broker over, with a remedy for each finding; exit code 1 when there is a fault',
  options: {
    dir: { type: 'string', value: 'DIR', help: 'of broker: the folder broker init made' },
    json: { type: 'boolean', help: 'print one JSON document' },
  },
  run: async (args, { print }) => {
    const [what = ''] = args.positionals;
    const lookOver = LOOKS[what];
    if (lookOver === undefined) {
      throw new UsageError(`WHAT is one of ${Object.keys(LOOKS).join(', ')}, not ${what}`);
    }
    let findings: readonly Finding[];
    try {
      findings = await lookOver(env, () => required(args, 'dir'));
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      const remedy = 'mend the environment file; --env FILE names it';
      findings = [fault('configuration', error.message, remedy)];
    }
    if (args.flag('json')) print(JSON.stringify({ findings }));
    else {
      for (const { state, what: seen, remedy } of findings) {
        print(`${state.padEnd(8)} ${seen}`);
        if (remedy !== '') print(`         → ${remedy}`);
      }
    }
    return findings.some(({ state }) => state === 'fault') ? 1 : 0;
  },
});
