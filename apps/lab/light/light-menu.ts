import { readFileSync } from 'node:fs';
import {
  canonicalText,
  type CatalogueContent,
  catalogueOfContent,
  type CatalogueReport,
  contentChecksum,
  contentOfCatalogue,
  deltaOfOverrides,
  readCatalogueDelta,
  readFullCatalogue,
  sha256,
  type TrustedKey,
  trustedKeyFromPem,
} from '@tillwire/contract';
import { applyDelta, type StoreCode } from '@tillwire/domain';

type Newest = NonNullable<CatalogueReport['newest']>;

/**
 * What light kiosks make of menus, once for all of them: a thousand machines would each read a full by themselves, a
 * thousand kiosks of one process need not. What is told apart is told by the bytes.
 */
export interface LightShelf {
  /** The version of a full that came whole and signed; null for another. */
  readonly put: (topic: string, payload: Buffer) => number | null;
  /** The checksum of a full with these overrides; null without that full. */
  readonly checksumOf: (baseVersion: number, overrides: object) => string | null;
  readonly trusted: readonly TrustedKey[];
}

/** `anchorsPath`: the public keys of the Head Office it trusts, as PEM. */
export function createLightShelf(anchorsPath: string): LightShelf {
  const anchors = readFileSync(anchorsPath, 'utf8');
  const keys = anchors.match(/-----BEGIN[\s\S]+?-----END [A-Z ]+-----/g) ?? [];
  const trusted = keys.map(trustedKeyFromPem);
  const read = new Map<string, number | null>();
  const fulls = new Map<number, CatalogueContent>();
  const checksums = new Map<string, string>();
  return {
    trusted,
    put: (topic, payload) => {
      const key = `${topic} ${sha256(payload)}`;
      const known = read.get(key);
      if (known !== undefined) return known;
      const full = readFullCatalogue(topic, payload, trusted);
      if (full.ok) fulls.set(full.value.catalog_version, full.value);
      read.set(key, full.ok ? full.value.catalog_version : null);
      return full.ok ? full.value.catalog_version : null;
    },
    checksumOf: (baseVersion, overrides) => {
      const full = fulls.get(baseVersion);
      if (full === undefined) return null;
      const key = `${baseVersion} ${canonicalText(overrides)}`;
      const known = checksums.get(key);
      if (known !== undefined) return known;
      const menu = applyDelta(catalogueOfContent(full), deltaOfOverrides(overrides));
      const checksum = contentChecksum(contentOfCatalogue(menu));
      checksums.set(key, checksum);
      return checksum;
    },
  };
}

/** A light kiosk's menu: it verifies what it is told to run and says so. */
export interface LightMenu {
  /** Takes in a full or a delta; what to report, if that changed anything. */
  readonly receive: (topic: string, payload: Buffer) => Newest | null;
  /** What it sells from; 0 before the first. */
  readonly version: () => number;
}

export function createLightMenu(store: StoreCode, shelf: LightShelf): LightMenu {
  const held = new Set<number>();
  let waiting: Buffer | null = null;
  let version = 0;
  const tryDelta = (payload: Buffer): Newest | null => {
    const delta = readCatalogueDelta(store, payload, shelf.trusted);
    if (!delta.ok) return told(null, 'refused', delta.error.type);
    const { catalog_version: wanted, now } = delta.value;
    if (wanted <= version) return null;
    if (!held.has(now.base_version)) {
      waiting = payload;
      return told(wanted, 'waiting', 'base-missing');
    }
    waiting = null;
    if (shelf.checksumOf(now.base_version, now.overrides) !== now.checksum) {
      return told(wanted, 'refused', 'bad-checksum');
    }
    version = wanted;
    return told(wanted, 'applied', null);
  };
  return {
    receive: (topic, payload) => {
      if (topic.startsWith('ho/catalog/delta/')) return tryDelta(payload);
      const full = payload.length === 0 ? null : shelf.put(topic, payload);
      if (full === null) return null;
      held.add(full);
      return waiting === null ? null : tryDelta(waiting);
    },
    version: () => version,
  };
}

const told = (
  catalog_version: number | null,
  state: Newest['state'],
  reason: string | null,
): Newest => ({ catalog_version, state, reason, detail: '' });
