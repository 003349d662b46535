/** A clock is believed, however far ahead of the books, within this of the moment somebody stood for it. */
const WITNESSED_MS = 86_400_000;

/**
 * Whether somebody stands for a clock that says `nowMs`: Head Office by its last word on the time, or a manager.
 * `witnesses` are the moments they spoke of, ms since 1970.
 */
export const isWitnessed = (nowMs: number, witnesses: readonly number[]): boolean =>
  witnesses.some((atMs) => Math.abs(nowMs - atMs) < WITNESSED_MS);
