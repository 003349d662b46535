import * as fc from 'fast-check';
import {
  type BandPrices,
  type BasisPoints,
  type Catalogue,
  type Channel,
  type ChannelCode,
  type Combo,
  type ComboCode,
  isChannelCode,
  MAX_CODE,
  MAX_KCAL,
  MAX_ORDINAL,
  MAX_PRICE,
  MAX_QUANTITY_MICRO,
  type MealKind,
  type MenuKey,
  type MenuPage,
  type PriceBand,
  type PriceListPlace,
  type PriceListSection,
  type Product,
  type ProductCode,
  type Shop,
  type StockCode,
  type StockComponent,
  type StockItem,
  textFault,
  type TradeUp,
  type VatClass,
  type VatClassCode,
} from '../src/index.ts';

// Codes come from small ranges, so that entries refer to each other often and two catalogues overlap.

const text = fc
  .oneof(fc.string({ unit: 'grapheme', maxLength: 12 }), fc.stringMatching(/^["', ;a-cA-C=]{0,8}$/))
  .map((raw) => raw.trim())
  .filter((one) => textFault(one) === null);
const label = text.filter((one) => one !== '');
const ordinal = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: MAX_ORDINAL }));
const price = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: MAX_PRICE }));
const prices = fc
  .tuple(price, price, price, price, price, price)
  .map((six) => six as unknown as BandPrices);
const mealKind = fc.constantFrom<MealKind>('none', 'standard', 'kids');
const code = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 1, max: 30 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: MAX_CODE }) },
);

const someOf = <T>(pool: readonly T[], max = 5): fc.Arbitrary<T[]> =>
  pool.length === 0
    ? fc.constant([])
    : fc.uniqueArray(fc.constantFrom(...pool), { maxLength: Math.min(max, pool.length) });
const oneOrNone = <T>(pool: readonly T[]): fc.Arbitrary<T | null> =>
  pool.length === 0 ? fc.constant(null) : fc.option(fc.constantFrom(...pool));

/** What entries may refer to. */
interface Pools {
  readonly vat: readonly VatClassCode[];
  readonly products: readonly ProductCode[];
  readonly combos: readonly ComboCode[];
  readonly pages: readonly MenuPage[];
  readonly sections: readonly PriceListSection[];
}

const ascending = (numbers: readonly number[]): number[] => numbers.toSorted((a, b) => a - b);
const uniqueCodes = (min: number, max: number): fc.Arbitrary<number[]> =>
  fc.uniqueArray(code, { minLength: min, maxLength: max }).map(ascending);
const pageIds = fc
  .uniqueArray(fc.oneof(fc.constant(99), fc.integer({ min: 1, max: 255 })), { maxLength: 4 })
  .map(ascending);

const pools: fc.Arbitrary<Pools> = fc.record({
  vat: fc
    .uniqueArray(fc.integer({ min: 0, max: 99 }), { minLength: 1, maxLength: 3 })
    .map((codes) => ascending(codes) as VatClassCode[]),
  products: uniqueCodes(1, 8).map((codes) => codes as ProductCode[]),
  combos: uniqueCodes(0, 3).map((codes) => codes as ComboCode[]),
  pages: pageIds.chain((ids) =>
    fc.tuple(...ids.map((id) => label.map((title) => ({ id, title })))),
  ),
  sections: pageIds.chain((ids) =>
    fc.tuple(
      ...ids.map((id) =>
        fc.record({
          id: fc.constant(id),
          name: label,
          source: fc.constantFrom<'product' | 'combo'>('product', 'combo'),
          meal: mealKind,
        }),
      ),
    ),
  ),
});

const menuKey = (pages: readonly MenuPage[]): fc.Arbitrary<MenuKey | null> => {
  const part = fc.integer({ min: 0, max: 255 });
  if (pages.length === 0) return fc.constant(null);
  return fc.option(
    fc.record({
      page: fc.constantFrom(...pages.map(({ id }) => id)),
      sequence: ordinal,
      label,
      colour: fc.option(fc.record({ red: part, green: part, blue: part })),
    }),
  );
};

