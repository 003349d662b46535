import {
  MAX_KCAL,
  MAX_ORDINAL,
  MAX_PRICE,
  MAX_QUANTITY_MICRO,
  textFault,
} from '../catalogue-limits.ts';
import {
  type ChannelCode,
  type ComboCode,
  isChannelCode,
  MAX_CODE,
  type ProductCode,
  type StockCode,
  type VatClassCode,
} from '../ids.ts';
import type { BasisPoints, Pence } from '../money.ts';

/** A column of a legacy table: how its cells are read and written, and what to say of a wrong one. */
export interface Column<T> {
  /** The header, upper case. */
  readonly name: string;
  /** The value of a trimmed cell; undefined where it is not allowed. */
  read(text: string): T | undefined;
  write(value: T): string;
  /** What is allowed, to follow "must be". */
  readonly allowed: string;
  /** What an absent cell of an optional column means, and what stands in for a wrong value until all are found. */
  readonly otherwise: T;
  /** Other than a required column an optional one may be missing, and its cells empty; an extension is ours, written only when it says something. */
  readonly presence: 'required' | 'optional' | 'extension';
  /** As the last column it takes the surplus fields of unquoted commas. */
  readonly takesCommas: boolean;
  /** Repeats for human eyes what another table says: written, read, but neither needed nor compared. */
  readonly memo: boolean;
}

type Kind<T> = Pick<Column<T>, 'read' | 'write' | 'allowed' | 'otherwise'>;

const column = <T>(name: string, kind: Kind<T>): Column<T> => ({
  name,
  ...kind,
  presence: 'required',
  takesCommas: false,
  memo: false,
});

/** The same column where it may be missing or empty, which means `absent`. */
export const optional = <T, A>(kind: Column<T>, absent: A): Column<T | A> => ({
  ...kind,
  read: (cell) => (cell === '' ? absent : kind.read(cell)),
  write: (value) => (value === absent ? '' : kind.write(value as T)),
  otherwise: absent,
  presence: 'optional',
});

/** An optional column that the chain's own tables do not have. */
export const extension = <T, A>(kind: Column<T>, absent: A): Column<T | A> => ({
  ...optional(kind, absent),
  presence: 'extension',
});

const asText = (cell: string): string | undefined => (textFault(cell) === null ? cell : undefined);

export const text = (name: string): Column<string> => ({
  ...column<string>(name, { read: asText, write: String, allowed: 'text', otherwise: '' }),
  takesCommas: true,
});

/** A text that must not be empty. */
export const label = (name: string): Column<string> => ({
  ...text(name),
  read: (value) => (value === '' ? undefined : asText(value)),
  allowed: 'text, not empty',
});

export const memo = (name: string): Column<string> => ({
  ...optional(text(name), ''),
  memo: true,
});

const WHOLE = /^\d{1,9}$/;

export const whole = <N extends number = number>(
  name: string,
  least: number,
  most: number,
): Column<N> =>
  column<N>(name, {
    read: (value) => {
      const number = Number(value);
      return WHOLE.test(value) && number >= least && number <= most ? (number as N) : undefined;
    },
    write: String,
    allowed: `a whole number from ${least} to ${most}`,
    otherwise: least as N,
  });

/** A sequence, record or account number. */
export const ordinal = (name: string): Column<number> => whole(name, 0, MAX_ORDINAL);
export const product = (name: string): Column<ProductCode> => whole(name, 1, MAX_CODE);
export const combo = (name: string): Column<ComboCode> => whole(name, 1, MAX_CODE);
export const stock = (name: string): Column<StockCode> => whole(name, 1, MAX_CODE);
export const vatClass = (name: string): Column<VatClassCode> => whole(name, 0, 99);
/** A part of a colour; the tables of combos have none of their own. */
export const colourPart = (
  name: string,
  presence: 'optional' | 'extension',
): Column<number | null> => ({ ...optional(whole(name, 0, 255), null), presence });
export const kcal = (name: string): Column<number | null> =>
  extension(whole(name, 0, MAX_KCAL), null);

/** A code, or 0 for none. */
export const orNone = <N extends number>(code: Column<N>): Column<N | null> => ({
  ...code,
  read: (value) => (/^0+$/.test(value) ? null : code.read(value)),
  write: (value) => (value === null ? '0' : code.write(value)),
  allowed: `${code.allowed}, or 0 for none`,
  otherwise: null,
});

/** Pence. */
export const price = (name: string): Column<Pence> => ({
  ...whole<Pence>(name, 0, MAX_PRICE),
  allowed: `a whole number of pence from 0 to ${MAX_PRICE}`,
});

