import type { Catalogue, Product } from '../src/catalogue.ts';
import {
  type ImportedCatalogue,
  type ImportReport,
  importLegacyCatalogue,
} from '../src/legacy/import-catalogue.ts';
import { formatImportFault, formatImportWarning } from '../src/legacy/import-log.ts';
import { smallSet } from './legacy-set.ts';

type Changes = Parameters<typeof smallSet>[0];

/** The small set with `changes`, imported for shop 1. @throws with every fault when it is refused. */
function imported(changes: Changes = {}): ImportedCatalogue {
  const result = importLegacyCatalogue(smallSet(changes), { shop: 1 });
  if (!result.ok) throw new Error(result.error.map(formatImportFault).join('\n'));
  return result.value;
}
export const catalogueOf = (changes?: Changes): Catalogue => imported(changes).catalogue;
export const reportOf = (changes?: Changes): ImportReport => imported(changes).report;
export const warningsOf = (changes?: Changes): readonly string[] =>
  reportOf(changes).warnings.map(formatImportWarning);

/** What is wrong with the small set after `changes`; nothing when it can be imported. */
export function faultsOf(changes: Changes): readonly string[] {
  const result = importLegacyCatalogue(smallSet(changes), { shop: 1 });
  return result.ok ? [] : result.error.map(formatImportFault);
}

export const productIn = (catalogue: Catalogue, code: number): Product | undefined =>
  catalogue.products.find((product) => product.code === code);
