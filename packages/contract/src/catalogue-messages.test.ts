import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  applyDelta,
  type Catalogue,
  deltaBetween,
  productCode,
  storeCode,
  utcInstant,
  validateCatalogue,
} from '@tillwire/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryCatalogue } from '../../domain/test/arbitrary-catalogue.ts';
import { catalogue, product } from '../../domain/test/builders.ts';
import { canonicalText } from './canonical.ts';
import {
  catalogueOfContent,
  contentOfCatalogue,
  contentSchema,
  deltaOfOverrides,
  overridesOfDelta,
  overridesSchema,
} from './catalogue-content.ts';
import { type DeltaContent, readCatalogueDelta, signCatalogueDelta } from './catalogue-delta.ts';
import { signDocument } from './catalogue-document.ts';
import { contentChecksum, readFullCatalogue, signFullCatalogue } from './catalogue-full.ts';
import { DEFAULT_STORE_CONFIG, readConfig, signConfig } from './config.ts';
import { commandSchema } from './command.ts';
import {
  generateSigningKeyPem,
  publicPemOf,
  signingKeyFromPem,
  type SigningKey,
  signMessage,
  trustedKeyFromPem,
} from './signing.ts';

const [key, other] = [1, 2].map(() => signingKeyFromPem(generateSigningKeyPem())) as [
  SigningKey,
  SigningKey,
];
const trusted = [trustedKeyFromPem(publicPemOf(key))];
const bytes = (message: object): Buffer => Buffer.from(JSON.stringify(message));

const small = catalogue([product(5, 505), product(30, 130, { vat: 2 })]);
const store = storeCode('S03');

describe('A catalogue on the wire', () => {
  it('comes back as it was, whatever it holds', () => {
    fc.assert(
      fc.property(arbitraryCatalogue, (any) => {
        const content = JSON.parse(canonicalText(contentOfCatalogue(any))) as object;
        expect(contentSchema.safeParse(content).error?.issues).toBeUndefined();
        const back: Catalogue = catalogueOfContent(content);
        expect(back).toEqual(any);
        expect(validateCatalogue(back)).toEqual([]);
      }),
    );
  });

  it('and what differs between two: base + overrides = result, by checksum', () => {
    fc.assert(
      fc.property(arbitraryCatalogue, arbitraryCatalogue, (base, target) => {
        const wire = JSON.parse(
          JSON.stringify(overridesOfDelta(deltaBetween(base, target))),
        ) as object;
        expect(overridesSchema.safeParse(wire).error?.issues).toBeUndefined();
        const sentBase = catalogueOfContent(contentOfCatalogue(base));
        const result = applyDelta(sentBase, deltaOfOverrides(wire));
        expect(contentChecksum(contentOfCatalogue(result))).toBe(
          contentChecksum(contentOfCatalogue(target)),
        );
      }),
    );
  });

  it('speaks the chain’s words: products, combos, vat and price_bands in snake_case', () => {
    const content = contentOfCatalogue(small);
    expect(Object.keys(content)).toEqual(
      expect.arrayContaining(['products', 'combos', 'vat', 'price_bands', 'settings']),
    );
    expect(content.vat[0]).toHaveProperty('rate_bp');
    expect(content.products[0]).toHaveProperty('take_vat_class');
    expect(JSON.stringify(content)).not.toMatch(/"[a-z]+[A-Z][a-zA-Z]*":/);
  });

  it('keeps fields of entries that this version does not know', () => {
    const content = contentOfCatalogue(small);
    const newer = {
      ...content,
      products: content.products.map((one) => ({ ...one, carbon_g: 12 })),
    };
    expect(contentOfCatalogue(catalogueOfContent(newer))).toEqual(newer);
  });

  it('keeps them by the thousand, too', () => {
    const content = contentOfCatalogue(small);
    const [first, ...others] = content.products;
    const unknown = Object.fromEntries(
      Array.from({ length: 1_200 }, (_, at) => [`new_field_${at}`, at]),
    );
    const newer = { ...content, products: [{ ...first, ...unknown }, ...others] };
    expect(contentOfCatalogue(catalogueOfContent(newer as typeof content))).toEqual(newer);
  });
});

