import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  byPlace,
  err,
  type ImportedCatalogue,
  type ImportFault,
  importLegacyCatalogue,
  isLegacyTable,
  type Result,
} from '@tillwire/domain';
import {
  decodeLegacyFiles,
  type LegacyBytes,
  type LegacyFiles,
  wholeFileFault,
} from './legacy-csv.ts';
import {
  isCsvName,
  LEGACY_LIMITS,
  TOO_LARGE_FILE,
  TOO_LARGE_SET,
  TOO_MANY_FILES,
  unzipLegacyFiles,
} from './legacy-zip.ts';

/** The catalogue of `shop` out of the folder or ZIP at `path`, or everything wrong with it. */
export async function importLegacyPath(
  path: string,
  { shop }: { readonly shop: number },
): Promise<Result<ImportedCatalogue, readonly ImportFault[]>> {
  return importRead(await readLegacyPath(path), shop);
}

/** The same of a ZIP in memory, such as an upload. */
export function importLegacyZip(
  zip: LegacyBytes,
  { shop }: { readonly shop: number },
): Result<ImportedCatalogue, readonly ImportFault[]> {
  return importRead(readLegacyZip(zip), shop);
}

function importRead(
  { files, faults: found }: LegacyFiles,
  shop: number,
): Result<ImportedCatalogue, readonly ImportFault[]> {
  // Other shops' tables often come along, and what is wrong with them is not this shop's affair.
  const faults = found.filter(({ file }) => !isPlainCsv(file) || isLegacyTable(file, shop));
  // When nothing could be read, that all tables are missing goes without saying.
  if (files.length === 0 && faults.length > 0) return err(faults);
  const imported = importLegacyCatalogue(files, { shop });
  if (faults.length === 0) return imported;
  // What a line or file that cannot be read breaks besides is no fault of its own.
  const unread = new Set(faults.map(placeText));
  const others = imported.ok ? [] : imported.error.filter((one) => !unread.has(placeText(one)));
  return err(byPlace([...faults, ...others]));
}

const isPlainCsv = (file: string): boolean => isCsvName(file) && !/[\\/:]/.test(file);

const placeText = ({ file, line }: ImportFault): string => `${file}:${line}`;

/** The CSV files of a folder, but not of folders in it, or of a ZIP, with or without a folder in it. */
export async function readLegacyPath(path: string): Promise<LegacyFiles> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) return await readFolder(path);
    const fileName = basename(path);
    if (found.size > LEGACY_LIMITS.totalBytes) {
      return { files: [], faults: [wholeFileFault(fileName, TOO_LARGE_SET)] };
    }
    return readLegacyZip({ fileName, bytes: await readFile(path) });
  } catch (error) {
    return { files: [], faults: [unreadable(path, error)] };
  }
}

export function readLegacyZip(zip: LegacyBytes): LegacyFiles {
  const { entries, faults } = unzipLegacyFiles(zip);
  const decoded = decodeLegacyFiles(entries);
  return { files: decoded.files, faults: [...faults, ...decoded.faults] };
}

async function readFolder(folder: string): Promise<LegacyFiles> {
  const names = (await readdir(folder)).filter(isCsvName).toSorted();
  if (names.length > LEGACY_LIMITS.files) {
    return { files: [], faults: [wholeFileFault(folder, TOO_MANY_FILES)] };
  }
  const entries: LegacyBytes[] = [];
  const faults: ImportFault[] = [];
  let total = 0;
  for (const fileName of names) {
    try {
      const { size } = await stat(join(folder, fileName));
      total += size;
      if (size > LEGACY_LIMITS.fileBytes) faults.push(wholeFileFault(fileName, TOO_LARGE_FILE));
      else if (total > LEGACY_LIMITS.totalBytes) {
        return { files: [], faults: [...faults, wholeFileFault(folder, TOO_LARGE_SET)] };
      } else entries.push({ fileName, bytes: await readFile(join(folder, fileName)) });
    } catch (error) {
      faults.push(unreadable(fileName, error));
    }
  }
  const decoded = decodeLegacyFiles(entries);
  return { files: decoded.files, faults: [...faults, ...decoded.faults] };
}

const unreadable = (file: string, error: unknown): ImportFault =>
  wholeFileFault(file, `cannot be read: ${error instanceof Error ? error.message : String(error)}`);
