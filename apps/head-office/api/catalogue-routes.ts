import {
  exportLegacyCatalogue,
  isPriceBand,
  isStoreCode,
  priceBand,
  priceList,
  shopOfStore,
} from '@tillwire/domain';
import { type Clock, zipFiles } from '@tillwire/runtime';
import { z } from 'zod';
import { catalogueOf } from '../catalogue/menu.ts';
import { type CatalogueOffice, menuTarget } from '../catalogue/office.ts';
import type { Release } from '../store/catalogue-store.ts';
import type { HeadOfficeApi } from './head-office-api.ts';
import { storeCodeParam } from './store-routes.ts';

const idNumber = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER);
const byRelease = z.object({ releaseId: idNumber });
export const targetParam = z
  .string()
  .transform((text) => menuTarget(text, isStoreCode))
  .default('base');
const note = z.string().trim().min(1).max(500);
const SHOWN_RELEASES = 50;

/** A release without the shops' overrides, which may be long. */
const releaseView = ({ shops, ...release }: Release): object => ({
  ...release,
  shops: Object.keys(shops),
});

export interface CatalogueRouteDeps {
  readonly office: CatalogueOffice;
  readonly clock: Clock;
}

/** What was published: where it stands in every shop, and what one can do about it. */
export function registerCatalogueRoutes(api: HeadOfficeApi, deps: CatalogueRouteDeps): void {
  registerReading(api, deps);
  registerRollOut(api, deps);
}

function registerReading({ read }: HeadOfficeApi, { office }: CatalogueRouteDeps): void {
  read({
    path: '/api/catalogue',
    summary: 'releases newest first, and where every shop is with its catalogue',
    role: 'view',
    handle: async () => {
      const [releases, standing] = [await office.releases(SHOWN_RELEASES), await office.standing()];
      return { releases: releases.map(releaseView), standing };
    },
  });
  read({
    path: '/api/catalogue/releases/:releaseId',
    summary: 'one release with what it changed from the one it departed from',
    role: 'view',
    params: byRelease,
    problems: { 404: ['unknown-release'] },
    handle: async ({ params: { releaseId } }) => {
      const release = await office.release(releaseId);
      const { basedOn } = release;
      return {
        ...releaseView(release),
        diff: basedOn === null ? [] : await office.diff(basedOn, releaseId),
      };
    },
  });
  read({
    path: '/api/catalogue/releases/:releaseId/menu',
    summary: 'what the base or one shop sells in a release',
    role: 'view',
    params: byRelease,
    query: z.object({ target: targetParam }),
    problems: { 404: ['unknown-release'] },
    handle: async ({ params, query: { target } }) =>
      catalogueOf(await office.menu(params.releaseId), target),
  });
  read({
    path: '/api/catalogue/releases/:releaseId/price-list',
    summary: 'the printed price list of a band',
    role: 'view',
    params: byRelease,
    query: z.object({
      target: targetParam,
      band: z.coerce.number().refine(isPriceBand, 'is a band, 1 to 6').transform(priceBand),
    }),
    problems: { 404: ['unknown-release'] },
    handle: async ({ params, query: { target, band } }) =>
      priceList(catalogueOf(await office.menu(params.releaseId), target), band),
  });
  read({
    path: '/api/catalogue/releases/:releaseId/export',
    summary: 'the legacy tables of a shop, as a ZIP',
    role: 'view',
    params: byRelease,
    query: z.object({ store: storeCodeParam }),
    problems: { 404: ['unknown-release'] },
    handle: async ({ params: { releaseId }, query: { store }, reply }) => {
      const catalogue = catalogueOf(await office.menu(releaseId), store);
      const files = exportLegacyCatalogue(catalogue, { shop: shopOfStore(store) });
      await reply
        .type('application/zip')
        .header('content-disposition', `attachment; filename="${store}-release-${releaseId}.zip"`)
        .send(Buffer.from(zipFiles(files.map(({ fileName: name, text }) => ({ name, text })))));
    },
  });
}

function registerRollOut({ change }: HeadOfficeApi, { office }: CatalogueRouteDeps): void {
  const { publishing } = office;
  const subject = (releaseId: number): string => `release ${releaseId}`;
  change({
    method: 'POST',
    path: '/api/catalogue/releases/:releaseId/halt',
    action: 'halt-roll-out',
    summary: 'tell no further shop of a release',
    role: 'operate',
    params: byRelease,
    body: z.object({ reason: note }),
    problems: { 404: ['unknown-release'], 409: ['wrong-release-state'] },
    handle: async ({ params: { releaseId }, body: { reason } }) => {
      await publishing.halt(releaseId, reason);
      return { answer: {}, subject: subject(releaseId), after: { state: 'halted', reason } };
    },
  });
  change({
    method: 'POST',
    path: '/api/catalogue/releases/:releaseId/resume',
    action: 'resume-roll-out',
    summary: 'go on with a halted roll-out where it stood',
    role: 'roll-out',
    params: byRelease,
    problems: { 404: ['unknown-release'], 409: ['wrong-release-state'] },
    handle: async ({ params: { releaseId } }) => {
      await publishing.resume(releaseId);
      return { answer: {}, subject: subject(releaseId), after: { state: 'rolling-out' } };
    },
  });
  change({
    method: 'POST',
    path: '/api/catalogue/releases/:releaseId/advance',
    action: 'advance-roll-out',
    summary: 'tell the next wave without waiting for the last',
    role: 'roll-out',
    params: byRelease,
    body: z.object({
      wavesTold: z.int().meta({ description: 'how many are told, as you know it' }),
    }),
    problems: { 404: ['unknown-release'], 409: ['wrong-release-state', 'roll-out-moved'] },
    handle: async ({ params: { releaseId }, body }) => {
      const before = await office.release(releaseId);
      await publishing.advance(releaseId, body.wavesTold);
      const after = await office.release(releaseId);
      return {
        answer: releaseView(after),
        subject: subject(releaseId),
        before: { wavesTold: before.wavesTold },
        after: { wavesTold: after.wavesTold },
      };
    },
  });
  change({
    method: 'POST',
    path: '/api/catalogue/releases/:releaseId/roll-back',
    action: 'roll-back',
    summary: 'publish an earlier release anew, to every shop at once',
    role: 'roll-out',
    status: 201,
    params: byRelease,
    body: z.object({ note }),
    problems: { 404: ['unknown-release'] },
    handle: async ({ params: { releaseId }, body, caller }) => {
      const release = await publishing.rollBack({
        to: releaseId,
        note: body.note,
        by: caller.name,
      });
      return {
        answer: releaseView(release),
        subject: subject(release.releaseId),
        after: releaseView(release),
      };
    },
  });
}
