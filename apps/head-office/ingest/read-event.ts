import {
  type EventText,
  type OrderEvent,
  orderEventFaults,
  orderEventSchema,
  type PayloadFault,
  sha256,
  type Sha256,
  MAX_EVENT_BYTES,
  utcHourOf,
  daySummaryFaults,
  daySummarySchema,
  type DaySummary,
} from '@tillwire/contract';
import { parseGlobalOrderId, shopOfStore, type StoreCode } from '@tillwire/domain';
import type { z } from 'zod';
import type { OrderRows } from '../store/order-rows.ts';

/** Why something was parked: stable, kebab-case. */
export type ParkReason =
  | PayloadFault['type']
  | 'bad-shape'
  | 'broken-rule'
  | 'wrong-store'
  | 'fork'
  | 'refused-by-database';

/** Something that can't go into the books: kept with its bytes, acknowledged as parked. */
export interface Unfit {
  readonly reason: ParkReason;
  readonly detail: string;
  readonly bytes: Uint8Array;
  readonly hash: Sha256;
  /** The journal place it claims; null where even that can't be read. */
  readonly place: { readonly epoch: number; readonly seq: number } | null;
}

/** A day summary ready to be stored. */
export interface DayRow {
  readonly store: string;
  readonly business_date: string;
  readonly revision: number;
  readonly journal_epoch: number;
  readonly journal_seq: number;
  readonly hash: Sha256;
  readonly prev_hash: Sha256;
  readonly payload: string;
}

export type Read<Row> =
  { readonly fit: true; readonly row: Row } | { readonly fit: false; readonly unfit: Unfit };

/** Faults told of one event, at most: enough to see what is wrong with it. */
const TOLD_FAULTS = 10;

interface Fault {
  readonly path: string;
  readonly rule: string;
}

interface EventKind<Event, Row> {
  readonly schema: z.ZodType<Event>;
  readonly faults: (event: Event) => readonly Fault[];
  readonly rowOf: (event: Event, text: string, hash: Sha256) => Row;
}

const ORDERS: EventKind<OrderEvent, OrderRows> = {
  schema: orderEventSchema,
  faults: orderEventFaults,
  rowOf: orderRowsOf,
};

const DAYS: EventKind<DaySummary, DayRow> = {
  schema: daySummarySchema,
  faults: daySummaryFaults,
  rowOf: (summary, text, hash) => ({
    store: summary.store_code,
    business_date: summary.date,
    revision: summary.revision,
    journal_epoch: summary.journal_epoch,
    journal_seq: summary.journal_seq,
    hash,
    prev_hash: summary.prev_hash,
    payload: text,
  }),
};

/** An order event out of a message on `store`'s topic. */
export const readOrderEvent = (event: EventText, store: StoreCode): Read<OrderRows> =>
  readEvent(ORDERS, event, store);

/** A day summary out of a message on `store`'s topic. */
export const readDaySummary = (event: EventText, store: StoreCode): Read<DayRow> =>
  readEvent(DAYS, event, store);

function readEvent<Event extends { readonly store_code: string }, Row>(
  { schema, faults, rowOf }: EventKind<Event, Row>,
  { text, value }: EventText,
  store: StoreCode,
): Read<Row> {
  const hash = sha256(text);
  const unfit = (reason: ParkReason, detail: string): Read<Row> => ({
    fit: false,
    unfit: { reason, detail, bytes: Buffer.from(text), hash, place: placeOf(value) },
  });
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_EVENT_BYTES) {
    return unfit('too-large', `an event has at most ${MAX_EVENT_BYTES} bytes, this one ${bytes}`);
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const told = parsed.error.issues.map(({ path, message }) => ({
      path: path.join('.'),
      rule: message,
    }));
    return unfit('bad-shape', tell(told));
  }
  const event = parsed.data;
  if (event.store_code !== store) {
    return unfit('wrong-store', `store_code: ${event.store_code} on a topic of ${store}`);
  }
  const broken = faults(event);
  if (broken.length > 0) return unfit('broken-rule', tell(broken));
  return { fit: true, row: rowOf(event, text, hash) };
}

