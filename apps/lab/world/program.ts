import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { programFolders } from '../config.ts';
import type { Leg, Reins } from '../simulate/simulated-time.ts';
import { pause, until } from '../waiting.ts';

/** A program that is kept running, as systemd would: whenever it ends it is started again, unless held down. */
export interface Program {
  readonly name: string;
  readonly pid: () => number;
  /** Starts it, and waits until it says that it is ready, where it says so. */
  readonly start: () => Promise<void>;
  /** Ends this life at once by `signal`, keeps it down for `downMs` and starts it again. */
  readonly knock: (
    signal: NodeJS.Signals,
    downMs?: number,
    between?: () => Promise<void>,
  ) => Promise<void>;
  /** Ends this life at once, and keeps it down until it is started. */
  readonly halt: () => Promise<void>;
  /** Its next life dies at this crash point; the one after has none. */
  readonly arm: (crashAt: string) => void;
  /** The crash points at which lives died. */
  readonly crashes: () => readonly string[];
  /** Hangs for `forMs`: alive and doing nothing, then on as if nothing had been. */
  readonly hang: (forMs: number) => Promise<void>;
  /** For good: SIGTERM, and SIGKILL where that does not help. */
  readonly stop: () => Promise<void>;
  readonly isReady: () => boolean;
  /** Ends nobody asked for: by itself, with what code. */
  readonly ends: () => readonly string[];
  /** What this life wrote last, for reports. */
  readonly tail: () => string;
}

export interface ProgramSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** What it says once it serves; none: it is taken as ready at once. */
  readonly ready?: RegExp;
  readonly readyWithinMs?: number;
  /** Folder of its log. */
  readonly logs: string;
  readonly user?: { readonly uid: number; readonly gid: number };
  /** It lives in this time, and is told of it over a channel of its own. */
  readonly reins?: Reins | undefined;
}

const RESTART_AFTER_MS = 300;
const TAIL = 4000;

const alive = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

export function createProgram(spec: ProgramSpec): Program {
  const { name, command, args, env, ready, readyWithinMs = 300_000, logs, user, reins } = spec;
  const file = createWriteStream(join(logs, `${name}.log`), { flags: 'a' });
  const ends: string[] = [];
  const crashes: string[] = [];
  let child: ChildProcess | null = null;
  let isWanted = false;
  let isReady = false;
  let armed: string | null = null;
  let tail = '';

  const launch = (): void => {
    isReady = ready === undefined;
    tail = '';
    const life = spawn(command, args, {
      env: { ...env, ...(armed === null ? {} : { TILLWIRE_CRASH_AT: armed }) },
      stdio: ['ignore', 'pipe', 'pipe', ...(reins === undefined ? [] : ['ipc' as const])],
      // What ends the lab from its terminal is the lab's to pass on.
      detached: true,
      ...user,
    });
    child = life;
    if (reins !== undefined) tellTime(life, reins.legs());
    alive.add(life);
    file.write(`--- life of pid ${life.pid}${armed === null ? '' : `, dies at ${armed}`}\n`);
    for (const stream of [life.stdout, life.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        file.write(text);
        tail = (tail + text).slice(-TAIL);
        if (!isReady && ready?.test(tail) === true) isReady = true;
      });
    }
    life.once('error', (error) => ends.push(`${name} could not be started: ${error.message}`));
    life.once('close', (code, signal) => {
      alive.delete(life);
      isReady = false;
      if (child === life) child = null;
      if (!isWanted) return;
      if (armed !== null && signal === 'SIGKILL') {
        crashes.push(armed);
        armed = null;
      } else ends.push(`${name} ended with ${signal ?? code}`);
      void pause(RESTART_AFTER_MS).then(() => {
        if (isWanted && child === null) launch();
      });
    });
  };
  reins?.onLeg((legs) => {
    if (child !== null) tellTime(child, legs);
  });
  const begin = async (): Promise<void> => {
    isWanted = true;
    if (child === null) launch();
    await until(`${name} to be ready`, () => isReady, { withinMs: readyWithinMs });
  };
  const end = async (signal: NodeJS.Signals, withinMs: number): Promise<void> => {
    isWanted = false;
    child?.kill(signal);
    await until(`${name} to end`, () => child === null, { withinMs, everyMs: 10 });
  };
  return {
    name,
    pid: () => child?.pid ?? 0,
    start: begin,
    halt: () => end('SIGKILL', 20_000),
    knock: async (signal, downMs = 0, between) => {
      await end(signal, 20_000);
      await pause(downMs);
      await between?.();
      await begin();
    },
    arm: (crashAt) => {
      armed = crashAt;
    },
    crashes: () => crashes,
    hang: async (forMs) => {
      const life = child;
      life?.kill('SIGSTOP');
      await pause(forMs);
      life?.kill('SIGCONT');
    },
    stop: async () => {
      armed = null;
      await end('SIGTERM', 15_000).catch(() => end('SIGKILL', 5000));
      file.end();
    },
    isReady: () => isReady,
    ends: () => ends,
    tail: () => tail,
  };
}

function tellTime(life: ChildProcess, legs: readonly Leg[]): void {
  // Whoever is dying needs it no more.
  if (life.connected) life.send(legs, () => undefined);
}

/** The path of a program. @throws saying what is missing. */
export function findProgram(name: string, folders: readonly string[] = []): string {
  const found = [...folders, ...programFolders()]
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
  if (found === undefined) {
    throw new Error(`${name} is not installed; on Debian: apt-get install ${name}`);
  }
  return found;
}
