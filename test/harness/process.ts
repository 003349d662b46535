import { type ChildProcess, spawn } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { waitFor } from './wait.ts';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A program the test started; it dies with the test at the latest. */
export interface Started {
  readonly pid: number;
  /** Everything it said so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly exited: Promise<Exit>;
  readonly isRunning: () => boolean;
  /** SIGTERM, and its exit. @throws when it does not end in time. */
  readonly stop: (withinMs?: number) => Promise<Exit>;
  /** As if the plug were pulled. */
  readonly kill9: () => Promise<Exit>;
  /** The first match of `pattern` in what it says on either stream. @throws when it ends first, or in vain. */
  readonly says: (pattern: RegExp, withinMs?: number) => Promise<RegExpExecArray>;
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

const MAIN = join(import.meta.dirname, '../../apps/cli/bin/tillwire.mjs');

/** Where programs of ours keep what they made of their sources, whichever file they are started by. */
const COMPILED = join(homedir(), '.cache', 'tillwire', 'compiled');

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** `tillwire …` as a process of its own, with no environment but what is given. */
export const startTillwire = (args: readonly string[], options: StartOptions = {}): Started =>
  start(process.execPath, [MAIN, ...args], options);

export function start(
  command: string,
  args: readonly string[],
  { env = {}, cwd }: StartOptions = {},
): Started {
  const child = spawn(command, args, {
    env: { PATH: process.env['PATH'] ?? '', NODE_COMPILE_CACHE: COMPILED, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
  });
  running.add(child);
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  let exit: Exit | undefined;
  const exited = new Promise<Exit>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      running.delete(child);
      exit = { code, signal };
      resolve(exit);
    });
  });
  const name = [command, ...args].join(' ');
  const told = (): string => `${name}\n${stdout()}\n${stderr()}`;
  const end = async (signal: NodeJS.Signals, withinMs: number): Promise<Exit> => {
    if (exit === undefined) child.kill(signal);
    return waitFor(`the end of ${name}`, () => exit, { withinMs }).catch((error: unknown) => {
      throw new Error(`not ended by ${signal}: ${told()}`, { cause: error });
    });
  };
  return {
    pid: child.pid ?? 0,
    stdout,
    stderr,
    exited,
    isRunning: () => exit === undefined,
    stop: (withinMs = 15_000) => end('SIGTERM', withinMs),
    kill9: () => end('SIGKILL', 5000),
    says: async (pattern, withinMs = 20_000) => {
      const match = (): RegExpExecArray | null => pattern.exec(stdout()) ?? pattern.exec(stderr());
      const outcome = await waitFor(`${pattern} from ${name}`, () => match() ?? exit, {
        withinMs,
      }).catch((error: unknown) => {
        throw new Error(`never said ${pattern}: ${told()}`, { cause: error });
      });
      if (Array.isArray(outcome)) return outcome as RegExpExecArray;
      throw new Error(`ended before it said ${pattern}: ${told()}`);
    },
  };
}

function collect(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    text += chunk;
  });
  return () => text;
}
