import type { BandPrices } from '../catalogue.ts';
import type { ProductCode } from '../ids.ts';
import type { Pence } from '../money.ts';
import type { ImportLog } from './import-log.ts';
import type { Cells, Table, TableLayout } from './table.ts';
import type { PriceColumns, TABLES } from './tables.ts';

export type Tables = {
  readonly [K in keyof typeof TABLES]: (typeof TABLES)[K] extends TableLayout<infer C>
    ? Table<C>
    : never;
};
export type RowOf<K extends keyof Tables> = Tables[K]['rows'][number];

/** What each part of an import works from: the tables read, what the shop stocks, and where to tell what is wrong. */
export interface LegacySet {
  readonly tables: Tables;
  /** What the shop stocks, with its name. */
  readonly stockedProducts: ReadonlyMap<number, string>;
  readonly stockedCombos: ReadonlyMap<number, string>;
  readonly log: ImportLog;
}

/** Says `product 994` when this shop does not stock it. */
export const missingProduct = (set: LegacySet, code: number | null): string | null =>
  code === null || set.stockedProducts.has(code) ? null : `product ${code}`;
export const missingCombo = (set: LegacySet, code: number): string | null =>
  set.stockedCombos.has(code) ? null : `combo ${code}`;

export function bandPricesOf(cells: Cells<PriceColumns>, which: 'price' | 'other'): BandPrices {
  const bands = [1, 2, 3, 4, 5, 6] as const;
  return bands.map((band): Pence => cells[`${which}${band}`]) as unknown as BandPrices;
}

/** The products of a list that this shop stocks, each once; what is left out is counted in a warning. */
export function stockedMembers(
  { stockedProducts, log }: LegacySet,
  codes: readonly ProductCode[],
  { file, line }: { readonly file: string; readonly line: number },
): readonly ProductCode[] {
  return codes.filter((code, at) => {
    const stocked = stockedProducts.has(code);
    const again = codes.indexOf(code) !== at;
    const message = stocked ? 'products twice in a list, taken once' : UNSTOCKED_MEMBERS;
    if (!stocked || again) log.warn(file, message, `line ${line}: product ${code}`);
    return stocked && !again;
  });
}
const UNSTOCKED_MEMBERS = 'products in a list that this shop does not stock, dropped';
