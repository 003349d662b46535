export * from './link.ts';
export * from './pump.ts';
export * from './watermark.ts';
export * from './release.ts';
export * from './catalogue.ts';
export * from './refill.ts';
export * from './catalogue-retained.ts';
export * from './roll-out.ts';
