import {
  type Catalogue,
  type CatalogueIndex,
  type CatalogVersion,
  catalogVersion,
  formatImportFault,
  indexCatalogue,
} from '@tillwire/domain';
import { importLegacyPath } from '@tillwire/runtime';

/** The catalogue a shop sells from, with the version its orders are stamped with. */
export interface CatalogueInForce {
  readonly version: CatalogVersion;
  readonly catalogue: Catalogue;
  readonly index: CatalogueIndex;
}

export interface CatalogueSource {
  /** Null: the shop has none yet and cannot sell. */
  readonly current: () => CatalogueInForce | null;
  /** Calls `listener` after each switch; returns what takes it off again. */
  readonly subscribe: (listener: (inForce: CatalogueInForce) => void) => () => void;
}

/** A catalogue out of files is below every published one. */
const FILE_CATALOGUE_VERSION = catalogVersion(1);

/** A catalogue file that cannot be sold from. */
export class CatalogueFileError extends Error {
  override readonly name = 'CatalogueFileError';
}

export const catalogueInForce = (
  catalogue: Catalogue,
  version: CatalogVersion,
): CatalogueInForce => ({ version, catalogue, index: indexCatalogue(catalogue) });

/** The catalogue of a set of legacy tables. @throws {CatalogueFileError} naming every fault. */
export async function loadCatalogueFile({
  path,
  shop,
}: {
  readonly path: string;
  readonly shop: number;
}): Promise<CatalogueInForce> {
  const imported = await importLegacyPath(path, { shop });
  if (imported.ok) return catalogueInForce(imported.value.catalogue, FILE_CATALOGUE_VERSION);
  const lines = imported.error.map((fault) => `  ${formatImportFault(fault)}`);
  throw new CatalogueFileError(`${path} cannot be sold from\n${lines.join('\n')}`);
}
