import { computed, signal } from '@preact/signals';
import {
  type Colour,
  type Combo,
  displayName,
  extrasOffered,
  type MenuPage,
  mealPriceOf,
  type Product,
  relishesOf,
  singlePriceOf,
} from '@tillwire/domain';
import { index } from '../kiosk.ts';
import { leastMealPrice } from './steps.ts';
import { addLine, band, channel, selectedKey, splitOne } from './basket.ts';

export const page = signal<number | null>(null);

export interface MenuItem {
  readonly kind: 'product' | 'combo';
  readonly code: number;
  readonly label: string;
  readonly colour: Colour | null;
  /** Pence; the single price, or of a meal-only product its least meal. */
  readonly price: number;
  readonly isFrom: boolean;
  readonly sellable: boolean;
  /** Why it can't be sold, where it can't. */
  readonly why: string;
}

export const keyLabel = (item: Product | Combo): string => item.menuKey?.label || displayName(item);

function menuItem(kind: MenuItem['kind'], item: Product | Combo, hot: boolean): MenuItem {
  const of = index.value;
  const price =
    'mealOnly' in item && item.mealOnly && of !== null && mealPriceOf(item, band.value) > 0
      ? leastMealPrice(item, of, channel.value, band.value)
      : singlePriceOf(item, band.value);
  const refused = hot && channel.value?.hotDrinks === false;
  return {
    kind,
    code: item.code,
    label: keyLabel(item),
    colour: item.menuKey?.colour ?? null,
    price,
    isFrom: 'mealOnly' in item && item.mealOnly,
    sellable: item.available && price > 0 && Number.isFinite(price) && !refused,
    why: item.available ? 'Not on this channel' : 'Sold out',
  };
}

/** The pages that have anything on them with their keys, each in its order. */
export const pages = computed<readonly (MenuPage & { readonly items: readonly MenuItem[] })[]>(
  () => {
    const of = index.value;
    if (of === null) return [];
    const placed = [
      ...of.catalogue.products.map((item) => ({ kind: 'product' as const, item })),
      ...of.catalogue.combos.map((item) => ({ kind: 'combo' as const, item })),
    ].sort(
      (a, b) =>
        (a.item.menuKey?.sequence ?? 0) - (b.item.menuKey?.sequence ?? 0) ||
        a.item.code - b.item.code,
    );
    const byPage = Map.groupBy(placed, ({ item }) => item.menuKey?.page ?? 0);
    return of.catalogue.menuPages.flatMap((menuPage) => {
      const items = (byPage.get(menuPage.id) ?? []).map(({ kind, item }) =>
        menuItem(kind, item, kind === 'product' && of.hotDrinks.has(item.code)),
      );
      return items.length === 0 ? [] : [{ ...menuPage, items }];
    });
  },
);

export const currentPage = computed(
  () => pages.value.find(({ id }) => id === page.value) ?? pages.value[0] ?? null,
);

/** Rings `quantity` of an item up and shows what there is to ask about it. */
export function ring({ kind, code }: Pick<MenuItem, 'kind' | 'code'>, quantity = 1): void {
  const key = addLine(
    kind === 'product' ? { kind, code, quantity } : { kind: 'combo', code, quantity, choices: [] },
  );
  selectedKey.value = hasOptions(kind, code) ? key : null;
}

/** Whether there is anything to ask about the item; if not, one touch is the whole sale of it. */
function hasOptions(kind: MenuItem['kind'], code: number): boolean {
  const of = index.value;
  if (of === null || kind === 'combo') return true;
  const product = of.products.get(code);
  return (
    product !== undefined &&
    (product.meal !== 'none' ||
      product.double !== null ||
      product.choiceGroups.some((group) => group.length > 1) ||
      (product.addOns !== null && product.addOns.length > 0) ||
      (product.cookZone === 'prep' &&
        (relishesOf(of, product).length > 0 || extrasOffered(of, product).length > 0)))
  );
}

/** Changes only one of the selected line's several. */
export function changeOnlyOne(): void {
  if (selectedKey.value !== null) selectedKey.value = splitOne(selectedKey.value);
}

export type CodeEntry =
  | {
      readonly ok: true;
      readonly kind: MenuItem['kind'];
      readonly code: number;
      readonly quantity: number;
    }
  | { readonly ok: false; readonly why: string };

/** `5` is product 5, `C20` combo 20, `3*5` three of product 5; a number only a combo has is that combo. */
export function readCode(
  typed: string,
  known: {
    readonly products: ReadonlyMap<number, unknown>;
    readonly combos: ReadonlyMap<number, unknown>;
  },
): CodeEntry {
  const match = /^(?:(\d{1,3})\s*[*x×]\s*)?(c?)\s*(\d{1,5})$/i.exec(typed.trim());
  if (match === null) return { ok: false, why: 'A code is a number: 5, 3*5, or C20 for a combo' };
  const quantity = Number(match[1] ?? '1');
  const code = Number(match[3]);
  const kind = match[2] !== '' || !known.products.has(code) ? 'combo' : 'product';
  if (quantity < 1) return { ok: false, why: 'A quantity is from 1 to 999' };
  if (kind === 'combo' && !known.combos.has(code)) {
    return { ok: false, why: `There is no ${match[2] === '' ? 'product' : 'combo'} ${code}` };
  }
  return { ok: true, kind, code, quantity };
}
