import type { CatalogueIndex } from './catalogue-index.ts';
import type { LineComponent } from './order.ts';

/** What is known about what somebody is going to eat. */
export interface Diet {
  /** Names in the order of the alphabet; null where any part's are not known. */
  readonly allergens: readonly string[] | null;
  /** Energy of one unit of the line; null where any part's is not known. */
  readonly kcal: number | null;
}

/**
 * Allergens and energy of one unit of a line as it was put together: item, side, drink, extras, choices and a
 * combo's parts. A relish left out takes no allergen away, as the kitchen works with all of
 * them, and no energy, as none is known of it; and what is not known of one part is not known of the whole.
 */
export function dietOf(
  components: readonly Pick<LineComponent, 'role' | 'code' | 'quantity'>[],
  index: CatalogueIndex,
): Diet {
  const allergens = new Set<string>();
  let [areAllergensKnown, isEnergyKnown, kcal] = [true, true, 0];
  for (const { role, code, quantity } of components) {
    if (role === 'combo') continue;
    const product = index.products.get(code);
    if (product?.allergens == null) areAllergensKnown = false;
    else for (const name of product.allergens) allergens.add(name);
    if (product?.kcal == null) isEnergyKnown = false;
    else kcal += product.kcal * quantity;
  }
  return {
    allergens: areAllergensKnown
      ? [...allergens].toSorted((a, b) => a.localeCompare(b, 'en'))
      : null,
    kcal: isEnergyKnown ? kcal : null,
  };
}
