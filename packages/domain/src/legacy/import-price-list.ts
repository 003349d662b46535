import type { MiscellaneousEntry, PriceListPlace, PriceListSection } from '../catalogue.ts';
import type { ProductCode } from '../ids.ts';
import { type LegacySet, missingCombo, missingProduct } from './import-set.ts';
import { usableRows } from './table.ts';

/** Larger versions of a burger. */
export interface Sizes {
  readonly double: ProductCode | null;
  readonly triple: ProductCode | null;
}

export interface PriceList {
  readonly sections: readonly PriceListSection[];
  readonly miscellaneous: readonly MiscellaneousEntry[];
  readonly productPlaces: ReadonlyMap<number, PriceListPlace>;
  readonly comboPlaces: ReadonlyMap<number, PriceListPlace>;
  readonly sizes: ReadonlyMap<number, Sizes>;
}

/** The printed price list and the sizes of a burger: GROUP_TB, APP_PROD, APP_COMB, MISC_SEC. */
export function importPriceList(set: LegacySet): PriceList {
  const { tables, log } = set;
  const sections = usableRows(tables.sections, log).map(({ cells }) => cells);
  const products = usableRows(tables.productPlaces, log, ({ code }) => missingProduct(set, code));
  const combos = usableRows(tables.comboPlaces, log, ({ code }) => missingCombo(set, code));
  const misc = usableRows(tables.miscellaneous, log, ({ product }) => missingProduct(set, product));
  const knownSection = createSectionLookup(set, sections);
  const productFile = tables.productPlaces.fileName;
  const comboFile = tables.comboPlaces.fileName;

  const size = (code: ProductCode | null, line: number): ProductCode | null => {
    const missing = missingProduct(set, code);
    if (missing === null) return code;
    log.warn(
      productFile,
      'double or triple versions not stocked, dropped',
      `line ${line}: ${missing}`,
    );
    return null;
  };
  return {
    sections,
    miscellaneous: misc.map(({ cells }) => cells),
    productPlaces: placed(
      products.map(({ line, cells }) => ({
        code: cells.code,
        section: knownSection(cells.section, 'product', productFile, line),
        sequence: cells.sequence,
        mealSection: knownSection(cells.mealSection, 'product', productFile, line),
        mealSequence: cells.mealSequence,
      })),
    ),
    comboPlaces: placed(
      combos.map(({ line, cells }) => ({
        code: cells.code,
        section: knownSection(cells.section, 'combo', comboFile, line),
        sequence: cells.sequence,
        mealSection: 0,
        mealSequence: 0,
      })),
    ),
    sizes: new Map(
      products.map(({ line, cells }) => [
        cells.code,
        { double: size(cells.double, line), triple: size(cells.triple, line) },
      ]),
    ),
  };
}

/** The section if the price list has it for such items, else 0 with a warning. */
function createSectionLookup(
  { tables, log }: LegacySet,
  sections: readonly PriceListSection[],
): (id: number, source: 'product' | 'combo', file: string, line: number) => number {
  const sources = new Map(sections.map(({ id, source }) => [id, source]));
  return (id, source, file, line) => {
    if (id === 0 || sources.get(id) === source) return id;
    const message = `places in a section of ${source}s that ${tables.sections.fileName} does not have, dropped`;
    if (tables.sections.present) log.warn(file, message, `line ${line}: section ${id}`);
    return 0;
  };
}

const placed = (
  places: readonly (PriceListPlace & { readonly code: number })[],
): ReadonlyMap<number, PriceListPlace> =>
  new Map(
    places
      .filter(({ section, mealSection }) => section !== 0 || mealSection !== 0)
      .map(({ code, ...place }) => [code, place]),
  );
