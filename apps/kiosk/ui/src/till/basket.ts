import { computed, signal } from '@preact/signals';
import {
  type CatalogueIndex,
  DEFAULT_TILL_RULES,
  type LineRequest,
  type OrderFault,
  type OrderLine,
  priceOrder,
  type PricedOrder,
  type SellingContext,
  type VatBasis,
} from '@tillwire/domain';

/** A line being rung up: what will be sent, and a key that stays its own while it is edited. */
export interface DraftLine {
  readonly key: number;
  readonly request: LineRequest;
}

/** A line as it stands: priced, or with what it still lacks. */
export interface BasketLine extends DraftLine {
  readonly priced: OrderLine | null;
  readonly faults: readonly OrderFault[];
}

export interface Basket {
  readonly lines: readonly DraftLine[];
  readonly channel: string;
  readonly vatBasis: VatBasis;
}

const EMPTY: Basket = { lines: [], channel: 'OT-C', vatBasis: 'take' };

export const index = signal<CatalogueIndex | null>(null);
export const basket = signal<Basket>(EMPTY);
/** The line whose options are shown. */
export const selectedKey = signal<number | null>(null);
export const held = signal<readonly Basket[]>([]);
export const previous = signal<Basket | null>(null);

let lastKey = 0;

/** The screen prices with the server's own rules; the server decides (protocol.md §7). */
export const context = computed<SellingContext | null>(() =>
  index.value === null
    ? null
    : { index: index.value, rules: DEFAULT_TILL_RULES, knowsCrew: () => true },
);

const pricedAlone = (line: DraftLine, from: Basket, selling: SellingContext): BasketLine => {
  const order = priceOrder({ ...from, lines: [line.request] }, 'sale', selling);
  if (!order.ok) return { ...line, priced: null, faults: order.error };
  return { ...line, priced: order.value.lines[0] ?? null, faults: [] };
};

/** Every line priced by itself, so that one unfinished line does not hide the others' prices. */
export const lines = computed<readonly BasketLine[]>(() => {
  const selling = context.value;
  const current = basket.value;
  return selling === null ? [] : current.lines.map((line) => pricedAlone(line, current, selling));
});

/** What the finished lines come to, pence. */
export const total = computed(() =>
  lines.value.reduce((sum, { priced }) => sum + (priced?.total ?? 0), 0),
);

/** The whole order as it would be sold, or null while something is missing. */
export const order = computed<PricedOrder | null>(() => {
  const selling = context.value;
  if (selling === null || basket.value.lines.length === 0) return null;
  const { lines: drafts, ...rest } = basket.value;
  const priced = priceOrder(
    { ...rest, lines: drafts.map(({ request }) => request) },
    'sale',
    selling,
  );
  return priced.ok ? priced.value : null;
});

export const selected = computed(
  () => lines.value.find(({ key }) => key === selectedKey.value) ?? null,
);

const change = (lineChange: (lines: readonly DraftLine[]) => readonly DraftLine[]): void => {
  basket.value = { ...basket.value, lines: lineChange(basket.value.lines) };
};

/** Whether two requests sell the same thing, whatever their quantities. */
const sameItem = (a: LineRequest, b: LineRequest): boolean =>
  JSON.stringify({ ...a, quantity: 1 }) === JSON.stringify({ ...b, quantity: 1 });

/** Adds one of `request`: to a line of the same thing if there is one, else as a new line. Returns its key. */
export function addLine(request: LineRequest): number {
  const same = basket.value.lines.find((line) => sameItem(line.request, request));
  if (same !== undefined && same.request.quantity < 999) {
    setQuantity(same.key, same.request.quantity + request.quantity);
    return same.key;
  }
  lastKey += 1;
  const line = { key: lastKey, request };
  change((all) => [...all, line]);
  return line.key;
}

export function setQuantity(key: number, quantity: number): void {
  if (quantity < 1) removeLine(key);
  else editLine(key, (request) => ({ ...request, quantity: Math.min(999, quantity) }));
}

export function editLine(key: number, edit: (request: LineRequest) => LineRequest): void {
  change((all) =>
    all.map((line) => (line.key === key ? { ...line, request: edit(line.request) } : line)),
  );
}

export function removeLine(key: number): void {
  change((all) => all.filter((line) => line.key !== key));
  if (selectedKey.value === key) selectedKey.value = null;
}

export function clearBasket(): void {
  basket.value = { ...EMPTY, channel: basket.value.channel, vatBasis: basket.value.vatBasis };
  selectedKey.value = null;
}

export function setChannel(channel: string): void {
  const delivers = index.value?.channels.get(channel)?.delivers === true;
  basket.value = {
    ...basket.value,
    channel,
    vatBasis: delivers ? 'take' : basket.value.vatBasis,
  };
}

export function setBasis(vatBasis: VatBasis): void {
  basket.value = { ...basket.value, vatBasis };
}

export function holdBasket(): void {
  if (basket.value.lines.length === 0) return;
  held.value = [...held.value, basket.value];
  clearBasket();
}

export function recallBasket(at: number): void {
  const recalled = held.value[at];
  if (recalled === undefined) return;
  held.value = held.value.filter((_, place) => place !== at);
  if (basket.value.lines.length > 0) held.value = [...held.value, basket.value];
  basket.value = recalled;
  selectedKey.value = null;
}

/** The order sold before this one, rung up again. */
export function repeatPrevious(): void {
  if (previous.value !== null) basket.value = previous.value;
}
