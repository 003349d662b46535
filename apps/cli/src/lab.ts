import { type Arguments, type Command, UsageError, wholeNumber } from './command.ts';

const number = (args: Arguments, name: string, least: number, most: number, fallback: number) =>
  wholeNumber(args, name, { least, most, fallback });

/** @throws {UsageError} */
function seedOf(args: Arguments): string {
  const seed = args.text('seed') ?? '1';
  if (/^[\w-]{1,40}$/.test(seed)) return seed;
  throw new UsageError(`--seed takes letters, digits and dashes, not ${seed}`);
}

/** Only those who ask for it wait for it to be read. */
const loadLab = () => import('@tillwire/lab');

/** The commands that prove the rest: on real processes, a real broker and a real PostgreSQL. */
export const labCommands = ({ signal }: { readonly signal: AbortSignal }): readonly Command[] => [
  {
    name: 'chaos',
    summary:
      'kill, cut, wipe and double everything by a seeded schedule while shops sell, and account for every order',
    options: {
      seed: { type: 'string', value: 'N', help: 'the same seed does the same', default: '1' },
      minutes: { type: 'string', value: 'M', help: 'how long', default: '5' },
      stores: { type: 'string', value: 'K', help: 'shops', default: '3' },
      'orders-per-minute': { type: 'string', value: 'R', help: 'of all shops', default: '300' },
      'faults-per-minute': { type: 'string', value: 'F', help: 'on average', default: '10' },
      keep: { type: 'string', value: 'DIR', help: 'keep databases, logs and history there' },
      json: { type: 'boolean', help: 'print one JSON document' },
    },
    run: async (args, { print, complain }) => {
      const { chaosLines, runChaos } = await loadLab();
      const faultsPerMinute = number(args, 'faults-per-minute', 1, 120, 10);
      const report = await runChaos({
        seed: seedOf(args),
        minutes: number(args, 'minutes', 1, 1440, 5),
        stores: number(args, 'stores', 1, 50, 3),
        ordersPerMinute: number(args, 'orders-per-minute', 1, 6000, 300),
        faultsPerMinute,
        signal,
        keep: args.text('keep'),
        tell: (line) => complain(`tillwire chaos: ${line}`),
      });
      const lines = args.flag('json')
        ? [JSON.stringify(report)]
        : chaosLines(report, faultsPerMinute);
      for (const line of lines) print(line);
      return report.findings.length === 0 ? 0 : 1;
    },
  },
];
