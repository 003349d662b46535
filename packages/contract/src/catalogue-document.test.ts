import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { canonicalText } from './canonical.ts';
import {
  checksumText,
  type DocumentFault,
  documentFaultText,
  readSignedDocument,
  signDocument,
} from './catalogue-document.ts';
import { signMessage } from './signing.ts';

const TOPIC = 'ho/config/S03';
const pair = generateKeyPairSync('ed25519');
const signing = { id: 'k1', privateKey: pair.privateKey };
const trusted = [{ id: 'k1', publicKey: pair.publicKey }];
const schema = z.object({ version: z.int(), checksum: checksumText });
const signed = signDocument(TOPIC, { version: 4, note: 'kept' }, 1_000, [signing]);

const readText = (text: string) =>
  readSignedDocument(TOPIC, new TextEncoder().encode(text), schema, trusted);

describe.each([
  ['as it is published', canonicalText],
  ['in another order', JSON.stringify],
])('A signed document %s', (_, textOf) => {
  const read = (document: unknown) => readText(textOf(document));
  const faultOf = (document: unknown): string => {
    const result = read(document);
    return result.ok ? 'none' : result.error.type;
  };

  it('comes back whole, with the fields its reader does not know', () => {
    expect(read(signed)).toEqual({ ok: true, value: signed });
  });

  it('is refused when it is not whole, not signed, or of another shape', () => {
    expect(readText('{"version":')).toEqual({ ok: false, error: { type: 'not-json' } });
    for (const other of [null, 7, [signed]]) expect(faultOf(other)).toBe('malformed');
    expect(faultOf({ version: 4 })).toBe('unsigned');
    expect(faultOf({ ...signed, version: 5 })).toBe('bad-signature');
    const shapeless = signDocument(TOPIC, { version: 'four' }, 1_000, [signing]);
    expect(read(shapeless)).toMatchObject({
      error: { type: 'malformed', detail: expect.stringContaining('version: ') },
    });
  });

  it('that states another checksum than its own is refused, though well signed', () => {
    const checksum = `sha256:${'0'.repeat(64)}`;
    const other = signMessage(TOPIC, { version: 4, checksum }, 1_000, [signing]);
    const actual = signDocument(TOPIC, { version: 4 }, 1_000, [signing]).checksum;
    expect(read(other)).toEqual({
      ok: false,
      error: { type: 'bad-checksum', stated: checksum, actual },
    });
  });

  it('with half a character in it is refused as any other, and stops nobody', () => {
    const text = textOf(signed).replace('"kept"', String.raw`"\ud800"`);
    expect(readText(text)).toMatchObject({ ok: false, error: { type: 'malformed' } });
  });

  it('signed by two keys is believed by whoever trusts one of them', () => {
    const other = { id: 'k2', privateKey: generateKeyPairSync('ed25519').privateKey };
    const both = signDocument(TOPIC, { version: 4 }, 1_000, [other, signing]);
    expect(read(both)).toEqual({ ok: true, value: both });
    expect(faultOf(signDocument(TOPIC, { version: 4 }, 1_000, [other]))).toBe('unknown-key');
  });
});

it('A document is read as it was signed, whatever stands beside its signatures or deeper', () => {
  const content = { version: 4, deep: { entries: [{ name: 'a,b' }] } };
  const document = signDocument(TOPIC, content, 1_000, [signing]);
  const text = canonicalText(document);
  const member = `,"signatures":${canonicalText(document.signatures)}`;
  const unsigned = text.replace(member, '');
  // Wherever the signatures are put: what is believed is what was signed, and all of it.
  let believed = 0;
  for (let at = 0; at <= unsigned.length; at++) {
    for (const put of [member, `${member},"version":5`, `${member}${member}`]) {
      const result = readText(unsigned.slice(0, at) + put + unsigned.slice(at));
      if (!result.ok) continue;
      expect(result.value).toEqual(document);
      believed++;
    }
  }
  expect(believed).toBeGreaterThan(0);
  expect(readText(text.replace('"version":4', '"version":5'))).toMatchObject({
    error: { type: 'bad-signature' },
  });
});

it.each<[DocumentFault, string]>([
  [{ type: 'too-large', limitBytes: 9 }, 'larger than 9 bytes'],
  [{ type: 'too-many-events', limit: 9 }, 'more than 9 events'],
  [{ type: 'bad-gzip' }, 'the compressed bytes are damaged'],
  [{ type: 'not-utf8' }, 'not UTF-8 text'],
  [{ type: 'not-json' }, 'not JSON: cut short or damaged'],
  [{ type: 'unsigned' }, 'carries no signature'],
  [{ type: 'unknown-key', keys: ['k8', 'k9'] }, 'signed by no trusted key (k8, k9)'],
  [{ type: 'bad-signature', key: 'k1' }, 'the signature by k1 does not hold'],
  [{ type: 'bad-checksum', stated: 'a', actual: 'b' }, 'states a and is b'],
  [{ type: 'malformed', detail: 'no version' }, 'no version'],
  [{ type: 'wrong-topic', detail: 'for S04' }, 'for S04'],
])('A document fault %j is said in a sentence', (fault, sentence) => {
  expect(documentFaultText(fault)).toBe(sentence);
});
