import type { Entry } from './model.ts';

/** How a field of an entry is edited. */
export type FieldKind =
  | 'text'
  | 'number'
  | 'switch'
  | 'prices'
  | 'choice'
  | 'optional'
  /** A product's code; empty is none. */
  | 'product'
  | 'vat-class'
  /** Hundredths of a per cent, typed as per cent. */
  | 'percent'
  | 'band'
  /** More than a word or a number, with an editor of its own. */
  | 'data';

export const CHOICES: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  meal: [
    ['none', 'No meal'],
    ['standard', 'Standard meal'],
    ['kids', "Kids' meal"],
  ],
  mealDrink: [
    ['none', 'No meal'],
    ['standard', 'Standard meal'],
    ['kids', "Kids' meal"],
  ],
  cookZone: [
    ['none', 'None'],
    ['prep', 'Prep'],
    ['drinks', 'Drinks'],
    ['fryer', 'Fryer'],
  ],
  kind: [
    ['A', 'A: food'],
    ['B', 'B: packaging'],
  ],
  source: [
    ['product', 'Products'],
    ['combo', 'Combos'],
  ],
};

const KINDS: Readonly<Record<string, FieldKind>> = {
  prices: 'prices',
  mealPrices: 'prices',
  kcal: 'optional',
  largeDrink: 'product',
  double: 'product',
  triple: 'product',
  product: 'product',
  regularSide: 'product',
  largeSide: 'product',
  standardBaseDrink: 'product',
  kidsBaseDrink: 'product',
  eatVatClass: 'vat-class',
  takeVatClass: 'vat-class',
  rate: 'percent',
  band: 'band',
};

export function kindOf(field: string, value: unknown): FieldKind {
  if (field in CHOICES) return 'choice';
  const known = KINDS[field];
  if (known !== undefined) return known;
  if (typeof value === 'boolean') return 'switch';
  if (typeof value === 'number') return 'number';
  return typeof value === 'string' ? 'text' : 'data';
}

/** Fields that belong together, in the order people look for them. */
const GROUPS: readonly (readonly [title: string, fields: readonly string[]])[] = [
  [
    'What it is',
    ['code', 'class', 'id', 'shop', 'kind', 'product', 'name', 'menuName', 'title', 'label'],
  ],
  ['What it is', ['fullName', 'description', 'available', 'eatVatClass', 'takeVatClass', 'rate']],
  ['Prices', ['prices', 'mealPrices', 'band']],
  ['Made of', ['components']],
  ['Meals and sizes', ['meal', 'mealOnly', 'mealDrink', 'largeDrink', 'double', 'triple']],
  ['Choices and extras', ['choiceGroups', 'addOns', 'tradeUp']],
  ['On the till and in the kitchen', ['menuKey', 'cookZone', 'readbackOrder']],
  ['On the price list', ['priceListPlace']],
  ['What is in it', ['allergens', 'kcal']],
];

export interface FieldGroup {
  readonly title: string;
  readonly fields: readonly (readonly [field: string, value: unknown])[];
}

/** An entry's fields in the order they are edited; those no group names come last. */
export function groupsOf(entry: Entry): readonly FieldGroup[] {
  const titles = [...new Set(GROUPS.map(([title]) => title))];
  const named = new Set(GROUPS.flatMap(([, fields]) => fields));
  const rest = Object.keys(entry).filter((field) => !named.has(field));
  const groups = titles.map((title) => ({
    title,
    names: GROUPS.filter(([each]) => each === title).flatMap(([, fields]) => fields),
  }));
  return [...groups, { title: 'More', names: rest }].flatMap(({ title, names }) => {
    const fields = names
      .filter((name) => name in entry)
      .map((name) => [name, entry[name]] as const);
    return fields.length === 0 ? [] : [{ title, fields }];
  });
}

/** `12.5` of 1250 with two places; what is after the point is left out where it is nothing but zeros. */
const decimalText = (value: number, places: number): string => {
  const digits = String(Math.abs(value)).padStart(places + 1, '0');
  const fraction = digits.slice(-places).replace(/0+$/, '');
  const whole = `${value < 0 ? '-' : ''}${digits.slice(0, -places)}`;
  return fraction === '' ? whole : `${whole}.${fraction}`;
};

/** The whole number behind `12.5` with so many places; null for anything else. No float comes near it. */
function decimalOf(text: string, places: number, whole = 5): number | null {
  const found = new RegExp(`^(-?)(\\d{1,${whole}})(?:\\.(\\d{1,${places}}))?$`).exec(text.trim());
  if (found === null) return null;
  const [, sign, before = '', after = ''] = found;
  const value = Number(before) * 10 ** places + Number(after.padEnd(places, '0'));
  return sign === '-' && value !== 0 ? -value : value;
}

