import { deltaOfOverrides, overridesOfDelta, overridesSchema } from '@tillwire/contract';
import {
  type CatalogueDelta,
  COLLECTION_NAMES,
  entryKey,
  type ImportReport,
  isStoreCode,
} from '@tillwire/domain';
import { type Clock, parseRequest, Problem } from '@tillwire/runtime';
import { z } from 'zod';
import type { MenuTarget } from '../catalogue/menu.ts';
import type { CatalogueOffice } from '../catalogue/office.ts';
import { handsIn, keepApproval, noteHand, readApproval } from '../store/approval-store.ts';
import type { Draft } from '../store/catalogue-store.ts';
import type { Database } from '../store/database.ts';
import { targetParam } from './catalogue-routes.ts';
import type { Caller } from './access.ts';
import type { HeadOfficeApi } from './head-office-api.ts';
import { storeCodeParam } from './store-routes.ts';

const idNumber = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER);
const byDraft = z.object({ draftId: idNumber });
const draftName = z.string().trim().min(1).max(100);
const revision = z.int().min(1);
const subject = (draftId: number): string => `draft ${draftId}`;

const draftView = ({ shops, ...draft }: Draft): object => ({ ...draft, shops: Object.keys(shops) });

export interface DraftRouteDeps {
  readonly db: Database;
  readonly office: CatalogueOffice;
  readonly clock: Clock;
}

/** Menus in the making, until a second person approved them and they are published. */
export function registerDraftRoutes(api: HeadOfficeApi, deps: DraftRouteDeps): void {
  registerDrafts(api, deps);
  registerEditing(api, deps);
  registerApproval(api, deps);
}

function registerDrafts({ read, change }: HeadOfficeApi, { db, office }: DraftRouteDeps): void {
  const { drafts } = office;
  read({
    path: '/api/catalogue/drafts',
    summary: 'all drafts',
    role: 'view',
    handle: async () => ({ drafts: (await drafts.list()).map(draftView) }),
  });
  read({
    path: '/api/catalogue/drafts/:draftId',
    summary: 'a draft with what it changes, its faults, and who approved it',
    role: 'view',
    params: byDraft,
    problems: { 404: ['unknown-draft'] },
    handle: async ({ params: { draftId } }) => {
      const draft = await drafts.read(draftId);
      const isEmpty = draft.baseChecksum === null;
      return {
        ...draftView(draft),
        diff: await drafts.diff(draftId),
        faults: isEmpty ? [] : await drafts.faults(draftId),
        hands: await handsIn(db, draftId),
        approval: await readApproval(db, draftId, draft.revision),
      };
    },
  });
  read({
    path: '/api/catalogue/drafts/:draftId/menu',
    summary: 'what the base or one shop would sell',
    role: 'view',
    params: byDraft,
    query: z.object({ target: targetParam }),
    problems: { 404: ['unknown-draft'], 409: ['no-base'] },
    handle: ({ params, query: { target } }) => drafts.catalogue(params.draftId, target),
  });
  change({
    method: 'POST',
    path: '/api/catalogue/drafts',
    action: 'create-draft',
    summary: 'a new draft, departing from the newest release or the one named',
    role: 'edit-catalogue',
    status: 201,
    body: z.object({ name: draftName, from: idNumber.optional() }),
    problems: { 404: ['unknown-release'] },
    handle: async ({ body: { name, from }, caller }) => {
      const by = caller.name;
      const draft = await drafts.create({ name, by, ...(from === undefined ? {} : { from }) });
      await noteHand(db, draft.draftId, by);
      return { answer: draftView(draft), subject: subject(draft.draftId), after: { name } };
    },
  });
  change({
    method: 'DELETE',
    path: '/api/catalogue/drafts/:draftId',
    action: 'discard-draft',
    summary: 'discard a draft',
    role: 'edit-catalogue',
    params: byDraft,
    problems: { 404: ['unknown-draft'] },
    handle: async ({ params: { draftId } }) => {
      const { name } = await drafts.read(draftId);
      await drafts.discard(draftId);
      return { answer: {}, subject: subject(draftId), before: { name } };
    },
  });
}

