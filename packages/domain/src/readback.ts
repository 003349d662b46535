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

/** Food, sides, drinks: READBACK_ORD 1–85, 86–170, 171–255 (domain.md §6). */
export type Readback = readonly [
  readonly ReadbackItem[],
  readonly ReadbackItem[],
  readonly ReadbackItem[],
];

const sectionOf = (order: number): 0 | 1 | 2 => (order <= 85 ? 0 : order <= 170 ? 1 : 2);

interface Placed extends ReadbackItem {
  readonly order: number;
}

/**
 * The order in which an order is read back: three sections by READBACK_ORD, meals before singles, lowest
 * first; a component with order 0 follows the item before it. A meal's side and drink are read in their own
 * sections.
 */
export function readback(lines: readonly OrderLine[], index: CatalogueIndex): Readback {
  const sections: [Placed[], Placed[], Placed[]] = [[], [], []];
  for (const line of lines) {
    for (const item of itemsOf(line, index)) sections[sectionOf(item.order)].push(item);
  }
  const sorted = (placed: readonly Placed[]): readonly ReadbackItem[] =>
    placed
      .toSorted((a, b) => Number(b.isMeal) - Number(a.isMeal) || a.order - b.order)
      .map(({ name, quantity, isMeal, details }) => ({ name, quantity, isMeal, details }));
  return [sorted(sections[0]), sorted(sections[1]), sorted(sections[2])];
}

function itemsOf(line: OrderLine, index: CatalogueIndex): readonly Placed[] {
  const items: { order: number; name: string; quantity: number; details: string[] }[] = [];
  for (const component of line.components) {
    const order = readbackOrderOf(component, index);
    const previous = items.at(-1);
    const follows = component.role === 'extra' || component.role === 'choice';
    if (previous !== undefined && (order === 0 || follows)) {
      const owner = follows ? (items[0] ?? previous) : previous;
      owner.details.push(detailOf(component));
    } else {
      items.push({
        order: order === 0 ? 1 : order,
        name: component.name,
        quantity: component.quantity * line.quantity,
        details: [],
      });
    }
  }
  items[0]?.details.push(...line.without.map(({ name }) => `no ${name}`));
  if (line.note !== null) items[0]?.details.push(line.note);
  return items.map((item) => ({ ...item, isMeal: line.isMeal }));
}

/** A combo is read where its first component would be; its own place is the front of the food. */
const readbackOrderOf = ({ role, code }: LineComponent, index: CatalogueIndex): number =>
  role === 'combo' ? 1 : (index.products.get(code)?.readbackOrder ?? 0);

const detailOf = ({ name, quantity }: LineComponent): string =>
  quantity === 1 ? name : `${quantity} × ${name}`;
