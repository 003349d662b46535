import type { Channel, Combo, Product } from './catalogue.ts';
import {
  type CatalogueIndex,
  displayName,
  extrasOffered,
  mealPriceOf,
  relishesOf,
  singlePriceOf,
} from './catalogue-index.ts';
import { assignChoices } from './choices.ts';
import { MAX_NAME_LENGTH, textFault } from './catalogue-limits.ts';
import { fault, type OrderFault } from './faults.ts';
import type { PriceBand, ProductCode, StockCode, VatClassCode } from './ids.ts';
import {
  type BasisPoints,
  halfUp,
  type Pence,
  pence,
  splitVat,
  timesPence,
  ZERO,
} from './money.ts';
import type {
  ComboLineRequest,
  ComponentRole,
  LineComponent,
  LineRequest,
  OrderLine,
  ProductLineRequest,
  VatBasis,
} from './order.ts';
import { invariant } from './result.ts';

export const MAX_QUANTITY = 999;
export const MAX_EXTRAS = 100;

/** What a line is priced under, and where its faults go. */
export interface LineContext {
  readonly index: CatalogueIndex;
  readonly channel: Channel;
  readonly band: PriceBand;
  readonly basis: VatBasis;
  readonly path: string;
  readonly faults: OrderFault[];
}

/** One line with its components and frozen facts, or null with its faults noted. */
export function priceLine(request: LineRequest, line: LineContext): OrderLine | null {
  const { quantity } = request;
  if (!Number.isInteger(quantity) || quantity < 1 || quantity > MAX_QUANTITY) {
    line.faults.push(fault('bad-quantity', `${line.path}.quantity`, quantity));
    return null;
  }
  return request.kind === 'product'
    ? priceProductLine(request, line)
    : priceComboLine(request, line);
}

function priceProductLine(request: ProductLineRequest, line: LineContext): OrderLine | null {
  const faultsBefore = line.faults.length;
  const product = availableProduct(request.code, `${line.path}.code`, line);
  if (product === null) return null;
  const main =
    request.meal === undefined
      ? singleComponents(product, line)
      : mealComponents(product, request.meal, line);
  const choices = choiceComponents(product, request.choices ?? [], line);
  const extras = extraComponents(product, request.extras ?? [], line);
  const without = relishesLeftOut(product, request.without ?? [], line);
  const note = noteOf(request, line);
  if (line.faults.length > faultsBefore) return null;
  return finishLine(
    {
      kind: 'product',
      code: product.code,
      name: displayName(product),
      quantity: request.quantity,
      isMeal: request.meal !== undefined,
      goLarge: request.meal?.goLarge === true,
      tradeUp: false,
      without,
      note,
    },
    [...main, ...extras, ...choices],
  );
}

/** The note for the kitchen, or null where there is none. */
function noteOf({ note }: LineRequest, line: LineContext): string | null {
  const text = note?.trim() ?? '';
  if (textFault(text, MAX_NAME_LENGTH) !== null) {
    line.faults.push(fault('bad-text', `${line.path}.note`, text));
  }
  return text || null;
}

/** A product that may be sold on this channel, or null with the fault noted. */
function availableProduct(code: number, path: string, line: LineContext): Product | null {
  const product = line.index.products.get(code);
  if (product === undefined) {
    line.faults.push(fault('unknown-product', path, code));
    return null;
  }
  if (!product.available) {
    line.faults.push(fault('unavailable-product', path, code));
    return null;
  }
  if (!line.channel.hotDrinks && line.index.hotDrinks.has(code)) {
    line.faults.push(fault('hot-drink-refused', path, code));
    return null;
  }
  return product;
}

function singleComponents(product: Product, line: LineContext): readonly LineComponent[] {
  const price = singlePriceOf(product, line.band);
  if (product.mealOnly) line.faults.push(fault('meal-only', `${line.path}.code`, product.code));
  else if (price === 0) {
    line.faults.push(fault('not-sold-in-band', `${line.path}.code`, product.code));
  }
  return [component('item', product, price, line)];
}

