import {
  type CatalogueIndex,
  clockDate,
  COOK_ZONES,
  type DayRules,
  err,
  type GlobalOrderId,
  itemsByZone,
  type KitchenItem,
  kitchenItems,
  ok,
  type Result,
  type Zone,
} from '@tillwire/domain';
import type { StoreConfig } from '@tillwire/contract';
import type { Clock } from '@tillwire/runtime';
import type { CatalogueSource } from './catalogue-source.ts';
import type { EventBus } from './events.ts';
import type { KitchenOrder, KitchenStore } from './store/kitchen-store.ts';
import type { OrderStore, StoredOrder } from './store/order-store.ts';
import type { Refusal } from './till.ts';

/** What nobody bumped for this long is nobody's ticket any more. */
const FORGOTTEN_MS = 3 * 3_600_000;
/** So long whoever still cooks what was voided is told to stop. */
const STOP_TOLD_MS = 15 * 60_000;

/** An order as the kitchen sees it. */
export interface Ticket extends Pick<KitchenOrder, 'order' | 'kitchen' | 'bumps'> {
  readonly items: readonly KitchenItem[];
  /** Zones that have something to make of it. */
  readonly zones: readonly Zone[];
  readonly ageS: number;
}

/** How much a zone has in preparation. */
export interface ZoneLoad {
  readonly zone: Zone;
  readonly items: number;
  /** Head Office's cap; null: no warning. */
  readonly limit: number | null;
  /** At its cap, or above it: the till says so before another order is started. */
  readonly isFull: boolean;
}

export interface Kitchen {
  /** Oldest first. */
  readonly tickets: () => Promise<readonly Ticket[]>;
  readonly load: (tickets: readonly Ticket[]) => readonly ZoneLoad[];
  readonly isUsed: () => boolean;
  readonly setBumped: (
    id: GlobalOrderId,
    zone: Zone,
    isDone: boolean,
  ) => Promise<Result<StoredOrder['kitchen'], Refusal>>;
}

export interface KitchenDeps {
  readonly kitchens: KitchenStore;
  readonly orders: Pick<OrderStore, 'currentDate'>;
  readonly catalogue: CatalogueSource;
  readonly config: () => StoreConfig;
  readonly day: DayRules;
  readonly clock: Clock;
  readonly events: EventBus;
}

/** The screens of the kitchen: what each zone has to make, what it has made, and how much it has in hand. */
export function createKitchen(deps: KitchenDeps): Kitchen {
  const { kitchens, orders, catalogue, config, day, clock, events } = deps;
  return {
    isUsed: () => config().flags.kitchen,
    tickets: async () => {
      const index = catalogue.current()?.index ?? null;
      if (index === null || !config().flags.kitchen) return [];
      const nowMs = clock.nowMs();
      const date = await orders.currentDate(clockDate(nowMs, day));
      const open = await kitchens.list({
        date,
        sinceMs: nowMs - FORGOTTEN_MS,
        voidedSinceMs: nowMs - STOP_TOLD_MS,
      });
      return open.map((order) => ticketOf(order, index, nowMs));
    },
    load: (tickets) => {
      const limits = config().limits.kitchen_load;
      return COOK_ZONES.map((zone) => {
        const items = tickets
          .filter((ticket) => isMaking(ticket, zone))
          .reduce((sum, ticket) => sum + itemsByZone(ticket.items)[zone], 0);
        const limit = limits[zone];
        return { zone, items, limit, isFull: limit !== null && items >= limit };
      });
    },
    setBumped: async (id, zone, isDone) => {
      const outcome = await kitchens.setBumped(id, { zone, isDone, nowMs: clock.nowMs() });
      if (outcome.type !== 'set') return err(outcome);
      events.publish({ type: 'kitchen', globalOrderId: id, status: outcome.status });
      return ok(outcome.status);
    },
  };
}

const isMaking = ({ order, kitchen, zones, bumps }: Ticket, zone: Zone): boolean =>
  order.status === 'completed' &&
  kitchen === 'preparing' &&
  zones.includes(zone) &&
  !bumps.some((bump) => bump.zone === zone);

function ticketOf({ order, kitchen, bumps }: KitchenOrder, index: CatalogueIndex, nowMs: number) {
  const items = kitchenItems(order.lines, index);
  const amounts = itemsByZone(items);
  return {
    order,
    kitchen,
    bumps,
    items,
    zones: COOK_ZONES.filter((zone) => amounts[zone] > 0),
    ageS: Math.max(0, Math.floor((nowMs - Date.parse(order.createdAt)) / 1000)),
  };
}
