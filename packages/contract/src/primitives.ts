import { isBusinessDate, isGlobalOrderId, isUtcInstant, MAX_CODE } from '@tillwire/domain';
import { z } from 'zod';

// The wire's vocabulary. Patterns are spelled out so that the JSON Schemas carry them; the domain's own guards
// decide what a pattern cannot (that a date exists).

const whole = (least: number, most: number): z.ZodNumber => z.int().min(least).max(most);

export const storeCodeText = z.string().regex(/^S(?:0[1-9]|[1-9]\d{1,3})$/);
export const businessDateText = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/)
  .refine(isBusinessDate, 'no such date');
export const orderIdText = z
  .string()
  .regex(/^S\d{2,4}-\d{8}-(?:\d{6}|[1-9]\d{6})$/)
  .refine(isGlobalOrderId, 'not an order id');
/** UTC to the second. */
export const instantText = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/)
  .refine(isUtcInstant, 'no such moment');
export const sha256Text = z.string().regex(/^[0-9a-f]{64}$/);
export const channelCodeText = z.string().regex(/^[A-Z0-9](?:[A-Z0-9-]{0,14}[A-Z0-9])?$/);

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
  z
    .string()
    .max(most)
    .regex(/^[^\0]*$/, 'must not contain NUL')
    .refine((text) => text.isWellFormed(), 'must not contain a lone surrogate');
