import { computed, signal } from '@preact/signals';
import {
  type LineRequest,
  MAX_LINES,
  MAX_ORDER_TOTAL,
  type OrderFault,
  type OrderLine,
  type OrderTotals,
  type PriceBand,
  priceOrder,
  type SellingContext,
  totalsOf,
  type VatBasis,
  vatByClass,
} from '@tillwire/domain';
import { index, rules } from '../kiosk.ts';

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

const COUNTER = 'OT-C';
export const EMPTY: Basket = { lines: [], channel: COUNTER, vatBasis: 'take' };

export const basket = signal<Basket>(EMPTY);
/** The line whose options are shown. */
export const selectedKey = signal<number | null>(null);
export const held = signal<readonly Basket[]>([]);
export const previous = signal<Basket | null>(null);

/** The screen prices with the server's own rules; the server decides. */
export const context = computed<SellingContext | null>(() =>
  index.value === null ? null : { index: index.value, rules: rules.value, knowsCrew: () => true },
);

/** The channels that operate at this shop, in their order. */
export const channelsHere = computed(() =>
  (index.value?.catalogue.channels ?? [])
    .filter(({ operates }) => operates)
    .toSorted((a, b) => a.sequence - b.sequence || a.record - b.record),
);
export const channel = computed(() => index.value?.channels.get(basket.value.channel) ?? null);
export const band = computed<PriceBand>(
  () =>
    rules.value.bandByChannel.get(basket.value.channel) ?? channel.value?.band ?? (1 as PriceBand),
);

/** `line` priced by itself in the basket it is in. */
export function pricedAlone(line: DraftLine, from: Basket, selling: SellingContext): BasketLine {
  const order = priceOrder({ ...from, lines: [line.request] }, 'sale', selling);
  if (!order.ok) return { ...line, priced: null, faults: order.error };
  return { ...line, priced: order.value.lines[0] ?? null, faults: [] };
}

interface PricedOnce {
  readonly selling: SellingContext;
  readonly channel: string;
  readonly vatBasis: VatBasis;
  readonly line: BasketLine;
}
const pricedBefore = new WeakMap<DraftLine, PricedOnce>();

/** Prices a line once for as long as nothing it depends on changes: what was not touched is not drawn anew. */
function pricedOnce(
  draft: DraftLine,
  { lines: _, ...how }: Basket,
  selling: SellingContext,
): BasketLine {
  const before = pricedBefore.get(draft);
  if (
    before?.selling === selling &&
    before.channel === how.channel &&
    before.vatBasis === how.vatBasis
  ) {
    return before.line;
  }
  const line = pricedAlone(draft, { ...how, lines: [] }, selling);
  pricedBefore.set(draft, { selling, ...how, line });
  return line;
}

/** Every line priced by itself, so that one unfinished line does not hide the others' prices. */
export const lines = computed<readonly BasketLine[]>(() => {
  const selling = context.value;
  const current = basket.value;
  return selling === null ? [] : current.lines.map((line) => pricedOnce(line, current, selling));
});

/** What the finished lines come to, pence. */
export const total = computed(() =>
  lines.value.reduce((sum, { priced }) => sum + (priced?.total ?? 0), 0),
);

/** How many items the finished lines hold. */
export const itemCount = computed(() =>
  lines.value.reduce((sum, { priced }) => sum + (priced?.quantity ?? 0), 0),
);

/** The first line something is missing from. */
export const unfinished = computed(() => lines.value.find(({ priced }) => priced === null) ?? null);

/** What the whole order comes to as it would be sold, or null while something is missing or too much. */
export const totals = computed<OrderTotals | null>(() => {
  const priced = lines.value.flatMap((line) => line.priced ?? []);
  const isWhole = priced.length === lines.value.length;
  if (!isWhole || priced.length === 0 || priced.length > MAX_LINES) return null;
  const sum = totalsOf(vatByClass(priced));
  return sum.gross > MAX_ORDER_TOTAL ? null : sum;
});

export const selected = computed(
  () => lines.value.find(({ key }) => key === selectedKey.value) ?? null,
);

export const requestsOf = ({ lines: drafts }: Basket): readonly LineRequest[] =>
  drafts.map(({ request }) => request);

const change = (lineChange: (lines: readonly DraftLine[]) => readonly DraftLine[]): void => {
  basket.value = { ...basket.value, lines: lineChange(basket.value.lines) };
};

let lastKey = 0;

/** A key no line of this tab ever had: what is remembered of a line is never taken for another one's. */
function nextKey(): number {
  const kept = [basket.value, ...held.value].flatMap(({ lines: drafts }) => drafts);
  lastKey = kept.reduce((highest, { key }) => Math.max(highest, key), lastKey) + 1;
  return lastKey;
}

/** Whether two requests sell the same thing, whatever their quantities. */
const sameItem = (a: LineRequest, b: LineRequest): boolean => soldAs(a) === soldAs(b);

const soldAs = (request: LineRequest): string =>
  JSON.stringify(
    Object.entries({ ...request, quantity: 1 })
      .filter(([, value]) => value !== undefined && value !== '' && value !== false)
      .filter(([, value]) => !Array.isArray(value) || value.length > 0)
      .sort(([a], [b]) => a.localeCompare(b)),
  );

const MAX_QUANTITY = 999;

/** Adds `request`: to a line of the same thing if there is one, else as a new line. Returns its key. */
export function addLine(request: LineRequest): number {
  const same = basket.value.lines.find((line) => sameItem(line.request, request));
  if (same !== undefined && same.request.quantity + request.quantity <= MAX_QUANTITY) {
    setQuantity(same.key, same.request.quantity + request.quantity);
    return same.key;
  }
  return appendLine(request);
}

/** Adds `request` as a line of its own, so that it can be changed apart. Returns its key. */
export function appendLine(request: LineRequest): number {
  const line = { key: nextKey(), request };
  change((all) => [...all, line]);
  return line.key;
}

/** Takes one of a line of several out as a line of its own. Returns its key. */
export function splitOne(key: number): number {
  const line = basket.value.lines.find((candidate) => candidate.key === key);
  if (line === undefined || line.request.quantity < 2) return key;
  setQuantity(key, line.request.quantity - 1);
  return appendLine({ ...line.request, quantity: 1 });
}

export function setQuantity(key: number, quantity: number): void {
  if (quantity < 1) removeLine(key);
  else editLine(key, (request) => ({ ...request, quantity: Math.min(MAX_QUANTITY, quantity) }));
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

/** An empty basket; the next customer starts at the counter again. */
export function clearBasket(): void {
  basket.value = EMPTY;
  selectedKey.value = null;
}

export function setChannel(code: string): void {
  const delivers = index.value?.channels.get(code)?.delivers === true;
  basket.value = {
    ...basket.value,
    channel: code,
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

/** Takes a held basket up again; the one on the counter is held in its stead. */
export function recallBasket(at: number): void {
  const recalled = held.value[at];
  if (recalled === undefined) return;
  const others = held.value.filter((_, place) => place !== at);
  held.value = basket.value.lines.length > 0 ? [...others, basket.value] : others;
  basket.value = recalled;
  selectedKey.value = null;
}

/** The order sold before this one, rung up again behind what is in the basket. */
export function repeatPrevious(): void {
  if (previous.value === null) return;
  if (basket.value.lines.length === 0) {
    basket.value = { ...previous.value, lines: [] };
  }
  for (const request of requestsOf(previous.value)) addLine(request);
}
