import {
  formatImportFault,
  type CatalogueDelta,
  type Catalogue,
  type ImportReport,
  type StoreCode,
} from '@tillwire/domain';
import { type Clock, importLegacyPath, importLegacyZip, Problem } from '@tillwire/runtime';
import type { PoolClient } from 'pg';
import {
  type Draft,
  headRelease,
  keepContent,
  readMenu,
  readRelease,
  shopsOfMenu,
} from '../store/catalogue-store.ts';
import { type Database, inTransaction } from '../store/database.ts';
import {
  deleteDraft,
  insertDraft,
  listDrafts,
  readDraft,
  updateDraft,
} from '../store/draft-store.ts';
import { isServed, listStores } from '../store/fleet-store.ts';
import { catalogueDiff, changeText, type EntryChange } from './diff.ts';
import {
  catalogueOf,
  type Menu,
  menuFaults,
  type MenuFault,
  type MenuTarget,
  rebaseMenu,
  withCatalogue,
  withEdit,
} from './menu.ts';

/** Where a legacy set comes from: a folder or ZIP on this machine, or an uploaded ZIP. */
export type LegacySource =
  { readonly path: string } | { readonly zip: Uint8Array; readonly fileName: string };

export interface ImportSet {
  /** Null: a new draft departing from the newest release. */
  readonly draftId: number | null;
  readonly source: LegacySource;
  /** The shop whose tables are read, 1 to 9999. */
  readonly shop: number;
  readonly target: MenuTarget;
  readonly by: string;
}

/** What a draft would change for a shop, in data and in words. */
export interface TargetDiff {
  readonly target: MenuTarget;
  readonly changes: readonly EntryChange[];
  readonly words: readonly string[];
}

/** The editors' desk: menus in the making. Refusals are problems. */
export interface DraftDesk {
  readonly list: () => Promise<readonly Draft[]>;
  readonly read: (draftId: number) => Promise<Draft>;
  /** Departs from a release, or from the newest one that counts. */
  readonly create: (asked: {
    readonly name: string;
    readonly from?: number;
    readonly by: string;
  }) => Promise<Draft>;
  readonly discard: (draftId: number) => Promise<void>;
  /** Reads a legacy set into a draft; nothing changes unless all of it is sound. */
  readonly importSet: (
    asked: ImportSet,
  ) => Promise<{ readonly draft: Draft; readonly report: ImportReport }>;
  /** Sets and removes entries, by key, of what `target` sells. */
  readonly edit: (asked: {
    readonly draftId: number;
    readonly revision: number;
    readonly target: MenuTarget;
    readonly edit: CatalogueDelta;
    readonly by: string;
  }) => Promise<Draft>;
  /** What `target` sells in the draft. */
  readonly catalogue: (draftId: number, target: MenuTarget) => Promise<Catalogue>;
  readonly faults: (draftId: number) => Promise<readonly MenuFault[]>;
  /** Against the release it departs from, or `against`; targets without a change are left out. */
  readonly diff: (draftId: number, against?: number) => Promise<readonly TargetDiff[]>;
  /** Does the draft's changes to the newest release instead of the one it departed from. */
  readonly rebase: (asked: { readonly draftId: number; readonly by: string }) => Promise<Draft>;
}

export const unknownDraft = (draftId: number): Problem =>
  new Problem(404, 'unknown-draft', `there is no draft ${draftId}`);
export const unknownRelease = (releaseId: number): Problem =>
  new Problem(404, 'unknown-release', `there is no release ${releaseId}`);
export const draftChanged = (): Problem =>
  new Problem(409, 'draft-changed', 'somebody else changed the draft meanwhile');
const noBase = (): Problem =>
  new Problem(409, 'no-base', 'the draft has no base yet: import one, or edit the base first');