function mealComponents(
  product: Product,
  meal: { readonly drink: number; readonly goLarge?: boolean | undefined },
  line: LineContext,
): readonly LineComponent[] {
  const { settings } = line.index.catalogue;
  const drinkPath = `${line.path}.meal.drink`;
  if (product.meal === 'none') {
    line.faults.push(fault('not-a-meal', `${line.path}.meal`, product.code));
    return [];
  }
  if (mealPriceOf(product, line.band) === 0) {
    line.faults.push(fault('not-sold-in-band', `${line.path}.code`, product.code));
  }
  const asked = availableProduct(meal.drink, drinkPath, line);
  if (asked === null) return [];
  if (asked.mealDrink !== product.meal) {
    line.faults.push(fault('wrong-meal-drink', drinkPath, meal.drink));
    return [];
  }
  const large = meal.goLarge === true;
  if (large && (product.meal !== 'standard' || asked.largeDrink === null)) {
    line.faults.push(fault('no-large-drink', `${line.path}.meal.goLarge`, meal.drink));
    return [];
  }
  const drink =
    large && asked.largeDrink !== null
      ? availableProduct(asked.largeDrink, drinkPath, line)
      : asked;
  const sideCode = large ? settings.largeSide : settings.regularSide;
  const side = availableProduct(sideCode, `${line.path}.meal`, line);
  if (drink === null || side === null) return [];
  return [
    component('item', product, mealPriceOf(product, line.band), line),
    component('side', side, mealPriceOf(side, line.band), line),
    component('drink', drink, mealPriceOf(drink, line.band), line),
  ];
}

/** The free choices of a product; a product whose only group has one member gets it by itself. */
function choiceComponents(
  product: Product,
  chosen: readonly number[],
  line: LineContext,
): readonly LineComponent[] {
  const [only] = product.choiceGroups;
  const byItself =
    chosen.length === 0 && product.choiceGroups.length === 1 && only?.length === 1 ? only : chosen;
  return chosenProducts(product.choiceGroups, byItself, line).map((choice) =>
    component('choice', choice, ZERO, line),
  );
}

function chosenProducts(
  groups: readonly (readonly ProductCode[])[],
  chosen: readonly number[],
  line: LineContext,
): readonly Product[] {
  const path = `${line.path}.choices`;
  const assigned = assignChoices(groups, chosen, path);
  if (!assigned.ok) {
    line.faults.push(...assigned.error);
    return [];
  }
  return assigned.value.flatMap((code) => availableProduct(code, path, line) ?? []);
}

function extraComponents(
  product: Product,
  extras: readonly { readonly code: number; readonly quantity: number }[],
  line: LineContext,
): readonly LineComponent[] {
  if (extras.length > MAX_EXTRAS) {
    line.faults.push(fault('too-many-extras', `${line.path}.extras`, extras.length));
    return [];
  }
  const offered = extrasOffered(line.index, product);
  return extras.flatMap(({ code, quantity }, at) => {
    const path = `${line.path}.extras.${at}`;
    if (!Number.isInteger(quantity) || quantity < 1 || quantity > MAX_QUANTITY) {
      line.faults.push(fault('bad-quantity', `${path}.quantity`, quantity));
      return [];
    }
    if (!offered.includes(code as ProductCode)) {
      line.faults.push(fault('extra-not-offered', `${path}.code`, code));
      return [];
    }
    const extra = availableProduct(code, `${path}.code`, line);
    return extra === null
      ? []
      : [{ ...component('extra', extra, singlePriceOf(extra, line.band), line), quantity }];
  });
}

function relishesLeftOut(
  product: Product,
  codes: readonly number[],
  line: LineContext,
): readonly { readonly code: StockCode; readonly name: string }[] {
  if (codes.length === 0) return [];
  const offered = relishesOf(line.index, product);
  return [...new Set(codes)].flatMap((code) => {
    const relish = offered.find((candidate) => candidate.code === code);
    if (relish === undefined) {
      line.faults.push(
        fault('relish-not-in-product', `${line.path}.without.${codes.indexOf(code)}`, code),
      );
      return [];
    }
    return [{ code: relish.code as StockCode, name: relish.name }];
  });
}

