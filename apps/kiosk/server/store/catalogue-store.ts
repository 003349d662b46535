import {
  canonicalText,
  type CatalogueDeltaMessage,
  catalogueDeltaSchema,
  catalogueOfContent,
  type CatalogueContent,
  contentSchema,
  type FullCatalogue,
  sha256,
} from '@tillwire/contract';
import { type Catalogue, epochMsOf, invariant } from '@tillwire/domain';
import type { PartName, SavedCatalogues } from '@tillwire/sync';
import { sql } from 'kysely';
import { type KioskDatabase, type KioskTransaction, write } from './database.ts';
import { prepared } from './prepared.ts';

/** What the store sells from, and whether something is due. */
export interface CataloguePointer {
  readonly inForce: PartName | null;
  /** A verified part of the newest delta, and when it is to be switched to. */
  readonly dueNext: { readonly version: number; readonly fromMs: number } | null;
}

export type BaseContent =
  | {
      readonly type: 'sound';
      readonly catalogue: Catalogue;
      readonly text: string;
      readonly checksum: string;
    }
  /** What is on the disk is not what came. */
  | { readonly type: 'damaged' };

/** Another process of this store got further with the catalogue: what this one knew is old. */
export class CatalogueMovedError extends Error {
  override readonly name = 'CatalogueMovedError';
}

export interface CatalogueStore {
  readonly saved: () => Promise<SavedCatalogues>;
  readonly keepFull: (full: FullCatalogue) => Promise<void>;
  readonly dropFulls: (versions: readonly number[]) => Promise<void>;
  /** Replaces the delta; what was staged for others and is not in force goes. */
  readonly keepDelta: (delta: CatalogueDeltaMessage) => Promise<void>;
  readonly delta: () => Promise<CatalogueDeltaMessage | null>;
  readonly base: (version: number) => Promise<BaseContent>;
  readonly stage: (
    name: PartName,
    staged: {
      readonly base: number;
      readonly checksum: string;
      readonly content: string;
      /** What `content` says. */
      readonly catalogue: Catalogue;
    },
  ) => Promise<void>;
  /** The switch: one small transaction between orders. A part that is in force already stays. */
  readonly switchTo: (name: PartName, nowMs: number) => Promise<void>;
  /** Switches to the staged next part when it is due, whichever process asks first. */
  readonly switchDue: (nowMs: number) => Promise<void>;
  readonly pointer: () => Promise<CataloguePointer>;
  /** When what is in force was switched to; null: nothing came yet. */
  readonly switchedAtMs: () => Promise<number | null>;
  /** @throws {InvariantError} when what is staged is not what was verified. */
  readonly staged: (name: PartName) => Promise<Catalogue>;
}

const POINTER_ROW = 1;

const partInForce = prepared((on) =>
  on.selectFrom('catalogue_in_force').select(['version', 'part']),
);
const stagedNext = prepared((on) =>
  on
    .selectFrom('catalogue_delta as delta')
    .innerJoin('catalogue_staged as staged', 'staged.version', 'delta.version')
    .select(['delta.version', 'delta.next_from_ms'])
    .where('staged.part', '=', 'next'),
);

