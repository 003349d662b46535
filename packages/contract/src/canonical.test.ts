import { describe, expect, it } from 'vitest';
import { canonicalText, checksumOf, sha256 } from './canonical.ts';

describe('Canonical JSON', () => {
  it('sorts keys, has no spaces and one spelling of every number', () => {
    expect(canonicalText({ b: 1.0, a: [true, null, 'é'], '': -0 })).toBe(
      '{"":0,"a":[true,null,"é"],"b":1}',
    );
  });

  it('is refused to what JSON cannot hold', () => {
    const loop: { self?: unknown } = {};
    loop.self = loop;
    for (const value of [
      undefined,
      { name: '\ud800' },
      { '\udc00': 1 },
      { amount: Number.NaN },
      { amount: Number.POSITIVE_INFINITY },
      { amount: 1n },
      loop,
    ]) {
      expect(() => canonicalText(value)).toThrow(TypeError);
    }
  });

  it('is what a checksum is taken over, whatever the order of keys', () => {
    expect(checksumOf({ a: 1, b: 2 })).toBe(`sha256:${sha256('{"a":1,"b":2}')}`);
    expect(checksumOf({ b: 2, a: 1 })).toBe(checksumOf({ a: 1, b: 2 }));
    expect(sha256(new TextEncoder().encode('é'))).toBe(sha256('é'));
  });
});