export function createDraftDesk({
  db,
  clock,
}: {
  readonly db: Database;
  readonly clock: Clock;
}): DraftDesk {
  const held = async (client: Database | PoolClient, draftId: number): Promise<Draft> => {
    const draft = await readDraft(client, draftId);
    if (draft === null) throw unknownDraft(draftId);
    return draft;
  };

  const save = async (
    client: PoolClient,
    draft: Draft,
    { menu, by, basedOn = draft.basedOn }: { menu: Menu; by: string; basedOn?: number | null },
  ): Promise<Draft> => {
    const saved = await updateDraft(client, draft.draftId, draft.revision, {
      name: draft.name,
      basedOn,
      baseChecksum: await keepContent(client, menu.base),
      shops: shopsOfMenu(menu),
      editedBy: by,
      editedAtMs: clock.nowMs(),
    });
    if (saved === null) throw draftChanged();
    return saved;
  };

  const create = async (
    client: PoolClient,
    {
      name,
      from,
      by,
    }: { readonly name: string; readonly from?: number | undefined; readonly by: string },
  ): Promise<Draft> => {
    const release =
      from === undefined ? await headRelease(client) : await readRelease(client, from);
    if (release === null && from !== undefined) throw unknownRelease(from);
    return insertDraft(client, {
      name,
      basedOn: release?.releaseId ?? null,
      baseChecksum: release?.baseChecksum ?? null,
      shops: release?.shops ?? {},
      editedBy: by,
      editedAtMs: clock.nowMs(),
    });
  };

  const importSet = async ({ draftId, source, shop, target, by }: ImportSet) => {
    const imported =
      'path' in source
        ? await importLegacyPath(source.path, { shop })
        : importLegacyZip({ fileName: source.fileName, bytes: source.zip }, { shop });
    if (!imported.ok) {
      throw new Problem(422, 'import-faults', 'the tables have faults; nothing was imported', {
        faults: imported.error.map((fault) => ({
          path: `${fault.file}:${fault.line}`,
          code: 'import-fault',
          message: formatImportFault(fault),
        })),
      });
    }
    const { catalogue, report } = imported.value;
    const draft = await inTransaction(db, async (client) => {
      const into =
        draftId === null
          ? await create(client, { name: `Import of shop ${shop}`, by })
          : await held(client, draftId);
      const menu = await menuOfDraft(client, into);
      if (menu === null && target !== 'base') throw noBase();
      const next =
        menu === null
          ? { base: catalogue, shops: new Map() }
          : withCatalogue(menu, target, catalogue);
      return save(client, into, { menu: next, by });
    });
    return { draft, report };
  };

  return {
    list: () => listDrafts(db),
    read: (draftId) => held(db, draftId),
    create: (asked) => inTransaction(db, (client) => create(client, asked)),
    discard: async (draftId) => {
      await held(db, draftId);
      await deleteDraft(db, draftId);
    },
    importSet,
    edit: ({ draftId, revision, target, edit, by }) =>
      inTransaction(db, async (client) => {
        const draft = await held(client, draftId);
        if (draft.revision !== revision) throw draftChanged();
        const menu = await menuOfDraft(client, draft);
        if (menu === null) throw noBase();
        return save(client, draft, { menu: withEdit(menu, target, edit), by });
      }),
    catalogue: async (draftId, target) => {
      const menu = await menuOfDraft(db, await held(db, draftId));
      if (menu === null) throw noBase();
      return catalogueOf(menu, target);
    },
    faults: async (draftId) => {
      const menu = await menuOfDraft(db, await held(db, draftId));
      if (menu === null) throw noBase();
      return menuFaults(menu, await servedStores(db));
    },
    diff: async (draftId, against) => {
      const draft = await held(db, draftId);
      const menu = await menuOfDraft(db, draft);
      const other = against ?? draft.basedOn;
      const release = other === null ? null : await readRelease(db, other);
      if (other !== null && release === null) throw unknownRelease(other);
      if (menu === null) return [];
      return menuDiff(release === null ? null : await readMenu(db, release), menu);
    },
    rebase: ({ draftId, by }) =>
      inTransaction(db, async (client) => {
        const draft = await held(client, draftId);
        const [from, onto] = [
          draft.basedOn === null ? null : await readRelease(client, draft.basedOn),
          await headRelease(client),
        ];
        const menu = await menuOfDraft(client, draft);
        if (menu === null) throw noBase();
        if (onto === null || from === null || onto.releaseId === from.releaseId) return draft;
        const rebased = rebaseMenu(
          await readMenu(client, from),
          menu,
          await readMenu(client, onto),
        );
        return save(client, draft, { menu: rebased, by, basedOn: onto.releaseId });
      }),
  };
}

/** The draft's menu; null before the first import into an empty one. */
export async function menuOfDraft(db: Database | PoolClient, draft: Draft): Promise<Menu | null> {
  const { baseChecksum, shops } = draft;
  return baseChecksum === null ? null : readMenu(db, { baseChecksum, shops });
}

export const servedStores = async (db: Database | PoolClient): Promise<readonly StoreCode[]> =>
  (await listStores(db)).filter(isServed).map(({ store }) => store);

/** What becomes different, for the base and for each shop with a difference of its own. */
export function menuDiff(before: Menu | null, after: Menu): readonly TargetDiff[] {
  if (before === null) return [];
  const targets: readonly MenuTarget[] = [
    'base',
    ...[...new Set([...before.shops.keys(), ...after.shops.keys()])].toSorted(),
  ];
  return targets.flatMap((target) => {
    const changes = catalogueDiff(catalogueOf(before, target), catalogueOf(after, target));
    return changes.length === 0 ? [] : [{ target, changes, words: changes.map(changeText) }];
  });
}
