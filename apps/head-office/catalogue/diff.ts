import {
  type Catalogue,
  COLLECTION_NAMES,
  type CollectionName,
  type Colour,
  deltaBetween,
  type EntryKey,
  entryKey,
  type StockComponent,
  type TradeUp,
} from '@tillwire/domain';

/** One field that differs. Prices are pence by band, `prices.1`. */
export interface FieldChange {
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** One entry that was added, removed, or changed in `fields`. */
export interface EntryChange {
  readonly collection: CollectionName | 'settings';
  readonly key: EntryKey;
  /** What people call it. */
  readonly name: string;
  readonly change: 'added' | 'removed' | 'changed';
  readonly fields: readonly FieldChange[];
}

/** What a shop would notice between two catalogues, entry by entry and field by field. */
export function catalogueDiff(before: Catalogue, after: Catalogue): readonly EntryChange[] {
  const delta = deltaBetween(before, after);
  const changes = COLLECTION_NAMES.flatMap((collection) => {
    const { set, remove } = delta[collection] ?? { set: [], remove: [] };
    const old = entriesByKey(before, collection);
    return [
      ...remove.map((key) => entryChange(collection, key, old.get(key), undefined)),
      ...[...set].map((entry) => {
        const key = entryKey(collection, entry);
        return entryChange(collection, key, old.get(key), entry);
      }),
    ];
  });
  if (delta.settings === undefined) return changes;
  return [...changes, entryChange('settings', 'settings', before.settings, delta.settings)];
}

const entriesByKey = (
  catalogue: Catalogue,
  collection: CollectionName,
): ReadonlyMap<EntryKey, object> =>
  new Map([...catalogue[collection]].map((entry) => [entryKey(collection, entry), entry]));

function entryChange(
  collection: EntryChange['collection'],
  key: EntryKey,
  before: object | undefined,
  after: object | undefined,
): EntryChange {
  const change = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed';
  const fields = before === undefined || after === undefined ? [] : fieldChanges(before, after);
  return { collection, key, name: nameOf(after ?? before ?? {}), change, fields };
}

function nameOf(entry: object): string {
  const named = entry as Readonly<Record<string, unknown>>;
  for (const field of ['menuName', 'name', 'title', 'label', 'fullName']) {
    const value = named[field];
    if (typeof value === 'string' && value !== '') return value;
  }
  return '';
}

/** Prices and nested fields one by one; whatever else is a list counts as one value. */
function fieldChanges(before: object, after: object, path = ''): readonly FieldChange[] {
  const [old, now] = [before, after] as Readonly<Record<string, unknown>>[];
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) => {
    const field = path === '' ? name : `${path}.${name}`;
    const [left, right] = [old?.[name], now?.[name]];
    if (JSON.stringify(left) === JSON.stringify(right)) return [];
    if (isPrices(field) && Array.isArray(left) && Array.isArray(right)) {
      return left.flatMap((value: unknown, at) => {
        const to: unknown = right[at];
        return value === to ? [] : [{ field: `${field}.${at + 1}`, before: value, after: to }];
      });
    }
    if (isRecord(left) && isRecord(right)) return fieldChanges(left, right, field);
    return [{ field, before: left, after: right }];
  });
}

const isPrices = (field: string): boolean => /(?:^|\.)(?:mealPrices|prices)$/.test(field);
/** A colour is one value to people, though it has three parts. */
const isColour = (value: object): value is Colour => 'red' in value;
const isRecord = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isColour(value);

const NOUNS: Readonly<Record<EntryChange['collection'], string>> = {
  vatClasses: 'VAT class',
  products: 'product',
  combos: 'combo',
  channels: 'channel',
  menuPages: 'menu page',
  extras: 'extra',
  relishes: 'relish',
  stockItems: 'stock item',
  shops: 'shop',
  priceListSections: 'price list section',
  miscellaneous: 'price list line',
  settings: 'meal settings',
};

/** A change in words and money: `product 5 Cheeseburger: price in band 1 £5.05 → £5.25`. */
export function changeText({ collection, key, name, change, fields }: EntryChange): string {
  const id = collection === 'settings' ? '' : ` ${key}`;
  const subject = `${NOUNS[collection]}${id}${name === '' ? '' : ` ${name}`}`;
  if (change !== 'changed') return `${subject}: ${change}`;
  return `${subject}: ${fields.map(fieldText).join('; ')}`;
}

function fieldText({ field, before, after }: FieldChange): string {
  const price = /^(?:(tradeUp)\.)?(mealPrices|prices)\.(\d)$/.exec(field);
  if (price !== null) {
    const kind = price[1] === 'tradeUp' ? 'trade-up price' : MONEY_NOUNS[price[2] ?? ''];
    return `${kind} in band ${price[3]} ${money(before)} → ${money(after)}`;
  }
  if (field === 'rate') return `rate ${percent(before)} → ${percent(after)}`;
  return `${inWords(field)} ${shown(before)} → ${shown(after)}`;
}

const MONEY_NOUNS: Readonly<Record<string, string>> = {
  prices: 'price',
  mealPrices: 'meal price',
};

const hundredths = (value: number): string =>
  `${Math.trunc(value / 100)}.${String(value % 100).padStart(2, '0')}`;
const money = (value: unknown): string =>
  typeof value === 'number' && value !== 0 ? `£${hundredths(value)}` : 'none';
const percent = (value: unknown): string =>
  typeof value === 'number' ? `${hundredths(value)} %` : 'none';
const inWords = (field: string): string =>
  field.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).replaceAll('.', ' ');
const shown = (value: unknown): string => {
  if (value === null || value === undefined || value === '') return 'none';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return `“${value}”`;
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(partShown).join(', ');
  return typeof value === 'object' ? partShown(value) : JSON.stringify(value);
};

/** One of a list: a code, a choice among codes, stock that is used, a product that gives way to another. */
function partShown(part: unknown): string {
  if (Array.isArray(part)) return `one of ${part.join('/')}`;
  if (typeof part !== 'object' || part === null) return String(part);
  if (isColour(part)) return `#${[part.red, part.green, part.blue].map(hexOf).join('')}`;
  const named = part as Partial<StockComponent & TradeUp['replacements'][number]>;
  if (named.quantityMicro !== undefined) {
    const id = `${named.kind}${String(named.code).padStart(5, '0')}`;
    return `${id} × ${named.quantityMicro / 1_000_000}`;
  }
  if (named.by !== undefined) return `${named.product} by ${named.by}`;
  return Object.entries(part)
    .map(([name, value]) => `${inWords(name)} ${shown(value)}`)
    .join(' ');
}

const hexOf = (part: number): string => part.toString(16).padStart(2, '0');
