import { addDays, type BusinessDate, type GlobalOrderId, type Zone } from '@tillwire/domain';
import { type KioskDatabase, write } from './database.ts';
import type { StoredOrder } from './order-store.ts';
import { orderOfBytes } from './order-bytes.ts';

/** An order the kitchen has to do with, and which zones are done with it. */
export interface KitchenOrder extends StoredOrder {
  readonly bumps: readonly { readonly zone: Zone; readonly atMs: number }[];
}

export interface KitchenStore {
  /**
   * Orders being prepared or packed that were made since, the last few handed over, and those voided lately
   * while they were in hand; oldest first.
   */
  readonly list: (span: KitchenSpan) => Promise<readonly KitchenOrder[]>;
  /** A zone is done with an order, or is not after all: that brings an order back that was packed. */
  readonly setBumped: (
    id: GlobalOrderId,
    bump: { readonly zone: Zone; readonly isDone: boolean; readonly nowMs: number },
  ) => Promise<
    | { readonly type: 'set'; readonly status: StoredOrder['kitchen'] }
    | { readonly type: 'not-for-kitchen'; readonly reason: 'voided' | 'nothing-to-cook' }
    | { readonly type: 'unknown-order' }
  >;
}

export interface KitchenSpan {
  /** The trading day; the one before it may still be in the pans. */
  readonly date: BusinessDate;
  readonly sinceMs: number;
  readonly voidedSinceMs: number;
}

/** Handed over and still easy to call back. */
const KEPT_DISPATCHED = 12;
/** More than anybody can look at: the oldest of what nobody bumps goes. */
const MAX_OPEN = 100;

export function createKitchenStore(db: KioskDatabase): KitchenStore {
  const newest = async (
    statuses: readonly StoredOrder['kitchen'][],
    { date, sinceMs }: Pick<KitchenSpan, 'date' | 'sinceMs'>,
    limit: number,
    status: 'completed' | 'voided' = 'completed',
  ) =>
    db
      .selectFrom('orders')
      .innerJoin('journal', 'journal.row', 'orders.row')
      .select(['order_id', 'orders.kitchen', 'journal.payload', 'journal.hash'])
      .where('business_date', '>=', addDays(date, -1))
      .where('orders.kitchen', 'in', statuses)
      .where('status', '=', status)
      .where('journal.created_at_ms', '>=', sinceMs)
      .orderBy('business_date', 'desc')
      .orderBy('sequence', 'desc')
      .limit(limit)
      .execute();
  return {
    list: async (span) => {
      const rows = [
        ...(await newest(['preparing', 'packed'], span, MAX_OPEN)),
        ...(await newest(['dispatched'], span, KEPT_DISPATCHED)),
        // The row of a voided order is that of its voiding.
        ...(await newest(
          ['preparing', 'packed'],
          { date: span.date, sinceMs: span.voidedSinceMs },
          MAX_OPEN,
          'voided',
        )),
      ];
      if (rows.length === 0) return [];
      const bumps = await db
        .selectFrom('kitchen_bumps')
        .selectAll()
        .where(
          'order_id',
          'in',
          rows.map(({ order_id }) => order_id),
        )
        .execute();
      return rows
        .map(({ order_id, kitchen, payload, hash }) => ({
          order: orderOfBytes(payload, hash),
          kitchen,
          bumps: bumps
            .filter((bump) => bump.order_id === order_id)
            .map(({ zone, bumped_at_ms }) => ({ zone, atMs: bumped_at_ms })),
        }))
        .sort((a, b) => (a.order.id < b.order.id ? -1 : 1));
    },
    setBumped: (id, { zone, isDone, nowMs }) =>
      write(db, async (tx) => {
        const held = await tx
          .selectFrom('orders')
          .select(['kitchen', 'status'])
          .where('order_id', '=', id)
          .executeTakeFirst();
        if (held === undefined) return { type: 'unknown-order' };
        if (held.status === 'voided') return { type: 'not-for-kitchen', reason: 'voided' };
        if (held.kitchen === 'none') return { type: 'not-for-kitchen', reason: 'nothing-to-cook' };
        if (isDone) {
          await tx
            .insertInto('kitchen_bumps')
            .values({ order_id: id, zone, bumped_at_ms: nowMs })
            .onConflict((conflict) => conflict.doNothing())
            .execute();
          return { type: 'set', status: held.kitchen };
        }
        await tx
          .deleteFrom('kitchen_bumps')
          .where('order_id', '=', id)
          .where('zone', '=', zone)
          .execute();
        await tx
          .updateTable('orders')
          .set({ kitchen: 'preparing' })
          .where('order_id', '=', id)
          .execute();
        return { type: 'set', status: 'preparing' };
      }),
  };
}
