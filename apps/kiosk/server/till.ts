import {
  changePayment,
  clockDate,
  type CustomerTender,
  type DateOddity,
  type DayRules,
  err,
  type GlobalOrderId,
  isTouchedByConfig,
  kindOf,
  ok,
  type Order,
  type OrderFault,
  type OrderRequest,
  priceOrder,
  type PricedOrder,
  type Result,
  type SellingContext,
  takeOrder,
  type TakenOrder,
  type TenderedOrder,
  takePaidOut,
  type TillRules,
  utcInstant,
  voidOrder,
} from '@tillwire/domain';
import type { Clock } from '@tillwire/runtime';
import type { CatalogueInForce, CatalogueSource } from './catalogue-source.ts';
import type { EventBus } from './events.ts';
import type { ErrorReport } from './store/error-store.ts';
import type { OrderStore, StoredOrder } from './store/order-store.ts';
import type { KitchenStatus } from './store/schema.ts';

/** What Head Office's config says of selling now. */
export interface TillRulesInForce {
  readonly rules: TillRules;
  /** Null: nothing was ever configured. */
  readonly configVersion: number | null;
}

/** Why the till did not do what it was asked. */
export type Refusal =
  | { readonly type: 'no-catalogue' }
  /** A restored kiosk sells only once its clock is confirmed. */
  | { readonly type: 'clock-unconfirmed' }
  | { readonly type: 'refused'; readonly faults: readonly OrderFault[] }
  /** What it comes to is not what the customer was told; pence. */
  | { readonly type: 'price-changed'; readonly total: number; readonly expected: number }
  /** Its event would not fit on the wire. */
  | { readonly type: 'too-large'; readonly bytes: number }
  /** The request id belongs to something else that was asked for. */
  | { readonly type: 'request-id-reused' }
  | { readonly type: 'unknown-order' }
  /** Months old: its day is no longer corrected here. */
  | { readonly type: 'too-old' }
  | { readonly type: 'not-for-kitchen'; readonly reason: 'voided' | 'nothing-to-cook' };

export type SaleRequest = OrderRequest & {
  readonly requestId: string;
  /** Pence the customer was told. */
  readonly expectedTotal?: number | undefined;
};

/** A price, and where tenders were named how they settle it. */
export type Quote = PricedOrder & Partial<TenderedOrder>;

export interface PaidOut {
  readonly requestId: string;
  readonly amount: number;
  readonly crewId: string;
  readonly reason: string;
  readonly channel: string;
}

export interface Till {
  readonly quote: (
    request: Omit<OrderRequest, 'tenders'> & {
      readonly tenders?: OrderRequest['tenders'] | undefined;
    },
  ) => Result<Quote, Refusal>;
  readonly sell: (request: SaleRequest) => Promise<Result<StoredOrder, Refusal>>;
  readonly payOut: (request: PaidOut) => Promise<Result<StoredOrder, Refusal>>;
  readonly voidOrder: (
    id: GlobalOrderId,
    account: { readonly crewId: string; readonly reason: string },
  ) => Promise<Result<StoredOrder, Refusal>>;
  readonly changePayment: (
    id: GlobalOrderId,
    method: CustomerTender,
  ) => Promise<Result<StoredOrder, Refusal>>;
  readonly setKitchen: (
    id: GlobalOrderId,
    status: Exclude<KitchenStatus, 'none'>,
  ) => Promise<Result<StoredOrder, Refusal>>;
}

export interface TillDeps {
  readonly orders: OrderStore;
  readonly catalogue: CatalogueSource;
  readonly rules: () => TillRulesInForce;
  /** Whether somebody besides the anonymous `"0"` is crew. */
  readonly knowsCrew: (crewId: string) => boolean;
  /** Whether nobody has confirmed the clock since the kiosk was restored. */
  readonly clockDoubted: () => boolean;
  /** Whether a clock far ahead of the books is confirmed. */
  readonly clockConfirmed: () => boolean;
  readonly day: DayRules;
  readonly clock: Clock;
  readonly events: EventBus;
  readonly reportError: (report: ErrorReport) => Promise<void>;
}

