import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalText } from './canonical.ts';
import {
  decodeEvents,
  encodeEvents,
  MAX_BATCH_EVENTS,
  MAX_PAYLOAD_BYTES,
  type PayloadFault,
} from './payload.ts';

const fault = (payload: Uint8Array): PayloadFault['type'] | null => {
  const decoded = decodeEvents(payload);
  return decoded.ok ? null : decoded.error.type;
};

describe('The events of a message', () => {
  it('come back in order with the very texts they were sent as, alone or in a batch', () => {
    const event = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()).map((value) => ({
      ...value,
      kind: 'event',
    }));
    fc.assert(
      fc.property(fc.array(event, { minLength: 1, maxLength: 8 }), (events) => {
        const texts = events.map((value) => canonicalText(JSON.parse(JSON.stringify(value))));
        const decoded = decodeEvents(encodeEvents(texts));
        expect(decoded.ok && decoded.value.map(({ text }) => text)).toEqual(texts);
      }),
    );
  });

  it('keep the bytes they came in, spaces and key order too, since the hash is over them', () => {
    const decoded = decodeEvents(
      Buffer.from('{"batch": [ {"b": 1,  "a": "]},{"} ,\n{"c":[1,{}]}]}'),
    );
    expect(decoded.ok && decoded.value.map(({ text }) => text)).toEqual([
      '{"b": 1,  "a": "]},{"}',
      '{"c":[1,{}]}',
    ]);
  });

  it('of a larger batch travel compressed', () => {
    const texts = Array.from({ length: 50 }, (_, at) => `{"n":${at},"pad":"${'x'.repeat(100)}"}`);
    const payload = encodeEvents(texts);
    expect([...payload.subarray(0, 2)]).toEqual([0x1f, 0x8b]);
    expect(payload.length).toBeLessThan(texts.join('').length / 4);
  });

  it.each([
    ['not-json', Buffer.from('{"batch":[')],
    ['not-json', Buffer.alloc(0)],
    ['not-utf8', Buffer.from([0x22, 0xff, 0x22])],
    ['bad-gzip', Buffer.from([0x1f, 0x8b, 1, 2, 3])],
    ['too-large', gzipSync(Buffer.alloc(MAX_PAYLOAD_BYTES + 1, 0x20))],
    ['too-large', Buffer.alloc(MAX_PAYLOAD_BYTES + 1, 0x20)],
    ['too-many-events', Buffer.from(`{"batch":[${'1,'.repeat(MAX_BATCH_EVENTS)}1]}`)],
  ] as const)('that cannot be read are told: %s', (type, payload) => {
    expect(fault(payload)).toBe(type);
  });

  it('may be none, and anything that is no batch is one event', () => {
    expect(decodeEvents(Buffer.from('{"batch":[]}'))).toEqual({ ok: true, value: [] });
    for (const text of ['null', '[1]', '{"batch":1}', '{"batch":[1],"x":1}']) {
      const decoded = decodeEvents(Buffer.from(text));
      expect(decoded.ok && decoded.value).toEqual([{ text, value: JSON.parse(text) }]);
    }
  });

  it('have the values of their own texts, also where the batch is named twice or by an escape', () => {
    const twice = '{"batch":[{"evil":1},[2]],"batch":[{"good":1}]}';
    const escaped = String.raw`{"b\u0061tch":[1,2]}`;
    for (const text of [twice, escaped, '{"batch":{"x":[1]},"batch":[{}]}']) {
      const decoded = decodeEvents(Buffer.from(text));
      expect(decoded.ok && decoded.value).toEqual([{ text, value: JSON.parse(text) }]);
    }
    const json = fc.json({ maxDepth: 2 });
    const batches = fc.array(fc.array(json, { maxLength: 3 }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(batches, (several) => {
        const text = `{ ${several.map((batch) => `"batch" :[${batch.join(' ,')} ]`).join(',')}}`;
        const decoded = decodeEvents(Buffer.from(text));
        const events = decoded.ok ? decoded.value : [];
        expect(events.map(({ value }) => value)).toEqual(
          events.map((event) => JSON.parse(event.text)),
        );
      }),
    );
  });

  it('never make the reader throw, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(typeof decodeEvents(bytes).ok).toBe('boolean');
      }),
    );
  });
});
