import { appendFileSync } from 'node:fs';
import type { DeadDisk, DeadEvent } from '../store/shop-disk.ts';

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
  /** A request was answered with this order: the same one each time, and no other request with it. */
  readonly sold: (requestId: string, order: OrderAnswer) => void;
  /** An order has changed as it was answered. */
  readonly changed: (order: OrderAnswer) => void;
  readonly closed: (day: ClosedDay) => void;
  /** A shop's disk is gone, with everything on it that was not acknowledged. */
  readonly died: (disk: DeadDisk) => void;
  readonly disks: () => readonly DeadDisk[];
  /** Every state of an order that was answered, those left out that only a dead disk held. */
  readonly statesOf: (
    order: string,
    isHeld: (event: DeadEvent) => boolean,
  ) => readonly OrderAnswer[];
  readonly orders: () => ReadonlyMap<string, OrderAnswer>;
  readonly requests: () => ReadonlyMap<string, string>;
  readonly days: () => readonly ClosedDay[];
  /** What no later look could mend: a request answered with two orders, a number printed twice. */
  readonly faults: readonly string[];
}

/** @param file every word of it is appended there, as JSON lines. */
export function createHistory(file: string): History {
  const orders = new Map<string, OrderAnswer>();
  const requests = new Map<string, string>();
  /** The request by order. */
  const printed = new Map<string, string>();
  const days: ClosedDay[] = [];
  const disks: DeadDisk[] = [];
  const states = new Map<string, OrderAnswer[]>();
  /** By order: what a disk took, and how many of its states had been answered by then. */
  const taken = new Map<string, { readonly event: DeadEvent; readonly known: number }[]>();
  const keep = (order: OrderAnswer): void => {
    const all = states.get(order.globalOrderId) ?? [];
    all.push(order);
    states.set(order.globalOrderId, all);
    orders.set(order.globalOrderId, order);
  };
  const faults: string[] = [];
  const write = (word: object): void => appendFileSync(file, `${JSON.stringify(word)}\n`);
  return {
    sold: (requestId, order) => {
      const known = requests.get(requestId);
      if (known !== undefined && known !== order.globalOrderId) {
        faults.push(`request ${requestId} was answered with ${known} and ${order.globalOrderId}`);
      }
      const other = printed.get(order.globalOrderId);
      if (other !== undefined && other !== requestId) {
        faults.push(`${order.globalOrderId} was printed for request ${other} and for ${requestId}`);
      }
      requests.set(requestId, order.globalOrderId);
      printed.set(order.globalOrderId, requestId);
      keep(order);
      write({ sold: order, requestId });
    },
    changed: (order) => {
      keep(order);
      write({ changed: order });
    },
    closed: (day) => {
      days.push(day);
      write({ closed: day });
    },
    died: (disk) => {
      disks.push(disk);
      for (const event of disk.events) {
        const known = states.get(event.subject)?.length ?? 0;
        taken.set(event.subject, [...(taken.get(event.subject) ?? []), { event, known }]);
      }
      write({ died: disk.store, events: disk.events });
    },
    disks: () => disks,
    statesOf: (id, isHeld) => {
      const gone = (taken.get(id) ?? []).filter(({ event }) => !isHeld(event));
      return (states.get(id) ?? []).filter(
        ({ revision }, at) =>
          !gone.some(({ event, known }) => event.revision === revision && at < known),
      );
    },
    orders: () => orders,
    requests: () => requests,
    days: () => days,
    faults,
  };
}