/** Whole entries to set and keys to remove, by collection, named as in the menu. */
const entries = z.object({
  set: z.array(z.record(z.string(), z.unknown())).max(10_000).default([]),
  remove: z
    .array(z.union([z.string(), z.number()]))
    .max(10_000)
    .default([]),
});
const editBody = z.object({
  revision,
  edit: z
    .partialRecord(z.enum(COLLECTION_NAMES), entries)
    .and(z.object({ settings: z.record(z.string(), z.unknown()).optional() })),
});

/** An edit that is fit to become a catalogue's. @throws {Problem} naming every field that is not. */
const editOf = (given: z.infer<typeof editBody>['edit']): CatalogueDelta =>
  deltaOfOverrides(
    parseRequest(overridesSchema, overridesOfDelta(given as unknown as CatalogueDelta)),
  );

function registerEditing({ server, change }: HeadOfficeApi, { db, office }: DraftRouteDeps): void {
  const { drafts } = office;
  server.addContentTypeParser(
    'application/zip',
    { parseAs: 'buffer', bodyLimit: 32 * 1024 * 1024 },
    (_request, body, done) => done(null, body),
  );
  const importQuery = z.object({
    shop: z.coerce.number().int().min(1).max(9999),
    target: targetParam,
    fileName: z.string().max(200).default('upload.zip'),
  });
  const zip = z.instanceof(Buffer, { error: 'is a ZIP of legacy tables (application/zip)' });
  const importInto = async (
    draftId: number | null,
    { query, body, caller }: { query: z.infer<typeof importQuery>; body: Buffer; caller: Caller },
  ): Promise<{ draft: Draft; report: ImportReport }> => {
    if (draftId !== null) await noteHand(db, draftId, caller.name);
    const { shop, target, fileName } = query;
    const source = { zip: body, fileName };
    const imported = await drafts.importSet({ draftId, source, shop, target, by: caller.name });
    await noteHand(db, imported.draft.draftId, caller.name);
    return imported;
  };
  const imported = ({ draft, report }: { draft: Draft; report: ImportReport }, asked: object) => ({
    answer: { draft: draftView(draft), report },
    subject: subject(draft.draftId),
    after: asked,
  });
  const importProblems = { 409: ['no-base'], 422: ['import-faults'] };
  change({
    method: 'POST',
    path: '/api/catalogue/imports',
    action: 'import-set',
    summary: 'a legacy set, as a ZIP, into a new draft; all of it or nothing, with every fault',
    role: 'edit-catalogue',
    status: 201,
    query: importQuery,
    body: zip,
    problems: importProblems,
    handle: async (input) => imported(await importInto(null, input), input.query),
  });
  change({
    method: 'POST',
    path: '/api/catalogue/drafts/:draftId/imports',
    action: 'import-set',
    summary: 'a legacy set, as a ZIP, into the base or one shop of a draft',
    role: 'edit-catalogue',
    params: byDraft,
    query: importQuery,
    body: zip,
    problems: { ...importProblems, 404: ['unknown-draft'] },
    handle: async (input) => imported(await importInto(input.params.draftId, input), input.query),
  });
  change({
    method: 'POST',
    path: '/api/catalogue/drafts/:draftId/edits',
    action: 'edit-draft',
    summary: 'set and remove entries of what the base or one shop would sell',
    role: 'edit-catalogue',
    params: byDraft,
    query: z.object({ target: targetParam }),
    body: editBody,
    problems: { 404: ['unknown-draft'], 409: ['draft-changed', 'no-base'] },
    handle: async ({ params: { draftId }, query: { target }, body, caller }) => {
      const edit = editOf(body.edit);
      await noteHand(db, draftId, caller.name);
      const before = await entriesBefore(office, { draftId, target, edit });
      const draft = await drafts.edit({
        draftId,
        revision: body.revision,
        target,
        edit,
        by: caller.name,
      });
      return {
        answer: draftView(draft),
        subject: subject(draftId),
        before,
        after: { target, ...body.edit },
      };
    },
  });
  change({
    method: 'POST',
    path: '/api/catalogue/drafts/:draftId/rebase',
    action: 'rebase-draft',
    summary: "do the draft's changes to the newest release instead",
    role: 'edit-catalogue',
    params: byDraft,
    problems: { 404: ['unknown-draft'], 409: ['no-base'] },
    handle: async ({ params: { draftId }, caller }) => {
      await noteHand(db, draftId, caller.name);
      const before = await drafts.read(draftId);
      const draft = await drafts.rebase({ draftId, by: caller.name });
      return {
        answer: draftView(draft),
        subject: subject(draftId),
        before: { basedOn: before.basedOn },
        after: { basedOn: draft.basedOn },
      };
    },
  });
}

