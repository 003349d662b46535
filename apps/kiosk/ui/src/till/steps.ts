import {
  type CatalogueIndex,
  type Channel,
  type Combo,
  displayName,
  extrasOffered,
  type LineRequest,
  mealPriceOf,
  type PriceBand,
  type Product,
  relishesOf,
} from '@tillwire/domain';

/** One thing to ask about an item. Choice groups are counted from 0; `choices` holds 0 where none is made. */
export type Step =
  | { readonly type: 'meal'; readonly required: boolean }
  | { readonly type: 'choice'; readonly group: number; readonly required: true }
  | { readonly type: 'changes' | 'note'; readonly required: false };

export const stepId = (step: Step): string =>
  step.type === 'choice' ? `choice-${step.group}` : step.type;

/** What the item of a line is, or null where the catalogue no longer has it. */
export function itemOf(request: LineRequest, of: CatalogueIndex): Product | Combo | null {
  const found =
    request.kind === 'product' ? of.products.get(request.code) : of.combos.get(request.code);
  return found ?? null;
}

/** The choice groups that are asked: a single group of one is taken by itself. */
function askedGroups(item: Product | Combo): readonly number[] {
  const byItself =
    'mealOnly' in item && item.choiceGroups.length === 1 && item.choiceGroups[0]?.length === 1;
  return byItself ? [] : item.choiceGroups.map((_, at) => at);
}

/** Everything to ask about a line, required things first. */
export function stepsOf(request: LineRequest, of: CatalogueIndex): readonly Step[] {
  const item = itemOf(request, of);
  if (item === null) return [];
  const choices = askedGroups(item).map((group): Step => ({
    type: 'choice',
    group,
    required: true,
  }));
  const note: Step = { type: 'note', required: false };
  if (!('mealOnly' in item)) return [...choices, note];
  const meal: readonly Step[] =
    item.meal === 'none' ? [] : [{ type: 'meal', required: item.mealOnly }];
  const changes: readonly Step[] = hasChanges(request, of)
    ? [{ type: 'changes', required: false }]
    : [];
  return [...meal, ...choices, ...changes, note];
}

export function isDone(step: Step, request: LineRequest): boolean {
  switch (step.type) {
    case 'meal':
      return request.kind === 'product' && request.meal !== undefined;
    case 'choice':
      return (request.choices?.[step.group] ?? 0) > 0;
    case 'changes':
      return true;
    case 'note':
      return (request.note ?? '') !== '';
  }
}

/** The step a line opens at: the first required thing that is missing, else the first of all. */
export const firstStep = (request: LineRequest, of: CatalogueIndex): Step | null =>
  nextRequired(request, of) ?? stepsOf(request, of)[0] ?? null;

const nextRequired = (request: LineRequest, of: CatalogueIndex): Step | null =>
  stepsOf(request, of).find((step) => step.required && !isDone(step, request)) ?? null;

/** Whether extras or relishes can be changed, so that it is worth asking. */
function hasChanges(request: LineRequest, of: CatalogueIndex): boolean {
  const item = itemOf(request, of);
  if (item === null || !('mealOnly' in item)) return false;
  return extrasOffered(of, item).length > 0 || relishesOf(of, item).length > 0;
}

/**
 * Where to go when `step` was answered: the next required thing that is missing; else, where there is
 * something to change, the changes; else the item is complete (null).
 */
export function stepAfter(request: LineRequest, of: CatalogueIndex): Step | null {
  const missing = nextRequired(request, of);
  if (missing !== null) return missing;
  return hasChanges(request, of) ? { type: 'changes', required: false } : null;
}

/** `choices` with the choice of one group set; groups not chosen yet hold 0. */
export const withChoice = (
  choices: readonly number[],
  group: number,
  code: number,
): readonly number[] =>
  Array.from({ length: Math.max(choices.length, group + 1) }, (_, at) =>
    at === group ? code : (choices[at] ?? 0),
  );

