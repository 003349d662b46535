import { MAX_MENU_PAGE, MAX_READBACK_ORDER, MAX_SHOP } from '../catalogue-limits.ts';
import type { Pence } from '../money.ts';
import {
  allergens,
  bit,
  channel,
  colourPart,
  type Column,
  combo,
  extension,
  flag,
  kcal,
  label,
  memo,
  oneOf,
  optional,
  ordinal,
  orNone,
  price,
  product,
  productList,
  quantity,
  rate,
  stock,
  text,
  vatClass,
  whole,
} from './columns.ts';
import type { Columns, TableLayout } from './table.ts';

const BANDS = [1, 2, 3, 4, 5, 6] as const;
type Band = (typeof BANDS)[number];
/** The prices of each band in two columns, such as VATPR and DC_VATPR, VATPR_2 and DC_VATPR_2. */
export type PriceColumns = Readonly<Record<`price${Band}` | `other${Band}`, Column<Pence>>>;

const bandPrices = (name: string, otherName: string): PriceColumns =>
  Object.fromEntries(
    BANDS.flatMap((band) => {
      const suffix = band === 1 ? '' : `_${band}`;
      return [
        [`price${band}`, price(`${name}${suffix}`)],
        [`other${band}`, price(`${otherName}${suffix}`)],
      ];
    }),
  ) as PriceColumns;

const REQUIRED = null;

const global = <C extends Columns>(
  name: string,
  key: readonly (keyof C & string)[],
  cost: string | null,
  columns: C,
): TableLayout<C> => ({ name, perShop: false, key, required: cost === REQUIRED, cost, columns });

const ofShop = <C extends Columns>(
  name: string,
  key: readonly (keyof C & string)[],
  cost: string | null,
  columns: C,
): TableLayout<C> => ({ ...global(name, key, cost, columns), perShop: true });

const mealKind = (name: string) => oneOf(name, { 0: 'none', 1: 'standard', 2: 'kids' });
const productName = memo('PRODNAME');
const available = extension(flag('AVAILABLE'), true);

const choices = {
  choice1: productList('FREE_CHOICE_1'),
  choice2: productList('FREE_CHOICE_2'),
  choice3: extension(productList('FREE_CHOICE_3'), []),
  choice4: extension(productList('FREE_CHOICE_4'), []),
  choice5: extension(productList('FREE_CHOICE_5'), []),
  choice6: extension(productList('FREE_CHOICE_6'), []),
};
const menuKey = {
  label: text('ITEM_DESC'),
  page: whole('EPOS_GROUP', 0, MAX_MENU_PAGE),
  sequence: ordinal('EPOS_SEQUENCE'),
};
const section = (name: string) => whole(name, 0, MAX_MENU_PAGE);
const stockOfProduct = {
  product: product('PRODNUMB'),
  stock: stock('ST_CODENUM'),
  quantity: quantity('QTY'),
};
const comboPart = {
  combo: combo('COMBONUMB'),
  product: product('PRODNUMB'),
  replacement: orNone(product('T_PRODNUMB')),
};
const stockItem = {
  kind: label('CODEALPH'),
  stock: stock('ST_CODENUM'),
  name: text('ITEM'),
};

