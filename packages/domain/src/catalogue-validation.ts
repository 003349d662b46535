import type {
  BandPrices,
  Catalogue,
  Combo,
  MenuKey,
  PriceListPlace,
  Product,
} from './catalogue.ts';
import { COLLECTION_NAMES, compareKeys, type EntryKey, entryKey } from './catalogue-collections.ts';
import {
  MAX_ADDRESS_LINES,
  MAX_CHOICE_GROUPS,
  MAX_COMPONENTS,
  MAX_ENTRIES,
  MAX_SOLD_ITEMS,
  MAX_KCAL,
  MAX_MENU_PAGE,
  MAX_NAME_LENGTH,
  MAX_ORDINAL,
  MAX_PRICE,
  MAX_QUANTITY_MICRO,
  MAX_READBACK_ORDER,
  MAX_SHOP,
  textFault,
} from './catalogue-limits.ts';
import { isChannelCode, isPriceBand, isVatClassCode, MAX_CODE } from './ids.ts';

export type CatalogueRule =
  | 'sorted'
  | 'unique'
  | 'text'
  | 'range'
  | 'not-empty'
  | 'vat-class-exists'
  | 'product-exists'
  | 'combo-exists'
  | 'page-exists'
  | 'section-exists'
  | 'same-meal-kind'
  | 'replaces-a-part'
  | 'food-before-packaging'
  | 'placed-somewhere'
  | 'relishes-or-any-food';

/** One thing wrong with a catalogue. `path` names the entry by its key: `products.51.largeDrink`. */
export interface CatalogueFault {
  readonly path: string;
  readonly rule: CatalogueRule;
  readonly value: string | number | null;
  /** What is wrong and what is allowed, in a sentence. */
  readonly message: string;
}

/**
 * Every dangling or contradictory reference and every value out of range, all at once; empty for a
 * catalogue that can be sold from. Two things may dangle: a stock item that a component
 * names need not have a name, and a base drink of the price list need not be stocked.
 */
export function validateCatalogue(catalogue: Catalogue): CatalogueFault[] {
  const faults: CatalogueFault[] = [];
  const check = createCheck(catalogue, (fault) => faults.push(fault));
  for (const name of COLLECTION_NAMES) {
    const keys = catalogue[name].map((entry) => entryKey(name, entry));
    checkOrder(name, keys, check);
  }
  checkSelling(catalogue, check);
  for (const product of catalogue.products) checkProduct(product, check);
  for (const combo of catalogue.combos) checkCombo(combo, check);
  checkChannels(catalogue, check);
  checkMenu(catalogue, check);
  checkStock(catalogue, check);
  checkShops(catalogue, check);
  return faults;
}

type Check = ReturnType<typeof createCheck>;

/** The questions asked of many fields, each reporting its own fault. */
function createCheck(catalogue: Catalogue, report: (fault: CatalogueFault) => void) {
  const products = new Map(catalogue.products.map((product) => [product.code as number, product]));
  const combos = new Set<number>(catalogue.combos.map(({ code }) => code));
  const classes = new Set<number>(catalogue.vatClasses.map((vat) => vat.class));
  const pages = new Set(catalogue.menuPages.map(({ id }) => id));
  const sections = new Map(catalogue.priceListSections.map(({ id, source }) => [id, source]));

  const expect = (
    holds: boolean,
    rule: CatalogueRule,
    path: string,
    value: string | number | null,
    message: string,
  ): void => {
    if (!holds) report({ path, rule, value, message });
  };
  const whole = (path: string, value: number, least: number, most: number): void =>
    expect(
      Number.isInteger(value) && value >= least && value <= most,
      'range',
      path,
      value,
      `must be a whole number from ${least} to ${most}`,
    );
  const text = (path: string, value: string, most?: number): void => {
    const fault = textFault(value, most);
    expect(fault === null, 'text', path, value, `the text ${fault}`);
  };
  return {
    products,
    expect,
    whole,
    text,
    /** A text that orders carry. */
    name: (path: string, value: string): void => text(path, value, MAX_NAME_LENGTH),
    label: (path: string, value: string, most?: number): void => {
      text(path, value, most);
      expect(value !== '', 'not-empty', path, value, 'must not be empty');
    },
    vatClass: (path: string, value: number): void =>
      expect(classes.has(value), 'vat-class-exists', path, value, 'there is no such VAT class'),
    product: (path: string, value: number | null): void =>
      expect(
        value === null || products.has(value),
        'product-exists',
        path,
        value,
        'there is no such product',
      ),
    combo: (path: string, value: number): void =>
      expect(combos.has(value), 'combo-exists', path, value, 'there is no such combo'),
    page: (path: string, value: number): void =>
      expect(pages.has(value), 'page-exists', path, value, 'there is no such menu page'),
    section: (path: string, value: number, source: 'product' | 'combo'): void =>
      expect(
        value === 0 || sections.get(value) === source,
        'section-exists',
        path,
        value,
        `there is no such section of ${source}s in the price list`,
      ),
    unique: (path: string, values: readonly (string | number)[]): void => {
      const twice = values.find((value, at) => values.indexOf(value) !== at);
      expect(twice === undefined, 'unique', path, twice ?? null, 'must not be there twice');
    },
  };
}

