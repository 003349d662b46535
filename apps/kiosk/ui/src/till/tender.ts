import type { TenderMethod, TenderRequest } from '@tillwire/domain';

/** A part of the payment that was already given. Pence. */
export interface TenderPart {
  readonly method: TenderMethod;
  readonly amount: number;
}

const NOTES = [500, 1000, 2000, 5000] as const;

/** What a customer is likely to hand over for `due`: the next amount in £5, £10, £20 and £50 notes. Pence. */
export function nextNotes(due: number): readonly number[] {
  const amounts = NOTES.map((note) => Math.ceil(due / note) * note).filter((sum) => sum > due);
  return [...new Set(amounts)].sort((a, b) => a - b);
}

/** What is still to pay, pence; never below 0. */
export const leftToPay = (total: number, parts: readonly TenderPart[]): number =>
  Math.max(0, total - parts.reduce((sum, { amount }) => sum + amount, 0));

/** The pence typed so far with one more digit; till amounts stay below £100,000. */
export const typeDigits = (typed: number, digits: string): number => {
  const next = Number(`${typed}${digits}`);
  return next > 9_999_999 ? typed : next;
};

export type TenderStep =
  /** The order is paid: these are the tenders to send. */
  | { readonly type: 'paid'; readonly tenders: readonly TenderRequest[] }
  /** A part is paid: the rest is asked for. */
  | { readonly type: 'part'; readonly part: TenderPart }
  | { readonly type: 'refused'; readonly why: string };

/**
 * What giving `given` pence by `method` does to an order with `left` still to pay after `parts`; null
 * given means whatever is left. Cash over what is left is handed over for change; a voucher may exceed
 * the order only where it alone pays it; nothing else exceeds it.
 */
export function giveTender(
  method: TenderMethod,
  given: number | null,
  total: number,
  parts: readonly TenderPart[],
): TenderStep {
  const left = leftToPay(total, parts);
  const earlier: readonly TenderRequest[] = parts;
  if (method === 'crew-food' || method === 'cooked-waste') {
    return parts.length > 0 || (given !== null && given !== total)
      ? { type: 'refused', why: 'This pays a whole order, alone' }
      : { type: 'paid', tenders: [{ method }] };
  }
  const amount = given ?? left;
  if (amount < 1 && total > 0) return { type: 'refused', why: 'There is nothing left to pay' };
  if (amount < left) return { type: 'part', part: { method, amount } };
  if (method === 'cash') {
    return { type: 'paid', tenders: [...earlier, { method, amount: left, tendered: amount }] };
  }
  if (amount > left && (method !== 'voucher' || parts.length > 0)) {
    return { type: 'refused', why: 'That is more than is left to pay, and gives no change' };
  }
  return { type: 'paid', tenders: [...earlier, { method, amount }] };
}
