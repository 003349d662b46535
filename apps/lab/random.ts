/** Numbers drawn from a seed: the same seed draws the same ones, whatever else happens. */
export interface Random {
  /** From 0 up to, but not including, 1. */
  readonly chance: () => number;
  /** A whole number from `least` to `most`, both included. */
  readonly whole: (least: number, most: number) => number;
  /** One of `of`, which holds at least one. */
  readonly pick: <T>(of: readonly T[]) => T;
  /** One of `of`, each as often as it weighs. */
  readonly weighted: <T>(of: readonly (readonly [weight: number, value: T])[]) => T;
  /** The time to the next of events that come by themselves, `meanMs` apart on average. */
  readonly waitMs: (meanMs: number) => number;
  readonly shuffled: <T>(of: readonly T[]) => readonly T[];
  /** Another stream, of its own, by name: what one part draws does not move the others. */
  readonly fork: (name: string) => Random;
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  return hash >>> 0;
}

export function createRandom(seed: string): Random {
  let state = hashOf(seed);
  // Mulberry32.
  const chance = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const pick = <T>(of: readonly T[]): T => {
    if (of.length === 0) throw new Error('nothing to pick from');
    return of[Math.floor(chance() * of.length)] as T;
  };
  return {
    chance,
    pick,
    whole: (least, most) => least + Math.floor(chance() * (most - least + 1)),
    weighted: (of) => {
      let left = chance() * of.reduce((sum, [weight]) => sum + weight, 0);
      const found = of.find(([weight]) => (left -= weight) < 0) ?? of.at(-1);
      if (found === undefined) throw new Error('nothing to pick from');
      return found[1];
    },
    waitMs: (meanMs) => -Math.log(1 - chance()) * meanMs,
    shuffled: (of) => {
      const all = [...of];
      for (let at = all.length - 1; at > 0; at--) {
        const other = Math.floor(chance() * (at + 1));
        [all[at], all[other]] = [all[other] as never, all[at] as never];
      }
      return all;
    },
    fork: (name) => createRandom(`${seed}/${name}`),
  };
}
