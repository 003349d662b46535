// dependency-cruiser passes when it cruised nothing, so the count is part of the check.
import { spawnSync } from 'node:child_process';

const run = spawnSync(
  'depcruise',
  ['--config', '.dependency-cruiser.mjs', '--output-type', 'json', 'packages', 'apps'],
  { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 },
);
if (run.error) throw run.error;
if (!run.stdout.startsWith('{')) {
  console.error(run.stdout, run.stderr);
  process.exit(1);
}
const { summary } = JSON.parse(run.stdout) as {
  summary: {
    totalCruised: number;
    violations: { rule: { name: string }; from: string; to: string }[];
  };
};
for (const { rule, from, to } of summary.violations) console.error(`${rule.name}: ${from} → ${to}`);
console.log(
  `boundaries: ${summary.totalCruised} modules cruised, ${summary.violations.length} violations`,
);
process.exit(summary.totalCruised > 0 && summary.violations.length === 0 ? 0 : 1);
