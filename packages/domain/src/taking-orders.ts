import { MAX_CREW_ID_LENGTH, MAX_NAME_LENGTH, textFault } from './catalogue-limits.ts';
import { fault, type OrderFault } from './faults.ts';
import { type Pence, pence, ZERO } from './money.ts';
import type {
  CustomerTender,
  Order,
  OrderKind,
  OrderRequest,
  PricedOrder,
  TenderedOrder,
} from './order.ts';
import { channelFor, priceOrder, type SellingContext } from './pricing.ts';
import { err, invariant, ok, type Result } from './result.ts';
import { acceptsTender, isHouseTender, kindOf, settleTenders } from './tenders.ts';

/** The crew id that stands for nobody in particular. */
export const ANONYMOUS_CREW = '0';
/** £999.99 in pence. */
export const MAX_PAID_OUT = 99_999;

/** Everything of an order but its place in the books: what a commit adds is id, date, revision and versions. */
export type TakenOrder = PricedOrder &
  TenderedOrder & { readonly crewId: string | null; readonly reason: string | null };

/** Prices a request and settles its tenders, or says everything that is wrong with it. */
export function takeOrder(
  request: OrderRequest,
  context: SellingContext,
): Result<TakenOrder, readonly OrderFault[]> {
  const kind = kindOf(request.tenders);
  const crewFaults = [
    ...textFaults('crewId', request.crewId ?? '', MAX_CREW_ID_LENGTH),
    ...(kind === 'sale' ? [] : houseCrewFaults(request.crewId, context)),
  ];
  const priced = priceOrder(request, kind, context);
  if (!priced.ok) return err([...priced.error, ...crewFaults]);
  const selling = channelFor(request.channel, context);
  invariant(selling.ok, 'a priced order has a channel that sells');
  const settled = settleTenders(
    request.tenders,
    priced.value.totals.gross,
    selling.value.channel,
    context.rules,
  );
  if (!settled.ok) return err([...crewFaults, ...settled.error]);
  if (crewFaults.length > 0) return err(crewFaults);
  return ok({
    ...priced.value,
    ...settled.value,
    crewId: request.crewId?.trim() || null,
    reason: null,
  });
}

const textFaults = (path: string, text: string, most: number): readonly OrderFault[] =>
  textFault(text.trim(), most) === null ? [] : [fault('bad-text', path, text)];

/** Crew food and cooked waste need `"0"` or a known crew member. */
function houseCrewFaults(
  crewId: string | undefined,
  { knowsCrew }: SellingContext,
): readonly OrderFault[] {
  const id = crewId?.trim() ?? '';
  if (id === '') return [fault('crew-id-needed', 'crewId')];
  return id === ANONYMOUS_CREW || knowsCrew(id) ? [] : [fault('unknown-crew', 'crewId', id)];
}

export interface PaidOutRequest {
  /** Pence, 1 to 99,999. */
  readonly amount: number;
  readonly crewId: string;
  readonly reason: string;
  readonly channel: string;
}

/** Cash taken from the drawer: no lines, zero totals, a cash tender of −amount. */
export function takePaidOut(
  { amount, crewId, reason, channel }: PaidOutRequest,
  context: SellingContext,
): Result<TakenOrder, readonly OrderFault[]> {
  const selling = channelFor(channel, context);
  const faults: OrderFault[] = selling.ok ? [] : [selling.error];
  if (!Number.isInteger(amount) || amount < 1 || amount > MAX_PAID_OUT) {
    faults.push(fault('bad-paid-out-amount', 'amount', amount));
  }
  faults.push(...accountFaults({ crewId, reason }));
  if (!selling.ok || faults.length > 0) return err(faults);
  return ok({
    kind: 'paid-out',
    channel: selling.value.channel.code,
    priceBand: selling.value.band,
    vatBasis: 'take',
    lines: [],
    totals: { gross: ZERO, net: ZERO, vat: ZERO },
    vat: [],
    discounts: { meal: ZERO, combo: ZERO },
    tenders: [{ method: 'cash', amount: pence(-amount), tendered: null }],
    change: ZERO,
    voucherOverage: ZERO,
    crewId: crewId.trim(),
    reason: reason.trim(),
  });
}

/** Who does it and why: both must be said. */
function accountFaults(account: {
  readonly crewId: string;
  readonly reason: string;
}): readonly OrderFault[] {
  return [
    ...(account.crewId.trim() === '' ? [fault('crew-id-needed', 'crewId')] : []),
    ...textFaults('crewId', account.crewId, MAX_CREW_ID_LENGTH),
    ...(account.reason.trim() === '' ? [fault('reason-needed', 'reason')] : []),
    ...textFaults('reason', account.reason, MAX_NAME_LENGTH),
  ];
}

/** The next revision of an order that is deleted from the books. */
export function voidOrder(
  order: Order,
  account: { readonly crewId: string; readonly reason: string },
): Result<Order, readonly OrderFault[]> {
  const faults = accountFaults(account);
  if (order.status === 'voided') return err([fault('already-voided', ''), ...faults]);
  if (faults.length > 0) return err(faults);
  return ok({
    ...order,
    revision: order.revision + 1,
    status: 'voided',
    crewId: account.crewId.trim(),
    reason: account.reason.trim(),
  });
}

/** What an order cost its customer, pence: a voucher's overage is not part of it. */
export const dueOf = (order: Pick<Order, 'totals'>): Pence => order.totals.gross;

/** Whether one kind of tender alone paid the order. */
const isUnmixed = ({ tenders }: Order): boolean =>
  new Set(tenders.map(({ method }) => method)).size === 1;

/** The next revision of a customer order whose whole payment is moved to another tender. */
export function changePayment(
  order: Order,
  method: CustomerTender,
  context: SellingContext,
): Result<Order, readonly OrderFault[]> {
  if (order.status === 'voided') return err([fault('already-voided', '')]);
  if (order.kind !== 'sale' || !isUnmixed(order)) {
    return err([fault('payment-not-changeable', '', order.kind)]);
  }
  const channel = context.index.channels.get(order.channel);
  if (channel === undefined) return err([fault('unknown-channel', 'channel', order.channel)]);
  if (isHouseTender(method) || !acceptsTender(channel, method, context.rules)) {
    return err([fault('tender-not-accepted', 'method', method)]);
  }
  if (order.tenders[0]?.method === method) return err([fault('same-tender', 'method', method)]);
  return ok({
    ...order,
    revision: order.revision + 1,
    tenders: [{ method, amount: dueOf(order), tendered: null }],
    change: ZERO,
    voucherOverage: ZERO,
  });
}

/** How an order was paid in one word: its only method, or `split`. */
export function paymentOf(order: Order): Order['tenders'][number]['method'] | 'paid-out' | 'split' {
  if (order.kind === 'paid-out') return 'paid-out';
  const method = order.tenders[0]?.method;
  return method !== undefined && isUnmixed(order) ? method : 'split';
}

/** Whether customers pay for orders of this kind. */
export const isCustomerOrder = (order: { readonly kind: OrderKind }): boolean =>
  order.kind === 'sale';
