import type { Order } from '@tillwire/domain';

/** An order as the kiosk's API shows it. Amounts in pence. */
export interface SoldOrder extends Omit<Order, 'id'> {
  readonly globalOrderId: string;
  /** The sequence within its date: what people call it by. */
  readonly number: number;
  /** Its only method, `split`, or `paid-out`. */
  readonly paymentMethod: string;
  readonly kitchen: 'none' | 'preparing' | 'packed' | 'dispatched';
}

/** A new id for one thing asked of the kiosk. `randomUUID` is only there over TLS, and a shop's network may have none. */
export function mintRequestId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
