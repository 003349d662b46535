import { canonicalText, sha256, ZERO_HASH } from '@tillwire/contract';

/** An order event as it travels, and the hash of its bytes. */
export interface LightEvent {
  readonly text: string;
  readonly hash: string;
}

/** Real order events of a real shop, to be sold again elsewhere. */
export type Templates = readonly Readonly<Record<string, unknown>>[];

/** A journal that sells the templates in turn under its own name: same lines, own place, number, date and request. */
export interface LightJournal {
  readonly sell: (businessDate: string, createdAt: string) => LightEvent;
  /** By seq, from 1. */
  readonly at: (seq: number) => LightEvent | undefined;
  readonly head: () => number;
}

export function createLightJournal(store: string, templates: Templates): LightJournal {
  if (templates.length === 0) throw new Error('there is nothing to sell again');
  const events: LightEvent[] = [];
  const numbers = new Map<string, number>();
  let prevHash = ZERO_HASH;
  return {
    sell: (businessDate, createdAt) => {
      const seq = events.length + 1;
      const number = (numbers.get(businessDate) ?? 0) + 1;
      numbers.set(businessDate, number);
      const day = businessDate.replaceAll('-', '');
      const text = canonicalText({
        ...templates[seq % templates.length],
        global_order_id: `${store}-${day}-${String(number).padStart(6, '0')}`,
        store_code: store,
        business_date: businessDate,
        created_at: createdAt,
        journal_epoch: 1,
        journal_seq: seq,
        prev_hash: prevHash,
        revision: 1,
        request_id: `${store}-${day}-${number}`,
      });
      const event = { text, hash: sha256(text) };
      prevHash = event.hash;
      events.push(event);
      return event;
    },
    at: (seq) => events[seq - 1],
    head: () => events.length,
  };
}