/** The entries an edit sets or removes, as they are now. */
async function entriesBefore(
  { drafts }: CatalogueOffice,
  {
    draftId,
    target,
    edit,
  }: {
    readonly draftId: number;
    readonly target: MenuTarget;
    readonly edit: CatalogueDelta;
  },
): Promise<object> {
  const catalogue = await drafts.catalogue(draftId, target);
  const touched = COLLECTION_NAMES.flatMap((name) => {
    const change = edit[name];
    if (change === undefined) return [];
    const keys = new Set([...change.remove, ...change.set.map((entry) => entryKey(name, entry))]);
    return [[name, catalogue[name].filter((entry) => keys.has(entryKey(name, entry)))] as const];
  });
  return {
    ...Object.fromEntries(touched),
    ...(edit.settings === undefined ? {} : { settings: catalogue.settings }),
  };
}

const publishBody = z.object({
  revision,
  note: z.string().trim().min(1).max(500),
  canaries: z.array(storeCodeParam).max(1000).default([]),
  waveSize: z.int().min(1).nullable().default(null),
  /** When it comes into force; null: at once. */
  effectiveFrom: z.iso.datetime({ offset: true }).nullable().default(null),
  scheduled: z.enum(['rebase', 'cancel']).optional(),
});

function registerApproval({ change }: HeadOfficeApi, { db, office, clock }: DraftRouteDeps): void {
  const { drafts, publishing } = office;
  const standing = async (draftId: number, asked: number): Promise<Draft> => {
    const draft = await drafts.read(draftId);
    if (draft.revision === asked) return draft;
    throw new Problem(409, 'draft-changed', 'somebody else changed the draft meanwhile');
  };
  change({
    method: 'POST',
    path: '/api/catalogue/drafts/:draftId/approve',
    action: 'approve-draft',
    summary: 'approve a draft as it stands; not for those who had a hand in it',
    role: 'approve-catalogue',
    params: byDraft,
    body: z.object({ revision }),
    problems: { 403: ['own-draft'], 404: ['unknown-draft'], 409: ['draft-changed'] },
    handle: async ({ params: { draftId }, body, caller }) => {
      await standing(draftId, body.revision);
      if ((await handsIn(db, draftId)).includes(caller.name)) {
        throw new Problem(403, 'own-draft', 'somebody who had no hand in the draft approves it');
      }
      const at = new Date(clock.nowMs());
      await keepApproval(db, draftId, { revision: body.revision, name: caller.name, at });
      return { answer: {}, subject: subject(draftId), after: { revision: body.revision } };
    },
  });
  change({
    method: 'POST',
    path: '/api/catalogue/drafts/:draftId/publish',
    action: 'publish-draft',
    summary: 'publish an approved draft: canaries first, then waves, at once or at its time',
    role: 'roll-out',
    status: 201,
    params: byDraft,
    body: publishBody,
    problems: {
      404: ['unknown-draft'],
      409: ['not-approved', 'draft-changed', 'draft-outdated', 'scheduled-pending', 'no-base'],
      422: ['effective-in-the-past', 'menu-faults'],
    },
    handle: async ({ params: { draftId }, body, caller }) => {
      const draft = await standing(draftId, body.revision);
      const approval = await readApproval(db, draftId, body.revision);
      if (approval === null) {
        throw new Problem(409, 'not-approved', 'nobody else has approved the draft as it stands');
      }
      const { note, canaries, waveSize, effectiveFrom, scheduled } = body;
      const release = await publishing.publish({
        draftId,
        revision: body.revision,
        note,
        by: caller.name,
        plan: { canaries: canaries.filter(isStoreCode), waveSize },
        effectiveFromMs: effectiveFrom === null ? null : Date.parse(effectiveFrom),
        ...(scheduled === undefined ? {} : { scheduled }),
      });
      const { releaseId, waves } = release;
      return {
        answer: { releaseId, waves },
        subject: `release ${releaseId}`,
        before: { draft: draft.name, revision: body.revision, approvedBy: approval.name },
        after: { note, waves, effectiveFrom },
      };
    },
  });
}
