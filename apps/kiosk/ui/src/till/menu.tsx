import { computed, signal } from '@preact/signals';
import {
  type CatalogueIndex,
  type Colour,
  type Combo,
  mealPriceOf,
  type PriceBand,
  type Product,
} from '@tillwire/domain';
import { money } from '../format.ts';
import { addLine, basket, context, index, selectedKey } from './basket.ts';

export const page = signal<number | null>(null);

interface MenuItem {
  readonly kind: 'product' | 'combo';
  readonly code: number;
  readonly label: string;
  readonly colour: Colour | null;
  readonly price: number;
  readonly sellable: boolean;
}

const band = computed<PriceBand>(
  () =>
    context.value?.rules.bandByChannel.get(basket.value.channel) ??
    index.value?.channels.get(basket.value.channel)?.band ??
    (1 as PriceBand),
);

/** What a key shows: the single price, or of a meal-only product its meal price. */
const shownPrice = (product: Product): number =>
  product.mealOnly ? mealPriceOf(product, band.value) : (product.prices[band.value - 1] as number);

function itemsOf(of: CatalogueIndex, pageId: number): readonly MenuItem[] {
  const hotDrinks = of.channels.get(basket.value.channel)?.hotDrinks !== false;
  const product = (item: Product): MenuItem => ({
    kind: 'product',
    code: item.code,
    label: item.menuKey?.label || item.menuName || item.name,
    colour: item.menuKey?.colour ?? null,
    price: shownPrice(item),
    sellable: item.available && shownPrice(item) > 0 && (hotDrinks || !of.hotDrinks.has(item.code)),
  });
  const combo = (item: Combo): MenuItem => ({
    kind: 'combo',
    code: item.code,
    label: item.menuKey?.label || item.menuName || item.name,
    colour: item.menuKey?.colour ?? null,
    price: item.prices[band.value - 1] as number,
    sellable: item.available && (item.prices[band.value - 1] as number) > 0,
  });
  const placed = [
    ...of.catalogue.products.map((item) => ({ place: item.menuKey, item: product(item) })),
    ...of.catalogue.combos.map((item) => ({ place: item.menuKey, item: combo(item) })),
  ];
  return placed
    .filter(({ place }) => place?.page === pageId)
    .sort(
      (a, b) => (a.place?.sequence ?? 0) - (b.place?.sequence ?? 0) || a.item.code - b.item.code,
    )
    .map(({ item }) => item);
}

/** The pages that have anything on them, in their order. */
const pages = computed(() => {
  const of = index.value;
  return of === null ? [] : of.catalogue.menuPages.filter(({ id }) => itemsOf(of, id).length > 0);
});

const currentPage = computed(() => page.value ?? pages.value[0]?.id ?? null);

export function ring(item: Pick<MenuItem, 'kind' | 'code'>): void {
  const key = addLine(
    item.kind === 'product'
      ? { kind: 'product', code: item.code, quantity: 1 }
      : { kind: 'combo', code: item.code, quantity: 1, choices: [] },
  );
  selectedKey.value = hasOptions(item) ? key : null;
}

/** Whether there is anything to ask about the item; if not, one touch is the whole sale of it. */
function hasOptions({ kind, code }: Pick<MenuItem, 'kind' | 'code'>): boolean {
  const of = index.value;
  if (kind === 'combo') return true;
  const product = of?.products.get(code);
  if (of === null || product === undefined) return false;
  const hasRelish = product.components.some(({ kind: stock }) => stock === 'A');
  return (
    product.meal !== 'none' ||
    product.choiceGroups.length > 0 ||
    (product.addOns !== null && product.addOns.length > 0) ||
    product.double !== null ||
    (hasRelish && product.cookZone === 'prep')
  );
}

export function Rail() {
  return (
    <nav class="rail" aria-label="Menu pages">
      {pages.value.map(({ id, title }) => (
        <button
          key={id}
          type="button"
          class="key"
          aria-current={currentPage.value === id ? 'true' : undefined}
          onClick={() => {
            page.value = id;
            selectedKey.value = null;
          }}
        >
          {title}
        </button>
      ))}
    </nav>
  );
}

export function Keys() {
  const of = index.value;
  const pageId = currentPage.value;
  const items = of === null || pageId === null ? [] : itemsOf(of, pageId);
  return (
    <div class="keys" role="group" aria-label="Products">
      {items.map((item) => (
        <button
          key={`${item.kind}${item.code}`}
          type="button"
          class="key product"
          style={
            item.colour === null
              ? undefined
              : {
                  '--key-colour': `rgb(${item.colour.red} ${item.colour.green} ${item.colour.blue})`,
                }
          }
          disabled={!item.sellable}
          onClick={() => ring(item)}
        >
          <span class="product-name">{item.label}</span>
          <span class="product-price">
            {item.sellable ? money(item.price) : 'not on this channel'}
          </span>
        </button>
      ))}
    </div>
  );
}
