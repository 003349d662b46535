import { textFault } from '../catalogue-limits.ts';
import type { Column } from './columns.ts';
import { type ImportLog, type Place, shown } from './import-log.ts';

/** A decoded CSV file: the header and each further row with its physical line, 1 being the first. */
export interface LegacyFile {
  readonly fileName: string;
  readonly header: readonly string[];
  readonly rows: readonly { readonly line: number; readonly fields: readonly string[] }[];
}

export type Columns = Readonly<Record<string, Column<unknown>>>;

/** One row's values by the names of its columns in the table's layout. */
export type Cells<C extends Columns> = {
  readonly [K in keyof C]: C[K] extends Column<infer T> ? T : never;
};

/** The layout of a legacy table (domain.md §1). */
export interface TableLayout<C extends Columns = Columns> {
  /** The file's name without the shop's number and the ending. */
  readonly name: string;
  /** Whether each shop has its own, its number at the end of the name. */
  readonly perShop: boolean;
  /** In the order of the header. */
  readonly columns: C;
  /** What may be there only once. */
  readonly key: readonly (keyof C & string)[];
  /** What is lost without the file; null when nothing can be imported without it. */
  readonly cost: string | null;
}

export interface TableRow<C extends Columns> {
  readonly line: number;
  readonly cells: Cells<C>;
  /** Some cell is at fault and a stand-in is in its place. */
  readonly faulty: boolean;
}

export interface Table<C extends Columns = Columns> {
  readonly fileName: string;
  /** Whether there is such a file with all its columns. */
  readonly readable: boolean;
  readonly present: boolean;
  readonly layout: TableLayout<C>;
  readonly rows: readonly TableRow<C>[];
}

export const tableFileName = ({ name, perShop }: TableLayout<never>, shop: number): string =>
  `${name}${perShop ? shop : ''}.CSV`;

export const placeOf = <C extends Columns>(
  table: Table<C>,
  row: TableRow<C>,
  column: keyof C & string,
): Place => ({
  file: table.fileName,
  line: row.line,
  column: (table.layout.columns[column] as Column<unknown>).name,
});

/** Reads the table out of the files of a set, every fault of it logged. Rows without a sound key are left out. */
export function readTable<C extends Columns>(
  layout: TableLayout<C>,
  files: readonly LegacyFile[],
  shop: number,
  log: ImportLog,
): Table<C> {
  const wanted = tableFileName(layout, shop);
  const [file, ...others] = files.filter(({ fileName }) => fileName.toUpperCase() === wanted);
  for (const other of others) {
    const place = { file: other.fileName, line: null, column: null };
    log.fault(place, '', `is the same table as ${file?.fileName}; a table may be there only once`);
  }
  if (file === undefined) {
    if (layout.cost === null) {
      const place = { file: wanted, line: null, column: null };
      log.fault(place, '', 'is missing; nothing can be imported without it');
    }
    return { fileName: wanted, readable: false, present: false, layout, rows: [] };
  }
  const positions = readHeader(layout, file, log);
  const rows =
    positions === null
      ? []
      : file.rows.flatMap((row) => readRow(layout, file, positions, row, log) ?? []);
  return { fileName: file.fileName, readable: positions !== null, present: true, layout, rows };
}

/** Where each column of the layout is in the file (−1 for an optional one that is not), or null after a fault. */
function readHeader(
  layout: TableLayout<never>,
  { fileName, header }: LegacyFile,
  log: ImportLog,
): ReadonlyMap<string, number> | null {
  const names = header.map((name) => name.trim().toUpperCase());
  const columns: Columns = layout.columns;
  const known = new Set(Object.values(columns).map(({ name }) => name));
  const positions = new Map<string, number>();
  let sound = true;
  for (const [key, { name, optional }] of Object.entries(columns)) {
    const position = names.indexOf(name);
    positions.set(key, position);
    const place = { file: fileName, line: 1, column: name };
    if (position === -1 && !optional) {
      log.fault(place, '', 'is missing from the header, and the table needs it');
      sound = false;
    } else if (position !== names.lastIndexOf(name)) {
      log.fault(place, name, 'is in the header twice, and may be there only once');
      sound = false;
    }
  }
  for (const name of names.filter((one) => !known.has(one))) {
    log.warn(fileName, 'unknown columns, ignored', name === '' ? 'a column without a name' : name);
  }
  return sound ? positions : null;
}

/** Surplus fields belong to the last column when that is a text (domain.md §1); else null. */
function fitFields(
  layout: TableLayout<never>,
  header: readonly string[],
  fields: readonly string[],
): readonly string[] | null {
  const surplus = fields.length - header.length;
  if (surplus <= 0) return fields;
  const last = header.at(-1)?.trim().toUpperCase();
  const columns: Columns = layout.columns;
  const takes = Object.values(columns).some(({ name, takesCommas }) => takesCommas && name === last);
  if (!takes) return null;
  return [...fields.slice(0, header.length - 1), fields.slice(header.length - 1).join(',')];
}

function readRow<C extends Columns>(
  layout: TableLayout<C>,
  { fileName, header }: LegacyFile,
  positions: ReadonlyMap<string, number>,
  { line, fields }: LegacyFile['rows'][number],
  log: ImportLog,
): TableRow<C> | null {
  const fitted = fitFields(layout, header, fields);
  const whole = fitted !== null && fields.length >= header.length;
  if (!whole) {
    const given = `${fields.length} field${fields.length === 1 ? '' : 's'}`;
    const place = { file: fileName, line, column: null };
    log.fault(place, fields.join(','), `has ${given}, must have ${header.length} as the header`);
  }
  const cells: Record<string, unknown> = {};
  let faulty = !whole;
  let keyed = true;
  for (const [key, column] of Object.entries<Column<unknown>>(layout.columns)) {
    const position = positions.get(key) ?? -1;
    const raw = (fitted ?? fields)[position];
    const value = raw === undefined ? undefined : readCell(column, raw.trim());
    cells[key] = value === undefined || value instanceof CellFault ? column.otherwise : value;
    if (position === -1 || (value !== undefined && !(value instanceof CellFault))) continue;
    faulty = true;
    keyed &&= !layout.key.includes(key);
    if (value === undefined) continue;
    log.fault({ file: fileName, line, column: column.name }, raw ?? '', value.message);
  }
  return keyed ? { line, cells: cells as Cells<C>, faulty } : null;
}
