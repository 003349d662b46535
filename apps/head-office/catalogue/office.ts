import type { CatalogueReport } from '@tillwire/contract';
import type { StoreCode } from '@tillwire/domain';
import { type Clock, Problem } from '@tillwire/runtime';
import { progressOf, type StoreProgress } from '@tillwire/sync';
import {
  deltasOf,
  type IssuedDelta,
  listReleases,
  newestDeltas,
  readMenu,
  readRelease,
  readReports,
  type Release,
} from '../store/catalogue-store.ts';
import type { Database } from '../store/database.ts';
import { isServed, listStores } from '../store/fleet-store.ts';
import {
  createDraftDesk,
  type DraftDesk,
  menuDiff,
  type TargetDiff,
  unknownRelease,
} from './drafts.ts';
import { dueNow } from './issuing.ts';
import type { Menu, MenuTarget } from './menu.ts';
import { createPublishingDesk, type PublishingDesk } from './publishing.ts';

/** Where one store is with its catalogue. */
export interface StoreStanding {
  readonly store: StoreCode;
  readonly name: string;
  readonly online: boolean | null;
  /** What it was told last; null: nothing yet. */
  readonly told: {
    readonly version: number;
    readonly releaseId: number;
    readonly nextReleaseId: number | null;
    readonly effectiveFromMs: number | null;
    readonly issuedAtMs: number;
  } | null;
  readonly progress: StoreProgress;
  readonly reason: string | null;
  readonly detail: string;
  /** What it sells from by its own word. */
  readonly inForce: CatalogueReport['in_force'];
  readonly reportedAtMs: number | null;
}

/** Everything Head Office does with menus, for the API and the command line. */
export interface CatalogueOffice {
  readonly drafts: DraftDesk;
  readonly publishing: PublishingDesk;
  /** Newest first. */
  readonly releases: (limit: number) => Promise<readonly Release[]>;
  readonly release: (releaseId: number) => Promise<Release>;
  readonly menu: (releaseId: number) => Promise<Menu>;
  /** What changed from one release to another, in data and in words. */
  readonly diff: (from: number, to: number) => Promise<readonly TargetDiff[]>;
  /** Where every served store is, and those that took part in the release. */
  readonly standing: () => Promise<readonly StoreStanding[]>;
  /** What a store was told, newest first: what its orders' versions mean. */
  readonly history: (store: StoreCode, limit: number) => Promise<readonly IssuedDelta[]>;
  /** The release a store sells from now, as far as it was told; null: none. */
  readonly releaseOf: (store: StoreCode) => Promise<number | null>;
}

export function createCatalogueOffice({
  db,
  clock,
}: {
  readonly db: Database;
  readonly clock: Clock;
}): CatalogueOffice {
  const release = async (releaseId: number): Promise<Release> => {
    const found = await readRelease(db, releaseId);
    if (found === null) throw unknownRelease(releaseId);
    return found;
  };
  const menu = async (releaseId: number): Promise<Menu> => readMenu(db, await release(releaseId));

  return {
    drafts: createDraftDesk({ db, clock }),
    publishing: createPublishingDesk({ db, clock }),
    releases: (limit) => listReleases(db, limit),
    release,
    menu,
    diff: async (from, to) => menuDiff(await menu(from), await menu(to)),
    standing: async () => {
      const [stores, deltas, reports] = [
        await listStores(db),
        await newestDeltas(db),
        await readReports(db),
      ];
      return stores
        .filter(isServed)
        .map(({ store, name, online }) =>
          standingOf({ store, name, online }, deltas.get(store), reports.get(store)),
        );
    },
    history: (store, limit) => deltasOf(db, store, limit),
    releaseOf: async (store) => {
      const held = (await newestDeltas(db)).get(store);
      return held === undefined ? null : dueNow(held, clock.nowMs()).releaseId;
    },
  };
}

function standingOf(
  store: Pick<StoreStanding, 'store' | 'name' | 'online'>,
  delta: IssuedDelta | undefined,
  kept: { readonly report: CatalogueReport; readonly receivedAtMs: number } | undefined,
): StoreStanding {
  const newest = kept?.report.newest ?? null;
  return {
    ...store,
    told:
      delta === undefined
        ? null
        : {
            version: delta.version,
            releaseId: delta.releaseId,
            nextReleaseId: delta.nextReleaseId,
            effectiveFromMs: delta.effectiveFromMs,
            issuedAtMs: delta.issuedAtMs,
          },
    progress:
      delta === undefined
        ? 'unheard'
        : progressOf({ version: delta.version, report: kept?.report ?? null }),
    reason: newest?.reason ?? null,
    detail: newest?.detail ?? '',
    inForce: kept?.report.in_force ?? null,
    reportedAtMs: kept?.receivedAtMs ?? null,
  };
}

/** A target out of its text: `base` or a store code. @throws {Problem} for anything else. */
export function menuTarget(text: string, isStore: (text: string) => text is StoreCode): MenuTarget {
  if (text === 'base' || isStore(text)) return text;
  throw new Problem(400, 'bad-target', `a target is "base" or a store code, not "${text}"`);
}
