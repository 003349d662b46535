import type { Brand } from './brand.ts';
import { invariant } from './result.ts';

/** An amount in whole pence, possibly negative (a paid out). Always a safe integer. */
export type Pence = Brand<number, 'Pence'>;

/** A VAT rate in whole hundredths of a percent: 2000 is 20 %. 0 to 10,000. */
export type BasisPoints = Brand<number, 'BasisPoints'>;

/** @throws {InvariantError} when `value` is not a safe integer. `-0` becomes 0. */
export function pence(value: number): Pence {
  invariant(Number.isSafeInteger(value), `not a whole number of pence: ${value}`);
  return (value + 0) as Pence;
}

export const ZERO: Pence = pence(0);

/** @throws {InvariantError} when `value` is not an integer of 0 to 10,000. */
export function basisPoints(value: number): BasisPoints {
  invariant(
    Number.isInteger(value) && value >= 0 && value <= 10_000,
    `not a rate in basis points: ${value}`,
  );
  return value as BasisPoints;
}

/** The exact sum of `amounts`, in pence. */
export function sumPence(amounts: Iterable<Pence>): Pence {
  let total = 0;
  for (const amount of amounts) total += amount;
  return pence(total);
}

/** `amount` taken `count` times, in pence; `count` is an integer. */
export const timesPence = (amount: Pence, count: number): Pence => pence(amount * count);

/**
 * round(numerator ÷ denominator) with halves away from zero, in integers only.
 * Both must be safe integers, `numerator` ≥ 0, `denominator` > 0, and 2 × numerator + denominator must
 * stay below 2^53, which every price of the shop does by a wide margin.
 * @throws {InvariantError} otherwise.
 */
export function halfUp(numerator: number, denominator: number): number {
  const doubled = 2 * numerator + denominator;
  invariant(
    Number.isSafeInteger(doubled) &&
      Number.isInteger(numerator) &&
      numerator >= 0 &&
      denominator > 0,
    `half-up of ${numerator} / ${denominator}`,
  );
  const divisor = 2 * denominator;
  return (doubled - (doubled % divisor)) / divisor;
}

/** A gross amount split by VAT: `net + vat` is exactly the gross it came from. Pence. */
export interface NetAndVat {
  readonly net: Pence;
  readonly vat: Pence;
}

/**
 * Net of a gross amount at a rate: half-up(gross × 10000 / (10000 + rate)). The net is what is rounded.
 * Pence in, pence out.
 */
export const netOf = (gross: Pence, rate: BasisPoints): Pence =>
  halfUp(gross * 10_000, 10_000 + rate) as Pence;

/** Net and VAT of one unit at `gross` pence: 315 at 20 % is net 263, VAT 52. */
export function splitVat(gross: Pence, rate: BasisPoints): NetAndVat {
  const net = netOf(gross, rate);
  return { net, vat: (gross - net) as Pence };
}
