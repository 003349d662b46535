import { type Pence, pence } from './money.ts';
import { err, ok, type Result } from './result.ts';

/** Notes and coins in pence, largest first: £50 to 1p. */
export const DENOMINATIONS = [5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1] as const;

/** How many of a note or coin were counted. */
export interface DenominationCount {
  readonly denomination: number;
  /** 0 to 100,000. */
  readonly count: number;
}

export type CountFault = {
  readonly type: 'unknown-denomination' | 'repeated-denomination' | 'bad-count';
  readonly path: string;
  readonly value: number;
};

/** The worth of counted cash in pence, or what is wrong with the counts. */
export function countedCash(
  counts: readonly DenominationCount[],
): Result<Pence, readonly CountFault[]> {
  const faults: CountFault[] = [];
  const seen = new Set<number>();
  let total = 0;
  for (const [at, { denomination, count }] of counts.entries()) {
    if (!(DENOMINATIONS as readonly number[]).includes(denomination)) {
      const path = `counts.${at}.denomination`;
      faults.push({ type: 'unknown-denomination', path, value: denomination });
    } else if (seen.has(denomination)) {
      const path = `counts.${at}.denomination`;
      faults.push({ type: 'repeated-denomination', path, value: denomination });
    }
    seen.add(denomination);
    if (!Number.isInteger(count) || count < 0 || count > 100_000) {
      faults.push({ type: 'bad-count', path: `counts.${at}.count`, value: count });
    }
    total += denomination * count;
  }
  return faults.length > 0 ? err(faults) : ok(pence(total));
}

/** What should be in the drawer and what is, pence. */
export interface CashUp {
  readonly expected: Pence;
  readonly counted: Pence;
  /** counted − expected: negative is short. */
  readonly variance: Pence;
}

/** Expected = float + cash taken − paid outs; `cashKept` is cash taken less paid outs already. */
export const cashUp = (float: Pence, cashKept: Pence, counted: Pence): CashUp => {
  const expected = pence(float + cashKept);
  return { expected, counted, variance: pence(counted - expected) };
};