function checkOrder(name: string, keys: readonly EntryKey[], check: Check): void {
  const few = keys.length <= MAX_ENTRIES;
  check.expect(few, 'range', name, keys.length, `must be at most ${MAX_ENTRIES}`);
  for (const [at, key] of keys.entries()) {
    const before = keys[at - 1];
    if (before === undefined) continue;
    const order = compareKeys(before, key);
    check.expect(order !== 0, 'unique', `${name}.${key}`, key, 'must not be there twice');
    check.expect(order <= 0, 'sorted', `${name}.${key}`, key, `must come before ${before}`);
  }
}

/** What the shop as a whole cannot sell without. */
function checkSelling(catalogue: Catalogue, check: Check): void {
  const { products, combos, channels, settings, vatClasses } = catalogue;
  const sold = products.length + combos.length;
  const rule = `must be at most ${MAX_SOLD_ITEMS} with the combos`;
  check.expect(sold <= MAX_SOLD_ITEMS, 'range', 'products', sold, rule);
  for (const vat of vatClasses) {
    const path = `vatClasses.${vat.class}`;
    check.expect(isVatClassCode(vat.class), 'range', path, vat.class, 'must be from 0 to 99');
    check.whole(`${path}.rate`, vat.rate, 0, 10_000);
    check.text(`${path}.name`, vat.name);
  }
  check.expect(products.length > 0, 'not-empty', 'products', 0, 'must not be empty');
  check.expect(channels.length > 0, 'not-empty', 'channels', 0, 'must not be empty');
  check.whole('settings.standardBaseDrink', settings.standardBaseDrink, 1, MAX_CODE);
  check.whole('settings.kidsBaseDrink', settings.kidsBaseDrink, 1, MAX_CODE);
  check.whole('settings.regularSide', settings.regularSide, 1, MAX_CODE);
  check.whole('settings.largeSide', settings.largeSide, 1, MAX_CODE);
  if (products.some(({ meal }) => meal !== 'none')) {
    check.product('settings.regularSide', settings.regularSide);
  }
  if (products.some(({ meal }) => meal === 'standard')) {
    check.product('settings.largeSide', settings.largeSide);
  }
}

/** What products and combos have in common. */
function checkSellable(path: string, item: Product | Combo, check: Check): void {
  check.label(`${path}.name`, item.name, MAX_NAME_LENGTH);
  check.name(`${path}.menuName`, item.menuName);
  check.text(`${path}.description`, item.description);
  check.vatClass(`${path}.eatVatClass`, item.eatVatClass);
  check.vatClass(`${path}.takeVatClass`, item.takeVatClass);
  checkPrices(`${path}.prices`, item.prices, check);
  check.whole(`${path}.choiceGroups`, item.choiceGroups.length, 0, MAX_CHOICE_GROUPS);
  for (const [at, group] of item.choiceGroups.entries()) {
    const groupPath = `${path}.choiceGroups.${at}`;
    check.expect(group.length > 0, 'not-empty', groupPath, 0, 'must not be empty');
    check.unique(groupPath, group);
    for (const code of group) check.product(groupPath, code);
  }
  if (item.menuKey !== null) checkMenuKey(`${path}.menuKey`, item.menuKey, check);
}

function checkPrices(path: string, prices: BandPrices, check: Check): void {
  check.expect(prices.length === 6, 'range', path, prices.length, 'must be six prices');
  for (const [at, price] of prices.entries()) check.whole(`${path}.${at}`, price, 0, MAX_PRICE);
}

