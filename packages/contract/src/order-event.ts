import {
  basisPoints,
  businessDate,
  catalogVersion,
  channelCode,
  comboCode,
  type ComponentRole,
  epochMsOf,
  type GlobalOrderId,
  invariant,
  isUtcInstant,
  type LineComponent,
  type Order,
  type OrderLine,
  parseGlobalOrderId,
  paymentOf,
  pence,
  priceBand,
  productCode,
  stockCode,
  storeCode,
  type UtcInstant,
  vatClassCode,
} from '@tillwire/domain';
import { z } from 'zod';
import {
  amountPence,
  bandNumber,
  businessDateText,
  channelCodeText,
  counter,
  instantText,
  itemCode,
  orderIdText,
  plainText,
  rateBp,
  sha256Text,
  signedPence,
  stockCodeNumber,
  storeCodeText,
  vatClassNumber,
  versionNumber,
} from './primitives.ts';

/** Where an event stands in its store's journal. */
export interface JournalPlace {
  readonly journalEpoch: number;
  /** From 1, with no gap within the epoch. */
  readonly journalSeq: number;
  /** Hash of the event before it. */
  readonly prevHash: string;
}

const componentSchema = z.object({
  role: z.enum(['item', 'side', 'drink', 'extra', 'combo', 'part', 'choice']),
  code: itemCode,
  name: plainText(200),
  qty: z.int().min(1).max(999),
  single_price: amountPence,
  price: amountPence,
  vat_class: vatClassNumber,
  vat_rate_bp: rateBp,
  net: amountPence,
  vat: amountPence,
});

const lineSchema = z.object({
  item_code: itemCode,
  item_type: z.enum(['product', 'combo']),
  name: plainText(200),
  qty: z.int().min(1).max(999),
  is_meal: z.boolean(),
  unit_price_gross: amountPence,
  line_total_gross: amountPence,
  meta: z.object({
    free_choices: z.array(itemCode).max(100),
    extras: z.array(z.object({ code: itemCode, qty: z.int().min(1).max(999) })).max(200),
    side: itemCode.nullable(),
    drink: itemCode.nullable(),
    go_large: z.boolean(),
    trade_up: z.boolean(),
    without: z.array(z.object({ code: stockCodeNumber, name: plainText(200) })).max(200),
    note: plainText(200).nullable(),
    components: z.array(componentSchema).min(1).max(400),
  }),
});

export const PAYMENT_METHODS = [
  'Cash',
  'Card',
  'Cheque',
  'On Account',
  'Voucher',
  'Crew Food',
  'Cooked Waste',
  'Paid Out',
  'Split',
] as const;
export type PaymentMethod = (typeof PAYMENT_METHODS)[number];

const tenderSchema = z.object({
  method: z.enum(['cash', 'card', 'cheque', 'on-account', 'voucher', 'crew-food', 'cooked-waste']),
  amount: signedPence,
  tendered: amountPence.nullable(),
});

/**
 * One order at one revision, the whole of it. Amounts in pence, rates in basis points.
 * `meta.components` freezes every fact of its day, so that no order later needs the catalogue it was sold from.
 */
export const orderEventSchema = z.object({
  schema_version: z.int().min(1),
  global_order_id: orderIdText,
  store_code: storeCodeText,
  business_date: businessDateText,
  created_at: instantText,
  journal_epoch: versionNumber,
  journal_seq: versionNumber,
  prev_hash: sha256Text,
  revision: z.int().min(1).max(1_000_000),
  status: z.enum(['completed', 'voided']),
  kind: z.enum(['sale', 'crew-food', 'cooked-waste', 'paid-out']),
  channel: channelCodeText,
  price_band: bandNumber,
  vat_basis: z.enum(['take', 'eat']),
  payment_method: z.enum(PAYMENT_METHODS),
  lines: z.array(lineSchema).max(200),
  totals: z.object({ gross: amountPence, net: amountPence, vat: amountPence }),
  vat: z
    .array(
      z.object({
        vat_class: vatClassNumber,
        vat_rate_bp: rateBp,
        net: amountPence,
        vat: amountPence,
      }),
    )
    .max(100),
  discounts: z.object({ meal: amountPence, combo: amountPence }),
  tenders: z.array(tenderSchema).min(1).max(20),
  change: amountPence,
  voucher_overage: amountPence,
  crew_id: plainText(64).nullable(),
  reason: plainText(200).nullable(),
  /** The till's request that made it; a restored store still sells each request once. */
  request_id: plainText(100).nullable(),
  catalog_version: versionNumber,
  config_version: counter.nullable(),
});
export type OrderEvent = z.infer<typeof orderEventSchema>;

