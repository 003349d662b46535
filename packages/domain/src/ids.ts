import type { Brand } from './brand.ts';
import { invariant } from './result.ts';

/** `S01` to `S9999`; shop 9 of the legacy tables is `S09`. */
export type StoreCode = Brand<string, 'StoreCode'>;
/** A trading day as `YYYY-MM-DD`, in the shop's own reckoning (zone and rollover). */
export type BusinessDate = Brand<string, 'BusinessDate'>;
/** `S03-20251127-000123`: store, business date, sequence within the date from 1. */
export type GlobalOrderId = Brand<string, 'GlobalOrderId'>;
/** A legacy product number, 1 to 99,999. */
export type ProductCode = Brand<number, 'ProductCode'>;
/** A legacy combo number, 1 to 99,999; numbered apart from products. */
export type ComboCode = Brand<number, 'ComboCode'>;
/** A legacy VAT class, 0 to 99. */
export type VatClassCode = Brand<number, 'VatClassCode'>;
/** The number of a stock item within its kind (A food, B packaging), 1 to 99,999. */
export type StockCode = Brand<number, 'StockCode'>;
/** A sales channel's short code, such as `OT-C`. */
export type ChannelCode = Brand<string, 'ChannelCode'>;
/** One of the six price lists, 1 to 6. */
export type PriceBand = Brand<number, 'PriceBand'>;
/** The one rising sequence of published catalogues (Unix seconds or above). */
export type CatalogVersion = Brand<number, 'CatalogVersion'>;
/** A moment in UTC to the second, `2025-11-27T15:42:11Z`. */
export type UtcInstant = Brand<string, 'UtcInstant'>;

export const MAX_CODE = 99_999;

const within = (value: number, least: number, most: number): boolean =>
  Number.isInteger(value) && value >= least && value <= most;

const STORE = /^S(?:0[1-9]|[1-9]\d{1,3})$/;
export const isStoreCode = (text: string): text is StoreCode => STORE.test(text);
/** @throws {InvariantError} unless `text` is a store code. */
export function storeCode(text: string): StoreCode {
  invariant(isStoreCode(text), `not a store code: ${text}`);
  return text;
}

/** The store code of a legacy shop number: 9 is `S09`. @throws {InvariantError} outside 1..9999. */
export const storeOfShop = (shop: number): StoreCode =>
  storeCode(`S${String(shop).padStart(2, '0')}`);
/** The legacy shop number of a store: `S09` is 9. */
export const shopOfStore = (store: StoreCode): number => Number(store.slice(1));

/** Days in `month` (1..12) of the Gregorian calendar. */
const daysInMonth = (year: number, month: number): number =>
  month === 2
    ? (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
      ? 29
      : 28
    : [4, 6, 9, 11].includes(month)
      ? 30
      : 31;

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
export function isBusinessDate(text: string): text is BusinessDate {
  const parts = DATE.exec(text);
  if (parts === null) return false;
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  return year >= 1970 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
}
/** @throws {InvariantError} unless `text` is a real date of 1970 to 9999 as `YYYY-MM-DD`. */
export function businessDate(text: string): BusinessDate {
  invariant(isBusinessDate(text), `not a business date: ${text}`);
  return text;
}

/** Seven digits leave room for the hole that restored kiosks leave. */
export const MAX_ORDER_SEQUENCE = 9_999_999;
const ORDER_ID = /^(S\d{2,4})-(\d{4})(\d{2})(\d{2})-(\d{6}|[1-9]\d{6})$/;

export interface OrderIdParts {
  readonly store: StoreCode;
  readonly businessDate: BusinessDate;
  /** 1 to 9,999,999. */
  readonly sequence: number;
}

/** The parts of an order id, or null when `text` is none. */
export function parseGlobalOrderId(text: string): OrderIdParts | null {
  const match = ORDER_ID.exec(text);
  if (match === null) return null;
  const store = match[1] ?? '';
  const date = `${match[2]}-${match[3]}-${match[4]}`;
  const sequence = Number(match[5]);
  if (!isStoreCode(store) || !isBusinessDate(date) || sequence < 1) return null;
  return { store, businessDate: date, sequence };
}
export const isGlobalOrderId = (text: string): text is GlobalOrderId =>
  parseGlobalOrderId(text) !== null;
/** @throws {InvariantError} when `sequence` is outside 1..9,999,999. */
export function globalOrderId({ store, businessDate, sequence }: OrderIdParts): GlobalOrderId {
  invariant(within(sequence, 1, MAX_ORDER_SEQUENCE), `not an order sequence: ${sequence}`);
  return `${store}-${businessDate.replaceAll('-', '')}-${String(sequence).padStart(6, '0')}` as GlobalOrderId;
}

export const isProductCode = (value: number): value is ProductCode => within(value, 1, MAX_CODE);
/** @throws {InvariantError} outside 1..99,999. */
export function productCode(value: number): ProductCode {
  invariant(isProductCode(value), `not a product code: ${value}`);
  return value;
}
export const isComboCode = (value: number): value is ComboCode => within(value, 1, MAX_CODE);
/** @throws {InvariantError} outside 1..99,999. */
export function comboCode(value: number): ComboCode {
  invariant(isComboCode(value), `not a combo code: ${value}`);
  return value;
}
export const isVatClassCode = (value: number): value is VatClassCode => within(value, 0, 99);
/** @throws {InvariantError} outside 0..99. */
export function vatClassCode(value: number): VatClassCode {
  invariant(isVatClassCode(value), `not a VAT class: ${value}`);
  return value;
}
export const isStockCode = (value: number): value is StockCode => within(value, 1, MAX_CODE);
/** @throws {InvariantError} outside 1..99,999. */
export function stockCode(value: number): StockCode {
  invariant(isStockCode(value), `not a stock code: ${value}`);
  return value;
}
const CHANNEL = /^[A-Z0-9](?:[A-Z0-9-]{0,14}[A-Z0-9])?$/;
export const isChannelCode = (text: string): text is ChannelCode => CHANNEL.test(text);
/** @throws {InvariantError} unless 1 to 16 of A–Z, 0–9 and inner hyphens. */
export function channelCode(text: string): ChannelCode {
  invariant(isChannelCode(text), `not a channel code: ${text}`);
  return text;
}
export const isPriceBand = (value: number): value is PriceBand => within(value, 1, 6);
/** @throws {InvariantError} outside 1..6. */
export function priceBand(value: number): PriceBand {
  invariant(isPriceBand(value), `not a price band: ${value}`);
  return value;
}
export const isCatalogVersion = (value: number): value is CatalogVersion =>
  within(value, 1, Number.MAX_SAFE_INTEGER);
/** @throws {InvariantError} unless a positive safe integer. */
export function catalogVersion(value: number): CatalogVersion {
  invariant(isCatalogVersion(value), `not a catalogue version: ${value}`);
  return value;
}

const INSTANT = /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;
export function isUtcInstant(text: string): text is UtcInstant {
  const match = INSTANT.exec(text);
  return match !== null && isBusinessDate(match[1] ?? '');
}
/** The moment `epochMs` milliseconds after 1970-01-01T00:00Z, cut to the second. */
export function utcInstant(epochMs: number): UtcInstant {
  const text = `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
  invariant(isUtcInstant(text), `not an instant: ${epochMs}`);
  return text;
}
/** Milliseconds since 1970-01-01T00:00Z. */
export const epochMsOf = (instant: UtcInstant): number => Date.parse(instant);