const tell = (faults: readonly Fault[]): string =>
  faults
    .slice(0, TOLD_FAULTS)
    .map(({ path, rule }) => `${path}: ${rule}`)
    .join('; ')
    .replaceAll('\0', '')
    .toWellFormed();

/** The place an unfit event claims, if it says that much. */
export function placeOf(value: unknown): Unfit['place'] {
  if (typeof value !== 'object' || value === null) return null;
  const { journal_epoch: epoch, journal_seq: seq } = value as Record<string, unknown>;
  return isPlaceNumber(epoch) && isPlaceNumber(seq) ? { epoch, seq } : null;
}

const isPlaceNumber = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 1;

/** What a whole message that can't be read is parked as. */
export const unreadable = (payload: Uint8Array, fault: PayloadFault): Unfit => {
  const { type, ...facts } = fault;
  return {
    reason: type,
    detail: Object.entries(facts)
      .map(([name, value]) => `${name} ${value}`)
      .join(', '),
    bytes: payload,
    hash: sha256(payload),
    place: null,
  };
};

/** yyyymmdd × 10^11 + shop × 10^7 + sequence, as a decimal: sorts as date, store, sequence. */
export function orderKeyOf(globalOrderId: string): string | null {
  const id = parseGlobalOrderId(globalOrderId);
  if (id === null) return null;
  const shop = String(shopOfStore(id.store)).padStart(4, '0');
  return `${id.businessDate.replaceAll('-', '')}${shop}${String(id.sequence).padStart(7, '0')}`;
}

/** The columns of an event that keeps every rule; `hash` is over `text`. */
export function orderRowsOf(event: OrderEvent, text: string, hash: Sha256): OrderRows {
  const order_key = orderKeyOf(event.global_order_id) ?? '';
  return {
    order: {
      order_key,
      counts: event.kind === 'sale' && event.status !== 'voided',
      global_order_id: event.global_order_id,
      store: event.store_code,
      business_date: event.business_date,
      journal_epoch: event.journal_epoch,
      journal_seq: event.journal_seq,
      revision: event.revision,
      hash,
      prev_hash: event.prev_hash,
      payload: text,
      request_id: event.request_id,
      status: event.status,
      kind: event.kind,
      channel: event.channel,
      price_band: event.price_band,
      vat_basis: event.vat_basis,
      payment_method: event.payment_method,
      crew_id: event.crew_id,
      gross: event.totals.gross,
      net: event.totals.net,
      vat: event.totals.vat,
      vat_classes: event.vat.flatMap(({ vat_class, vat_rate_bp, net, vat }) => [
        vat_class,
        vat_rate_bp,
        net,
        vat,
      ]),
      meal_discount: event.discounts.meal,
      combo_discount: event.discounts.combo,
      catalog_version: event.catalog_version,
      created_at: event.created_at,
      utc_hour: utcHourOf(event),
    },
    lines: event.lines.map((line, at) => ({
      order_key,
      line_no: at + 1,
      item_type: line.item_type,
      item_code: line.item_code,
      name: line.name,
      qty: line.qty,
      is_meal: line.is_meal,
      unit_price_gross: line.unit_price_gross,
      line_total_gross: line.line_total_gross,
    })),
    vat: event.vat.map(({ vat_class, vat_rate_bp, net, vat }) => ({
      order_key,
      vat_class,
      vat_rate: vat_rate_bp,
      net,
      vat,
    })),
  };
}

/** Reads an event's stored bytes back into its rows: our own bytes, so the schema is an assertion here. */
export const storedOrderRows = (payload: string): OrderRows =>
  orderRowsOf(orderEventSchema.parse(JSON.parse(payload)), payload, sha256(payload));
