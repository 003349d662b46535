import process from 'node:process';

/** How many cases a property tries: few in everyday runs, as many as `FUZZ_RUNS` says when somebody has hours. */
export const fuzzRuns = (usually: number): number => {
  const asked = Number(process.env['FUZZ_RUNS'] ?? 0);
  return asked > 0 ? asked : usually;
};

/** Longer than any run of a property takes, so that only the number of cases ends it. */
export const FUZZ_TIMEOUT_MS = 24 * 3_600_000;