function priceComboLine(request: ComboLineRequest, line: LineContext): OrderLine | null {
  const faultsBefore = line.faults.length;
  const asked = availableCombo(request.code, `${line.path}.code`, line);
  if (asked === null) return null;
  const tradeUp = request.tradeUp === true ? asked.tradeUp : null;
  const price = (tradeUp ?? asked).prices[line.band - 1] as Pence;
  if (request.tradeUp === true && (tradeUp === null || price === 0)) {
    line.faults.push(fault('no-trade-up', `${line.path}.tradeUp`, request.code));
    return null;
  }
  const sold =
    tradeUp === null ? asked : availableCombo(tradeUp.combo, `${line.path}.tradeUp`, line);
  if (sold === null) return null;
  if (price === 0) line.faults.push(fault('not-sold-in-band', `${line.path}.code`, request.code));

  const replaced = (code: ProductCode): ProductCode =>
    tradeUp?.replacements.find(({ product }) => product === code)?.by ?? code;
  const parts = asked.components.flatMap(
    (code) => availableProduct(replaced(code), `${line.path}.code`, line) ?? [],
  );
  const choices = chosenProducts(asked.choiceGroups, request.choices, line).flatMap(
    ({ code }) => availableProduct(replaced(code), `${line.path}.choices`, line) ?? [],
  );
  const note = noteOf(request, line);
  if (line.faults.length > faultsBefore) return null;
  const components = [
    ...parts.map((part) => component('part', part, ZERO, line)),
    ...choices.map((choice) => component('choice', choice, ZERO, line)),
  ];
  return finishLine(
    {
      kind: 'combo',
      code: sold.code,
      name: displayName(sold),
      quantity: request.quantity,
      isMeal: false,
      goLarge: false,
      tradeUp: tradeUp !== null,
      without: [],
      note,
    },
    [comboComponent(sold, price, components, line), ...components],
  );
}

function availableCombo(code: number, path: string, line: LineContext): Combo | null {
  const combo = line.index.combos.get(code);
  if (combo === undefined) {
    line.faults.push(fault('unknown-combo', path, code));
    return null;
  }
  if (!combo.available) {
    line.faults.push(fault('unavailable-combo', path, code));
    return null;
  }
  return combo;
}

/**
 * The combo itself at `price` C. Its VAT is E = Σ half-up(A_i × C / D) over its components, where A_i is the
 * VAT in component i's single price and D the sum of those prices; net and VAT are booked in the combo's own
 * class. Where D is 0 the combo's own class and price give them.
 */
function comboComponent(
  combo: Combo,
  price: Pence,
  components: readonly LineComponent[],
  line: LineContext,
): LineComponent {
  const { vatClass, vatRate } = vatOf(combo, line);
  const worth = components.reduce((sum, { singlePrice }) => sum + singlePrice, 0);
  const vat =
    worth === 0
      ? splitVat(price, vatRate).vat
      : components.reduce(
          (sum, { singlePrice, vatRate: rate }) =>
            sum + halfUp(splitVat(singlePrice, rate).vat * price, worth),
          0,
        );
  return {
    role: 'combo',
    code: combo.code,
    name: displayName(combo),
    quantity: 1,
    singlePrice: price,
    price,
    vatClass,
    vatRate,
    net: pence(price - vat),
    vat: pence(vat),
  };
}

function vatOf(
  item: Product | Combo,
  { index, basis }: LineContext,
): { readonly vatClass: VatClassCode; readonly vatRate: BasisPoints } {
  const vatClass = basis === 'take' ? item.takeVatClass : item.eatVatClass;
  const vatRate = index.vatRates.get(vatClass);
  invariant(vatRate !== undefined, `VAT class ${vatClass} of ${item.code} is in the catalogue`);
  return { vatClass, vatRate };
}

function component(
  role: ComponentRole,
  product: Product,
  price: Pence,
  line: LineContext,
): LineComponent {
  const { vatClass, vatRate } = vatOf(product, line);
  const { net, vat } = splitVat(price, vatRate);
  return {
    role,
    code: product.code,
    name: displayName(product),
    quantity: 1,
    singlePrice: singlePriceOf(product, line.band),
    price,
    vatClass,
    vatRate,
    net,
    vat,
  };
}

function finishLine(
  line: Omit<OrderLine, 'unitPrice' | 'total' | 'components'>,
  components: readonly LineComponent[],
): OrderLine {
  const unitPrice = pence(
    components.reduce((sum, { price, quantity }) => sum + price * quantity, 0),
  );
  return { ...line, components, unitPrice, total: timesPence(unitPrice, line.quantity) };
}
