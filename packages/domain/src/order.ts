import type {
  BusinessDate,
  CatalogVersion,
  ChannelCode,
  ComboCode,
  GlobalOrderId,
  PriceBand,
  ProductCode,
  StockCode,
  StoreCode,
  UtcInstant,
  VatClassCode,
} from './ids.ts';
import type { BasisPoints, Pence } from './money.ts';

/** Takeaway or eat-in: picks each component's VAT class. */
export type VatBasis = 'take' | 'eat';

/** How a customer pays. */
export type CustomerTender = 'cash' | 'card' | 'cheque' | 'on-account' | 'voucher';
/** What pays a whole order that no customer pays. */
export type HouseTender = 'crew-food' | 'cooked-waste';
export type TenderMethod = CustomerTender | HouseTender;

/** What the till asks for. Codes and amounts are as sent and not yet checked. Amounts in pence. */
export interface OrderRequest {
  readonly channel: string;
  readonly vatBasis: VatBasis;
  readonly lines: readonly LineRequest[];
  readonly tenders: readonly TenderRequest[];
  readonly crewId?: string | undefined;
}

export type LineRequest = ProductLineRequest | ComboLineRequest;

export interface ProductLineRequest {
  readonly kind: 'product';
  readonly code: number;
  readonly quantity: number;
  readonly meal?: { readonly drink: number; readonly goLarge?: boolean | undefined } | undefined;
  /** One product of each of the product's groups, in any order. */
  readonly choices?: readonly number[] | undefined;
  /** Quantities are per unit of the line. */
  readonly extras?: readonly { readonly code: number; readonly quantity: number }[] | undefined;
  /** A codes of relishes to leave out. */
  readonly without?: readonly number[] | undefined;
  readonly note?: string | undefined;
}

export interface ComboLineRequest {
  readonly kind: 'combo';
  readonly code: number;
  readonly quantity: number;
  readonly choices: readonly number[];
  readonly tradeUp?: boolean | undefined;
  readonly note?: string | undefined;
}

export interface TenderRequest {
  readonly method: TenderMethod;
  /** Pence; left open on one tender: the rest. */
  readonly amount?: number | undefined;
  /** Cash handed over, in pence; the change is what it exceeds the amount by. */
  readonly tendered?: number | undefined;
}

/**
 * The part a component plays in its line. `item`, `side`, `drink`: a single or a meal. `extra`: a paid
 * add-on. `combo`: the combo itself, carrying its price and VAT. `part`: a compulsory component of a
 * combo. `choice`: a free choice of a product, or the chosen component of a combo.
 */
export type ComponentRole = 'item' | 'side' | 'drink' | 'extra' | 'combo' | 'part' | 'choice';

/**
 * One component of a line with the facts of its day frozen in, so that no order ever needs the catalogue
 * it was sold from. Amounts are pence for one unit of the component.
 */
export interface LineComponent {
  readonly role: ComponentRole;
  /** A combo's number where `role` is `combo`, else a product's. */
  readonly code: ProductCode | ComboCode;
  readonly name: string;
  /** Units in one unit of the line; 1 but for extras. */
  readonly quantity: number;
  /** Its price when sold singly in the order's band (a combo's own price for the combo). */
  readonly singlePrice: Pence;
  /** What it is charged at: 0 for free choices and for a combo's components. */
  readonly price: Pence;
  readonly vatClass: VatClassCode;
  readonly vatRate: BasisPoints;
  /** `price = net + vat`. For a combo `vat` is its E, the VAT of its parts scaled to its price. */
  readonly net: Pence;
  readonly vat: Pence;
}

export interface OrderLine {
  readonly kind: 'product' | 'combo';
  /** What the line sells; of a traded-up combo, the traded-up combo's number. */
  readonly code: ProductCode | ComboCode;
  readonly name: string;
  /** 1 to 999. */
  readonly quantity: number;
  readonly isMeal: boolean;
  readonly goLarge: boolean;
  readonly tradeUp: boolean;
  /** One unit with its extras, pence. */
  readonly unitPrice: Pence;
  /** `unitPrice × quantity`, pence. */
  readonly total: Pence;
  readonly components: readonly LineComponent[];
  readonly without: readonly { readonly code: StockCode; readonly name: string }[];
  readonly note: string | null;
}

/** `gross = net + vat`, pence. */
export interface OrderTotals {
  readonly gross: Pence;
  readonly net: Pence;
  readonly vat: Pence;
}

/** What an order books in one VAT class, pence. */
export interface VatByClass {
  readonly vatClass: VatClassCode;
  readonly vatRate: BasisPoints;
  readonly net: Pence;
  readonly vat: Pence;
}

/** Pence; gross for customer orders, net of VAT for crew food and cooked waste. */
export interface OrderDiscounts {
  readonly meal: Pence;
  readonly combo: Pence;
}

export type OrderKind = 'sale' | 'crew-food' | 'cooked-waste' | 'paid-out';

/** An order with every price settled and no tender yet. */
export interface PricedOrder {
  readonly kind: OrderKind;
  readonly channel: ChannelCode;
  readonly priceBand: PriceBand;
  /** Always `eat` for crew food and cooked waste. */
  readonly vatBasis: VatBasis;
  readonly lines: readonly OrderLine[];
  readonly totals: OrderTotals;
  /** By `vatClass` ascending. */
  readonly vat: readonly VatByClass[];
  readonly discounts: OrderDiscounts;
}

/** What paid the order, or part of it. Pence. */
export interface Tender {
  readonly method: TenderMethod;
  /** What it pays of the order; for a voucher that alone pays the order, its face value. A paid out's is negative. */
  readonly amount: Pence;
  /** Cash handed over; null where it was not said. */
  readonly tendered: Pence | null;
}

export interface TenderedOrder {
  readonly tenders: readonly Tender[];
  /** Cash handed back. */
  readonly change: Pence;
  /** Face value of a voucher above what was due; never given back. */
  readonly voucherOverage: Pence;
}

/** A committed order at one revision: the whole of it. */
export interface Order extends PricedOrder, TenderedOrder {
  readonly id: GlobalOrderId;
  readonly store: StoreCode;
  readonly businessDate: BusinessDate;
  readonly createdAt: UtcInstant;
  /** From 1; each void or payment toggle is the next. */
  readonly revision: number;
  readonly status: 'completed' | 'voided';
  readonly crewId: string | null;
  /** Why it was voided, or what a paid out was for. */
  readonly reason: string | null;
  readonly catalogVersion: CatalogVersion;
  /** Set when Head Office's pricing toggles touched the order. */
  readonly configVersion: number | null;
}
