export * from './result.ts';
export type { Brand } from './brand.ts';
export * from './money.ts';
export * from './ids.ts';
export * from './catalogue.ts';
export * from './order.ts';