/** True or False, 1 or 0. */
export const flag = (name: string): Column<boolean> =>
  column<boolean>(name, {
    read: (value) => FLAGS.get(value.toLowerCase()),
    write: (value) => (value ? 'True' : 'False'),
    allowed: 'True, False, 1 or 0',
    otherwise: false,
  });
const FLAGS = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

/** The same column written 1 and 0, as some tables have it. */
export const bit = (name: string): Column<boolean> => ({
  ...flag(name),
  write: (value) => (value ? '1' : '0'),
});

/** One of a few codes, each with its meaning here. */
export function oneOf<const M extends Readonly<Record<string, string>>>(
  name: string,
  meanings: M,
): Column<M[keyof M]> {
  type Meaning = M[keyof M];
  const codes = new Map(Object.entries(meanings) as [string, Meaning][]);
  const written = new Map([...codes].map(([code, meaning]) => [meaning, code]));
  return column<Meaning>(name, {
    read: (value) => codes.get(value.toUpperCase()),
    write: (value) => written.get(value) ?? '',
    allowed: [...codes.keys()].join(' or '),
    otherwise: [...written.keys()][0] as Meaning,
  });
}

export const channel = (name: string): Column<ChannelCode> =>
  column<ChannelCode>(name, {
    read: (value) => (isChannelCode(value) ? value : undefined),
    write: String,
    allowed: '1 to 16 of A–Z, 0–9 and inner hyphens',
    otherwise: '' as ChannelCode,
  });

/**
 * A decimal with at most `places` decimals as a whole number of its last place: 17.5 with two places is
 * 1750. Never goes through a float; undefined where it is no such decimal.
 */
export function scaledDecimal(value: string, places: number): number | undefined {
  const match = /^([+-]?)(\d{0,9})(?:\.(\d*))?$/.exec(value);
  const [, sign, units = '', decimals = ''] = match ?? [];
  const significant = decimals.replace(/0+$/, '');
  if (units + decimals === '' || significant.length > places) return undefined;
  const size = Number(units + significant.padEnd(places, '0'));
  return sign === '-' && size !== 0 ? -size : size;
}

/** The inverse of `scaledDecimal`, without needless zeros. */
export function decimalText(scaled: number, places: number): string {
  const digits = String(Math.abs(scaled)).padStart(places + 1, '0');
  const decimals = digits.slice(-places).replace(/0+$/, '');
  const units = digits.slice(0, -places);
  return `${scaled < 0 ? '-' : ''}${units}${decimals === '' ? '' : `.${decimals}`}`;
}

/** A VAT rate: a percentage in the table, basis points here. */
export const rate = (name: string): Column<BasisPoints> =>
  column<BasisPoints>(name, {
    read: (value) => {
      const points = scaledDecimal(value, 2);
      return points !== undefined && points >= 0 && points <= 10_000
        ? (points as BasisPoints)
        : undefined;
    },
    write: (value) => decimalText(value, 2),
    allowed: 'a percentage from 0 to 100 with at most 2 decimals',
    otherwise: 0 as BasisPoints,
  });

/** A quantity of stock: a decimal in the table, millionths here. */
export const quantity = (name: string): Column<number> =>
  column<number>(name, {
    read: (value) => {
      const micro = scaledDecimal(value, 6);
      return micro !== undefined && Math.abs(micro) <= MAX_QUANTITY_MICRO ? micro : undefined;
    },
    write: (value) => decimalText(value, 6),
    allowed: 'a decimal from -1000000 to 1000000 with at most 6 decimals',
    otherwise: 0,
  });

/** Product codes separated by commas; empty for none. */
export const productList = (name: string): Column<readonly ProductCode[]> =>
  column<readonly ProductCode[]>(name, {
    read: (value) => {
      if (value === '') return [];
      const codes = value.split(',').map((code) => product(name).read(code.trim()));
      return codes.every((code) => code !== undefined) ? codes : undefined;
    },
    write: (codes) => codes.join(','),
    allowed: 'a quoted list of product codes separated by commas, or empty',
    otherwise: [],
  });

/** Names separated by semicolons; `NONE` where it is known that there are none, empty where it is not known. */
export const allergens = (name: string): Column<readonly string[] | null> =>
  extension(
    column<readonly string[]>(name, {
      read: (value) => {
        if (value.toLowerCase() === 'none') return [];
        const names = value.split(';').map((one) => one.trim());
        const sound = names.every((one) => one !== '' && one.toLowerCase() !== 'none');
        return sound && new Set(names).size === names.length ? names : undefined;
      },
      write: (names) => (names.length === 0 ? 'NONE' : names.join(';')),
      allowed: 'different names separated by semicolons, NONE, or empty',
      otherwise: [],
    }),
    null,
  );