const full = signFullCatalogue(100, contentOfCatalogue(small), [key]);
const deltaContent: DeltaContent = {
  store_code: store,
  catalog_version: 101,
  now: {
    base_version: 100,
    overrides: {},
    checksum: contentChecksum(contentOfCatalogue(small)),
  },
};
const delta = signCatalogueDelta(deltaContent, [key]);

describe('A full catalogue', () => {
  const topic = 'ho/catalog/full/v100';
  const read = (message: object, on = topic) => readFullCatalogue(on, bytes(message), trusted);

  it('is believed when whole, signed and under its own topic', () => {
    const result = read(full);
    expect(result.ok && catalogueOfContent(result.value)).toEqual(small);
  });

  it('signed again by another key is the same document by checksum', () => {
    const again = signFullCatalogue(100, contentOfCatalogue(small), [other, key]);
    expect(again).toHaveProperty('checksum', (full as { checksum?: string }).checksum);
    expect(read(again).ok).toBe(true);
  });

  it.each([
    ['bad-signature', { ...full, settings: { ...small.settings } }],
    ['bad-signature', { ...full, checksum: `sha256:${'0'.repeat(64)}` }],
    ['unsigned', { ...full, signatures: [] }],
    ['unsigned', { ...full, signatures: undefined }],
    ['unknown-key', signFullCatalogue(100, contentOfCatalogue(small), [other])],
    [
      'malformed',
      signMessage(topic, { catalog_version: 100, checksum: `sha256:${'0'.repeat(64)}` }, 1, [key]),
    ],
    [
      'bad-checksum',
      signMessage(
        topic,
        {
          catalog_version: 100,
          ...contentOfCatalogue(small),
          checksum: `sha256:${'0'.repeat(64)}`,
        },
        100,
        [key],
      ),
    ],
  ])('is refused as %s', (type, message) => {
    expect(read(message)).toMatchObject({ error: { type } });
  });

  it('is refused under another version’s topic', () => {
    expect(read(full, 'ho/catalog/full/v99')).toMatchObject({ error: { type: 'bad-signature' } });
  });

  it('is refused when signed for the topic of a version it is not', () => {
    const content = { catalog_version: 100, ...contentOfCatalogue(small) };
    const astray = signDocument('ho/catalog/full/v99', content, 100, [key]);
    expect(read(astray, 'ho/catalog/full/v99')).toMatchObject({
      error: { type: 'wrong-topic', detail: 'version 100 came on ho/catalog/full/v99' },
    });
  });

  it('is refused when cut short anywhere', () => {
    const whole = bytes(full);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: whole.length - 1 }), (length) => {
        const result = readFullCatalogue(topic, whole.subarray(0, length), trusted);
        expect(result.ok).toBe(false);
      }),
    );
  });

  it('is refused with any bit turned over, or is the same document', () => {
    const whole = bytes(full);
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: whole.length - 1 }),
        fc.integer({ min: 0, max: 7 }),
        (at, bit) => {
          const spoilt = Buffer.from(whole);
          spoilt[at] = (spoilt[at] ?? 0) ^ (1 << bit);
          const result = readFullCatalogue(topic, spoilt, trusted);
          expect(result.ok ? catalogueOfContent(result.value) : small).toEqual(small);
        },
      ),
    );
  });

  it.each(['', 'null', '[]', '7', '{}', '\u0000', '{"__proto__":1}'])(
    'is not %j, and nothing throws',
    (text) => {
      expect(readFullCatalogue(topic, Buffer.from(text), trusted).ok).toBe(false);
    },
  );
});

