import {
  type BandPrices,
  basisPoints,
  businessDate,
  type Catalogue,
  catalogVersion,
  type Channel,
  channelCode,
  type Combo,
  comboCode,
  DEFAULT_TILL_RULES,
  globalOrderId,
  indexCatalogue,
  type LineRequest,
  type Order,
  type OrderFaultType,
  type OrderRequest,
  pence,
  priceBand,
  type Product,
  productCode,
  type SellingContext,
  storeCode,
  takeOrder,
  type TakenOrder,
  type TenderRequest,
  type TillRules,
  utcInstant,
  vatClassCode,
} from '../src/index.ts';

/** The same price in every band, but for the bands given. */
export const prices = (price: number, bands: Readonly<Record<number, number>> = {}): BandPrices =>
  [1, 2, 3, 4, 5, 6].map((band) => pence(bands[band] ?? price)) as unknown as BandPrices;

export const product = (
  code: number,
  price: number,
  rest: Partial<Product> & { readonly vat?: number } = {},
): Product => {
  const { vat = 1, ...fields } = rest;
  return {
    code: productCode(code),
    name: `P${code}`,
    menuName: '',
    description: '',
    eatVatClass: vatClassCode(vat),
    takeVatClass: vatClassCode(vat),
    readbackOrder: 1,
    mealOnly: false,
    meal: 'none',
    mealDrink: 'none',
    largeDrink: null,
    prices: prices(price),
    mealPrices: prices(0),
    choiceGroups: [],
    addOns: null,
    double: null,
    triple: null,
    cookZone: 'none',
    menuKey: null,
    priceListPlace: null,
    components: [],
    allergens: null,
    kcal: null,
    available: true,
    ...fields,
  };
};

export const combo = (code: number, price: number, rest: Partial<Combo> = {}): Combo => ({
  code: comboCode(code),
  name: `C${code}`,
  menuName: '',
  description: '',
  eatVatClass: vatClassCode(1),
  takeVatClass: vatClassCode(1),
  prices: prices(price),
  components: [],
  choiceGroups: [],
  tradeUp: null,
  menuKey: null,
  priceListPlace: null,
  available: true,
  ...rest,
});

export const channel = (code: string, rest: Partial<Channel> = {}): Channel => ({
  code: channelCode(code),
  name: code,
  band: priceBand(1),
  sequence: 1,
  record: 1,
  subSequence: 1,
  company: 1,
  accountFirm: 0,
  operates: true,
  accepts: {
    cash: true,
    card: true,
    onAccount: true,
    voucher: true,
    crewFood: true,
    cookedWaste: true,
  },
  delivers: false,
  hotDrinks: true,
  ...rest,
});

/** A catalogue with VAT classes 0 zero, 1 standard 20 %, 2 reduced 12.5 %. */
export const catalogue = (
  products: readonly Product[],
  rest: Partial<Catalogue> = {},
): Catalogue => ({
  vatClasses: [
    { class: vatClassCode(0), rate: basisPoints(0), name: 'Zero' },
    { class: vatClassCode(1), rate: basisPoints(2000), name: 'Standard' },
    { class: vatClassCode(2), rate: basisPoints(1250), name: 'Reduced' },
  ],
  products: products.toSorted((a, b) => a.code - b.code),
  combos: [],
  channels: [channel('OT-C')],
  menuPages: [],
  extras: [],
  relishes: [],
  stockItems: [],
  shops: [],
  priceListSections: [],
  miscellaneous: [],
  settings: {
    regularSide: productCode(30),
    largeSide: productCode(31),
    standardBaseDrink: productCode(49),
    kidsBaseDrink: productCode(89),
    anyFoodMayBeLeftOut: false,
  },
  ...rest,
});

export const selling = (of: Catalogue, rules: Partial<TillRules> = {}): SellingContext => ({
  index: indexCatalogue(of),
  rules: { ...DEFAULT_TILL_RULES, ...rules },
  knowsCrew: (crewId) => crewId === '7',
});

export const single = (code: number, quantity = 1): LineRequest => ({
  kind: 'product',
  code,
  quantity,
});

export const request = (
  lines: readonly LineRequest[],
  rest: Partial<OrderRequest> = {},
): OrderRequest => ({
  channel: 'OT-C',
  vatBasis: 'take',
  lines,
  tenders: [{ method: 'cash' }],
  ...rest,
});

/** The order, or a failure that names its faults. */
export function taken(asked: OrderRequest, context: SellingContext): TakenOrder {
  const order = takeOrder(asked, context);
  if (!order.ok) throw new Error(`refused: ${JSON.stringify(order.error)}`);
  return order.value;
}

/** Each fault as `type path`. */
export function faultsOf(asked: OrderRequest, context: SellingContext): readonly string[] {
  const order = takeOrder(asked, context);
  return order.ok ? [] : order.error.map(({ type, path }) => `${type} ${path}`);
}

export const faultTypes = (
  lines: readonly LineRequest[],
  context: SellingContext,
): readonly OrderFaultType[] => {
  const order = takeOrder(request(lines), context);
  return order.ok ? [] : order.error.map(({ type }) => type);
};

export const committed = (order: TakenOrder, sequence: number, date = '2025-07-16'): Order => ({
  ...order,
  id: globalOrderId({
    store: storeCode('S09'),
    businessDate: businessDate(date),
    sequence,
  }),
  store: storeCode('S09'),
  businessDate: businessDate(date),
  createdAt: utcInstant(Date.parse(`${date}T12:00:00Z`) + sequence * 1000),
  revision: 1,
  status: 'completed',
  catalogVersion: catalogVersion(1_733_018_400),
  configVersion: null,
});

export const paidBy = (method: TenderRequest['method'], amount?: number): TenderRequest[] => [
  amount === undefined ? { method } : { method, amount },
];
