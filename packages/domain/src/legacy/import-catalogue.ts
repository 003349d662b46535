import { invariant, err, ok, type Result } from '../result.ts';
import type { Catalogue } from '../catalogue.ts';
import { COLLECTION_NAMES, type CollectionName, sortedByKey } from '../catalogue-collections.ts';
import { MAX_SHOP } from '../catalogue-limits.ts';
import { validateCatalogue } from '../catalogue-validation.ts';
import { importCombos } from './import-combos.ts';
import {
  importChannels,
  importExtras,
  importSettings,
  importShops,
  importStockItems,
  warnOfNamelessStock,
} from './import-lists.ts';
import {
  createImportLog,
  type ImportFault,
  type ImportLog,
  type ImportWarning,
  shown,
} from './import-log.ts';
import { importMenu } from './import-menu.ts';
import { importPriceList } from './import-price-list.ts';
import { importProducts } from './import-products.ts';
import type { LegacySet, Tables } from './import-set.ts';
import {
  type LegacyFile,
  readTable,
  type TableLayout,
  tableFileName,
  usableRows,
} from './table.ts';
import { SETTINGS_TABLE, TABLES } from './tables.ts';

/** What an import made of the files, for people to read. */
export interface ImportReport {
  readonly shop: number;
  /** Entries in each collection of the catalogue. */
  readonly counts: Readonly<Record<CollectionName, number>>;
  readonly warnings: readonly ImportWarning[];
  /** Tables that were not there, and what is lost by it. */
  readonly missing: readonly { readonly file: string; readonly cost: string }[];
}

export interface ImportedCatalogue {
  readonly catalogue: Catalogue;
  readonly report: ImportReport;
}

/**
 * The catalogue of shop `shop` (1 to 9999) out of its legacy tables, or every fault of
 * them at once, in the order of files and lines. Files of other names and other shops are ignored with a
 * warning. The catalogue passes `validateCatalogue`.
 * @throws {InvariantError} when `shop` is no shop number.
 */
export function importLegacyCatalogue(
  files: readonly LegacyFile[],
  { shop }: { readonly shop: number },
): Result<ImportedCatalogue, readonly ImportFault[]> {
  invariant(Number.isInteger(shop) && shop >= 1 && shop <= MAX_SHOP, `not a shop number: ${shop}`);
  const log = createImportLog();
  const set = openSet(files, shop, log);
  const settings = readTable(SETTINGS_TABLE, files, shop, log);
  warnOfOtherFiles(files, shop, log);

  const priceList = importPriceList(set);
  const menu = importMenu(set, priceList);
  const catalogue = sorted({
    vatClasses: usableRows(set.tables.vatClasses, log).map(({ cells }) => cells),
    products: importProducts(set, menu, priceList),
    combos: importCombos(set, menu, priceList),
    channels: importChannels(set),
    menuPages: menu.pages,
    extras: importExtras(set),
    relishes: usableRows(set.tables.relishes, log).map(({ cells }) => cells),
    stockItems: importStockItems(set),
    shops: importShops(set, shop),
    priceListSections: priceList.sections,
    miscellaneous: priceList.miscellaneous,
    settings: importSettings(set, settings),
  });
  warnOfNamelessStock(set, catalogue);
  reportBrokenRules(set, catalogue);
  const faults = log.faults();
  if (faults.length > 0) return err(faults);
  return ok({ catalogue, report: reportOf(set, catalogue, shop) });
}

function openSet(files: readonly LegacyFile[], shop: number, log: ImportLog): LegacySet {
  const tables = Object.fromEntries(
    Object.entries<TableLayout>(TABLES).map(([name, layout]) => [
      name,
      readTable(layout, files, shop, log),
    ]),
  ) as unknown as Tables;
  return {
    tables,
    stockedProducts: new Map(tables.products.rows.map(({ cells }) => [cells.code, cells.name])),
    stockedCombos: new Map(tables.combos.rows.map(({ cells }) => [cells.code, cells.name])),
    log,
  };
}

const LAYOUTS: readonly TableLayout[] = [...Object.values<TableLayout>(TABLES), SETTINGS_TABLE];

/** Whether an import for shop `shop` reads a file of this name, whatever its letter case. */
export const isLegacyTable = (fileName: string, shop: number): boolean =>
  LAYOUTS.some((layout) => tableFileName(layout, shop) === fileName.toUpperCase());

function warnOfOtherFiles(files: readonly LegacyFile[], shop: number, log: ImportLog): void {
  for (const { fileName } of files) {
    if (!isLegacyTable(fileName, shop)) log.warn(fileName, `is no table of shop ${shop}, ignored`);
  }
}

function sorted(catalogue: Catalogue): Catalogue {
  const collections = COLLECTION_NAMES.map((name) => [name, sortedByKey(name, catalogue[name])]);
  return { ...catalogue, ...(Object.fromEntries(collections) as Partial<Catalogue>) };
}

/**
 * Tells of every rule that the catalogue breaks at the cell it comes from. What is already at fault is
 * passed over, and so is everything while a table is unreadable that the others refer to.
 */
function reportBrokenRules({ tables, log }: LegacySet, catalogue: Catalogue): void {
  const { products, combos, vatClasses, channels } = tables;
  if (!products.readable || !combos.readable || !vatClasses.readable) return;
  const wholeFile = { file: products.fileName, line: null, column: null };
  log.cite('channels', { ...wholeFile, file: channels.fileName });
  const broken = validateCatalogue(catalogue)
    .map((fault) => ({ ...fault, place: log.placeOf(fault.path) ?? wholeFile }))
    .filter(({ place }) => !log.hasFaultAt(place));
  for (const { path, value, message, place } of broken) {
    const given = String(value ?? '');
    const what = place.column === null ? `${path} ${shown(given)}` : shown(given);
    log.fault(place, given, `${what} is not allowed: ${message}`);
  }
}

function reportOf({ tables, log }: LegacySet, catalogue: Catalogue, shop: number): ImportReport {
  return {
    shop,
    counts: Object.fromEntries(
      COLLECTION_NAMES.map((name) => [name, catalogue[name].length]),
    ) as ImportReport['counts'],
    warnings: log.warnings(),
    missing: Object.values(tables).flatMap(({ present, fileName, layout }) =>
      present || layout.cost === null ? [] : [{ file: fileName, cost: layout.cost }],
    ),
  };
}
