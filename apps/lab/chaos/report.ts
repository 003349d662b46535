import { storeAt } from '../world/world.ts';
import type { ChaosOptions, ChaosReport } from './chaos.ts';
import { drawSchedule, faultText } from './schedule.ts';

const list = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .toSorted(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ') || 'none';

/** What a run comes to, in words; of a failed one what is needed to run it again. */
export function chaosLines(
  report: ChaosReport,
  { faultsPerMinute, kinds }: Pick<ChaosOptions, 'faultsPerMinute' | 'kinds'>,
): readonly string[] {
  const { seed, minutes, stores, findings } = report;
  const lines = [
    `faults: ${list(report.kinds)}`,
    `died at crash points: ${list(report.crashes)}`,
    `ended by themselves and started again: ${list(report.ends)}`,
    `refused: ${list(report.refused)}`,
    `everything acknowledged and reconciled ${report.settledS} s after the last order, ${report.days} days closed`,
  ];
  const { died, unanswered, forks } = report;
  if (died + unanswered + forks > 0) {
    lines.push(
      `beyond any protocol: ${died} died with a disk before they were sent, ${unanswered} were sent and their disk died before anybody was answered, ${forks} of two machines in one another's place are kept for a human`,
    );
  }
  if (findings.length > 0) {
    const schedule = drawSchedule({
      seed,
      minutes,
      stores,
      ingestWorkers: 2,
      perMinute: faultsPerMinute,
      kinds,
    });
    lines.push(`seed ${seed}; its schedule:`);
    for (const { atMs, fault } of schedule) {
      lines.push(`  ${(atMs / 1000).toFixed(1)} s ${faultText(fault, storeAt)}`);
    }
    lines.push(`${findings.length} things are wrong; the first of each kind:`);
    const byCheck = Map.groupBy(findings, ({ check }) => check);
    for (const [check, [first]] of byCheck) lines.push(`  ${check}: ${first?.what}`);
  }
  lines.push(
    `faults survived ${report.survived}/${report.faults}, orders ${report.orders}, lost ${report.lost}, duplicated ${report.duplicated}`,
  );
  return lines;
}