function place(
  sections: readonly PriceListSection[],
  source: 'product' | 'combo',
): fc.Arbitrary<PriceListPlace | null> {
  const fitting = sections.filter((section) => section.source === source).map(({ id }) => id);
  const none = fc.constant(0);
  return fc
    .record({
      section: fc.constantFrom(0, ...fitting),
      sequence: ordinal,
      mealSection: source === 'combo' ? none : fc.constantFrom(0, ...fitting),
      mealSequence: source === 'combo' ? none : ordinal,
    })
    .map((one) => (one.section === 0 && one.mealSection === 0 ? null : one));
}

const groups = (codes: readonly ProductCode[]): fc.Arbitrary<ProductCode[][]> =>
  fc.array(
    someOf(codes).filter((group) => group.length > 0),
    { maxLength: 6 },
  );

const components: fc.Arbitrary<StockComponent[]> = fc
  .uniqueArray(
    fc.record({
      kind: fc.constantFrom<'A' | 'B'>('A', 'B'),
      code: code as fc.Arbitrary<StockCode>,
      quantityMicro: fc.integer({ min: -MAX_QUANTITY_MICRO, max: MAX_QUANTITY_MICRO }),
    }),
    { maxLength: 4, selector: ({ kind, code: stock }) => `${kind}${stock}` },
  )
  .map((list) => list.toSorted((a, b) => (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : 0)));

const allergens = fc.option(
  fc.uniqueArray(
    label.filter((name) => !name.includes(';') && name.toLowerCase() !== 'none'),
    { maxLength: 3 },
  ),
);

const product = (
  own: ProductCode,
  { vat, products, pages, sections }: Pools,
): fc.Arbitrary<Product> =>
  fc.record({
    code: fc.constant(own),
    name: label,
    menuName: text,
    description: text,
    eatVatClass: fc.constantFrom(...vat),
    takeVatClass: fc.constantFrom(...vat),
    readbackOrder: fc.integer({ min: 0, max: 255 }),
    mealOnly: fc.boolean(),
    meal: mealKind,
    mealDrink: mealKind,
    largeDrink: oneOrNone(products),
    prices,
    mealPrices: prices,
    choiceGroups: groups(products),
    addOns: fc.option(someOf(products)),
    double: oneOrNone(products),
    triple: oneOrNone(products),
    cookZone: fc.constantFrom<Product['cookZone']>('none', 'prep', 'drinks', 'fryer'),
    menuKey: menuKey(pages),
    priceListPlace: place(sections, 'product'),
    components,
    allergens,
    kcal: fc.option(fc.integer({ min: 0, max: MAX_KCAL })),
    available: fc.boolean(),
  });

/** A large drink is a drink of the same kind of meal. */
const withFittingLargeDrinks = (products: readonly Product[]): Product[] =>
  products.map((one) => {
    const large = products.find((other) => other.code === one.largeDrink);
    return large?.mealDrink === one.mealDrink ? one : { ...one, largeDrink: null };
  });

const combo = (
  own: ComboCode,
  { vat, products, combos, pages, sections }: Pools,
): fc.Arbitrary<Combo> =>
  fc
    .record({
      code: fc.constant(own),
      name: label,
      menuName: text,
      description: text,
      eatVatClass: fc.constantFrom(...vat),
      takeVatClass: fc.constantFrom(...vat),
      prices,
      components: someOf(products),
      choiceGroups: groups(products),
      menuKey: menuKey(pages),
      priceListPlace: place(sections, 'combo'),
      available: fc.boolean(),
    })
    .chain((plain) => {
      const parts = [...new Set([...plain.components, ...plain.choiceGroups.flat()])];
      const replacements: fc.Arbitrary<TradeUp['replacements']> = someOf(parts).chain((replaced) =>
        fc.tuple(
          ...(ascending(replaced) as ProductCode[]).map((part) =>
            fc.record({ product: fc.constant(part), by: fc.constantFrom(...products) }),
          ),
        ),
      );
      const tradeUp = fc.option(
        fc.record({ combo: fc.constantFrom(...combos), prices, replacements }),
      );
      return tradeUp.map((one): Combo => ({ ...plain, tradeUp: one }));
    });

const byCode = <T extends { readonly code: string }>(entries: readonly T[]): T[] =>
  entries.toSorted((a, b) => (a.code < b.code ? -1 : 1));

