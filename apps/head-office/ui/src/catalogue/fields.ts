import type { Entry } from './model.ts';

/** How a field of an entry is edited. */
export type FieldKind = 'text' | 'number' | 'switch' | 'prices' | 'choice' | 'optional' | 'data';

export const CHOICES: Readonly<Record<string, readonly string[]>> = {
  meal: ['none', 'standard', 'kids'],
  mealDrink: ['none', 'standard', 'kids'],
  cookZone: ['none', 'prep', 'drinks', 'fryer'],
};

/** Whole numbers that may be left out: empty is none. */
const OPTIONAL: ReadonlySet<string> = new Set(['largeDrink', 'double', 'triple', 'kcal']);

export function kindOf(field: string, value: unknown): FieldKind {
  if (field === 'prices' || field === 'mealPrices') return 'prices';
  if (field in CHOICES) return 'choice';
  if (OPTIONAL.has(field)) return 'optional';
  if (typeof value === 'boolean') return 'switch';
  if (typeof value === 'number') return 'number';
  return typeof value === 'string' ? 'text' : 'data';
}

/** What people look for first; the rest follows by name, what is data last. */
const RANKS: ReadonlyMap<string, number> = new Map([
  ...[
    'code',
    'class',
    'id',
    'name',
    'menuName',
    'available',
    'prices',
    'mealPrices',
    'menuKey',
  ].map((field, at) => [field, at] as const),
  ['components', 100],
  ['priceListPlace', 101],
]);

/** An entry's fields in the order they are edited. */
export const fieldsOf = (entry: Entry): readonly (readonly [string, unknown])[] =>
  Object.entries(entry).toSorted(([a], [b]) => (RANKS.get(a) ?? 50) - (RANKS.get(b) ?? 50));

/** `5.05` of 505 pence. */
export const poundsText = (pence: number): string => {
  const digits = String(pence).padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
};

const POUNDS = /^£?(\d{1,5})(?:\.(\d{1,2}))?$/;

/** Pence of `5.05`, `5` or `£5.5`; null for anything else. No float comes near it. */
export function penceOf(text: string): number | null {
  const found = POUNDS.exec(text.trim());
  return found === null ? null : Number(found[1]) * 100 + Number((found[2] ?? '').padEnd(2, '0'));
}

/** Of null: empty. */
const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value);

/** An entry's fields as one types them. */
export type FieldTexts = Readonly<Record<string, string>>;

export const textsOf = (entry: Entry): FieldTexts =>
  Object.fromEntries(
    Object.entries(entry).flatMap(([field, value]): [string, string][] => {
      const kind = kindOf(field, value);
      if (kind === 'prices') {
        return (value as number[]).map((pence, at) => [`${field}.${at}`, poundsText(pence)]);
      }
      return [[field, kind === 'data' ? JSON.stringify(value) : textOf(value)]];
    }),
  );

/** The entry that was typed, or the fields that can't be read. */
export function entryOf(
  like: Entry,
  texts: FieldTexts,
): { readonly entry: Entry } | { readonly wrong: readonly string[] } {
  const wrong: string[] = [];
  const entry = Object.fromEntries(
    Object.entries(like).map(([field, value]): [string, unknown] => {
      const text = texts[field] ?? '';
      switch (kindOf(field, value)) {
        case 'prices':
          return [
            field,
            (value as number[]).map((_, at) => {
              const pence = penceOf(texts[`${field}.${at}`] ?? '');
              if (pence === null) wrong.push(`${field}, band ${at + 1}`);
              return pence;
            }),
          ];
        case 'number':
          if (!/^-?\d+$/.test(text)) wrong.push(field);
          return [field, Number(text)];
        case 'optional':
          if (!/^\d*$/.test(text.trim())) wrong.push(field);
          return [field, text.trim() === '' ? null : Number(text)];
        case 'switch':
          return [field, text === 'true'];
        case 'data':
          try {
            return [field, JSON.parse(text)];
          } catch {
            wrong.push(field);
            return [field, null];
          }
        case 'text':
        case 'choice':
          return [field, text];
      }
    }),
  );
  return wrong.length > 0 ? { wrong } : { entry };
}
