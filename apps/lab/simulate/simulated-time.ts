/** The machine's time, ms since 1970. */
export const realMs = (): number => performance.timeOrigin + performance.now();

/** From the real moment `fromMs` on it is `atMs` in simulated time, which passes `rate` times as fast as the real one. */
export interface Leg {
  readonly fromMs: number;
  readonly atMs: number;
  readonly rate: number;
}

/** Time made of legs: between two of them it may jump. Within one it never goes back. */
export interface SimulatedTime {
  /** Whole milliseconds since 1970-01-01T00:00Z, as simulated. */
  readonly nowMs: () => number;
  /** Legs, in order; those that are to come among them. They add to those that were taken before. */
  readonly take: (legs: readonly Leg[]) => void;
}

const SET_BACK_MS = 1000;

/** @param realMs the machine's wall clock, the same in every process of a simulation. */
export function createSimulatedTime(realMs: () => number): SimulatedTime {
  let legs: readonly Leg[] = [];
  let running: Leg | undefined;
  let last = Number.NEGATIVE_INFINITY;
  return {
    nowMs: () => {
      const now = realMs();
      const leg = legs.findLast(({ fromMs }) => fromMs <= now) ?? legs[0];
      if (leg === undefined) throw new Error('nobody has said what time it is');
      // One that begins far behind the one before is a clock set back; a little behind is rounding.
      if (leg !== running && leg.atMs < last - SET_BACK_MS) last = Number.NEGATIVE_INFINITY;
      running = leg;
      last = Math.max(last, Math.floor(leg.atMs + (now - leg.fromMs) * leg.rate));
      return last;
    },
    take: (further) => {
      const [first] = further;
      if (first === undefined) return;
      legs = [...legs.filter(({ fromMs }) => fromMs < first.fromMs), ...further];
    },
  };
}

/** Whether `word` is one or more legs, as one process tells another. */
export const isLegs = (word: unknown): word is readonly Leg[] =>
  Array.isArray(word) &&
  word.length > 0 &&
  word.every(
    (leg: Partial<Leg> | null) =>
      Number.isFinite(leg?.fromMs) && Number.isFinite(leg?.atMs) && (leg?.rate ?? 0) > 0,
  );

/** The hand that holds simulated time: the same for everybody who takes its legs. */
export interface Reins {
  readonly nowMs: () => number;
  /** From now on this many times as fast. */
  readonly setRate: (rate: number) => void;
  readonly rate: () => number;
  /** Ahead at once, and on as many times as fast. */
  readonly jump: (toMs: number, rate: number) => void;
  /** Somebody sets the clock, ahead or back by so much. */
  readonly shift: (byMs: number) => void;
  /** Real milliseconds that passed between two simulated moments of the past. */
  readonly realBetween: (fromMs: number, toMs: number) => number;
  /** What a process has to know that starts now. */
  readonly legs: () => readonly Leg[];
  readonly onLeg: (listener: (legs: readonly Leg[]) => void) => void;
}

/** A change is told this much ahead, so that every process makes it at the same moment. */
const AHEAD_MS = 150;

export function createReins(realMs: () => number, beginsMs: number): Reins {
  const all: Leg[] = [{ fromMs: realMs(), atMs: beginsMs, rate: 1 }];
  const listeners: ((legs: readonly Leg[]) => void)[] = [];
  const time = createSimulatedTime(realMs);
  time.take(all);
  const newest = (): Leg => all.at(-1) ?? { fromMs: 0, atMs: 0, rate: 1 };
  const turn = (change: (fromMs: number, atMs: number) => Leg): void => {
    // Never before one that was told already.
    const fromMs = Math.max(realMs() + AHEAD_MS, newest().fromMs + 1);
    const { fromMs: began, atMs, rate } = newest();
    const leg = change(fromMs, atMs + (fromMs - began) * rate);
    all.push(leg);
    time.take([leg]);
    for (const listener of listeners) listener([leg]);
  };
  /** The real moment at which it was `ms` in simulated time; within a jump, that of the jump. */
  const realOf = (ms: number): number => {
    const at = all.findLastIndex(({ atMs }) => atMs <= ms);
    const leg = all[at] ?? newest();
    const real = leg.fromMs + (ms - leg.atMs) / leg.rate;
    return Math.min(real, all[at + 1]?.fromMs ?? real);
  };
  return {
    nowMs: time.nowMs,
    rate: () => newest().rate,
    setRate: (rate) => {
      if (rate !== newest().rate) turn((fromMs, atMs) => ({ fromMs, atMs, rate }));
    },
    jump: (toMs, rate) => turn((fromMs, atMs) => ({ fromMs, atMs: Math.max(atMs, toMs), rate })),
    shift: (byMs) => turn((fromMs, atMs) => ({ fromMs, atMs: atMs + byMs, rate: newest().rate })),
    realBetween: (fromMs, toMs) => realOf(toMs) - realOf(fromMs),
    legs: () => all.slice(-3),
    onLeg: (listener) => {
      listeners.push(listener);
    },
  };
}
