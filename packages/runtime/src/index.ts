export * from './clock.ts';
export * from './config.ts';
export * from './log.ts';
export * from './service.ts';
export * from './crash-points.ts';
export * from './mqtt-link.ts';
export * from './broker-config.ts';
export * from './broker-probe.ts';
export * from './certificate-of.ts';
export * from './whole-file.ts';
export * from './owner.ts';
export * from './sealed-file.ts';
export * from './http.ts';
export * from './api.ts';
export * from './metrics.ts';
export * from './metrics-server.ts';
export * from './migrations.ts';
export * from './zip-files.ts';
export { type LegacyBytes, type LegacyFiles } from './legacy-csv.ts';
export {
  importLegacyPath,
  importLegacyZip,
  readLegacyPath,
  readLegacyZip,
} from './legacy-files.ts';
