import process from 'node:process';

/** Longer than any run of a property takes, so that only its own measure ends it. */
export const FUZZ_TIMEOUT_MS = 24 * 3_600_000;

const asked = (name: string): number => Number(process.env[name] ?? 0);

/** Whether somebody has hours, and says so. */
export const isFuzzingOn = (): boolean => asked('FUZZ_RUNS') > 0 || asked('FUZZ_SECONDS') > 0;

/**
 * How much a property tries: so many cases in everyday runs; as many as `FUZZ_RUNS` says, or as come in `FUZZ_SECONDS`,
 * when somebody has hours.
 */
export const fuzzEffort = (
  usually: number,
): { readonly numRuns: number; readonly interruptAfterTimeLimit: number } => {
  const [runs, seconds] = [asked('FUZZ_RUNS'), asked('FUZZ_SECONDS')];
  return seconds > 0
    ? { numRuns: 1_000_000_000, interruptAfterTimeLimit: seconds * 1000 }
    : { numRuns: runs > 0 ? runs : usually, interruptAfterTimeLimit: FUZZ_TIMEOUT_MS };
};
