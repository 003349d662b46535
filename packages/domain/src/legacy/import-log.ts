import { compareKeys } from '../catalogue-collections.ts';

/** One problem of a set of legacy tables, placed where it is. */
export interface ImportFault {
  /** The file's name as it came. */
  readonly file: string;
  /** Physical line from 1; null when the fault is the whole file's. */
  readonly line: number | null;
  readonly column: string | null;
  /** What was given; empty when something is missing. */
  readonly value: string;
  /** What is wrong, what is allowed. */
  readonly message: string;
}

/** Something left out or odd that does not stop an import: how often, with the first few examples. */
export interface ImportWarning {
  readonly file: string;
  readonly message: string;
  readonly count: number;
  readonly examples: readonly string[];
}

/** Faults in the order of files and lines. */
export const byPlace = (faults: readonly ImportFault[]): readonly ImportFault[] =>
  faults.toSorted((a, b) => compareKeys(a.file, b.file) || compareKeys(a.line ?? 0, b.line ?? 0));

/** `PDITEM9.CSV:12 VATPR: "5l0" must be a whole number of pence from 0 to 100000`. */
export function formatImportFault({ file, line, column, message }: ImportFault): string {
  const place = [line === null ? file : `${file}:${line}`, column].filter((part) => part !== null);
  return `${place.join(' ')}: ${message}`;
}

/** `EXTRAS9.CSV: rows about products …: 3 (line 4: product 994; …)`. */
export function formatImportWarning({ file, message, count, examples }: ImportWarning): string {
  const more = count > examples.length ? '; …' : '';
  const shown = examples.length === 0 ? '' : ` (${examples.join('; ')}${more})`;
  return `${file}: ${message}${count > 1 ? `: ${count}` : ''}${shown}`;
}

/** A value as a message shows it: quoted, control characters visible, cut when long. */
export const shown = (value: string): string =>
  JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);

/** A cell of a table. */
export type Place = Pick<ImportFault, 'file' | 'line' | 'column'>;

const EXAMPLES = 3;

/** What one import found so far. */
export interface ImportLog {
  readonly fault: (place: Place, value: string, message: string) => void;
  readonly warn: (file: string, message: string, example?: string) => void;
  /** Notes which cell or row a path of the catalogue comes from, so that a rule it breaks is told of there. */
  readonly cite: (path: string, place: Place) => void;
  /** The place cited for the path, or for the nearest part of the catalogue around it. */
  readonly placeOf: (path: string) => Place | undefined;
  /** Whether the cell or its whole row is at fault; of a row, whether any cell of it is. */
  readonly hasFaultAt: (place: Place) => boolean;
  /** In the order of files and lines. */
  readonly faults: () => readonly ImportFault[];
  readonly warnings: () => readonly ImportWarning[];
}

export function createImportLog(): ImportLog {
  const faults: ImportFault[] = [];
  const faultyCells = new Set<string>();
  const faultyRows = new Set<string>();
  const warnings = new Map<string, ImportWarning>();
  const cited = new Map<string, Place>();
  const rowOf = ({ file, line }: Place): string => `${file}:${line}`;
  const cellOf = (place: Place): string => `${rowOf(place)} ${place.column}`;
  return {
    fault: (place, value, message) => {
      const { file, line, column } = place;
      faults.push({ file, line, column, value, message });
      faultyCells.add(cellOf(place));
      faultyRows.add(rowOf(place));
    },
    warn: (file, message, example) => {
      const key = `${file}: ${message}`;
      const before = warnings.get(key) ?? { file, message, count: 0, examples: [] };
      const room = example !== undefined && before.examples.length < EXAMPLES;
      const examples = room ? [...before.examples, example] : before.examples;
      warnings.set(key, { file, message, count: before.count + 1, examples });
    },
    cite: (path, place) => cited.set(path, place),
    placeOf: (path) => {
      let around = path;
      while (!cited.has(around) && around.includes('.')) {
        around = around.slice(0, around.lastIndexOf('.'));
      }
      return cited.get(around);
    },
    hasFaultAt: (place) =>
      place.column === null
        ? faultyRows.has(rowOf(place))
        : faultyCells.has(cellOf(place)) || faultyCells.has(cellOf({ ...place, column: null })),
    faults: () => byPlace(faults),
    warnings: () => [...warnings.values()],
  };
}
