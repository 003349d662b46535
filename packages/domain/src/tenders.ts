import type { Channel } from './catalogue.ts';
import { fault, type OrderFault } from './faults.ts';
import { type Pence, pence, ZERO } from './money.ts';
import type {
  HouseTender,
  OrderKind,
  Tender,
  TenderMethod,
  TenderRequest,
  TenderedOrder,
} from './order.ts';
import { MAX_ORDER_TOTAL, type TillRules } from './pricing.ts';
import { err, ok, type Result } from './result.ts';

export const MAX_TENDERS = 20;

export const isHouseTender = (method: TenderMethod): method is HouseTender =>
  method === 'crew-food' || method === 'cooked-waste';

/** The kind of order its tenders make it. */
export const kindOf = (
  tenders: readonly Pick<TenderRequest, 'method'>[],
): Exclude<OrderKind, 'paid-out'> => {
  const house = tenders.map(({ method }) => method).find(isHouseTender);
  return house ?? 'sale';
};

/** Whether the channel takes this tender under the shop's rules. */
export function acceptsTender(channel: Channel, method: TenderMethod, rules: TillRules): boolean {
  const { accepts } = channel;
  switch (method) {
    case 'cash':
      return accepts.cash;
    case 'card':
      return accepts.card;
    case 'cheque':
      return accepts.cash && rules.cheques;
    case 'on-account':
      return accepts.onAccount && rules.onAccount;
    case 'voucher':
      return accepts.voucher && rules.vouchers;
    case 'crew-food':
      return accepts.crewFood;
    case 'cooked-waste':
      return accepts.cookedWaste;
  }
}

/**
 * Settles the tenders of an order of `total` pence: one may leave its amount open and pays the rest; their
 * sum covers the total exactly, but for a voucher that alone pays the order and may exceed it (the surplus is
 * overage, no change is given). Change is what cash handed over exceeds the cash tender by.
 */
export function settleTenders(
  requests: readonly TenderRequest[],
  total: Pence,
  channel: Channel,
  rules: TillRules,
): Result<TenderedOrder, readonly OrderFault[]> {
  if (requests.length > MAX_TENDERS) {
    return err([fault('too-many-tenders', 'tenders', requests.length)]);
  }
  const faults = requests.flatMap((request, at) => tenderFaults(request, at, channel, rules));
  if (requests.length === 0) faults.push(fault('no-tender', 'tenders', 0));
  const house = requests.findIndex(({ method }) => isHouseTender(method));
  if (house >= 0 && requests.length > 1) {
    faults.push(fault('house-tender-mixed', `tenders.${house}.method`));
  }
  const open = requests.filter(({ amount }) => amount === undefined);
  if (open.length > 1) faults.push(fault('several-open-tenders', 'tenders', open.length));
  if (faults.length > 0) return err(faults);

  const said = requests.reduce((sum, { amount }) => sum + (amount ?? 0), 0);
  const rest = total - said;
  const onlyVoucher = requests.length === 1 && requests[0]?.method === 'voucher';
  if (house >= 0 && open.length === 0 && rest !== 0) {
    return err([fault('house-tender-amount', `tenders.${house}.amount`, said)]);
  }
  if (rest < 0 && !onlyVoucher) return err([fault('tenders-over', 'tenders', said)]);
  if (rest > 0 && open.length === 0) return err([fault('tenders-short', 'tenders', said)]);
  if (rest === 0 && open.length === 1) return err([fault('tenders-over', 'tenders', said)]);

  const tenders = requests.map(({ method, amount, tendered }): Tender => ({
    method,
    amount: pence(amount ?? rest),
    tendered: tendered === undefined ? null : pence(tendered),
  }));
  const short = tenders.findIndex(({ amount, tendered }) => tendered !== null && tendered < amount);
  if (short >= 0) {
    return err([
      fault('tendered-too-little', `tenders.${short}.tendered`, tenders[short]?.tendered ?? 0),
    ]);
  }
  const change = tenders.reduce(
    (sum, { amount, tendered }) => sum + (tendered === null ? 0 : tendered - amount),
    0,
  );
  if (change > MAX_ORDER_TOTAL) return err([fault('bad-tender-amount', 'tenders', change)]);
  return ok({
    tenders,
    change: pence(change),
    voucherOverage: onlyVoucher ? pence(Math.max(0, -rest)) : ZERO,
  });
}

const isTenderAmount = (amount: number): boolean =>
  Number.isInteger(amount) && amount >= 1 && amount <= MAX_ORDER_TOTAL;

function tenderFaults(
  { method, amount, tendered }: TenderRequest,
  at: number,
  channel: Channel,
  rules: TillRules,
): OrderFault[] {
  const path = `tenders.${at}`;
  const faults: OrderFault[] = [];
  if (!acceptsTender(channel, method, rules)) {
    faults.push(fault('tender-not-accepted', `${path}.method`, method));
  }
  if (amount !== undefined && !isTenderAmount(amount)) {
    faults.push(fault('bad-tender-amount', `${path}.amount`, amount));
  }
  if (tendered !== undefined && method !== 'cash') {
    faults.push(fault('tendered-not-cash', `${path}.tendered`, tendered));
  } else if (tendered !== undefined && !isTenderAmount(tendered)) {
    faults.push(fault('bad-tender-amount', `${path}.tendered`, tendered));
  }
  return faults;
}
