/** What a customer display shows of a till (the body of `PUT /api/baskets/{till}`). Amounts in pence. */
export interface ShownBasket {
  readonly state: 'open' | 'paying' | 'paid';
  readonly channel: string;
  readonly vatBasis: 'take' | 'eat';
  readonly lines: readonly {
    readonly key: number;
    readonly quantity: number;
    readonly name: string;
    readonly details: readonly string[];
    readonly total: number;
  }[];
  readonly total: number;
  /** Of the order as a whole; 0 while something is missing. */
  readonly vat: number;
  readonly left: number;
  readonly change: number;
  readonly orderNumber: string | null;
  /** Nothing of it is booked. */
  readonly training: boolean;
}
