import type { CookZone } from './catalogue.ts';
import type { CatalogueIndex } from './catalogue-index.ts';
import type { LineComponent, OrderLine } from './order.ts';

/** The zones something is cooked or poured in; each has a screen. */
export const COOK_ZONES = ['prep', 'fryer', 'drinks'] as const satisfies readonly CookZone[];
export type Zone = (typeof COOK_ZONES)[number];

/** One thing the kitchen makes or hands out. */
export interface KitchenItem {
  readonly name: string;
  readonly quantity: number;
  /** `none`: nobody cooks it, it is put in with the rest. */
  readonly zone: CookZone;
  readonly isMeal: boolean;
  /** What makes it another than the usual one: choices, extras, what is left out, the note. */
  readonly details: readonly string[];
}

/** What a catalogue says of a component; one that it no longer has is cooked by nobody. */
const productOf = ({ role, code }: LineComponent, index: CatalogueIndex) =>
  role === 'combo' ? undefined : index.products.get(code);

/**
 * What the kitchen makes of an order, as it is read back: sections by READBACK_ORD, meals before
 * singles, lowest first, 0 after the item before it. A combo is its parts. An extra or a choice belongs to its
 * product, but what another zone cooks is an item of that zone.
 */
export function kitchenItems(
  lines: readonly OrderLine[],
  index: CatalogueIndex,
): readonly KitchenItem[] {
  let order = 1;
  return lines
    .flatMap((line) =>
      itemsOf(line, index).map((item) => {
        order = item.order === 0 ? order : item.order;
        return { ...item, order };
      }),
    )
    .toSorted(
      (a, b) =>
        sectionOf(a.order) - sectionOf(b.order) ||
        Number(b.isMeal) - Number(a.isMeal) ||
        a.order - b.order,
    )
    .map(({ order: _, ...item }) => item);
}

const sectionOf = (order: number): number => (order <= 85 ? 0 : order <= 170 ? 1 : 2);

function itemsOf(
  line: OrderLine,
  index: CatalogueIndex,
): readonly (KitchenItem & { readonly order: number })[] {
  const { components, quantity, isMeal, without, note } = line;
  const own = components.filter(({ role }) => role !== 'combo');
  const main = line.kind === 'combo' ? undefined : own[0];
  const zoneOf = (component: LineComponent): CookZone =>
    productOf(component, index)?.cookZone ?? 'none';
  const mainZone = main === undefined ? 'none' : zoneOf(main);
  const isDetail = (component: LineComponent): boolean =>
    main !== undefined &&
    (component.role === 'extra' || component.role === 'choice') &&
    [mainZone, 'none'].includes(zoneOf(component));
  const mainDetails = [
    ...own.filter(isDetail).map(detailOf),
    ...without.map(({ name }) => `no ${name}`),
  ];
  return own
    .filter((component) => !isDetail(component))
    .map((component) => ({
      name: component.name,
      quantity: component.quantity * quantity,
      zone: zoneOf(component),
      isMeal,
      details: [
        ...(component === main ? mainDetails : []),
        // A combo has no product to hang its note on: whoever makes a part of it reads it.
        ...(note !== null && (main === undefined || component === main) ? [note] : []),
      ],
      order: productOf(component, index)?.readbackOrder ?? 0,
    }));
}

const detailOf = ({ role, name, quantity }: LineComponent): string =>
  role === 'extra' ? `+ ${quantity === 1 ? '' : `${quantity} × `}${name}` : name;

/** How many items each zone has to make of something. */
export function itemsByZone(items: readonly KitchenItem[]): Readonly<Record<Zone, number>> {
  const of = (wanted: Zone): number =>
    items.reduce((sum, { zone, quantity }) => sum + (zone === wanted ? quantity : 0), 0);
  return { prep: of('prep'), fryer: of('fryer'), drinks: of('drinks') };
}
