export * from './link.ts';
export * from './pump.ts';
export * from './watermark.ts';
export * from './release.ts';
export * from './catalogue.ts';
export * from './refill.ts';
