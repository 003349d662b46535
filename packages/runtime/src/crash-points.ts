import process from 'node:process';

/**
 * Dies here, as if the plug were pulled, when `TILLWIRE_CRASH_AT` names this point: fault tests use it to kill a
 * process exactly between two steps. `name:3` dies at the third pass.
 */
export type CrashPoint = (name: string) => void;

export function createCrashPoints(spec: string | undefined): CrashPoint {
  if (spec === undefined || spec === '') return () => undefined;
  const [wanted = '', passes = '1'] = spec.split(':');
  let left = Number(passes);
  return (name) => {
    if (name === wanted && --left === 0) process.kill(process.pid, 'SIGKILL');
  };
}