/** Every table of a set, by what it holds. */
export const TABLES = {
  products: ofShop('PDITEM', ['code'], REQUIRED, {
    code: product('PRODNUMB'),
    name: label('PRODNAME'),
    eatVatClass: vatClass('EAT_VAT_CLASS'),
    takeVatClass: vatClass('TAKE_VAT_CLASS'),
    readbackOrder: whole('READBACK_ORD', 0, MAX_READBACK_ORDER),
    mealOnly: flag('MEAL_ONLY'),
    meal: mealKind('MEAL_CODE'),
    mealDrink: mealKind('MEAL_DRINK'),
    largeDrink: orNone(product('T_DRINK_CD')),
    ...bandPrices('VATPR', 'DC_VATPR'),
    available,
  }),
  combos: ofShop('COMBTB', ['code'], REQUIRED, {
    code: combo('COMBONUMB'),
    name: label('DESC'),
    tradeUp: orNone(combo('T_COMB_NUM')),
    eatVatClass: vatClass('EAT_VAT_CLASS'),
    takeVatClass: vatClass('TAKE_VAT_CLASS'),
    ...bandPrices('VATPR', 'T_VATPR'),
    available,
  }),
  vatClasses: global('PDVAT_TB', ['class'], REQUIRED, {
    class: vatClass('VAT_CLASS'),
    rate: rate('VAT_RATE'),
    name: text('VAT_DESC'),
  }),
  compulsory: global('COMP_PRO', ['combo', 'product'], 'combos have no compulsory components', {
    ...comboPart,
  }),
  optionals: global(
    'OPT_PRO',
    ['combo', 'product'],
    'combos without a row in EPOS_COMB_FREE_PROD offer no choices; choices are not replaced in a trade-up',
    {
      ...comboPart,
    },
  ),
  productOptions: global(
    'P_CHOICE',
    ['product', 'option'],
    'products without a row in EPOS_FREE_PROD offer no free choices',
    {
      product: product('PRODNUMB'),
      option: product('OPT_PRODNUMB'),
    },
  ),
  productChoices: global(
    'EPOS_FREE_PROD',
    ['code'],
    'free choices are one group a product, as in P_CHOICE',
    {
      code: product('PRODNUMB'),
      name: productName,
      ...choices,
    },
  ),
  comboChoices: global(
    'EPOS_COMB_FREE_PROD',
    ['code'],
    'choices are one group a combo, as in OPT_PRO',
    {
      code: combo('COMBONUMB'),
      name: memo('ITEM_DESC'),
      ...choices,
    },
  ),
  addOns: global('EPOS_ADD_ONS', ['code'], 'every product offers the general extras list', {
    code: product('PRODNUMB'),
    name: productName,
    addOns: { ...productList('ADD_ONS'), takesCommas: true },
  }),
  extras: ofShop('EXTRAS', ['code'], 'there is no general extras list', {
    code: product('PRODNUMB'),
    name: productName,
    label: text('ITEM_DESC'),
    sequence: ordinal('SEQ_ORDER'),
  }),
  channels: ofShop(
    'PRICE',
    ['code'],
    'there is one channel, OT-C Standard, in price band 1, accepting all but on account',
    {
      record: ordinal('REC_ID'),
      band: whole('PRICE_ID', 1, 6),
      name: label('SUPPLIER_NAME'),
      subSequence: ordinal('PRICE_SUB_ID'),
      sequence: ordinal('SEQ_ORDER'),
      code: channel('SUPPLIER_CODE'),
      operates: bit('APPLY_HERE'),
      company: ordinal('PARENT_ID'),
      accountFirm: ordinal('ACC_FIRM_NUM'),
      cash: bit('ACCEPT_CASH'),
      card: bit('ACCEPT_CARD'),
      onAccount: bit('ACCEPT_ONACC'),
      voucher: bit('ACCEPT_VOUCHER'),
      crewFood: bit('ACCEPT_CREW_FOOD'),
      cookedWaste: bit('ACCEPT_COOKED_WASTE'),
      delivers: bit('DELIV_SUPPLIER'),
      hotDrinks: bit('HOT_DRINK'),
    },
  ),
  menuPages: ofShop(
    'EPOS_GROUP',
    ['id'],
    "the price list's sections make the till's menu, and no product is known to be a hot drink unless a section says so",
    {
      id: whole('EPOS_GROUP_ID', 0, MAX_MENU_PAGE),
      title: label('EPOS_GROUP_TITLE'),
    },
  ),
  productKeys: ofShop(
    'EPOS_PROD',
    ['code'],
    "the price list's sections make the till's menu, with no labels and colours of its own",
    {
      code: product('PRODNUMB'),
      name: productName,
      ...menuKey,
      red: colourPart('COLOUR_RED', 'optional'),
      green: colourPart('COLOUR_GREEN', 'optional'),
      blue: colourPart('COLOUR_BLUE', 'optional'),
    },
  ),
  comboKeys: ofShop(
    'EPOS_COMB',
    ['code'],
    "combos are not on the till's pages, unless the price list's sections make these",
    {
      code: combo('COMBONUMB'),
      name: memo('DESC'),
      ...menuKey,
      red: colourPart('COLOUR_RED', 'extension'),
      green: colourPart('COLOUR_GREEN', 'extension'),
      blue: colourPart('COLOUR_BLUE', 'extension'),
    },
  ),
  productPlaces: global(
    'APP_PROD',
    ['code'],
    'products have no place in the printed price list, and no double or triple version',
    {
      code: product('PRODNUMB'),
      name: productName,
      section: section('GROUP_ID'),
      sequence: ordinal('GROUP_SUB_ID'),
      mealSection: section('MEAL_ID'),
      mealSequence: ordinal('MEAL_SUB_ID'),
      double: orNone(product('DOUBLE_PDNUMB')),
      triple: orNone(product('TRIPLE_PDNUMB')),
    },
  ),
  comboPlaces: global('APP_COMB', ['code'], 'combos have no place in the printed price list', {
    code: combo('COMBONUMB'),
    name: memo('DESC'),
    section: section('GROUP_ID'),
    sequence: ordinal('GROUP_SUB_ID'),
  }),
  sections: global('GROUP_TB', ['id'], 'the printed price list has no sections', {
    id: whole('GROUP_ID', 1, MAX_MENU_PAGE),
    name: label('GROUP_NAME'),
    source: oneOf('SOURCE_TYPE', { P: 'product', C: 'combo' }),
    meal: mealKind('MEAL_GROUP'),
  }),
  miscellaneous: global(
    'MISC_SEC',
    ['sequence'],
    'the printed price list has no miscellaneous section',
    {
      product: orNone(product('PRODNUMB')),
      name: text('PRODNAME'),
      label: text('ITEM_DESC'),
      sequence: ordinal('SEQ_ORDER'),
    },
  ),
  productTexts: global(
    'PROD_EXT',
    ['code'],
    'products have no menu name, description, cooking zone, allergens and kcal',
    {
      code: product('PRODNUMB'),
      name: productName,
      menuName: text('NAME_ON_MENU'),
      cookZone: oneOf('COOK_ZONE', { 0: 'none', 1: 'prep', 2: 'drinks', 3: 'fryer' }),
      allergens: allergens('ALLERGENS'),
      kcal: kcal('KCAL'),
      description: text('PROD_DESC'),
    },
  ),
  comboTexts: global('COMB_EXT', ['code'], 'combos have no menu name and description', {
    code: combo('COMBONUMB'),
    name: memo('DESC'),
    menuName: text('NAME_ON_MENU'),
    description: text('PROD_DESC'),
  }),
  food: global(
    'ACODES',
    ['product', 'stock'],
    'no food is counted out of stock, and nothing can be left out of a product',
    {
      ...stockOfProduct,
    },
  ),
  packaging: global('BCODES', ['product', 'stock'], 'no packaging is counted out of stock', {
    ...stockOfProduct,
  }),
  stockItems: global('ST_ITEMS', ['kind', 'stock'], 'stock items have only the names of E_ST', {
    ...stockItem,
  }),
  ownStockItems: ofShop('E_ST', ['kind', 'stock'], 'stock items have only the names of ST_ITEMS', {
    ...stockItem,
  }),
  relishes: global('TOPPING_DEL', ['code'], 'any food component of a product may be left out', {
    code: stock('ACODE'),
    name: text('DESC'),
    menuName: text('MENU_DESC'),
  }),
  shops: global('SHOPS_TB', ['shop'], "receipts have no shop's name, address and VAT number", {
    shop: whole('SHOP_CODE', 1, MAX_SHOP),
    name: text('SHOP_NAME'),
    abbreviation: text('SHOP_ABBREV'),
    franchisee: text('FRANCHISEE'),
    fullName: text('FULL_NAME'),
    address1: text('ADDRESS_1'),
    address2: text('ADDRESS_2'),
    address3: text('ADDRESS_3'),
    postCode: text('POST_CODE'),
    vatNumber: optional(text('VAT_NUMB'), ''),
    telephone: optional(text('TELEPHONE'), ''),
    operators: optional(text('OPERATORS'), ''),
  }),
} as const;

/** Our own table, for what the chain's have no place for; without it the chain's usual settings hold. */
export const SETTINGS_TABLE = {
  ...global('SETTINGS', [], REQUIRED, {
    regularSide: product('REGULAR_SIDE'),
    largeSide: product('LARGE_SIDE'),
    standardBaseDrink: product('BASE_DRINK'),
    kidsBaseDrink: product('KIDS_BASE_DRINK'),
  }),
  required: false,
};
