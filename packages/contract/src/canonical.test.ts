import canonicalize from 'canonicalize';
import fc from 'fast-check';
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

  it('is what the reference makes of it, whatever the value', () => {
    const key = fc.oneof(
      fc.constantFrom(
        '',
        '7',
        '10',
        '07',
        '__proto__',
        'toJSON',
        'constructor',
        'a',
        'B',
        'é',
        '💷',
      ),
      fc.string({ unit: 'binary' }),
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof({ maxDepth: 3 }, fc.jsonValue(), fc.double(), tie('array'), tie('object')),
      array: fc.array(tie('tree')),
      object: fc.dictionary(key, tie('tree')),
    }));
    const outcome = (work: () => unknown): unknown => {
      try {
        return work();
      } catch {
        return 'refused';
      }
    };
    fc.assert(
      fc.property(tree, (value) => {
        expect(outcome(() => canonicalText(value))).toBe(outcome(() => canonicalize(value)));
      }),
    );
  });

  it('leaves alone what it is given, and takes what is not plain as JSON does', () => {
    const value = Object.freeze({ b: Object.freeze({ d: 1, c: 2 }), a: Object.freeze([3]) });
    expect(canonicalText(value)).toBe('{"a":[3],"b":{"c":2,"d":1}}');
    const at = new Date(0);
    expect(canonicalText({ b: at, a: undefined })).toBe('{"b":"1970-01-01T00:00:00.000Z"}');
    const deep = JSON.parse(`${'['.repeat(500)}${']'.repeat(500)}`) as unknown;
    expect(canonicalText(deep)).toBe(`${'['.repeat(500)}${']'.repeat(500)}`);
  });

  it('is what a checksum is taken over, whatever the order of keys', () => {
    expect(checksumOf({ a: 1, b: 2 })).toBe(`sha256:${sha256('{"a":1,"b":2}')}`);
    expect(checksumOf({ b: 2, a: 1 })).toBe(checksumOf({ a: 1, b: 2 }));
    expect(sha256(new TextEncoder().encode('é'))).toBe(sha256('é'));
  });
});
