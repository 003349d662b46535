import type { Random } from '../random.ts';

interface Coded {
  readonly code: number;
}

/** What of `GET /api/menu` a customer orders by. */
export interface Menu {
  readonly channels: readonly {
    readonly code: string;
    readonly delivers: boolean;
    readonly accepts: readonly string[];
  }[];
  readonly products: readonly (Coded & {
    readonly price: number | null;
    readonly key: object | null;
    readonly meal: 'none' | 'standard' | 'kids';
    readonly mealDrink: 'none' | 'standard' | 'kids';
    readonly choiceGroups: readonly (readonly Coded[])[];
    readonly extras: readonly Coded[];
    readonly relishes: readonly Coded[];
  })[];
  readonly combos: readonly (Coded & {
    readonly key: object | null;
    readonly choiceGroups: readonly (readonly Coded[])[];
  })[];
}

/** Lines as people order them: meals, combos, extras, relish left off, quantities, notes. */
export function drawLines(menu: Menu, random: Random): readonly object[] {
  const onKeys = menu.products.filter(({ key, price }) => key !== null && price !== null);
  const combos = menu.combos.filter(({ key }) => key !== null);
  const count = random.weighted([
    [5, 1],
    [4, 2],
    [2, 3],
    [1, 5],
    [0.1, 12],
  ]);
  return Array.from({ length: count }, () => {
    if (combos.length > 0 && random.chance() < 0.15) {
      const combo = random.pick(combos);
      return { kind: 'combo', code: combo.code, quantity: 1, choices: choicesOf(combo, random) };
    }
    return productLine(menu, onKeys, random);
  });
}

function productLine(menu: Menu, onKeys: Menu['products'], random: Random): object {
  const product = random.pick(onKeys);
  const drinks = menu.products.filter(
    ({ mealDrink }) => mealDrink !== 'none' && mealDrink === product.meal,
  );
  const isMeal = product.meal !== 'none' && drinks.length > 0 && random.chance() < 0.6;
  const without = product.relishes.length > 0 && random.chance() < 0.2;
  const extra = product.extras.length > 0 && random.chance() < 0.15;
  return {
    kind: 'product',
    code: product.code,
    quantity: random.weighted([
      [8, 1],
      [2, 2],
      [0.5, 4],
    ]),
    choices: choicesOf(product, random),
    ...(isMeal ? { meal: { drink: random.pick(drinks).code } } : {}),
    ...(without ? { without: [random.pick(product.relishes).code] } : {}),
    ...(extra
      ? { extras: [{ code: random.pick(product.extras).code, quantity: random.whole(1, 2) }] }
      : {}),
    ...(random.chance() < 0.05 ? { note: random.pick(NOTES) } : {}),
  };
}

const NOTES = ['well done', 'cut in two', 'no napkins', 'for the driver: gate 4', 'señor Núñez'];

const choicesOf = (
  { choiceGroups }: { readonly choiceGroups: readonly (readonly Coded[])[] },
  random: Random,
): readonly number[] =>
  choiceGroups.filter((group) => group.length > 0).map((group) => random.pick(group).code);
