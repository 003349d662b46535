import { businessDateFor, type GlobalOrderId, type Order, type StoreCode } from '@tillwire/domain';
import type { Ids } from '@tillwire/runtime';
import type { Printer } from './printing/printers.ts';
import { isPrinted } from './printing/slips.ts';
import type { OrderStore, StoredOrder } from './store/order-store.ts';
import type { PrintStore } from './store/print-store.ts';
import { createTill, type Till, type TillDeps } from './till.ts';

/** A till to practise at: what it sells is priced, answered and printed like anything else and booked nowhere. */
export interface Practice {
  readonly till: Till;
  readonly orders: OrderStore;
}

export interface PracticeDeps extends Omit<TillDeps, 'orders' | 'events' | 'reportError'> {
  readonly store: StoreCode;
  readonly printers: readonly Printer[];
  readonly prints: Pick<PrintStore, 'request'>;
  readonly ids: Ids;
}

const PREFIX = 'TRAINING-';
const PRACTICE_ID = /^TRAINING-\d{6}$/;

export const isPracticeId = (text: string): text is GlobalOrderId => PRACTICE_ID.test(text);

/** The oldest are forgotten, and all of them when the process ends. */
const MOST_ORDERS = 500;

export function createPractice(deps: PracticeDeps): Practice {
  const { catalogue, printers, prints, clock } = deps;
  // Ids begin anew with each process; slips of another one's must not be taken for these.
  const run = deps.ids.uuid();
  const orders = createPracticeOrders(deps.store, async (order) => {
    const index = catalogue.current()?.index;
    if (index === undefined) return;
    for (const printer of printers) {
      if (!isPrinted(order, printer, index)) continue;
      const jobId = `${printer.name}:${order.id}:${order.revision}:${run}`;
      await prints.request({ jobId, printer: printer.name, order, training: true }, clock.nowMs());
    }
  });
  const till = createTill({
    ...deps,
    orders,
    clockDoubted: () => false,
    // Nobody but this session is to hear of it: neither the screens that cook nor the line that sends.
    events: { publish: () => undefined, subscribe: () => () => undefined },
    reportError: async () => undefined,
  });
  return { till, orders };
}

/** Orders in memory, with numbers of their own. */
function createPracticeOrders(
  store: StoreCode,
  onChange: (order: Order) => Promise<void>,
): OrderStore {
  const held = new Map<string, { stored: StoredOrder; states: readonly Order[] }>();
  const requests = new Map<string, string>();
  let sequence = 0;
  const keep = (stored: StoredOrder): StoredOrder => {
    const states = held.get(stored.order.id)?.states ?? [];
    const isNew = states.at(-1)?.revision !== stored.order.revision;
    held.set(stored.order.id, { stored, states: isNew ? [...states, stored.order] : states });
    const [oldest] = held.keys();
    if (held.size > MOST_ORDERS && oldest !== undefined) held.delete(oldest);
    return stored;
  };
  const read = (id: string | undefined): StoredOrder | null => held.get(id ?? '')?.stored ?? null;
  return {
    commit: async (sale) => {
      const known = read(requests.get(sale.requestId));
      if (known !== null) return { type: 'repeated', stored: known };
      sequence++;
      const order: Order = {
        ...sale.taken,
        id: `${PREFIX}${String(sequence).padStart(6, '0')}` as GlobalOrderId,
        store,
        businessDate: sale.clockDate,
        createdAt: sale.createdAt,
        revision: 1,
        status: 'completed',
        catalogVersion: sale.catalogVersion,
        configVersion: sale.configVersion,
      };
      requests.set(sale.requestId, order.id);
      const isCooked = order.kind === 'sale' || order.kind === 'crew-food';
      const stored = keep({ order, kitchen: isCooked ? 'preparing' : 'none' });
      await onChange(order);
      return { type: 'committed', stored, row: sequence, oddity: null };
    },
    revise: async (id, _nowMs, change) => {
      const stored = read(id);
      if (stored === null) return { type: 'unknown-order' };
      const changed = change(stored.order);
      if (!changed.ok) return { type: 'refused', error: changed.error };
      const revised = keep({ ...stored, order: changed.value });
      await onChange(changed.value);
      return { type: 'revised', stored: revised, row: sequence };
    },
    setKitchen: async (id, kitchen) => {
      const stored = read(id);
      if (stored === null) return { type: 'unknown-order' };
      if (stored.order.status === 'voided') return { type: 'not-for-kitchen', reason: 'voided' };
      if (stored.kitchen === 'none') return { type: 'not-for-kitchen', reason: 'nothing-to-cook' };
      return { type: 'set', stored: keep({ ...stored, kitchen }) };
    },
    read: async (id) => read(id),
    revisions: async (id) => held.get(id)?.states ?? [],
    findRequest: async (requestId) => read(requests.get(requestId)),
    list: async ({ date, status, kitchen, before = Number.MAX_SAFE_INTEGER, limit }) =>
      [...held.values()]
        .map(({ stored }) => stored)
        .filter(
          ({ order, kitchen: at }) =>
            order.businessDate === date &&
            (status === undefined || order.status === status) &&
            (kitchen === undefined || at === kitchen) &&
            practiceNumber(order.id) < before,
        )
        .toReversed()
        .slice(0, limit),
    currentDate: async (date) =>
      businessDateFor(date, { last: null, lastClosed: false }, false).date,
    lastClosed: async () => null,
  };
}

/** What people call it by. */
export const practiceNumber = (id: string): number => Number(id.slice(PREFIX.length));