export function createCatalogueStore(db: KioskDatabase): CatalogueStore {
  // What was written last, for whoever reads it next: nearly always this process, at once. Reading a menu of 1,000 products
  // back is a third of what a kiosk does for it.
  let kept: (BaseContent & { readonly type: 'sound' } & { readonly version: number }) | null = null;
  let ready: (PartName & { readonly catalogue: Catalogue }) | null = null;

  const inForce = async (on: KioskDatabase | KioskTransaction) => (await partInForce(on, {}))[0];

  const point = async (tx: KioskTransaction, { version, part }: PartName, nowMs: number) => {
    const row = { version, part, switched_at_ms: nowMs };
    await tx
      .insertInto('catalogue_in_force')
      .values({ id: POINTER_ROW, ...row })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
      .execute();
  };

  return {
    saved: async () => {
      const [pointer, delta, fulls, staged] = [
        await inForce(db),
        await db.selectFrom('catalogue_delta').selectAll().executeTakeFirst(),
        await db.selectFrom('catalogue_fulls').select(['version', 'checksum']).execute(),
        await db
          .selectFrom('catalogue_staged')
          .select(['version', 'part', 'base_version'])
          .execute(),
      ];
      const current = staged.find(
        ({ version, part }) => version === pointer?.version && part === pointer.part,
      );
      return {
        inForce:
          current === undefined
            ? null
            : { version: current.version, part: current.part, base: current.base_version },
        delta: delta === undefined ? null : factsOf(readDelta(delta.document)),
        fulls: new Map(fulls.map(({ version, checksum }) => [version, checksum])),
        staged: staged
          .filter(({ version }) => version === delta?.version)
          .map(({ version, part }) => ({ version, part })),
      };
    },
    keepFull: async (full) => {
      const { catalog_version: version, checksum: documentChecksum } = full;
      const content = contentOf(full);
      const text = canonicalText(content);
      const checksum = checksumOfText(text);
      await db
        .insertInto('catalogue_fulls')
        .values({ version, checksum: documentChecksum, content: text, content_checksum: checksum })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      kept = { type: 'sound', version, catalogue: catalogueOfContent(content), text, checksum };
    },
    dropFulls: async (versions) => {
      await db.deleteFrom('catalogue_fulls').where('version', 'in', versions).execute();
    },
    keepDelta: (delta) =>
      write(db, async (tx) => {
        const held = await tx.selectFrom('catalogue_delta').select('version').executeTakeFirst();
        if (held !== undefined && held.version >= delta.catalog_version) {
          throw new CatalogueMovedError(`version ${held.version} is known already`);
        }
        const row = {
          version: delta.catalog_version,
          checksum: delta.checksum,
          document: canonicalText(delta),
          next_from_ms: delta.next === undefined ? null : epochMsOf(delta.next.effective_from),
        };
        await tx
          .insertInto('catalogue_delta')
          .values({ id: POINTER_ROW, ...row })
          .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
          .execute();
        await dropStagedBut(tx);
      }),
    delta: async () => {
      const row = await db.selectFrom('catalogue_delta').select('document').executeTakeFirst();
      return row === undefined ? null : readDelta(row.document);
    },
    base: async (version) => {
      const found = kept;
      kept = null;
      if (found?.version === version) return found;
      const row = await db
        .selectFrom('catalogue_fulls')
        .select(['content', 'content_checksum'])
        .where('version', '=', version)
        .executeTakeFirst();
      if (row === undefined || checksumOfText(row.content) !== row.content_checksum) {
        return { type: 'damaged' };
      }
      return {
        type: 'sound',
        catalogue: catalogueOfContent(JSON.parse(row.content) as object),
        text: row.content,
        checksum: row.content_checksum,
      };
    },
    stage: async ({ version, part }, { base, checksum, content, catalogue }) => {
      await db
        .insertInto('catalogue_staged')
        .values({ version, part, base_version: base, checksum, content })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      ready = { version, part, catalogue };
    },
    switchTo: (name, nowMs) =>
      write(db, async (tx) => {
        const [held, current] = [
          await tx.selectFrom('catalogue_delta').select('version').executeTakeFirst(),
          await inForce(tx),
        ];
        if (held?.version !== name.version) {
          throw new CatalogueMovedError(`version ${held?.version} came meanwhile`);
        }
        const isThere = current?.version === name.version && current.part === name.part;
        const isPast = current?.version === name.version && current.part === 'next';
        if (!isThere && !isPast) await point(tx, name, nowMs);
      }),
    switchDue: (nowMs) =>
      write(db, async (tx) => {
        const due = await tx
          .selectFrom('catalogue_delta as delta')
          .innerJoin('catalogue_staged as staged', 'staged.version', 'delta.version')
          .select('delta.version')
          .where('staged.part', '=', 'next')
          .where('delta.next_from_ms', '<=', nowMs)
          .executeTakeFirst();
        if (due === undefined) return;
        const current = await inForce(tx);
        if (current?.version === due.version && current.part === 'next') return;
        await point(tx, { version: due.version, part: 'next' }, nowMs);
      }),
    pointer: async () => {
      const current = await inForce(db);
      const [next] = await stagedNext(db, {});
      const isDone = current?.version === next?.version && current?.part === 'next';
      return {
        inForce: current ?? null,
        dueNext:
          next === undefined || next.next_from_ms === null || isDone
            ? null
            : { version: next.version, fromMs: next.next_from_ms },
      };
    },
    switchedAtMs: async () => {
      const row = await db
        .selectFrom('catalogue_in_force')
        .select('switched_at_ms')
        .executeTakeFirst();
      return row?.switched_at_ms ?? null;
    },
    staged: async ({ version, part }) => {
      const found = ready;
      ready = null;
      if (found?.version === version && found.part === part) return found.catalogue;
      const row = await db
        .selectFrom('catalogue_staged')
        .select(['content', 'checksum'])
        .where('version', '=', version)
        .where('part', '=', part)
        .executeTakeFirstOrThrow();
      invariant(checksumOfText(row.content) === row.checksum, 'a staged catalogue is not damaged');
      return catalogueOfContent(JSON.parse(row.content) as object);
    },
  };
}

/** What is staged and not in force belongs to a delta that gave way. */
const dropStagedBut = (tx: KioskTransaction): Promise<unknown> =>
  sql`DELETE FROM catalogue_staged WHERE NOT EXISTS (
    SELECT 1 FROM catalogue_in_force AS f
    WHERE f.version = catalogue_staged.version AND f.part = catalogue_staged.part
  )`.execute(tx);

const CONTENT_FIELDS = Object.keys(contentSchema.shape) as readonly (keyof CatalogueContent)[];

/** What of a full is catalogue. */
const contentOf = (full: FullCatalogue): object =>
  Object.fromEntries(CONTENT_FIELDS.map((field) => [field, full[field]]));

export const checksumOfText = (content: string): string => `sha256:${sha256(content)}`;

// Our own bytes: the schema is an assertion here.
const readDelta = (document: string): CatalogueDeltaMessage =>
  catalogueDeltaSchema.parse(JSON.parse(document));

/** What the machine knows of a delta. */
export const factsOf = ({ catalog_version, checksum, now, next }: CatalogueDeltaMessage) => ({
  version: catalog_version,
  checksum,
  nowBase: now.base_version,
  next:
    next === undefined
      ? null
      : { base: next.base_version, effectiveFromMs: epochMsOf(next.effective_from) },
});
