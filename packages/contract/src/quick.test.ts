import fc from 'fast-check';
import { expect, it } from 'vitest';
import { z } from 'zod';
import {
  amountPence,
  businessDateText,
  channelCodeText,
  instantText,
  orderIdText,
  plainText,
  sha256Text,
  signedPence,
  storeCodeText,
} from './primitives.ts';
import { quick } from './quick.ts';
import { fuzzEffort } from '../../../test/fuzz/runs.ts';

/** A copy of a schema loses what made it quick: this is the library's own way. */
const slow = <Schema extends z.ZodType>(schema: Schema): Schema => schema.clone();

const SCHEMAS: Readonly<
  Record<string, { readonly schema: z.ZodType; readonly near: fc.Arbitrary<unknown> }>
> = {
  amountPence: { schema: amountPence, near: fc.integer({ min: -2, max: 10_000_002 }) },
  signedPence: { schema: signedPence, near: fc.integer({ min: -10_000_002, max: 10_000_002 }) },
  plainText: {
    schema: plainText(3),
    near: fc.string({
      unit: fc.constantFrom('a', '\0', '\ud800', '\udc00', '\n', 'é'),
      maxLength: 5,
    }),
  },
  storeCodeText: { schema: storeCodeText, near: fc.stringMatching(/^[Ss]\d{1,5}\n?$/) },
  businessDateText: {
    schema: businessDateText,
    near: fc.stringMatching(/^(19|20)\d\d-[01]\d-[0-3]\d\n?$/),
  },
  orderIdText: {
    schema: orderIdText,
    near: fc.stringMatching(/^S\d{2,4}-20\d\d[01]\d[0-3]\d-\d{6,7}\n?$/),
  },
  instantText: {
    schema: instantText,
    near: fc.stringMatching(/^20\d\d-[01]\d-[0-3]\dT[0-2]\d:[0-6]\d:[0-6]\dZ\n?$/),
  },
  sha256Text: { schema: sha256Text, near: fc.stringMatching(/^[0-9a-fA-F]{63,65}\n?$/) },
  channelCodeText: { schema: channelCodeText, near: fc.stringMatching(/^[A-Za0-9-]{0,18}$/) },
};
const anything = fc.oneof(
  fc.anything(),
  fc.double(),
  fc.constantFrom(Number.NaN, -0, 2 ** 53, 2 ** 53 - 1, '', null, undefined),
);

it.each(Object.entries(SCHEMAS))('%s says the same of every value, quick or slow', (_, kind) => {
  const { schema, near } = kind;
  const plain = slow(schema);
  fc.assert(
    fc.property(fc.oneof(near, anything), (value) => {
      const [fast, full] = [schema.safeParse(value), plain.safeParse(value)];
      expect(fast.success).toBe(full.success);
      expect(fast.data).toBe(full.data);
      expect(fast.error?.issues).toEqual(full.error?.issues);
    }),
    fuzzEffort(500),
  );
});

it('a fit value does not go the long way', () => {
  let long = 0;
  const schema = quick(
    z.string().refine(() => ++long > 0),
    (value) => value === 'fit',
  );
  expect(z.object({ word: schema }).parse({ word: 'fit' })).toEqual({ word: 'fit' });
  expect(long).toBe(0);
  expect(schema.safeParse('other').success).toBe(true);
  expect(long).toBe(1);
});
