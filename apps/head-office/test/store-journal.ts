import {
  canonicalText,
  orderEventOf,
  orderOfEvent,
  type OrderEvent,
  sha256,
  ZERO_HASH,
} from '@tillwire/contract';
import {
  businessDate,
  catalogVersion,
  changePayment,
  type CustomerTender,
  globalOrderId,
  type Order,
  productCode,
  storeCode,
  type StoreCode,
  type TenderRequest,
  utcInstant,
  voidOrder,
} from '@tillwire/domain';
import {
  catalogue,
  combo,
  product,
  request,
  selling,
  single,
  taken,
} from '../../../packages/domain/test/builders.ts';

/** A shop small enough to know by heart. */
const corner = selling(
  catalogue(
    [product(5, 505), product(30, 130, { vat: 2 }), product(31, 180, { vat: 0 }), product(60, 45)],
    { combos: [combo(20, 950, { components: [productCode(5), productCode(30)] })] },
  ),
);

/** One event as a store keeps it. */
export interface JournalEvent {
  readonly event: OrderEvent;
  readonly text: string;
  readonly hash: string;
}

/** A store's journal in the making: every event chains to the one before. */
export interface StoreJournal {
  readonly store: StoreCode;
  readonly events: () => readonly JournalEvent[];
  readonly sell: (quantity?: number, tenders?: readonly TenderRequest[]) => JournalEvent;
  readonly voided: (of: JournalEvent) => JournalEvent;
  readonly paidOtherwise: (of: JournalEvent, method: CustomerTender) => JournalEvent;
  /** Begins a later epoch, as a restored store does. */
  readonly restore: (epoch: number) => void;
}

export function createStoreJournal(
  store: string,
  { date = '2025-07-16', epoch = 1 }: { readonly date?: string; readonly epoch?: number } = {},
): StoreJournal {
  const code = storeCode(store);
  const events: JournalEvent[] = [];
  let current = epoch;
  let seq = 0;
  let prevHash = ZERO_HASH;
  let sequence = 0;

  const append = (order: Order): JournalEvent => {
    seq++;
    const event = orderEventOf(order, { journalEpoch: current, journalSeq: seq, prevHash });
    const text = canonicalText(event);
    prevHash = sha256(text);
    const made = { event, text, hash: prevHash };
    events.push(made);
    return made;
  };

  return {
    store: code,
    events: () => events,
    sell: (quantity = 1, tenders = [{ method: 'cash' }]) => {
      sequence++;
      const lines = [single(5, quantity), single(30, 1 + (sequence % 3)), single(31)];
      const asked = request(lines.slice(0, 1 + (sequence % 3)), { tenders });
      return append({
        ...taken(asked, corner),
        id: globalOrderId({ store: code, businessDate: businessDate(date), sequence }),
        store: code,
        businessDate: businessDate(date),
        createdAt: utcInstant(Date.parse(`${date}T09:00:00Z`) + sequence * 60_000),
        revision: 1,
        status: 'completed',
        catalogVersion: catalogVersion(1_733_018_400),
        configVersion: null,
      });
    },
    voided: ({ event }) => {
      const changed = voidOrder(orderOfEvent(event), { crewId: '7', reason: 'wrong order' });
      if (!changed.ok) throw new Error(JSON.stringify(changed.error));
      return append(changed.value);
    },
    paidOtherwise: ({ event }, method) => {
      const changed = changePayment(orderOfEvent(event), method, corner);
      if (!changed.ok) throw new Error(JSON.stringify(changed.error));
      return append(changed.value);
    },
    restore: (later) => {
      current = later;
      seq = 0;
    },
  };
}
