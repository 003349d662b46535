import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import process from 'node:process';
import { isBusinessDate } from '@tillwire/domain';
import { type Arguments, type Command, UsageError, wholeNumber } from './command.ts';
import { seedOf } from './lab.ts';

/** A Friday before the clocks go back. */
const FROM = '2026-10-23';
const LINE_EVERY_MS = 10_000;

function fromOf(args: Arguments): string {
  const from = args.text('from') ?? FROM;
  if (isBusinessDate(from)) return from;
  throw new UsageError(`--from takes a date such as ${FROM}, not ${from}`);
}

/** Writes over the same line of a screen, or a line now and then where there is none. */
function progressTo(complain: (line: string) => void): (line: string) => void {
  if (process.stderr.isTTY) return (line) => process.stderr.write(`\r\u001b[2K${line}`);
  let last = Number.NEGATIVE_INFINITY;
  return (line) => {
    if (performance.now() - last < LINE_EVERY_MS) return;
    last = performance.now();
    complain(line);
  };
}

/** A chain's days on this machine, and a report of them. */
export const simulateCommand = ({ signal }: { readonly signal: AbortSignal }): Command => ({
  name: 'simulate',
  summary:
    'trade for days at real and light shops by a seed, account for every order, and draw a report',
  options: {
    seed: { type: 'string', value: 'N', help: 'the same seed plans the same', default: '1' },
    stores: { type: 'string', value: 'K', help: 'shops, each a real kiosk', default: '15' },
    days: { type: 'string', value: 'D', help: 'trading days', default: '3' },
    from: { type: 'string', value: 'DATE', help: 'the first of them', default: FROM },
    'orders-per-day': {
      type: 'string',
      value: 'R',
      help: 'of a usual shop on a usual weekday',
      default: '200',
    },
    'seconds-per-day': {
      type: 'string',
      value: 'S',
      help: 'real time a day takes where the machine keeps up',
      default: '75',
    },
    light: {
      type: 'string',
      value: 'K',
      help: 'further shops that are only a line and a journal',
      default: '0',
    },
    'light-orders-per-day': { type: 'string', value: 'R', help: 'of each of those', default: '12' },
    report: {
      type: 'string',
      value: 'FILE',
      help: 'where the report goes',
      default: 'simulation.html',
    },
    keep: { type: 'string', value: 'DIR', help: 'keep databases, logs and history there' },
    json: { type: 'boolean', help: 'print one JSON document' },
  },
  run: async (args, { print, complain }) => {
    const number = (name: string, least: number, most: number, fallback: number): number =>
      wholeNumber(args, name, { least, most, fallback });
    const show = progressTo((line) => complain(`tillwire simulate: ${line}`));
    const file = resolve(args.text('report') ?? 'simulation.html');
    const { runSimulation, simulationJson, simulationLines, simulationPage, standingLine } =
      await import('@tillwire/lab');
    const report = await runSimulation({
      seed: seedOf(args),
      from: fromOf(args),
      stores: number('stores', 1, 50, 15),
      days: number('days', 1, 31, 3),
      ordersADay: number('orders-per-day', 1, 5000, 200),
      secondsADay: number('seconds-per-day', 5, 43_200, 75),
      light: number('light', 0, 5000, 0),
      lightOrdersADay: number('light-orders-per-day', 1, 2000, 12),
      keep: args.text('keep'),
      tell: (line) => complain(`tillwire simulate: ${line}`),
      progress: (standing) => show(standingLine(standing)),
      signal,
    });
    if (report === null) {
      complain('tillwire simulate: called off');
      return 1;
    }
    writeFileSync(file, simulationPage(report));
    complain(`tillwire simulate: the report is ${file}`);
    const lines = args.flag('json')
      ? [JSON.stringify(simulationJson(report))]
      : simulationLines(report);
    for (const line of lines) print(line);
    return report.findings.length === 0 ? 0 : 1;
  },
});
