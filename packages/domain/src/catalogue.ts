import type {
  ChannelCode,
  ComboCode,
  PriceBand,
  ProductCode,
  StockCode,
  VatClassCode,
} from './ids.ts';
import type { BasisPoints, Pence } from './money.ts';

/**
 * Everything a shop sells and by which rules, as plain data. Each collection is sorted
 * by its key and holds each key once, so that two equal catalogues are equal text and a delta can speak
 * of any entry by key. A catalogue that passed `validateCatalogue` has no dangling reference.
 */
export interface Catalogue {
  /** By `class`. */
  readonly vatClasses: readonly VatClass[];
  /** By `code`. */
  readonly products: readonly Product[];
  /** By `code`. */
  readonly combos: readonly Combo[];
  /** By `code`. */
  readonly channels: readonly Channel[];
  /** By `id`. */
  readonly menuPages: readonly MenuPage[];
  /** The general extras list, by `product`; offered with products that name no add-ons of their own. */
  readonly extras: readonly Extra[];
  /** By `code`. */
  readonly relishes: readonly Relish[];
  /** By `kind`, then `code`. */
  readonly stockItems: readonly StockItem[];
  /** By `shop`. */
  readonly shops: readonly Shop[];
  /** Sections of the printed price list, by `id`. */
  readonly priceListSections: readonly PriceListSection[];
  /** The printed price list's miscellaneous section, by `sequence`. */
  readonly miscellaneous: readonly MiscellaneousEntry[];
  readonly settings: CatalogueSettings;
}

export interface VatClass {
  readonly class: VatClassCode;
  readonly rate: BasisPoints;
  readonly name: string;
}

/** Six prices in pence; index 0 is band 1. 0 means: not sold so in that band. */
export type BandPrices = readonly [Pence, Pence, Pence, Pence, Pence, Pence];

/** What kind of meal a product makes, or a drink goes with. */
export type MealKind = 'none' | 'standard' | 'kids';
export type CookZone = 'none' | 'prep' | 'drinks' | 'fryer';

export interface Product {
  readonly code: ProductCode;
  /** The till's short name (PRODNAME). */
  readonly name: string;
  /** The name on the menu (NAME_ON_MENU); empty when the catalogue has none. */
  readonly menuName: string;
  readonly description: string;
  readonly eatVatClass: VatClassCode;
  readonly takeVatClass: VatClassCode;
  /** 0 to 255; 0 follows the item before it. */
  readonly readbackOrder: number;
  /** Never sold by itself, only as a meal. */
  readonly mealOnly: boolean;
  /** The meal this product can be sold as. */
  readonly meal: MealKind;
  /** The meal this product is a drink of. */
  readonly mealDrink: MealKind;
  /** The large version of this drink (it may be itself), or null. */
  readonly largeDrink: ProductCode | null;
  readonly prices: BandPrices;
  /** Price as part of a meal; 0 in a band means the same as the single price. */
  readonly mealPrices: BandPrices;
  /** "Pick one free" groups in order; exactly one member of each is chosen with the product. */
  readonly choiceGroups: readonly (readonly ProductCode[])[];
  /** The paid extras offered with this product, or null: the general extras list. */
  readonly addOns: readonly ProductCode[] | null;
  readonly double: ProductCode | null;
  readonly triple: ProductCode | null;
  readonly cookZone: CookZone;
  readonly menuKey: MenuKey | null;
  readonly priceListPlace: PriceListPlace | null;
  /** Stock used by one unit, in the order of the tables. */
  readonly components: readonly StockComponent[];
  /** Names of allergens; null when not known. */
  readonly allergens: readonly string[] | null;
  /** Energy of one unit in kcal; null when not known. */
  readonly kcal: number | null;
  /** False: on the list but not sold for now. */
  readonly available: boolean;
}

export interface Combo {
  readonly code: ComboCode;
  readonly name: string;
  readonly menuName: string;
  readonly description: string;
  readonly eatVatClass: VatClassCode;
  readonly takeVatClass: VatClassCode;
  readonly prices: BandPrices;
  /** The compulsory components, in the order of the table; one unit of each. */
  readonly components: readonly ProductCode[];
  /** One member of each group is chosen. */
  readonly choiceGroups: readonly (readonly ProductCode[])[];
  readonly tradeUp: TradeUp | null;
  readonly menuKey: MenuKey | null;
  readonly priceListPlace: PriceListPlace | null;
  readonly available: boolean;
}