export const ORDER_EVENT_VERSION = 1;

const PAYMENT_WORDS = {
  cash: 'Cash',
  card: 'Card',
  cheque: 'Cheque',
  'on-account': 'On Account',
  voucher: 'Voucher',
  'crew-food': 'Crew Food',
  'cooked-waste': 'Cooked Waste',
  'paid-out': 'Paid Out',
  split: 'Split',
} as const satisfies Record<ReturnType<typeof paymentOf>, PaymentMethod>;

/** How an order was paid, in the wire's words. */
export const paymentMethodOf = (order: Order): PaymentMethod => PAYMENT_WORDS[paymentOf(order)];

// What follows is made in canonical order, which spares putting it in order when it is written.

const componentOf = (component: LineComponent) => ({
  code: component.code,
  name: component.name,
  net: component.net,
  price: component.price,
  qty: component.quantity,
  role: component.role,
  single_price: component.singlePrice,
  vat: component.vat,
  vat_class: component.vatClass,
  vat_rate_bp: component.vatRate,
});

const codesOf = (line: OrderLine, role: ComponentRole): readonly number[] =>
  line.components.filter((component) => component.role === role).map(({ code }) => code);

const lineOf = (line: OrderLine): OrderEvent['lines'][number] => ({
  is_meal: line.isMeal,
  item_code: line.code,
  item_type: line.kind,
  line_total_gross: line.total,
  meta: {
    components: line.components.map(componentOf),
    drink: codesOf(line, 'drink')[0] ?? null,
    extras: line.components
      .filter(({ role }) => role === 'extra')
      .map(({ code, quantity }) => ({ code, qty: quantity })),
    free_choices: [...codesOf(line, 'choice')],
    go_large: line.goLarge,
    note: line.note,
    side: codesOf(line, 'side')[0] ?? null,
    trade_up: line.tradeUp,
    without: line.without.map(({ code, name }) => ({ code, name })),
  },
  name: line.name,
  qty: line.quantity,
  unit_price_gross: line.unitPrice,
});

/** An order as its journal event. */
export function orderEventOf(
  order: Order,
  place: JournalPlace,
  requestId: string | null = null,
): OrderEvent {
  const { totals, discounts } = order;
  return {
    business_date: order.businessDate,
    catalog_version: order.catalogVersion,
    change: order.change,
    channel: order.channel,
    config_version: order.configVersion,
    created_at: order.createdAt,
    crew_id: order.crewId,
    discounts: { combo: discounts.combo, meal: discounts.meal },
    global_order_id: order.id,
    journal_epoch: place.journalEpoch,
    journal_seq: place.journalSeq,
    kind: order.kind,
    lines: order.lines.map(lineOf),
    payment_method: paymentMethodOf(order),
    prev_hash: place.prevHash,
    price_band: order.priceBand,
    reason: order.reason,
    request_id: requestId,
    revision: order.revision,
    schema_version: ORDER_EVENT_VERSION,
    status: order.status,
    store_code: order.store,
    tenders: order.tenders.map(({ amount, method, tendered }) => ({ amount, method, tendered })),
    totals: { gross: totals.gross, net: totals.net, vat: totals.vat },
    vat: order.vat.map(({ vatClass, vatRate, net, vat }) => ({
      net,
      vat,
      vat_class: vatClass,
      vat_rate_bp: vatRate,
    })),
    vat_basis: order.vatBasis,
    voucher_overage: order.voucherOverage,
  };
}

/** A rule that a well-formed event breaks, with the field. */
export interface EventFault {
  readonly path: string;
  readonly rule: string;
}

/**
 * What a schema cannot say: the id agrees with store and date, and the money adds up. An event
 * that breaks one was not made by any till; it is parked, never repaired.
 */