function checkMenuKey(path: string, key: MenuKey, check: Check): void {
  check.page(`${path}.page`, key.page);
  check.whole(`${path}.sequence`, key.sequence, 0, MAX_ORDINAL);
  check.label(`${path}.label`, key.label);
  if (key.colour === null) return;
  for (const [part, value] of Object.entries(key.colour)) {
    check.whole(`${path}.colour.${part}`, value, 0, 255);
  }
}

function checkPlace(
  path: string,
  place: PriceListPlace | null,
  source: 'product' | 'combo',
  check: Check,
): void {
  if (place === null) return;
  check.section(`${path}.section`, place.section, source);
  check.section(`${path}.mealSection`, place.mealSection, 'product');
  check.whole(`${path}.sequence`, place.sequence, 0, MAX_ORDINAL);
  check.whole(`${path}.mealSequence`, place.mealSequence, 0, source === 'combo' ? 0 : MAX_ORDINAL);
  if (source === 'combo') check.whole(`${path}.mealSection`, place.mealSection, 0, 0);
  const somewhere = place.section !== 0 || place.mealSection !== 0;
  check.expect(somewhere, 'placed-somewhere', path, 0, 'a place in no section must be null');
}

function checkProduct(product: Product, check: Check): void {
  const path = `products.${product.code}`;
  check.whole(path, product.code, 1, MAX_CODE);
  checkSellable(path, product, check);
  checkPrices(`${path}.mealPrices`, product.mealPrices, check);
  checkPlace(`${path}.priceListPlace`, product.priceListPlace, 'product', check);
  check.whole(`${path}.readbackOrder`, product.readbackOrder, 0, MAX_READBACK_ORDER);
  checkLargeDrink(`${path}.largeDrink`, product, check);
  check.product(`${path}.double`, product.double);
  check.product(`${path}.triple`, product.triple);
  if (product.addOns !== null) {
    check.unique(`${path}.addOns`, product.addOns);
    for (const code of product.addOns) check.product(`${path}.addOns`, code);
  }
  if (product.kcal !== null) check.whole(`${path}.kcal`, product.kcal, 0, MAX_KCAL);
  if (product.allergens !== null) checkAllergens(`${path}.allergens`, product.allergens, check);
  checkComponents(`${path}.components`, product, check);
}

function checkLargeDrink(path: string, { largeDrink, mealDrink }: Product, check: Check): void {
  check.product(path, largeDrink);
  const large = largeDrink === null ? undefined : check.products.get(largeDrink);
  check.expect(
    large === undefined || large.mealDrink === mealDrink,
    'same-meal-kind',
    path,
    largeDrink,
    `must be a drink of the same kind of meal (${mealDrink}) as its regular version`,
  );
}

function checkAllergens(path: string, allergens: readonly string[], check: Check): void {
  check.unique(path, allergens);
  for (const name of allergens) {
    check.label(path, name);
    const plain = !name.includes(';') && name.toLowerCase() !== 'none';
    check.expect(plain, 'text', path, name, 'must be one name, not "none"');
  }
}

function checkComponents(path: string, { components }: Product, check: Check): void {
  check.whole(path, components.length, 0, MAX_COMPONENTS);
  check.unique(
    path,
    components.map(({ kind, code }) => `${kind}${code}`),
  );
  const firstPackaging = components.findIndex(({ kind }) => kind === 'B');
  const lastFood = components.findLastIndex(({ kind }) => kind === 'A');
  check.expect(
    firstPackaging === -1 || lastFood < firstPackaging,
    'food-before-packaging',
    path,
    firstPackaging,
    'all food (A) must come before all packaging (B)',
  );
  for (const { kind, code, quantityMicro } of components) {
    check.whole(`${path}.${kind}${code}`, code, 1, MAX_CODE);
    const quantityPath = `${path}.${kind}${code}.quantityMicro`;
    check.whole(quantityPath, quantityMicro, -MAX_QUANTITY_MICRO, MAX_QUANTITY_MICRO);
  }
}

function checkCombo(combo: Combo, check: Check): void {
  const path = `combos.${combo.code}`;
  check.whole(path, combo.code, 1, MAX_CODE);
  checkSellable(path, combo, check);
  checkPlace(`${path}.priceListPlace`, combo.priceListPlace, 'combo', check);
  check.whole(`${path}.components`, combo.components.length, 0, MAX_COMPONENTS);
  check.unique(`${path}.components`, combo.components);
  for (const code of combo.components) check.product(`${path}.components.${code}`, code);
  if (combo.tradeUp === null) return;
  check.combo(`${path}.tradeUp.combo`, combo.tradeUp.combo);
  checkPrices(`${path}.tradeUp.prices`, combo.tradeUp.prices, check);
  checkReplacements(`${path}.tradeUp.replacements`, combo, check);
}