/** `5.05` of 505 pence. */
export const poundsText = (pence: number): string => {
  const digits = String(pence).padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
};

/** Pence of `5.05`, `5` or `£5.5`; null for anything else. */
export function penceOf(text: string): number | null {
  const pence = decimalOf(text.trim().replace(/^£/, ''), 2);
  return pence !== null && pence < 0 ? null : pence;
}

/** `17.5` of 1750 hundredths of a per cent. */
export const percentText = (hundredths: number): string => decimalText(hundredths, 2);
export const hundredthsOf = (text: string): number | null =>
  decimalOf(text.trim().replace(/ *%$/, ''), 2, 3);

/** `0.125` of 125,000 millionths. */
export const quantityText = (micro: number): string => decimalText(micro, 6);
export const microOf = (text: string): number | null => decimalOf(text, 6);

/** Of null: empty. */
const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value);

/** An entry's fields as one types them. */
export type FieldTexts = Readonly<Record<string, string>>;

export const textsOf = (entry: Entry): FieldTexts =>
  Object.fromEntries(
    Object.entries(entry).flatMap(([field, value]): [string, string][] => {
      switch (kindOf(field, value)) {
        case 'prices':
          return (value as number[]).map((pence, at) => [`${field}.${at}`, poundsText(pence)]);
        case 'percent':
          return [[field, percentText(Number(value))]];
        case 'data':
          return [[field, JSON.stringify(value)]];
        default:
          return [[field, textOf(value)]];
      }
    }),
  );

/** What a field's text stands for; undefined where it can't be read. */
function valueOf(field: string, value: unknown, text: string): unknown {
  switch (kindOf(field, value)) {
    case 'number':
    case 'vat-class':
    case 'band':
      return /^-?\d+$/.test(text.trim()) ? Number(text) : undefined;
    case 'optional':
    case 'product': {
      // `41 Cola` is how a product is picked.
      const found = /^(\d*)(?: .*)?$/.exec(text.trim())?.[1];
      return found === undefined ? undefined : found === '' ? null : Number(found);
    }
    case 'percent':
      return hundredthsOf(text) ?? undefined;
    case 'switch':
      return text === 'true';
    case 'data':
      return JSON.parse(text);
    default:
      return text;
  }
}

/** The entry that was typed, or the fields that can't be read. */
export function entryOf(
  like: Entry,
  texts: FieldTexts,
): { readonly entry: Entry } | { readonly wrong: readonly string[] } {
  const wrong: string[] = [];
  const entry = Object.fromEntries(
    Object.entries(like).map(([field, value]): [string, unknown] => {
      if (kindOf(field, value) === 'prices') {
        const prices = (value as number[]).map((_, at) => {
          const pence = penceOf(texts[`${field}.${at}`] ?? '');
          if (pence === null) wrong.push(`${fieldTitle(field)}, band ${at + 1}`);
          return pence;
        });
        return [field, prices];
      }
      const read = valueOf(field, value, texts[field] ?? '');
      if (read === undefined) wrong.push(fieldTitle(field));
      return [field, read];
    }),
  );
  return wrong.length > 0 ? { wrong } : { entry };
}

/** What tables and code call otherwise than people do. */
const TITLES: Readonly<Record<string, string>> = {
  name: 'Name on the till',
  menuName: 'Name on the menu',
  eatVatClass: 'VAT eat in',
  takeVatClass: 'VAT takeaway',
  available: 'Sold now',
  mealOnly: 'Only as part of a meal',
  meal: 'Makes a',
  mealDrink: 'A drink of the',
  largeDrink: 'Its large version',
  double: 'Its double',
  triple: 'Its triple',
  addOns: 'Paid extras',
  cookZone: 'Cooked in',
  readbackOrder: 'Place when read back (0: after the one before)',
  kcal: 'Energy, kcal (empty: not known)',
  menuKey: 'Key on the till',
  priceListPlace: 'Place on the price list',
  rate: 'Rate, %',
  band: 'Price band',
  record: 'Legacy record number',
  subSequence: 'Order within its company',
  accountFirm: "Its company's account number (0: none)",
  hotDrinks: 'Hot drinks',
  tradeUp: 'Trade-up',
  vatNumber: 'VAT number',
};

/** `Eat VAT class` of `eatVatClass`, unless there is a better name. */
export const fieldTitle = (field: string): string =>
  TITLES[field] ??
  field.charAt(0).toUpperCase() +
    field.slice(1).replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