/** What a combo becomes when traded up: another combo's code, a price, and other components. */
export interface TradeUp {
  readonly combo: ComboCode;
  readonly prices: BandPrices;
  /** By `product`: components and choices that give way in the traded-up combo. */
  readonly replacements: readonly { readonly product: ProductCode; readonly by: ProductCode }[];
}

/** A key on a page of the till's menu. */
export interface MenuKey {
  readonly page: number;
  readonly sequence: number;
  readonly label: string;
  readonly colour: Colour | null;
}

/** Each part 0 to 255. */
export interface Colour {
  readonly red: number;
  readonly green: number;
  readonly blue: number;
}

export interface MenuPage {
  /** 1 to 255; the pages' order. 99 holds the kids' drinks. */
  readonly id: number;
  readonly title: string;
}

export interface Channel {
  readonly code: ChannelCode;
  readonly name: string;
  readonly band: PriceBand;
  /** The order of channels on the till. */
  readonly sequence: number;
  /** The legacy record number (REC_ID). */
  readonly record: number;
  /** The order within the company (PRICE_SUB_ID). */
  readonly subSequence: number;
  /** The company the channel belongs to (PARENT_ID); reports group by it. */
  readonly company: number;
  /** The company's account number (ACC_FIRM_NUM), 0 none. */
  readonly accountFirm: number;
  /** Whether the channel operates at this shop (APPLY_HERE). */
  readonly operates: boolean;
  readonly accepts: Acceptance;
  /** A delivery channel sells takeaway only. */
  readonly delivers: boolean;
  readonly hotDrinks: boolean;
}

export interface Acceptance {
  readonly cash: boolean;
  readonly card: boolean;
  readonly onAccount: boolean;
  readonly voucher: boolean;
  readonly crewFood: boolean;
  readonly cookedWaste: boolean;
}

export interface Extra {
  readonly product: ProductCode;
  readonly label: string;
  readonly sequence: number;
}

/** Something a product contains that a customer may leave out. */
export interface Relish {
  /** The number of a stock item of kind A. */
  readonly code: StockCode;
  readonly name: string;
  readonly menuName: string;
}

/** A: food, B: packaging. */
export type StockKind = 'A' | 'B';

export interface StockItem {
  readonly kind: StockKind;
  readonly code: StockCode;
  readonly name: string;
}

export interface StockComponent {
  readonly kind: StockKind;
  readonly code: StockCode;
  /** Quantity in millionths of the stock item's unit; may be negative (a product that saves one). */
  readonly quantityMicro: number;
}

export interface Shop {
  /** The legacy shop number, 1 to 9999. */
  readonly shop: number;
  readonly name: string;
  readonly abbreviation: string;
  readonly franchisee: string;
  readonly fullName: string;
  /** Up to three lines, none empty. */
  readonly address: readonly string[];
  readonly postCode: string;
  readonly vatNumber: string;
  readonly telephone: string;
  readonly operators: string;
}

export interface PriceListSection {
  readonly id: number;
  readonly name: string;
  readonly source: 'product' | 'combo';
  readonly meal: MealKind;
}

export interface PriceListPlace {
  /** Section for the single price; 0 none. */
  readonly section: number;
  readonly sequence: number;
  /** Section for the meal price; 0 none. */
  readonly mealSection: number;
  readonly mealSequence: number;
}

export interface MiscellaneousEntry {
  readonly sequence: number;
  /** Null for the lines that have no product of their own, such as *goLarge*. */
  readonly product: ProductCode | null;
  readonly name: string;
  readonly label: string;
}

/** What no legacy table holds. */
export interface CatalogueSettings {
  readonly regularSide: ProductCode;
  readonly largeSide: ProductCode;
  /** The drinks whose price the price list puts into a meal. */
  readonly standardBaseDrink: ProductCode;
  readonly kidsBaseDrink: ProductCode;
  /** No relish table: any A component of a product may be left out. */
  readonly anyFoodMayBeLeftOut: boolean;
}
