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

/** One that was told to stop ends without a fault of its own. */
const stoppable = (signal: AbortSignal, command: Command): Command => ({
  ...command,
  run: async (args, terminal) => {
    try {
      return await command.run(args, terminal);
    } catch (error) {
      if (!signal.aborted) throw error;
      terminal.complain('tillwire: stopped before its end');
      return 130;
    }
  },
});

/** The commands that prove the rest: on real processes, a real broker and a real PostgreSQL. */
export const labCommands = (context: { readonly signal: AbortSignal }): readonly Command[] =>
  commandsOf(context).map((command) => stoppable(context.signal, command));

const commandsOf = ({ signal }: { readonly signal: AbortSignal }): readonly Command[] => [
  {
    name: 'chaos',
    summary:
      'kill, cut, wipe and double everything by a seeded schedule while shops sell, and account for every order',
    options: {
      seed: { type: 'string', value: 'N', help: 'the same seed does the same', default: '1' },
      minutes: { type: 'string', value: 'M', help: 'how long', default: '5' },
      stores: { type: 'string', value: 'K', help: 'shops', default: '3' },
      'orders-per-minute': { type: 'string', value: 'R', help: 'of all shops', default: '300' },
      'least-orders': { type: 'string', value: 'L', help: 'goes on until so many are sold' },
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
        leastOrders: number(args, 'least-orders', 0, 10_000_000, 0),
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
      'the same faults for what the usual advice builds: how many orders does it lose and double',
    options: {
      seed: { type: 'string', value: 'N', help: 'the same seed does the same', default: '1' },
      minutes: { type: 'string', value: 'M', help: 'how long', default: '5' },
      stores: { type: 'string', value: 'K', help: 'shops', default: '3' },
      'orders-per-minute': { type: 'string', value: 'R', help: 'of all shops', default: '300' },
      'faults-per-minute': { type: 'string', value: 'F', help: 'on average', default: '10' },
      quiet: { type: 'boolean', help: 'no faults: what it does when nothing happens to it' },
      tuned: { type: 'boolean', help: 'a broker set as ours is, not as it comes' },
      json: { type: 'boolean', help: 'print one JSON document' },
    },
    run: async (args, { print, complain }) => {
      const { RIVAL_FAULTS, rivalLine, runRival } = await loadLab();
      complain(`tillwire chaos rival: of the faults of this seed: ${RIVAL_FAULTS.join(',')}`);
      const report = await runRival({
        seed: seedOf(args),
        minutes: number(args, 'minutes', 1, 1440, 5),
        stores: number(args, 'stores', 1, 50, 3),
        ordersPerMinute: number(args, 'orders-per-minute', 1, 60_000, 300),
        faultsPerMinute: number(args, 'faults-per-minute', 1, 120, 10),
        isQuiet: args.flag('quiet'),
        isTuned: args.flag('tuned'),
        signal,
        now: nowText,
        tell: (line) => complain(`tillwire chaos rival: ${line}`),
      });
      print(args.flag('json') ? JSON.stringify(report) : rivalLine(report));
      return 0;
    },
  },
  {
    name: 'chaos cluster',
    summary:
      'past one machine: three NATS nodes, two ingest workers, a standby database; each killed in turn while shops flush',
    options: {
      stores: { type: 'string', value: 'K', help: 'shops', default: '15' },
      orders: {
        type: 'string',
        value: 'N',
        help: 'flushed by each shop each time',
        default: '400',
      },
      keep: { type: 'string', value: 'DIR', help: 'keep databases and logs there' },
      json: { type: 'boolean', help: 'print one JSON document' },
    },
    run: async (args, { print, complain }) => {
      const { clusterLines, isClusterSound, runCluster } = await loadLab();
      const parts = await runCluster({
        stores: number(args, 'stores', 1, 50, 15),
        orders: number(args, 'orders', 10, 100_000, 400),
        keep: args.text('keep'),
        signal,
        now: nowText,
        tell: (line) => complain(`tillwire chaos cluster: ${line}`),
      });
      const lines = args.flag('json') ? [JSON.stringify(parts)] : clusterLines(parts);
      for (const line of lines) print(line);
      return isClusterSound(parts) ? 0 : 1;
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
