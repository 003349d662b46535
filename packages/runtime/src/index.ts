export * from './clock.ts';
export * from './config.ts';
export * from './log.ts';
export * from './service.ts';
export * from './crash-points.ts';
export * from './mqtt-link.ts';
export * from './http.ts';
export * from './migrations.ts';
export { type LegacyBytes, type LegacyFiles } from './legacy-csv.ts';
export {
  importLegacyPath,
  importLegacyZip,
  readLegacyPath,
  readLegacyZip,
} from './legacy-files.ts';