export function orderEventFaults(event: OrderEvent): readonly EventFault[] {
  const faults: EventFault[] = [];
  const check = (holds: boolean, path: string, rule: string): void => {
    if (!holds) faults.push({ path, rule });
  };
  const id = parseGlobalOrderId(event.global_order_id);
  check(id?.store === event.store_code, 'store_code', 'is the store of global_order_id');
  check(
    id?.businessDate === event.business_date,
    'business_date',
    'is the date of global_order_id',
  );
  const { gross, net, vat } = event.totals;
  check(gross === net + vat, 'totals', 'gross is net + vat');
  let lines = 0;
  for (const [at, line] of event.lines.entries()) {
    lines += line.line_total_gross;
    const path = `lines.${at}.line_total_gross`;
    check(line.line_total_gross === line.unit_price_gross * line.qty, path, 'is unit price × qty');
    for (const part of line.meta.components) {
      check(part.price === part.net + part.vat, `lines.${at}.meta`, 'price is net + vat');
    }
  }
  check(gross === lines, 'totals.gross', 'is the sum of the lines');
  let [classNet, classVat] = [0, 0];
  for (const booked of event.vat) {
    classNet += booked.net;
    classVat += booked.vat;
  }
  check(net === classNet && vat === classVat, 'vat', 'adds up to the totals');
  let paid = 0;
  for (const { amount } of event.tenders) paid += amount;
  if (event.kind === 'paid-out') check(paid < 0 && gross === 0, 'tenders', 'a paid out takes cash');
  else check(paid - event.voucher_overage === gross, 'tenders', 'pay the total');
  return faults;
}

const lineComponentOf = (part: z.infer<typeof componentSchema>): LineComponent => ({
  role: part.role,
  code: part.role === 'combo' ? comboCode(part.code) : productCode(part.code),
  name: part.name,
  quantity: part.qty,
  singlePrice: pence(part.single_price),
  price: pence(part.price),
  vatClass: vatClassCode(part.vat_class),
  vatRate: basisPoints(part.vat_rate_bp),
  net: pence(part.net),
  vat: pence(part.vat),
});

const orderLineOf = (line: OrderEvent['lines'][number]): OrderLine => ({
  kind: line.item_type,
  code: line.item_type === 'combo' ? comboCode(line.item_code) : productCode(line.item_code),
  name: line.name,
  quantity: line.qty,
  isMeal: line.is_meal,
  goLarge: line.meta.go_large,
  tradeUp: line.meta.trade_up,
  unitPrice: pence(line.unit_price_gross),
  total: pence(line.line_total_gross),
  components: line.meta.components.map(lineComponentOf),
  without: line.meta.without.map(({ code, name }) => ({ code: stockCode(code), name })),
  note: line.meta.note,
});

const instant = (text: string): UtcInstant => {
  invariant(isUtcInstant(text), `not an instant: ${text}`);
  return text;
};

/** The order an event carries. `orderEventOf` and this are inverses. */
export function orderOfEvent(event: OrderEvent): Order {
  return {
    id: event.global_order_id as GlobalOrderId,
    store: storeCode(event.store_code),
    businessDate: businessDate(event.business_date),
    createdAt: instant(event.created_at),
    revision: event.revision,
    status: event.status,
    kind: event.kind,
    channel: channelCode(event.channel),
    priceBand: priceBand(event.price_band),
    vatBasis: event.vat_basis,
    lines: event.lines.map(orderLineOf),
    totals: {
      gross: pence(event.totals.gross),
      net: pence(event.totals.net),
      vat: pence(event.totals.vat),
    },
    vat: event.vat.map((booked) => ({
      vatClass: vatClassCode(booked.vat_class),
      vatRate: basisPoints(booked.vat_rate_bp),
      net: pence(booked.net),
      vat: pence(booked.vat),
    })),
    discounts: { meal: pence(event.discounts.meal), combo: pence(event.discounts.combo) },
    tenders: event.tenders.map(({ method, amount, tendered }) => ({
      method,
      amount: pence(amount),
      tendered: tendered === null ? null : pence(tendered),
    })),
    change: pence(event.change),
    voucherOverage: pence(event.voucher_overage),
    crewId: event.crew_id,
    reason: event.reason,
    catalogVersion: catalogVersion(event.catalog_version),
    configVersion: event.config_version,
  };
}

/** The hour of an event since 1970-01-01T00:00Z, for hourly rollups. */
export const utcHourOf = (event: Pick<OrderEvent, 'created_at'>): number =>
  Math.floor(epochMsOf(instant(event.created_at)) / 3_600_000);
