import type { OrderPage, OrderSummary } from '../../../answers.ts';

export type { OrderPage, OrderSummary };

export interface Component {
  readonly role: string;
  readonly code: number;
  readonly name: string;
  readonly quantity: number;
  readonly price: number;
  readonly vatRate: number;
}

export interface Line {
  readonly kind: string;
  readonly code: number;
  readonly name: string;
  readonly quantity: number;
  readonly isMeal: boolean;
  readonly goLarge: boolean;
  readonly tradeUp: boolean;
  readonly unitPrice: number;
  readonly total: number;
  readonly components: readonly Component[];
  readonly without: readonly { readonly code: number; readonly name: string }[];
  readonly note: string | null;
}

export interface Order {
  readonly status: string;
  readonly lines: readonly Line[];
  readonly totals: { readonly gross: number; readonly net: number; readonly vat: number };
  readonly vat: readonly {
    readonly vatClass: number;
    readonly vatRate: number;
    readonly net: number;
    readonly vat: number;
  }[];
  readonly tenders: readonly {
    readonly method: string;
    readonly amount: number;
    readonly tendered: number | null;
  }[];
  readonly change: number;
  readonly reason: string | null;
}

export interface Revision {
  readonly journalEpoch: number;
  readonly journalSeq: number;
  readonly revision: number;
  readonly hash: string;
  readonly prevHash: string;
  readonly receivedAt: string;
  readonly raw: string;
  readonly hashMatches: boolean;
  readonly order: Order | null;
}

export interface OrderDetail extends OrderSummary {
  readonly revisions: readonly Revision[];
}

export const KINDS: Readonly<Record<string, string>> = {
  sale: 'Sale',
  'crew-food': 'Crew food',
  'cooked-waste': 'Cooked waste',
  'paid-out': 'Paid out',
};

export const PAYMENTS = [
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