/** Sells: prices and checks by the domain's rules, commits, and tells the screens. */
export function createTill(deps: TillDeps): Till {
  const { orders, catalogue, rules, day, clock, events } = deps;

  const selling = (): {
    readonly inForce: CatalogueInForce;
    readonly context: SellingContext;
  } | null => {
    const inForce = catalogue.current();
    if (inForce === null) return null;
    const context = { index: inForce.index, rules: rules().rules, knowsCrew: deps.knowsCrew };
    return { inForce, context };
  };

  const changed = ({ order }: StoredOrder): void =>
    events.publish({ type: 'order', globalOrderId: order.id, revision: order.revision });

  const commit = async (
    requestId: string,
    taken: TakenOrder,
    { version }: CatalogueInForce,
  ): Promise<Result<StoredOrder, Refusal>> => {
    if (deps.clockDoubted()) return err({ type: 'clock-unconfirmed' });
    const nowMs = clock.nowMs();
    const { rules: inForce, configVersion } = rules();
    const outcome = await orders.commit({
      requestId,
      taken,
      createdAt: utcInstant(nowMs),
      clockDate: clockDate(nowMs, day),
      clockConfirmed: deps.clockConfirmed(),
      catalogVersion: version,
      configVersion: isTouchedByConfig(taken.channel, inForce) ? configVersion : null,
    });
    switch (outcome.type) {
      case 'committed':
        changed(outcome.stored);
        if (outcome.oddity !== null) await deps.reportError(oddityReport(outcome.oddity));
        return ok(outcome.stored);
      case 'repeated':
        return repeated(outcome.stored, taken.kind);
      case 'too-large':
        return err(outcome);
    }
  };

  const revise = async (
    id: GlobalOrderId,
    change: (order: Order) => Result<Order, readonly OrderFault[]>,
  ): Promise<Result<StoredOrder, Refusal>> => {
    const outcome = await orders.revise(id, clock.nowMs(), change);
    switch (outcome.type) {
      case 'revised':
        changed(outcome.stored);
        return ok(outcome.stored);
      case 'refused':
        return err({ type: 'refused', faults: outcome.error });
      case 'too-old':
      case 'unknown-order':
        return err(outcome);
    }
  };

  return {
    quote: (request) => {
      const now = selling();
      if (now === null) return err({ type: 'no-catalogue' });
      const { tenders } = request;
      const quoted =
        tenders === undefined
          ? priceOrder(request, kindOf([]), now.context)
          : takeOrder({ ...request, tenders }, now.context);
      return quoted.ok ? quoted : err({ type: 'refused', faults: quoted.error });
    },
    sell: async (request) => {
      // A repeat is answered as the first time, whatever has happened to prices since.
      const known = await orders.findRequest(request.requestId);
      if (known !== null) return repeated(known, kindOf(request.tenders));
      const now = selling();
      if (now === null) return err({ type: 'no-catalogue' });
      const changedPrice = priceChange(request, now.context);
      if (changedPrice !== null) return err(changedPrice);
      const taken = takeOrder(request, now.context);
      if (!taken.ok) return err({ type: 'refused', faults: taken.error });
      return commit(request.requestId, taken.value, now.inForce);
    },
    payOut: async ({ requestId, ...request }) => {
      const known = await orders.findRequest(requestId);
      if (known !== null) return repeated(known, 'paid-out');
      const now = selling();
      if (now === null) return err({ type: 'no-catalogue' });
      const taken = takePaidOut(request, now.context);
      if (!taken.ok) return err({ type: 'refused', faults: taken.error });
      return commit(requestId, taken.value, now.inForce);
    },
    voidOrder: (id, account) => revise(id, (order) => voidOrder(order, account)),
    changePayment: async (id, method) => {
      const now = selling();
      if (now === null) return err({ type: 'no-catalogue' });
      return revise(id, (order) => changePayment(order, method, now.context));
    },
    setKitchen: async (id, status) => {
      const outcome = await orders.setKitchen(id, status);
      if (outcome.type !== 'set') return err(outcome);
      events.publish({ type: 'kitchen', globalOrderId: id, status });
      return ok(outcome.stored);
    },
  };
}

/** The answer to a request id that was used before: the same order, if it was for the same kind of thing. */
const repeated = (stored: StoredOrder, kind: Order['kind']): Result<StoredOrder, Refusal> =>
  stored.order.kind === kind ? ok(stored) : err({ type: 'request-id-reused' });

/**
 * A price that is not what the customer was told is said before anything about tenders: those were made out for
 * the old price.
 */
function priceChange(request: SaleRequest, context: SellingContext): Refusal | null {
  const { expectedTotal: expected } = request;
  if (expected === undefined) return null;
  const priced = priceOrder(request, kindOf(request.tenders), context);
  if (!priced.ok || priced.value.totals.gross === expected) return null;
  return { type: 'price-changed', total: priced.value.totals.gross, expected };
}

const oddityReport = ({ type, clock, used }: DateOddity): ErrorReport => ({
  code: type,
  message: `the clock says ${clock}; the sale was booked on ${used}`,
  facts: { clock, used },
});
