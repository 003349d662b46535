import { describe, expect, it } from 'vitest';
import { canonicalText, checksumOf, sha256 } from './canonical.ts';

describe('Canonical JSON', () => {
  it('sorts keys, has no spaces and one spelling of every number', () => {
    expect(canonicalText({ b: 1.0, a: [true, null, 'é'], '': -0 })).toBe(
      '{"":0,"a":[true,null,"é"],"b":1}',
    );
  });

  it('is refused to what JSON cannot hold', () => {
    expect(() => canonicalText(undefined)).toThrow(TypeError);
    expect(() => canonicalText({ name: '\ud800' })).toThrow(/surrogate/);
    expect(() => canonicalText({ amount: Number.NaN })).toThrow('NaN');
  });

  it('is what a checksum is taken over, whatever the order of keys', () => {
    expect(checksumOf({ a: 1, b: 2 })).toBe(`sha256:${sha256('{"a":1,"b":2}')}`);
    expect(checksumOf({ b: 2, a: 1 })).toBe(checksumOf({ a: 1, b: 2 }));
    expect(sha256(new TextEncoder().encode('é'))).toBe(sha256('é'));
  });
});
