/** What a cell of a table holds: text, a count, or an amount in pence. */
export type Cell = string | number | { readonly pence: number };

/** A spreadsheet takes text that begins so for a formula. */
const FORMULA = /^[=+\-@\t\r]/;

/** As a spreadsheet reads them: `-1.05`. */
function pounds(pence: number): string {
  const of = Math.abs(pence);
  return `${pence < 0 ? '-' : ''}${Math.floor(of / 100)}.${String(of % 100).padStart(2, '0')}`;
}

const field = (cell: Cell): string => {
  if (typeof cell === 'number') return String(cell);
  if (typeof cell === 'object') return pounds(cell.pence);
  const text = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** Rows as RFC 4180 has them. */
export const csvText = (rows: readonly (readonly Cell[])[]): string =>
  rows.map((row) => `${row.map(field).join(',')}\r\n`).join('');
