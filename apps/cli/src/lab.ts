import { utcInstant } from '@tillwire/domain';
import { systemClock } from '@tillwire/runtime';
import { type Arguments, type Command, UsageError, wholeNumber } from './command.ts';

const number = (args: Arguments, name: string, least: number, most: number, fallback: number) =>
  wholeNumber(args, name, { least, most, fallback });

/** @throws {UsageError} */
export function seedOf(args: Arguments): string {
  const seed = args.text('seed') ?? '1';
  if (/^[\w-]{1,40}$/.test(seed)) return seed;
  throw new UsageError(`--seed takes letters, digits and dashes, not ${seed}`);
}

/** @throws {UsageError} */
function instantOf(args: Arguments): number | undefined {
  const text = args.text('at');
  const atMs = text === undefined ? undefined : Date.parse(text);
  if (Number.isNaN(atMs)) throw new UsageError(`--at takes an instant, not ${text}`);
  return atMs;
}

/** @throws {UsageError} */
function brokerOf(args: Arguments): 'mosquitto' | 'nats' {
  const broker = args.text('broker');
  if (broker === 'mosquitto' || broker === 'nats') return broker;
  throw new UsageError(`--broker takes mosquitto or nats, not ${broker}`);
}

const nowText = (): string => utcInstant(systemClock.nowMs());

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
      faults: { type: 'string', value: 'KIND,…', help: 'only faults of these kinds' },
      broker: {
        type: 'string',
        value: 'KIND',
        help: 'mosquitto or nats, three nodes of it',
        default: 'mosquitto',
      },
      at: { type: 'string', value: 'INSTANT', help: 'every clock begins at 2027-03-28T00:58:00Z' },
      keep: { type: 'string', value: 'DIR', help: 'keep databases, logs and history there' },
      json: { type: 'boolean', help: 'print one JSON document' },
    },
    run: async (args, { print, complain }) => {
      const { chaosLines, runChaos } = await loadLab();
      const faultsPerMinute = number(args, 'faults-per-minute', 1, 120, 10);
      const kinds = (args.text('faults') ?? '').split(',').filter((kind) => kind !== '');
      const report = await runChaos({
        seed: seedOf(args),
        minutes: number(args, 'minutes', 1, 1440, 5),
        stores: number(args, 'stores', 1, 50, 3),
        ordersPerMinute: number(args, 'orders-per-minute', 1, 6000, 300),
        faultsPerMinute,
        kinds,
        broker: brokerOf(args),
        atMs: instantOf(args),
        signal,
        keep: args.text('keep'),
        tell: (line) => complain(`tillwire chaos: ${line}`),
      });
      const lines = args.flag('json')
        ? [JSON.stringify(report)]
        : chaosLines(report, { faultsPerMinute, kinds });
      for (const line of lines) print(line);
      return report.findings.length === 0 ? 0 : 1;
    },
  },
  {
    name: 'chaos rival',
    summary:
      'the same kills for what the usual advice builds: how many orders does it lose and double',
    options: {
      seed: { type: 'string', value: 'N', help: 'the same seed kills the same', default: '1' },
      orders: { type: 'string', value: 'K', help: 'orders to sell', default: '20000' },
      quiet: { type: 'boolean', help: 'kill nothing: what it does when nothing happens to it' },
      stores: { type: 'string', value: 'K', help: 'shops', default: '5' },
      json: { type: 'boolean', help: 'print one JSON document' },
    },
    run: async (args, { print, complain }) => {
      const { runRival } = await loadLab();
      const report = await runRival({
        seed: seedOf(args),
        orders: number(args, 'orders', 100, 1_000_000, 20_000),
        stores: number(args, 'stores', 1, 50, 5),
        kills: args.flag('quiet')
          ? { worker: 0, broker: 0, postgres: 0 }
          : { worker: 3, broker: 2, postgres: 1 },
        signal,
        now: nowText,
        tell: (line) => complain(`tillwire chaos rival: ${line}`),
      });
      const { orders, lost, doubled, unsent, kills } = report;
      print(
        args.flag('json')
          ? JSON.stringify(report)
          : `kills ${kills}, orders ${orders}, lost ${lost}, doubled ${doubled}; left in its outboxes: ${unsent}`,
      );
      return 0;
    },
  },
  {
    name: 'bench',
    summary: 'measure the budgets, each beside its limit in the same run',
    options: {
      quick: { type: 'boolean', help: 'fewer rounds: a look, not a measurement' },
      only: {
        type: 'string',
        value: 'PART,…',
        help: 'starts, visibility, flush, day, dashboards, commit, ingest, catalogue, domain, screens; and only when named: growth, fleet, week',
      },
      plot: { type: 'string', value: 'FILE', help: 'draw what growth measured there, as SVG' },
      json: { type: 'boolean', help: 'print one JSON document' },
    },
    run: async (args, { print, complain }) => {
      const { factLines, runBench, table } = await loadLab();
      const report = await runBench({
        isQuick: args.flag('quick'),
        only: (args.text('only') ?? '').split(',').filter((part) => part !== ''),
        plot: args.text('plot'),
        signal,
        now: nowText,
        tell: (line) => complain(`tillwire bench: ${line}`),
      });
      const lines = args.flag('json')
        ? [JSON.stringify(report)]
        : [factLines(report.facts), '', ...table(report.rows), ...report.failed];
      for (const line of lines) print(line);
      return report.failed.length === 0 && report.rows.every(({ isKept }) => isKept !== false)
        ? 0
        : 1;
    },
  },
];
