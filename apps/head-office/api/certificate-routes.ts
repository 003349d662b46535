import { canonicalText, type Signed } from '@tillwire/contract';
import type { StoreCode } from '@tillwire/domain';
import { type Clock, Problem } from '@tillwire/runtime';
import { z } from 'zod';
import { type Certificate, issueCertificate } from '../books/certificate.ts';
import type { StateDir } from '../state-dir.ts';
import {
  keepCertificate,
  type KeptCertificate,
  listCertificates,
  readCertificate,
} from '../store/certificate-store.ts';
import type { Database } from '../store/database.ts';
import type { HeadOfficeApi } from './head-office-api.ts';
import { storeCodeParam } from './store-routes.ts';

export interface CertificateRouteDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly stateDir: Pick<StateDir, 'keys'>;
}

const byStore = z.object({ store: storeCodeParam });
const idNumber = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER);

/** What a kept certificate says, without its text. */
const keptView = ({ text, ...kept }: KeptCertificate): object => {
  const { journal, totals, signatures } = JSON.parse(text) as Signed<Certificate>;
  return { ...kept, journal, totals, keys: signatures.map(({ key }) => key) };
};

/** Signed: how far the journal of a store is whole, and what its orders come to. */
export function registerCertificateRoutes(
  { read, change }: HeadOfficeApi,
  { db, clock, stateDir }: CertificateRouteDeps,
): void {
  const issue = async (store: StoreCode): Promise<Signed<Certificate>> => {
    const certificate = await issueCertificate(db, store, stateDir.keys());
    if (certificate !== null) return certificate;
    throw new Problem(404, 'nothing-complete', `nothing of ${store} is complete yet`);
  };
  read({
    path: '/api/certificates/:store',
    summary: 'signed: how far the journal of a store is whole, and what its orders come to',
    role: 'view',
    params: byStore,
    problems: { 404: ['nothing-complete'] },
    handle: ({ params: { store } }) => issue(store),
  });
  change({
    method: 'POST',
    path: '/api/certificates/:store',
    action: 'issue-certificate',
    summary: 'issue a certificate as of now and keep it',
    role: 'operate',
    status: 201,
    params: byStore,
    problems: { 404: ['nothing-complete'] },
    handle: async ({ params: { store }, caller }) => {
      const text = canonicalText(await issue(store));
      const at = new Date(clock.nowMs());
      const kept = await keepCertificate(db, { store, text, by: caller.name, at });
      return { answer: keptView(kept), subject: store, after: { id: kept.certificateId } };
    },
  });
  read({
    path: '/api/certificates/:store/kept',
    summary: 'certificates that were issued and kept, the last first, with `next`',
    role: 'view',
    params: byStore,
    query: z.object({
      before: idNumber.optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    handle: async ({ params: { store }, query }) => {
      const kept = await listCertificates(db, store, query);
      const last = kept.at(-1);
      return {
        certificates: kept.map(keptView),
        ...(kept.length === query.limit && last !== undefined ? { next: last.certificateId } : {}),
      };
    },
  });
  read({
    path: '/api/certificates/:store/kept/:id',
    summary: 'one of them: the whole signed text, byte for byte as it was issued',
    role: 'view',
    params: byStore.extend({ id: idNumber }),
    problems: { 404: ['unknown-certificate'] },
    handle: async ({ params: { store, id }, reply }) => {
      const kept = await readCertificate(db, store, id);
      if (kept === null) {
        throw new Problem(404, 'unknown-certificate', `${store} has no certificate ${id}`);
      }
      await reply
        .type('application/json; charset=utf-8')
        .header('content-disposition', `attachment; filename="certificate-${store}-${id}.json"`)
        .send(kept.text);
    },
  });
}
