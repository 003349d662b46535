import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The wall clock of a shop's processes, which a test sets. */
export interface ShopClock {
  /** To start the shop's processes and commands with. */
  readonly env: Readonly<Record<string, string>>;
  /** From here on it is `instant` there: `2026-10-25T02:59:50Z`. */
  readonly set: (instant: string) => void;
  readonly moveBy: (ms: number) => void;
  /** As the machine's. */
  readonly setRight: () => void;
  readonly nowMs: () => number;
}

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** A clock kept in a file of `folder`, right until it is set. */
export function createShopClock(folder: string, name: string): ShopClock {
  const file = join(folder, `${name}.clock`);
  const preload = pathToFileURL(join(import.meta.dirname, 'preload', 'shifted-clock.ts'));
  let shiftMs = 0;
  const shiftBy = (ms: number): void => {
    shiftMs = Math.round(ms);
    // Renamed into place: a process never reads half a number.
    writeFileSync(`${file}.new`, String(shiftMs));
    renameSync(`${file}.new`, file);
  };
  shiftBy(0);
  return {
    env: { NODE_OPTIONS: `--import=${preload.href}`, SHIFTED_CLOCK: file },
    set: (instant) => shiftBy(Date.parse(instant) - Date.now()),
    moveBy: (ms) => shiftBy(shiftMs + ms),
    setRight: () => shiftBy(0),
    nowMs: () => Date.now() + shiftMs,
  };
}