function checkReplacements(path: string, combo: Combo, check: Check): void {
  const parts = new Set([...combo.components, ...combo.choiceGroups.flat()]);
  const replacements = combo.tradeUp?.replacements ?? [];
  check.unique(
    path,
    replacements.map(({ product }) => product),
  );
  for (const [at, { product, by }] of replacements.entries()) {
    const before = replacements[at - 1]?.product ?? 0;
    check.expect(before <= product, 'sorted', path, product, `must come before ${before}`);
    check.product(`${path}.${product}`, by);
    const message = 'must be a component or a choice of the combo';
    check.expect(parts.has(product), 'replaces-a-part', `${path}.${product}`, product, message);
  }
}

function checkChannels({ channels }: Catalogue, check: Check): void {
  for (const channel of channels) {
    const path = `channels.${channel.code}`;
    const wellFormed = isChannelCode(channel.code);
    check.expect(wellFormed, 'range', path, channel.code, 'must be 1 to 16 of A–Z, 0–9 and hyphen');
    check.expect(
      isPriceBand(channel.band),
      'range',
      `${path}.band`,
      channel.band,
      'must be 1 to 6',
    );
    check.label(`${path}.name`, channel.name);
    check.whole(`${path}.sequence`, channel.sequence, 0, MAX_ORDINAL);
    check.whole(`${path}.record`, channel.record, 0, MAX_ORDINAL);
    check.whole(`${path}.subSequence`, channel.subSequence, 0, MAX_ORDINAL);
    check.whole(`${path}.company`, channel.company, 0, MAX_ORDINAL);
    check.whole(`${path}.accountFirm`, channel.accountFirm, 0, MAX_ORDINAL);
  }
}

/** Menu pages, the general extras, and the printed price list. */
function checkMenu(catalogue: Catalogue, check: Check): void {
  for (const { id, title } of catalogue.menuPages) {
    check.whole(`menuPages.${id}`, id, 1, MAX_MENU_PAGE);
    check.label(`menuPages.${id}.title`, title);
  }
  for (const { product, label, sequence } of catalogue.extras) {
    check.product(`extras.${product}`, product);
    check.label(`extras.${product}.label`, label);
    check.whole(`extras.${product}.sequence`, sequence, 0, MAX_ORDINAL);
  }
  for (const { id, name } of catalogue.priceListSections) {
    check.whole(`priceListSections.${id}`, id, 1, MAX_MENU_PAGE);
    check.label(`priceListSections.${id}.name`, name);
  }
  for (const { sequence, product, name, label } of catalogue.miscellaneous) {
    const path = `miscellaneous.${sequence}`;
    check.whole(path, sequence, 0, MAX_ORDINAL);
    check.product(`${path}.product`, product);
    check.text(`${path}.name`, name);
    check.text(`${path}.label`, label);
  }
}

function checkStock({ stockItems, relishes, settings }: Catalogue, check: Check): void {
  for (const { kind, code, name } of stockItems) {
    check.whole(`stockItems.${kind}${code}`, code, 1, MAX_CODE);
    check.name(`stockItems.${kind}${code}.name`, name);
  }
  for (const { code, name, menuName } of relishes) {
    check.whole(`relishes.${code}`, code, 1, MAX_CODE);
    check.name(`relishes.${code}.name`, name);
    check.name(`relishes.${code}.menuName`, menuName);
  }
  check.expect(
    !settings.anyFoodMayBeLeftOut || relishes.length === 0,
    'relishes-or-any-food',
    'relishes',
    relishes.length,
    'there must be no relishes where any food may be left out',
  );
}

function checkShops({ shops }: Catalogue, check: Check): void {
  for (const { shop, address, ...texts } of shops) {
    check.whole(`shops.${shop}`, shop, 1, MAX_SHOP);
    check.whole(`shops.${shop}.address`, address.length, 0, MAX_ADDRESS_LINES);
    for (const line of address) check.label(`shops.${shop}.address`, line);
    for (const [field, text] of Object.entries(texts)) check.text(`shops.${shop}.${field}`, text);
  }
}
