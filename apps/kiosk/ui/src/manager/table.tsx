import { count, money } from '../format.ts';
import { type Cell, csvText } from './csv.ts';
import { saveText } from './download.ts';

export interface TableContent {
  /** What it is about, for whoever cannot see where it stands. */
  readonly caption: string;
  /** The first column names the row. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  readonly total?: readonly Cell[];
}

const text = (cell: Cell): string =>
  typeof cell === 'string' ? cell : typeof cell === 'number' ? count(cell) : money(cell.pence);

const cellClass = (cell: Cell | undefined): string => (typeof cell === 'string' ? '' : 'figure');

/** A table of figures. */
export const Table = ({ caption, columns, rows, total }: TableContent) => (
  <div class="table-frame" tabIndex={0} role="region" aria-label={caption}>
    <table class="figures">
      <caption class="visually-hidden">{caption}</caption>
      <thead>
        <tr>
          {columns.map((title, at) => (
            <th key={title} scope="col" class={cellClass(rows[0]?.[at])}>
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, at) => (
          <Row key={at} cells={row} />
        ))}
      </tbody>
      {total === undefined ? null : (
        <tfoot>
          <Row cells={total} />
        </tfoot>
      )}
    </table>
  </div>
);

const Row = ({ cells }: { readonly cells: readonly Cell[] }) => (
  <tr>
    {cells.map((cell, at) =>
      at === 0 ? (
        <th key={at} scope="row">
          {text(cell)}
        </th>
      ) : (
        <td key={at} class={cellClass(cell)}>
          {text(cell)}
        </td>
      ),
    )}
  </tr>
);

/** The same table as a file. */
export const CsvKey = ({
  table: { columns, rows, total },
  name,
}: {
  readonly table: TableContent;
  readonly name: string;
}) => (
  <button
    type="button"
    class="key quiet"
    onClick={() =>
      saveText(csvText([columns, ...rows, ...(total === undefined ? [] : [total])]), name)
    }
  >
    Download CSV
  </button>
);
