import type { CatalogueIndex } from './catalogue-index.ts';
import type { LineComponent, OrderLine } from './order.ts';

/** One thing to read back to the customer. */
export interface ReadbackItem {
  readonly name: string;
  readonly quantity: number;
  readonly isMeal: boolean;
  /** What follows it: extras, choices, and what is left out. */
  readonly details: readonly string[];
}

/** Food, sides, drinks: READBACK_ORD 1–85, 86–170, 171–255. */
export type Readback = readonly [
  readonly ReadbackItem[],
  readonly ReadbackItem[],
  readonly ReadbackItem[],
];

const sectionOf = (order: number): 0 | 1 | 2 => (order <= 85 ? 0 : order <= 170 ? 1 : 2);

interface Placed extends ReadbackItem {
  readonly order: number;
  /** Read among the meals: it is part of one, or follows one. */
  readonly amongMeals: boolean;
}

/**
 * The order in which an order is read back: three sections by READBACK_ORD, meals before singles, lowest
 * first. What has order 0 follows the item before it: within a line as its detail, on a line of its own right
 * after the previous line's item. A meal's side and drink are read in their own sections.
 */
export function readback(lines: readonly OrderLine[], index: CatalogueIndex): Readback {
  const sections: [Placed[], Placed[], Placed[]] = [[], [], []];
  let before: Placed | undefined;
  for (const line of lines) {
    const items = itemsOf(line, before, index);
    for (const item of items) sections[sectionOf(item.order)].push(item);
    before = items[0];
  }
  const sorted = (placed: readonly Placed[]): readonly ReadbackItem[] =>
    placed
      .toSorted((a, b) => Number(b.amongMeals) - Number(a.amongMeals) || a.order - b.order)
      .map(({ name, quantity, isMeal, details }) => ({ name, quantity, isMeal, details }));
  return [sorted(sections[0]), sorted(sections[1]), sorted(sections[2])];
}

function itemsOf(
  line: OrderLine,
  before: Placed | undefined,
  index: CatalogueIndex,
): readonly Placed[] {
  const { isMeal } = line;
  const items: (Placed & { readonly details: string[] })[] = [];
  for (const component of line.components) {
    const order = readbackOrderOf(component, index);
    const isDetail = component.role === 'extra' || component.role === 'choice';
    const owner = isDetail ? items[0] : items.at(-1);
    if (owner !== undefined && (order === 0 || isDetail)) {
      owner.details.push(detailOf(component));
    } else {
      const leader = order === 0 ? before : undefined;
      items.push({
        order: order || (leader?.order ?? 1),
        amongMeals: leader?.amongMeals ?? isMeal,
        isMeal,
        name: component.name,
        quantity: component.quantity * line.quantity,
        details: [],
      });
    }
  }
  items[0]?.details.push(...line.without.map(({ name }) => `no ${name}`));
  if (line.note !== null) items[0]?.details.push(line.note);
  return items;
}

/** The tables give a combo no place of its own: it is read at the front of the food. */
const readbackOrderOf = ({ role, code }: LineComponent, index: CatalogueIndex): number =>
  role === 'combo' ? 1 : (index.products.get(code)?.readbackOrder ?? 0);

const detailOf = ({ name, quantity }: LineComponent): string =>
  quantity === 1 ? name : `${quantity} × ${name}`;
