export * from './canonical.ts';
export * from './payload.ts';
export * from './order-event.ts';
export * from './day-summary.ts';
export * from './journal-return.ts';
export * from './acknowledgement.ts';
export * from './telemetry.ts';
export * from './command.ts';
export {
  type CatalogueContent,
  catalogueOfContent,
  type CatalogueOverrides,
  contentOfCatalogue,
  contentSchema,
  deltaOfOverrides,
  overridesOfDelta,
  overridesSchema,
} from './catalogue-content.ts';
export { type DocumentFault, documentFaultText } from './catalogue-document.ts';
export * from './catalogue-full.ts';
export * from './catalogue-delta.ts';
export * from './catalogue-report.ts';
export * from './config.ts';
export * from './signing.ts';
export * from './sealed.ts';
export * from './join-file.ts';
export * from './topics.ts';
export * from './asyncapi.ts';
export { plainText } from './primitives.ts';
