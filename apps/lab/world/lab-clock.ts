import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** How a clock goes: at the real moment `fromMs` it shows `atMs`, and it runs `speed` times as fast. */
export interface ClockWord {
  readonly fromMs: number;
  readonly atMs: number;
  readonly speed: number;
}

/** The real time, ms since 1970; also where the lab has set this very process's clock. */
export const realMs = (): number => performance.timeOrigin + performance.now();

export const readWord = (text: string): ClockWord | null => {
  try {
    return JSON.parse(text) as ClockWord;
  } catch {
    return null;
  }
};

/** A machine's wall clock in the hands of the lab; programs started with it show its time. */
export interface LabClock {
  readonly nowMs: () => number;
  /** From now on it shows `atMs`, running `speed` times as fast as it should. */
  readonly set: (atMs: number, speed?: number) => void;
  /** What `node` is started with, before the program. */
  readonly nodeArgs: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const SET_CLOCK = join(import.meta.dirname, 'set-clock.ts');

/** @param atMs what it shows at first; none: the real time. */
export function createLabClock(file: string, atMs: number = realMs()): LabClock {
  let word: ClockWord = { fromMs: realMs(), atMs, speed: 1 };
  const tell = (next: ClockWord): void => {
    word = next;
    writeFileSync(file, JSON.stringify(word));
  };
  mkdirSync(dirname(file), { recursive: true });
  tell(word);
  return {
    nowMs: () => word.atMs + (realMs() - word.fromMs) * word.speed,
    set: (shownMs, speed = 1) => tell({ fromMs: realMs(), atMs: shownMs, speed }),
    nodeArgs: ['--import', SET_CLOCK],
    env: { LAB_CLOCK: file },
  };
}