describe('A delta', () => {
  it('is believed for its own store only', () => {
    expect(readCatalogueDelta(store, bytes(delta), trusted).ok).toBe(true);
    expect(readCatalogueDelta(storeCode('S04'), bytes(delta), trusted)).toMatchObject({
      error: { type: 'bad-signature' },
    });
    const addressed = signMessage(
      'ho/catalog/delta/S04',
      { ...deltaContent, checksum: delta.checksum },
      101,
      [key],
    );
    expect(readCatalogueDelta(storeCode('S04'), bytes(addressed), trusted)).toMatchObject({
      error: { type: 'wrong-topic' },
    });
  });

  it('may set and remove anything by key', () => {
    const changed = {
      ...small,
      products: small.products.filter(({ code }) => code !== productCode(30)),
    };
    const content: DeltaContent = {
      ...deltaContent,
      now: { ...deltaContent.now, overrides: overridesOfDelta(deltaBetween(small, changed)) },
      next: { ...deltaContent.now, effective_from: utcInstant(1_796_601_600_000) },
    };
    const read = readCatalogueDelta(store, bytes(signCatalogueDelta(content, [key])), trusted);
    expect(read).toMatchObject({ ok: true, value: content });
  });
});

describe('A config', () => {
  const signed = signConfig({ store, version: 9, config: DEFAULT_STORE_CONFIG }, [key]);

  it('is refused when signed for a store it is not of', () => {
    const content = { store_code: 'S04', config_version: 7, ...DEFAULT_STORE_CONFIG };
    const astray = signDocument('ho/config/S03', content, 7, [key]);
    expect(readConfig(store, bytes(astray), trusted)).toMatchObject({
      error: { type: 'wrong-topic', detail: 'it is for S04, not for S03' },
    });
  });

  it('is believed for its own store only', () => {
    expect(readConfig(store, bytes(signed), trusted)).toMatchObject({
      ok: true,
      value: { config_version: 9, ...DEFAULT_STORE_CONFIG },
    });
    expect(readConfig(storeCode('S04'), bytes(signed), trusted).ok).toBe(false);
  });

  it.each([
    ['day.rollover', { ...DEFAULT_STORE_CONFIG.day, rollover: '24:00' }],
    ['day.time_zone', { ...DEFAULT_STORE_CONFIG.day, time_zone: '' }],
  ])('with a bad %s is refused, naming it', (path, day) => {
    const spoilt = signConfig({ store, version: 9, config: { ...DEFAULT_STORE_CONFIG, day } }, [
      key,
    ]);
    const read = readConfig(store, bytes(spoilt), trusted);
    expect(read).toMatchObject({ error: { type: 'malformed' } });
    expect(!read.ok && 'detail' in read.error && read.error.detail).toContain(path);
  });
});

/** Written once by the version that released them; read for ever. Private keys are not kept. */
const golden = (name: string): string =>
  join(import.meta.dirname, '..', 'golden', `${name}.v1.json`);

describe('Golden messages of the chain downward', () => {
  const keyFile = join(import.meta.dirname, '..', 'golden', 'head-office-key.v1.pem');
  const pinned = [trustedKeyFromPem(readFileSync(keyFile, 'utf8'))];
  const message = (name: string): Buffer => readFileSync(golden(name));

  it('of version 1 are still believed', () => {
    const read = readFullCatalogue('ho/catalog/full/v100', message('full-catalogue'), pinned);
    expect(read.ok && catalogueOfContent(read.value)).toEqual(small);
    expect(readCatalogueDelta(store, message('catalogue-delta'), pinned)).toMatchObject({
      ok: true,
      value: deltaContent,
    });
    expect(readConfig(store, message('store-config'), pinned)).toMatchObject({
      ok: true,
      value: DEFAULT_STORE_CONFIG,
    });
    const command: unknown = JSON.parse(message('command').toString());
    expect(commandSchema.parse(command).command).toEqual({ name: 'log-level', level: 'debug' });
  });
});
