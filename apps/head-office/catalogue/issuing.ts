import {
  contentChecksum,
  contentOfCatalogue,
  type DeltaContent,
  type DeltaPart,
  overridesOfDelta,
} from '@tillwire/contract';
import { type CatalogueDelta, type StoreCode, utcInstant } from '@tillwire/domain';
import type { PoolClient } from 'pg';
import {
  insertDelta,
  type IssuedDelta,
  mintVersion,
  newestDeltas,
  type Release,
} from '../store/catalogue-store.ts';
import { catalogueOf, type Menu } from './menu.ts';

/** A release with its menu read. */
export interface ReadRelease {
  readonly release: Pick<Release, 'releaseId' | 'baseChecksum' | 'baseVersion' | 'effectiveFromMs'>;
  readonly menu: Menu;
}

const NO_DIFFERENCE: CatalogueDelta = {};

/** The part of a delta that has a store sell a release's menu. */
export function partFor({ release, menu }: ReadRelease, store: StoreCode): DeltaPart {
  const { baseVersion, baseChecksum } = release;
  const own = menu.shops.get(store);
  return {
    base_version: baseVersion,
    overrides: overridesOfDelta(own ?? NO_DIFFERENCE),
    checksum:
      own === undefined
        ? baseChecksum
        : contentChecksum(contentOfCatalogue(catalogueOf(menu, store))),
  };
}

/** The part of what a store was told that is due by `nowMs`, with the release it belongs to. */
export function dueNow(
  { document, releaseId, nextReleaseId, effectiveFromMs }: IssuedDelta,
  nowMs: number,
): { readonly part: DeltaPart; readonly releaseId: number } {
  const { now, next } = document;
  if (next === undefined || nextReleaseId === null || nowMs < (effectiveFromMs ?? 0)) {
    return { part: now, releaseId };
  }
  const { effective_from: _, ...part } = next;
  return { part, releaseId: nextReleaseId };
}

export interface Telling {
  /** What stores sell from now on; null: what they sell already. */
  readonly now: ReadRelease | null;
  /** What they sell from its own moment on. */
  readonly next: ReadRelease | null;
  readonly nowMs: number;
}

/** Whether telling `store` of it would change anything there. */
export function wouldChange(
  held: IssuedDelta | undefined,
  part: DeltaPart,
  nowMs: number,
): boolean {
  if (held === undefined) return true;
  // Something scheduled there is changed by not being told again.
  if (held.document.next !== undefined && nowMs < (held.effectiveFromMs ?? 0)) return true;
  const { part: due } = dueNow(held, nowMs);
  return due.checksum !== part.checksum;
}

/** Issues to each of `stores` a delta under a new version. */
export async function issueDeltas(
  client: PoolClient,
  stores: readonly StoreCode[],
  { now, next, nowMs }: Telling,
): Promise<void> {
  const held = await newestDeltas(client);
  for (const store of stores) {
    const before = held.get(store);
    const due = before === undefined ? null : dueNow(before, nowMs);
    const own = now ?? (due === null ? next : null);
    const part = own === null ? due?.part : partFor(own, store);
    const releaseId = own === null ? due?.releaseId : own.release.releaseId;
    if (part === undefined || releaseId === undefined) continue;
    // A store that has nothing yet can't wait for Monday.
    const later = own === next ? null : next;
    const effectiveFromMs = later?.release.effectiveFromMs ?? null;
    const version = await mintVersion(client, nowMs);
    const document: DeltaContent = {
      store_code: store,
      catalog_version: version,
      now: part,
      ...(later === null || effectiveFromMs === null
        ? {}
        : {
            next: { ...partFor(later, store), effective_from: utcInstant(effectiveFromMs) },
          }),
    };
    await insertDelta(client, {
      version,
      store,
      releaseId,
      nextReleaseId: later?.release.releaseId ?? null,
      effectiveFromMs,
      document,
      issuedAtMs: nowMs,
    });
  }
}

/** What a store was told, again under a new version. */
export async function reissueDelta(
  client: PoolClient,
  held: IssuedDelta,
  nowMs: number,
): Promise<void> {
  const version = await mintVersion(client, nowMs);
  const document = { ...held.document, catalog_version: version };
  await insertDelta(client, { ...held, version, document, issuedAtMs: nowMs });
}
