import { isBusinessDate, isGlobalOrderId, isUtcInstant, MAX_CODE } from '@tillwire/domain';
import { z } from 'zod';
import { quick } from './quick.ts';

// The wire's vocabulary. Patterns are spelled out so that the JSON Schemas carry them; the domain's own guards
// decide what a pattern cannot (that a date exists).

const whole = (least: number, most: number): z.ZodNumber =>
  quick(
    z.int().min(least).max(most),
    (value) => Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most,
  );

const patterned = (pattern: RegExp): z.ZodString =>
  quick(z.string().regex(pattern), (value) => typeof value === 'string' && pattern.test(value));

/** Text of one pattern of which the domain holds possible only some. */
const possible = <Text extends string>(
  pattern: RegExp,
  isPossible: (text: string) => text is Text,
  rule: string,
) =>
  quick(
    z.string().regex(pattern).refine(isPossible, rule),
    (value) => typeof value === 'string' && pattern.test(value) && isPossible(value),
  );

export const storeCodeText = patterned(/^S(?:0[1-9]|[1-9]\d{1,3})$/);
export const businessDateText = possible(/^\d{4}-\d{2}-\d{2}$/, isBusinessDate, 'no such date');
export const orderIdText = possible(
  /^S\d{2,4}-\d{8}-(?:\d{6}|[1-9]\d{6})$/,
  isGlobalOrderId,
  'not an order id',
);
/** UTC to the second. */
export const instantText = possible(
  /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/,
  isUtcInstant,
  'no such moment',
);
export const sha256Text = patterned(/^[0-9a-f]{64}$/);
export const channelCodeText = patterned(/^[A-Z0-9](?:[A-Z0-9-]{0,14}[A-Z0-9])?$/);

export const itemCode = whole(1, MAX_CODE);
export const stockCodeNumber = whole(1, MAX_CODE);
export const vatClassNumber = whole(0, 99);
export const rateBp = whole(0, 10_000);
export const bandNumber = whole(1, 6);
export const versionNumber = whole(1, Number.MAX_SAFE_INTEGER);
export const counter = whole(0, Number.MAX_SAFE_INTEGER);
/** Pence a customer can be charged: orders total at most £100,000. */
export const amountPence = whole(0, 10_000_000);
/** Pence that may be taken from a drawer. */
export const signedPence = whole(-10_000_000, 10_000_000);

/** Text people typed or read. What PostgreSQL cannot hold, NUL and lone surrogates, is refused. */
export const plainText = (most: number): z.ZodString =>
  quick(
    z
      .string()
      .max(most)
      .regex(/^[^\0]*$/, 'must not contain NUL')
      .refine((text) => text.isWellFormed(), 'must not contain a lone surrogate'),
    (value) =>
      typeof value === 'string' &&
      value.length <= most &&
      !value.includes('\0') &&
      value.isWellFormed(),
  );