const channels: fc.Arbitrary<Channel[]> = fc
  .uniqueArray(
    fc.record({
      code: fc
        .oneof(fc.constantFrom('OT-C', 'DV-D', 'A9', 'A10'), fc.stringMatching(/^[A-Z0-9-]{1,5}$/))
        .filter((one): one is ChannelCode => isChannelCode(one)),
      name: label,
      band: fc.integer({ min: 1, max: 6 }) as fc.Arbitrary<PriceBand>,
      sequence: ordinal,
      record: ordinal,
      subSequence: ordinal,
      company: ordinal,
      accountFirm: ordinal,
      operates: fc.boolean(),
      accepts: fc.record({
        cash: fc.boolean(),
        card: fc.boolean(),
        onAccount: fc.boolean(),
        voucher: fc.boolean(),
        crewFood: fc.boolean(),
        cookedWaste: fc.boolean(),
      }),
      delivers: fc.boolean(),
      hotDrinks: fc.boolean(),
    }),
    { minLength: 1, maxLength: 4, selector: (channel) => channel.code },
  )
  .map(byCode);

const shops: fc.Arbitrary<Shop[]> = fc
  .uniqueArray(
    fc.record({
      shop: fc.integer({ min: 1, max: 99 }),
      name: text,
      abbreviation: text,
      franchisee: text,
      fullName: text,
      address: fc.array(label, { maxLength: 3 }),
      postCode: text,
      vatNumber: text,
      telephone: text,
      operators: text,
    }),
    { maxLength: 3, selector: ({ shop }) => shop },
  )
  .map((list) => list.toSorted((a, b) => a.shop - b.shop));

const stockItems: fc.Arbitrary<StockItem[]> = fc
  .uniqueArray(
    fc.record({
      kind: fc.constantFrom<'A' | 'B'>('A', 'B'),
      code: code as fc.Arbitrary<StockCode>,
      name: text,
    }),
    { maxLength: 6, selector: ({ kind, code: stock }) => `${kind}${stock}` },
  )
  .map((list) =>
    list.toSorted((a, b) => (a.kind === b.kind ? a.code - b.code : a.kind < b.kind ? -1 : 1)),
  );

const numbered = <T>(
  numbers: readonly number[],
  entry: (number: number) => fc.Arbitrary<T>,
): fc.Arbitrary<T[]> => fc.tuple(...numbers.map(entry));

/** Any catalogue that passes `validateCatalogue`. */
export const arbitraryCatalogue: fc.Arbitrary<Catalogue> = pools
  .chain((pool) =>
    fc.record({
      vatClasses: numbered<VatClass>(pool.vat, (one) =>
        fc.record({
          class: fc.constant(one as VatClassCode),
          rate: fc.integer({ min: 0, max: 10_000 }) as fc.Arbitrary<BasisPoints>,
          name: text,
        }),
      ),
      products: numbered(pool.products, (one) => product(one as ProductCode, pool)).map(
        withFittingLargeDrinks,
      ),
      combos: numbered(pool.combos, (one) => combo(one as ComboCode, pool)),
      channels,
      menuPages: fc.constant(pool.pages),
      extras: someOf(pool.products).chain((codes) =>
        numbered(ascending(codes), (one) =>
          fc.record({ product: fc.constant(one as ProductCode), label, sequence: ordinal }),
        ),
      ),
      relishes: uniqueCodes(0, 3).chain((codes) =>
        numbered(codes, (one) =>
          fc.record({ code: fc.constant(one as StockCode), name: text, menuName: text }),
        ),
      ),
      stockItems,
      shops,
      priceListSections: fc.constant(pool.sections),
      miscellaneous: uniqueCodes(0, 3).chain((sequences) =>
        numbered(sequences, (one) =>
          fc.record({
            sequence: fc.constant(one),
            product: oneOrNone(pool.products),
            name: text,
            label: text,
          }),
        ),
      ),
      settings: fc.record({
        regularSide: fc.constantFrom(...pool.products),
        largeSide: fc.constantFrom(...pool.products),
        standardBaseDrink: fc.oneof(fc.constant(49), code) as fc.Arbitrary<ProductCode>,
        kidsBaseDrink: fc.oneof(fc.constant(89), code) as fc.Arbitrary<ProductCode>,
        anyFoodMayBeLeftOut: fc.boolean(),
      }),
    }),
  )
  .map((catalogue) =>
    catalogue.settings.anyFoodMayBeLeftOut ? { ...catalogue, relishes: [] } : catalogue,
  );
