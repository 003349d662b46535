export * from './result.ts';
export type { Brand } from './brand.ts';
export * from './money.ts';
export * from './ids.ts';
export * from './catalogue.ts';
export * from './order.ts';
export * from './catalogue-index.ts';
export * from './faults.ts';
export * from './pricing.ts';
export { MAX_QUANTITY } from './line-pricing.ts';
export * from './discounts.ts';
export * from './tenders.ts';
export * from './taking-orders.ts';
export * from './trading-day.ts';
export * from './statistics.ts';
export * from './day-files.ts';
export * from './cash-up.ts';
export * from './till-reading.ts';
export * from './reports.ts';
export * from './stock-usage.ts';
export * from './readback.ts';
export * from './kitchen.ts';
export * from './receipt.ts';
export * from './price-list.ts';
export * from './diet.ts';
export * from './catalogue-collections.ts';
export * from './catalogue-limits.ts';
export * from './catalogue-validation.ts';
export * from './catalogue-delta.ts';
export {
  byPlace,
  formatImportFault,
  formatImportWarning,
  type ImportFault,
  type ImportWarning,
} from './legacy/import-log.ts';
export type { LegacyFile } from './legacy/table.ts';
export {
  importLegacyCatalogue,
  isLegacyTable,
  type ImportedCatalogue,
  type ImportReport,
} from './legacy/import-catalogue.ts';
export {
  exportLegacyCatalogue,
  exportLegacyTables,
  type LegacyTable,
} from './legacy/export-catalogue.ts';
