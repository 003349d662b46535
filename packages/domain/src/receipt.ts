import type { Catalogue } from './catalogue.ts';
import { type BusinessDate, type GlobalOrderId, shopOfStore, type UtcInstant } from './ids.ts';
import { type BasisPoints, type Pence, pence } from './money.ts';
import type {
  LineComponent,
  Order,
  OrderKind,
  OrderLine,
  TenderMethod,
  VatBasis,
} from './order.ts';

/** A receipt as data, for the page and the printer alike. Amounts in pence. */
export interface Receipt {
  readonly shop: {
    readonly name: string;
    readonly address: readonly string[];
    readonly telephone: string;
    readonly vatNumber: string;
  };
  readonly orderId: GlobalOrderId;
  readonly businessDate: BusinessDate;
  readonly createdAt: UtcInstant;
  readonly channel: string;
  readonly vatBasis: VatBasis;
  readonly kind: OrderKind;
  readonly voided: boolean;
  readonly lines: readonly ReceiptLine[];
  readonly total: Pence;
  /** By rate ascending: two classes of one rate are one row. */
  readonly vatByRate: readonly {
    readonly rate: BasisPoints;
    readonly net: Pence;
    readonly vat: Pence;
  }[];
  readonly tenders: readonly {
    readonly method: TenderMethod | 'paid-out';
    readonly amount: Pence;
    readonly tendered: Pence | null;
  }[];
  readonly change: Pence;
  /** Face value of a voucher above the total, which is not given back. */
  readonly voucherOverage: Pence;
}

export interface ReceiptLine {
  readonly quantity: number;
  readonly name: string;
  readonly total: Pence;
  /** Side, drink, choices, extras with their price, what is left out, the note. */
  readonly details: readonly string[];
}

export function receiptOf(order: Order, catalogue: Catalogue): Receipt {
  const shop = catalogue.shops.find((candidate) => candidate.shop === shopOfStore(order.store));
  return {
    shop: {
      name: shop?.fullName || shop?.name || order.store,
      address: shop === undefined ? [] : [...shop.address, shop.postCode].filter(Boolean),
      telephone: shop?.telephone ?? '',
      vatNumber: shop?.vatNumber ?? '',
    },
    orderId: order.id,
    businessDate: order.businessDate,
    createdAt: order.createdAt,
    channel: catalogue.channels.find(({ code }) => code === order.channel)?.name ?? order.channel,
    vatBasis: order.vatBasis,
    kind: order.kind,
    voided: order.status === 'voided',
    lines: order.lines.map(receiptLine),
    total: order.totals.gross,
    vatByRate: vatByRate(order),
    tenders: order.tenders.map(({ method, amount, tendered }) => ({
      method: order.kind === 'paid-out' ? 'paid-out' : method,
      amount,
      tendered,
    })),
    change: order.change,
    voucherOverage: order.voucherOverage,
  };
}

const receiptLine = (line: OrderLine): ReceiptLine => ({
  quantity: line.quantity,
  name: line.isMeal ? `${line.name} meal${line.goLarge ? ', large' : ''}` : line.name,
  total: line.total,
  details: [
    ...line.components.flatMap(detailOf),
    ...line.without.map(({ name }) => `No ${name}`),
    ...(line.note === null ? [] : [line.note]),
  ],
});

function detailOf({ role, name, quantity, price }: LineComponent): readonly string[] {
  if (role === 'item' || role === 'combo') return [];
  if (role !== 'extra') return [name];
  const count = quantity === 1 ? '' : `${quantity} × `;
  return [`${count}${name} ${poundsAndPence(price * quantity)}`];
}

/** `£1,234.50`, for people. */
export function poundsAndPence(amount: number): string {
  const digits = String(Math.abs(amount)).padStart(3, '0');
  const pounds = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ',');
  return `${amount < 0 ? '−' : ''}£${pounds}.${digits.slice(-2)}`;
}

function vatByRate(order: Order): Receipt['vatByRate'] {
  const rates = new Map<BasisPoints, { net: number; vat: number }>();
  for (const { vatRate, net, vat } of order.vat) {
    const known = rates.get(vatRate) ?? { net: 0, vat: 0 };
    rates.set(vatRate, { net: known.net + net, vat: known.vat + vat });
  }
  return [...rates]
    .sort(([a], [b]) => a - b)
    .map(([rate, { net, vat }]) => ({ rate, net: pence(net), vat: pence(vat) }));
}
