/** Time, chance and what has to be true, of one simulated run. Nothing in it comes from outside but the seed. */
export interface World {
  readonly nowMs: () => number;
  readonly after: (ms: number, run: () => void) => void;
  /** An integer of [0, below). */
  readonly roll: (below: number) => number;
  readonly chance: (percent: number) => boolean;
  readonly note: (text: () => string) => void;
  /** @throws {Violation} unless `condition`. */
  readonly hold: (condition: boolean, what: () => string) => void;
  readonly runUntil: (endMs: number) => void;
}

/** Something that must never happen did. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

interface Due {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

/** mulberry32. */
function createRoll(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

export function createWorld(seed: number, trace: string[] | null): World {
  const roll = createRoll(seed);
  const queue = createQueue();
  let nowMs = 0;
  let order = 0;
  return {
    nowMs: () => nowMs,
    after: (ms, run) => queue.push({ atMs: nowMs + Math.max(0, ms), order: order++, run }),
    roll,
    chance: (percent) => roll(100) < percent,
    note: (text) => {
      trace?.push(`${String(nowMs).padStart(7)} ${text()}`);
    },
    hold: (condition, what) => {
      if (!condition) throw new Violation(`at ${nowMs} ms: ${what()}`);
    },
    runUntil: (endMs) => {
      for (let due = queue.peek(); due !== undefined && due.atMs <= endMs; due = queue.peek()) {
        queue.pop();
        nowMs = due.atMs;
        due.run();
      }
      nowMs = endMs;
    },
  };
}

/** A binary heap: earliest first, and of one moment what was asked for first. */
function createQueue() {
  const heap: Due[] = [];
  const before = (a: Due, b: Due): boolean =>
    a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
  const swap = (i: number, j: number): void => {
    [heap[i], heap[j]] = [heap[j] as Due, heap[i] as Due];
  };
  return {
    peek: (): Due | undefined => heap[0],
    push: (due: Due): void => {
      heap.push(due);
      for (let at = heap.length - 1; at > 0;) {
        const parent = (at - 1) >> 1;
        if (before(heap[parent] as Due, heap[at] as Due)) return;
        swap(at, parent);
        at = parent;
      }
    },
    pop: (): void => {
      swap(0, heap.length - 1);
      heap.pop();
      for (let at = 0; ;) {
        const children = [2 * at + 1, 2 * at + 2].filter((child) => child < heap.length);
        const least = children.reduce(
          (best, child) => (before(heap[child] as Due, heap[best] as Due) ? child : best),
          at,
        );
        if (least === at) return;
        swap(at, least);
        at = least;
      }
    },
  };
}