/** The drinks a meal of `product` may be had with on `channel`; large ones come by going large. */
export function mealDrinks(
  product: Product,
  of: CatalogueIndex,
  channel: Channel | null,
): readonly Product[] {
  const drinks = of.catalogue.products.filter(
    ({ mealDrink, available, code }) =>
      mealDrink === product.meal &&
      available &&
      (channel?.hotDrinks !== false || !of.hotDrinks.has(code)),
  );
  const large = new Set<number>(
    drinks.flatMap(({ code, largeDrink }) =>
      largeDrink !== null && largeDrink !== code ? [largeDrink] : [],
    ),
  );
  return drinks
    .filter(({ code }) => !large.has(code))
    .sort(
      (a, b) =>
        (a.menuKey?.page ?? 999) - (b.menuKey?.page ?? 999) ||
        (a.menuKey?.sequence ?? 999) - (b.menuKey?.sequence ?? 999) ||
        a.code - b.code,
    );
}

/** What a meal's regular side adds in `band`, pence. */
export function sidePrice(of: CatalogueIndex, band: PriceBand): number {
  const side = of.products.get(of.catalogue.settings.regularSide);
  return side === undefined ? 0 : mealPriceOf(side, band);
}

/** The least a meal of `product` comes to, pence. */
export const leastMealPrice = (
  product: Product,
  of: CatalogueIndex,
  channel: Channel | null,
  band: PriceBand,
): number =>
  mealPriceOf(product, band) +
  sidePrice(of, band) +
  Math.min(...mealDrinks(product, of, channel).map((drink) => mealPriceOf(drink, band)));

/** Single, double and triple of a burger: other product codes. Empty where it comes in one size only. */
export function sizesOf(
  product: Product,
  of: CatalogueIndex,
): readonly { readonly label: string; readonly code: number }[] {
  const base =
    of.catalogue.products.find(
      ({ double, triple }) => double === product.code || triple === product.code,
    ) ?? product;
  const sizes = [
    { label: 'Single', code: base.code },
    { label: 'Double', code: base.double },
    { label: 'Triple', code: base.triple },
  ].flatMap(({ label, code }) =>
    code !== null && of.products.has(code) ? [{ label, code: code as number }] : [],
  );
  return sizes.length < 2 ? [] : sizes;
}

/** The request in another size: what was chosen so far goes with it where that size offers it too. */
export function inSize(request: LineRequest, code: number, of: CatalogueIndex): LineRequest {
  const product = of.products.get(code);
  if (request.kind !== 'product' || product === undefined) return request;
  const offered = new Set<number>(extrasOffered(of, product));
  const relishes = new Set(relishesOf(of, product).map((relish) => relish.code));
  const { meal, ...rest } = request;
  return {
    ...rest,
    code,
    ...(meal !== undefined && product.meal !== 'none' ? { meal } : {}),
    ...(rest.extras === undefined
      ? {}
      : { extras: rest.extras.filter((extra) => offered.has(extra.code)) }),
    ...(rest.without === undefined
      ? {}
      : { without: rest.without.filter((relish) => relishes.has(relish)) }),
  };
}

/** What a line is called with what it still lacks: `choose a drink`, `choose 1 more`. */
export function missingText(request: LineRequest, of: CatalogueIndex): string | null {
  const step = nextRequired(request, of);
  if (step?.type === 'meal') return 'Choose a drink';
  if (step?.type !== 'choice') return null;
  const asked = stepsOf(request, of).filter(({ type }) => type === 'choice').length;
  return asked === 1 ? 'Make a choice' : `Make choice ${step.group + 1} of ${asked}`;
}

/** The name of an item, or its bare code where the catalogue no longer has it. */
export const itemName = (request: LineRequest, of: CatalogueIndex): string => {
  const item = itemOf(request, of);
  return item === null ? `Code ${request.code}` : displayName(item);
};
