/** One order event as the columns it becomes. Amounts in pence, hashes in lower-case hex. */
export interface OrderRow {
  /** A decimal bigint: yyyymmdd × 10^11 + shop × 10^7 + sequence. */
  readonly order_key: string;
  /** Whether the rollups count it: a customer's order that is not voided. */
  readonly counts: boolean;
  readonly global_order_id: string;
  readonly store: string;
  readonly business_date: string;
  readonly journal_epoch: number;
  readonly journal_seq: number;
  readonly revision: number;
  readonly hash: string;
  readonly prev_hash: string;
  /** The event's bytes as text. */
  readonly payload: string;
  /** The request that made the order, the same through all its revisions. */
  readonly request_id: string | null;
  readonly status: string;
  readonly kind: string;
  readonly channel: string;
  readonly price_band: number;
  readonly vat_basis: string;
  readonly payment_method: string;
  readonly crew_id: string | null;
  readonly gross: number;
  readonly net: number;
  readonly vat: number;
  /** Class, rate, net, VAT of each class in turn. */
  readonly vat_classes: readonly number[];
  readonly meal_discount: number;
  readonly combo_discount: number;
  readonly catalog_version: number;
  readonly created_at: string;
  /** Hours since 1970-01-01T00:00Z. */
  readonly utc_hour: number;
}

export interface LineRow {
  readonly order_key: string;
  readonly line_no: number;
  readonly item_type: string;
  readonly item_code: number;
  readonly name: string;
  readonly qty: number;
  readonly is_meal: boolean;
  readonly unit_price_gross: number;
  readonly line_total_gross: number;
}

export interface VatRow {
  readonly order_key: string;
  readonly vat_class: number;
  readonly vat_rate: number;
  readonly net: number;
  readonly vat: number;
}

/** An order event ready to be stored. */
export interface OrderRows {
  readonly order: OrderRow;
  readonly lines: readonly LineRow[];
  readonly vat: readonly VatRow[];
}

/** What one revision adds to the rollups, or takes from them with `sign` −1. */
export interface RollupDeltas {
  readonly hourly: readonly object[];
  readonly channels: readonly object[];
  readonly products: readonly object[];
  readonly vat: readonly object[];
}

/** The difference in the rollups when orders go from `before` to `after`; each list is in key order. */
export function rollupDeltas(
  before: readonly OrderRows[],
  after: readonly OrderRows[],
): RollupDeltas {
  const hourly = createTally();
  const channels = createTally();
  const products = createTally();
  const vat = createTally();
  const add = ({ order, lines, vat: classes }: OrderRows, sign: 1 | -1): void => {
    if (!order.counts) return;
    const { store, business_date, gross, net } = order;
    const day = { store, business_date };
    hourly.add(
      { ...day, utc_hour: order.utc_hour },
      { orders: sign, gross: sign * gross, net: sign * net, vat: sign * order.vat },
    );
    const { channel, payment_method } = order;
    channels.add({ ...day, channel, payment_method }, { orders: sign, gross: sign * gross });
    for (const { item_type, item_code, qty, line_total_gross } of lines) {
      products.add(
        { ...day, item_type, item_code },
        { qty: sign * qty, gross: sign * line_total_gross },
      );
    }
    for (const { vat_class, vat_rate, net: classNet, vat: classVat } of classes) {
      vat.add({ ...day, vat_class, vat_rate }, { net: sign * classNet, vat: sign * classVat });
    }
  };
  for (const order of before) add(order, -1);
  for (const order of after) add(order, 1);
  return {
    hourly: hourly.rows(),
    channels: channels.rows(),
    products: products.rows(),
    vat: vat.rows(),
  };
}

type Amounts = Readonly<Record<string, number>>;
interface Tally {
  add: (key: object, amounts: Amounts) => void;
  rows: () => readonly object[];
}

const createTally = (): Tally => {
  const entries = new Map<string, { key: object; amounts: Record<string, number> }>();
  return {
    add: (key, amounts) => {
      const text = JSON.stringify(Object.values(key));
      const entry = entries.get(text) ?? { key, amounts: {} };
      for (const [name, amount] of Object.entries(amounts)) {
        entry.amounts[name] = (entry.amounts[name] ?? 0) + amount;
      }
      entries.set(text, entry);
    },
    rows: () =>
      [...entries]
        .filter(([, { amounts }]) => Object.values(amounts).some((amount) => amount !== 0))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, { key, amounts }]) => ({ ...key, ...amounts })),
  };
};
