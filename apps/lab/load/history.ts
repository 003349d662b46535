import { appendFileSync } from 'node:fs';

/** An order as the shop's HTTP API answered it. */
export interface OrderAnswer {
  readonly globalOrderId: string;
  readonly store: string;
  readonly businessDate: string;
  readonly number: number;
  readonly revision: number;
  readonly status: 'completed' | 'voided';
  readonly kind: 'sale' | 'crew-food' | 'cooked-waste' | 'paid-out';
  readonly channel: string;
  readonly paymentMethod: string;
  readonly totals: { readonly gross: number; readonly net: number; readonly vat: number };
  readonly tenders: readonly { readonly method: string; readonly amount: number }[];
  readonly voucherOverage: number;
  readonly vat: readonly {
    readonly vatClass: number;
    readonly vatRate: number;
    readonly net: number;
    readonly vat: number;
  }[];
  readonly lines: readonly {
    readonly kind: 'product' | 'combo';
    readonly code: number;
    readonly quantity: number;
    readonly unitPrice: number;
    readonly total: number;
    readonly isMeal: boolean;
  }[];
  readonly createdAt: string;
  readonly crewId: string | null;
  readonly reason: string | null;
  readonly catalogVersion: number;
}

export interface ClosedDay {
  readonly store: string;
  readonly businessDate: string;
  readonly revision: number;
}

/** Everything the shops' HTTP API accepted, as it was answered; the one truth the end is held against. */
export interface History {
  /** A request was answered with this order; the same request twice has to name the same order. */
  readonly sold: (requestId: string, order: OrderAnswer) => void;
  /** The latest state of an order that was answered. */
  readonly changed: (order: OrderAnswer) => void;
  readonly closed: (day: ClosedDay) => void;
  readonly orders: () => ReadonlyMap<string, OrderAnswer>;
  readonly requests: () => ReadonlyMap<string, string>;
  readonly days: () => readonly ClosedDay[];
  /** What no later look could mend: a request that was answered with two orders. */
  readonly faults: readonly string[];
}

/** @param file every word of it is appended there, as JSON lines. */
export function createHistory(file: string): History {
  const orders = new Map<string, OrderAnswer>();
  const requests = new Map<string, string>();
  const days: ClosedDay[] = [];
  const faults: string[] = [];
  const write = (word: object): void => appendFileSync(file, `${JSON.stringify(word)}\n`);
  return {
    sold: (requestId, order) => {
      const known = requests.get(requestId);
      if (known !== undefined && known !== order.globalOrderId) {
        faults.push(`request ${requestId} was answered with ${known} and ${order.globalOrderId}`);
      }
      requests.set(requestId, order.globalOrderId);
      orders.set(order.globalOrderId, order);
      write({ sold: order, requestId });
    },
    changed: (order) => {
      orders.set(order.globalOrderId, order);
      write({ changed: order });
    },
    closed: (day) => {
      days.push(day);
      write({ closed: day });
    },
    orders: () => orders,
    requests: () => requests,
    days: () => days,
    faults,
  };
}
