import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import type { Env } from './office.ts';

/** The environment and the arguments a command works with. */
export interface Invocation {
  readonly env: Env;
  readonly argv: readonly string[];
  /** The file of `--env`; null: none was given. */
  readonly envFile: string | null;
  /** Why that file can't be used; null when nothing is wrong with it. */
  readonly fault: string | null;
}

/**
 * Takes `--env FILE` out of the arguments of whatever command: variables of that file, such as `kiosk join` writes,
 * stand where the environment does not say otherwise.
 */
export function withEnvFile(argv: readonly string[], env: Env): Invocation {
  const at = argv.findIndex((word) => word === '--env' || word.startsWith('--env='));
  if (at < 0) return { env, argv, envFile: null, fault: null };
  const joined = argv[at]?.startsWith('--env=') === true;
  const path = joined ? argv[at]?.slice('--env='.length) : argv[at + 1];
  const rest = argv.toSpliced(at, joined ? 1 : 2);
  if (path === undefined || path === '') {
    return { env, argv: rest, envFile: null, fault: '--env takes a file' };
  }
  const told = { argv: rest, envFile: path };
  try {
    return { ...told, env: { ...parseEnv(readFileSync(path, 'utf8')), ...env }, fault: null };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ...told, env, fault: `--env ${path} can't be read: ${reason}` };
  }
}
