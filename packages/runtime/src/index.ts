export { type LegacyBytes, type LegacyFiles } from './legacy-csv.ts';
export {
  importLegacyPath,
  importLegacyZip,
  readLegacyPath,
  readLegacyZip,
} from './legacy-files.ts';
