import { join } from 'node:path';
import {
  canonicalText,
  contentChecksum,
  contentOfCatalogue,
  DEFAULT_STORE_CONFIG,
  type DeltaContent,
  fullCatalogueTopic,
  generateSigningKeyPem,
  publicPemOf,
  signCatalogueDelta,
  signConfig,
  signFullCatalogue,
  signingKeyFromPem,
  topicOf,
  trustedKeyFromPem,
} from '@tillwire/contract';
import type { StoreCode } from '@tillwire/domain';
import { importLegacyPath } from '@tillwire/runtime';
import fc from 'fast-check';
import { changedValue, mangledText } from './broken.ts';

const MENU = join(import.meta.dirname, '../../sample-menu');

export interface Sent {
  readonly topic: string;
  readonly payload: string;
}

/** Head Office's pen for one store: the sample menu as its documents, and broken ones that are signed all the same. */
export async function createPen(store: StoreCode) {
  const key = signingKeyFromPem(generateSigningKeyPem());
  const imported = await importLegacyPath(MENU, { shop: 1 });
  if (!imported.ok) throw new Error('the sample menu is not sound');
  const content = contentOfCatalogue(imported.value.catalogue);
  const [base, topic] = [100, topicOf('delta', store)];
  const full: Sent = {
    topic: fullCatalogueTopic(base),
    payload: canonicalText(signFullCatalogue(base, content, [key])),
  };
  const deltaOf = (version: number): DeltaContent => ({
    store_code: store,
    catalog_version: version,
    now: { base_version: base, overrides: {}, checksum: contentChecksum(content) },
  });
  const delta = (version: number): Sent => ({
    topic,
    payload: canonicalText(signCatalogueDelta(deltaOf(version), [key])),
  });
  const config = (version: number): Sent => ({
    topic: topicOf('config', store),
    payload: canonicalText(signConfig({ store, version, config: DEFAULT_STORE_CONFIG }, [key])),
  });
  // Small enough to be changed all over; the sample menu's is 100 KB.
  const some = Object.fromEntries(
    Object.entries(content).map(([name, all]) => [
      name,
      Array.isArray(all) ? all.slice(0, 2) : all,
    ]),
  );
  let version = 1000;
  /** Documents that a trusted key signed over whatever stands in them; what canonical text cannot hold is left out. */
  const signedBroken = fc
    .oneof(
      changedValue([some]).map((value) => () => {
        const number = ++version;
        const document = signFullCatalogue(number, value as typeof content, [key]);
        return { topic: fullCatalogueTopic(number), payload: canonicalText(document) };
      }),
      changedValue([deltaOf(0)]).map((value) => () => {
        const document = { ...(value as DeltaContent), catalog_version: ++version };
        return { topic, payload: canonicalText(signCatalogueDelta(document, [key])) };
      }),
      changedValue([DEFAULT_STORE_CONFIG]).map((value) => () => {
        const given = { store, version: ++version, config: value as typeof DEFAULT_STORE_CONFIG };
        return {
          topic: topicOf('config', store),
          payload: canonicalText(signConfig(given, [key])),
        };
      }),
    )
    .map((write): Sent | null => {
      try {
        return write();
      } catch {
        return null;
      }
    })
    .filter((sent) => sent !== null);
  const whole = [full, delta(101), config(1)];
  /** The same, changed on the way. */
  const changedOnTheWay = fc.constantFrom(...whole).chain(({ topic: to, payload }) =>
    fc.oneof(
      changedValue([JSON.parse(payload) as unknown]).map((value) => ({
        topic: to,
        payload: JSON.stringify(value),
      })),
      mangledText([payload]).map((text) => ({ topic: to, payload: text })),
    ),
  );
  return {
    key,
    trusted: trustedKeyFromPem(publicPemOf(key)),
    publicPem: publicPemOf(key),
    full,
    delta,
    config,
    whole,
    broken: fc.oneof(signedBroken, changedOnTheWay),
  };
}
