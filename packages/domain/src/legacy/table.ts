import { textFault } from '../catalogue-limits.ts';
import type { Column } from './columns.ts';
import { type ImportLog, type Place, shown } from './import-log.ts';
import { err, ok, type Result } from '../result.ts';

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

/** The layout of a legacy table. */
export interface TableLayout<C extends Columns = Columns> {
  /** The file's name without the shop's number and the ending. */
  readonly name: string;
  /** Whether each shop has its own, its number at the end of the name. */
  readonly perShop: boolean;
  /** In the order of the header. */
  readonly columns: C;
  /** The columns that together may have any value only once. */
  readonly key: readonly string[];
  /** Nothing can be imported without it. */
  readonly required: boolean;
  /** What is lost without it, where it may be missing and something is. */
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

export const tableFileName = ({ name, perShop }: TableLayout, shop: number): string =>
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
    log.fault(
      place,
      '',
      `is the same table as ${file?.fileName}, and a table may be there only once`,
    );
  }
  if (file === undefined) {
    if (layout.required) {
      const place = { file: wanted, line: null, column: null };
      log.fault(place, '', 'is missing, and nothing can be imported without it');
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
  layout: TableLayout,
  { fileName, header }: LegacyFile,
  log: ImportLog,
): ReadonlyMap<string, number> | null {
  const names = header.map((name) => name.trim().toUpperCase());
  if (names.length === 0) {
    log.fault({ file: fileName, line: null, column: null }, '', 'is empty, must have a header');
    return null;
  }
  const columns: Columns = layout.columns;
  const known = new Set(Object.values(columns).map(({ name }) => name));
  const positions = new Map<string, number>();
  let sound = true;
  for (const [key, { name, presence }] of Object.entries(columns)) {
    const position = names.indexOf(name);
    positions.set(key, position);
    const place = { file: fileName, line: 1, column: name };
    if (position === -1 && presence === 'required') {
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

/** The fields as the header counts them; null when there are too few or too many. */
function fitFields(
  layout: TableLayout,
  header: readonly string[],
  fields: readonly string[],
): readonly string[] | null {
  if (fields.length <= header.length) return fields.length === header.length ? fields : null;
  // Unquoted commas of a description: the surplus belongs to the last column.
  const last = header.at(-1)?.trim().toUpperCase();
  const columns: Columns = layout.columns;
  const takes = Object.values(columns).some(
    ({ name, takesCommas }) => takesCommas && name === last,
  );
  return takes
    ? [...fields.slice(0, header.length - 1), fields.slice(header.length - 1).join(',')]
    : null;
}

function readRow<C extends Columns>(
  layout: TableLayout<C>,
  { fileName, header }: LegacyFile,
  positions: ReadonlyMap<string, number>,
  { line, fields }: LegacyFile['rows'][number],
  log: ImportLog,
): TableRow<C> | null {
  const fitted = fitFields(layout, header, fields);
  if (fitted === null) {
    const message = `the row has ${fields.length} fields, must have ${header.length} as the header`;
    log.fault({ file: fileName, line, column: null }, fields.join(','), message);
  }
  const cells: Record<string, unknown> = {};
  const wrong: string[] = [];
  for (const [key, column] of Object.entries<Column<unknown>>(layout.columns)) {
    const position = positions.get(key) ?? -1;
    const cell =
      position === -1 ? ok(column.otherwise) : readCell(column, (fitted ?? fields)[position]);
    cells[key] = cell.ok ? cell.value : column.otherwise;
    if (cell.ok) continue;
    wrong.push(key);
    // Where fields are missing or too many, what stands under a column says nothing about it.
    if (fitted === null) continue;
    log.fault({ file: fileName, line, column: column.name }, fitted[position] ?? '', cell.error);
  }
  if (layout.key.some((key) => wrong.includes(key))) return null;
  return { line, cells: cells as Cells<C>, faulty: fitted === null || wrong.length > 0 };
}

function readCell(column: Column<unknown>, field = ''): Result<unknown, string> {
  const text = field.trim();
  const fault = textFault(text);
  const value = fault === null ? column.read(text) : undefined;
  if (value !== undefined) return ok(value);
  const problem = fault ?? (text === '' ? 'is empty' : 'is not allowed');
  const given = text === '' ? '' : `${shown(text)} `;
  return err(`${given}${problem}, must be ${column.allowed}`);
}

/** Says what this shop does not stock of what a row is about, such as `product 994`; null if nothing. */
export type Unstocked<C extends Columns> = (cells: Cells<C>) => string | null;

/**
 * The rows about what this shop stocks, each key once. Rows about anything else are dropped and counted;
 * rows with the same key are a warning when they are identical, else a fault.
 */
export function usableRows<C extends Columns>(
  table: Table<C>,
  log: ImportLog,
  unstocked: Unstocked<C> = () => null,
): readonly TableRow<C>[] {
  const byKey = new Map<string, TableRow<C>>();
  for (const row of table.rows) {
    const absent = unstocked(row.cells);
    if (absent !== null) {
      const message = 'rows about what this shop does not stock, dropped';
      log.warn(table.fileName, message, `line ${row.line}: ${absent}`);
      continue;
    }
    const key = table.layout.key.map((column) => row.cells[column]).join(',');
    const first = byKey.get(key);
    if (first === undefined) byKey.set(key, row);
    else repeated(table, first, row, log);
  }
  return [...byKey.values()];
}

function repeated<C extends Columns>(
  table: Table<C>,
  first: TableRow<C>,
  row: TableRow<C>,
  log: ImportLog,
): void {
  if (first.faulty || row.faulty) return;
  const differing = Object.entries<Column<unknown>>(table.layout.columns).find(
    ([name, column]) =>
      !column.memo && column.write(first.cells[name]) !== column.write(row.cells[name]),
  );
  if (differing === undefined) {
    log.warn(table.fileName, 'rows said twice, taken once', `lines ${first.line} and ${row.line}`);
    return;
  }
  const [name, column] = differing;
  const [said, before] = [column.write(row.cells[name]), column.write(first.cells[name])];
  const message = `${shown(said)} contradicts line ${first.line}, must be ${shown(before)} for the same key`;
  log.fault(placeOf(table, row, name), said, message);
}
