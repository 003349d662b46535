import fc from 'fast-check';
import { NASTY } from './from-schema.ts';

type Path = readonly (string | number)[];
const pathsOf = (value: unknown, at: Path = []): readonly Path[] =>
  typeof value !== 'object' || value === null
    ? [at]
    : [at, ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...at, key]))];

/** `value` with what stands at `path` replaced, or taken away where `by` is undefined. */
function replaced(value: unknown, [key, ...rest]: Path, by: unknown): unknown {
  if (key === undefined) return by;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<
    string | number,
    unknown
  >;
  copy[key] = replaced(copy[key], rest, by);
  return copy;
}

/** One of `values` with one thing in it changed: to what breaks things, to nothing, to a number nearby. */
export const changedValue = (values: readonly unknown[]): fc.Arbitrary<unknown> =>
  fc
    .constantFrom(...values)
    .chain((value) =>
      fc
        .tuple(
          fc.constantFrom(...pathsOf(value)),
          fc.oneof(
            fc.constantFrom(...NASTY),
            fc.constant(undefined),
            fc.integer({ min: -2, max: 9 }),
          ),
        )
        .map(([path, by]) => replaced(value, path, by) ?? null),
    );

/** One of `texts`, cut off, or with a bit of it doubled. */
export const mangledText = (texts: readonly string[]): fc.Arbitrary<string> =>
  fc.tuple(fc.constantFrom(...texts), fc.nat(), fc.nat(40)).map(([text, at, size]) => {
    const from = at % text.length;
    return size % 2 === 0 ? text.slice(0, from) : text.slice(0, from + size) + text.slice(from);
  });

/** `whole`, with some bytes changed, a piece taken out, put in or doubled, or its end cut off. */
export const mangledBytes = (whole: Uint8Array): fc.Arbitrary<Buffer> => {
  const place = fc.nat(Math.max(0, whole.length - 1));
  const bytes = Buffer.from(whole);
  const touch = fc.tuple(
    fc.nat(4),
    place,
    fc.nat(400),
    fc.uint8Array({ minLength: 1, maxLength: 30 }),
  );
  return fc
    .array(touch, { minLength: 1, maxLength: 4 })
    .map((touches) => touches.reduce<Buffer>(touched, bytes));
};

function touched(
  given: Buffer,
  [how, at, size, more]: readonly [number, number, number, Uint8Array],
): Buffer {
  const [before, after] = [given.subarray(0, at), given.subarray(at)];
  switch (how) {
    case 0:
      return Buffer.concat([before, Buffer.from(more), given.subarray(at + more.length)]);
    case 1:
      return before;
    case 2:
      return Buffer.concat([before, given.subarray(at + size)]);
    case 3:
      return Buffer.concat([given.subarray(0, at + size), after]);
    default:
      return Buffer.concat([before, Buffer.from(more), after]);
  }
}
