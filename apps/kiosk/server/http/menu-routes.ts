import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { StoreConfig } from '@tillwire/contract';
import { channelFor, faultMessage, type StoreCode } from '@tillwire/domain';
import { Problem } from '@tillwire/runtime';
import { z } from 'zod';
import type { CatalogueInForce, CatalogueSource } from '../catalogue-source.ts';
import type { TillRulesInForce } from '../till.ts';
import type { KioskApi } from './api.ts';
import { menuAnswer, menuView } from './menu-view.ts';

export interface MenuRouteDeps {
  readonly store: StoreCode;
  readonly catalogue: CatalogueSource;
  readonly rules: () => TillRulesInForce;
  readonly flags: () => StoreConfig['flags'];
}

const menuQuery = z.object({ channel: z.string().max(16).default('OT-C') });

/** What can be sold: by channel for people and screens, or the whole catalogue to price by. */
export function registerMenuRoutes(
  { route }: KioskApi,
  { store, catalogue, rules, flags }: MenuRouteDeps,
): void {
  const current = (): CatalogueInForce => {
    const inForce = catalogue.current();
    if (inForce !== null) return inForce;
    throw new Problem(503, 'no-catalogue', 'the shop has no catalogue to sell from yet');
  };
  route({
    method: 'GET',
    path: '/api/menu',
    summary: 'what a channel sells, with its prices in pence',
    role: 'crew',
    query: menuQuery,
    answer: menuAnswer,
    problems: { 400: ['bad-request'], 422: ['channel-refused'], 503: ['no-catalogue'] },
    handle: async ({ query }) => {
      const { index, version } = current();
      const context = { index, rules: rules().rules, knowsCrew: () => false };
      const selling = channelFor(query.channel, context);
      if (selling.ok) return menuView(index, { ...selling.value, version });
      const { type, path, value } = selling.error;
      const message = faultMessage(selling.error);
      throw new Problem(422, 'channel-refused', message, {
        faults: [{ path, code: type, message, value }],
      });
    },
  });
  const answerOf = (
    { version, catalogue: whole }: CatalogueInForce,
    { rules: { channelsOff, bandByChannel, ...others }, configVersion }: TillRulesInForce,
  ): CatalogueAnswer => {
    const { kcal, kitchen, customer_display: customerDisplay } = flags();
    const content = {
      store,
      catalogVersion: version,
      configVersion,
      rules: {
        ...others,
        channelsOff: [...channelsOff],
        bandByChannel: Object.fromEntries(bandByChannel),
      },
      flags: { kcal, kitchen, customerDisplay },
      catalogue: whole,
    };
    const tag = `"${createHash('sha256').update(JSON.stringify(content)).digest('base64url').slice(0, 22)}"`;
    const json = JSON.stringify({ tag, ...content });
    return { tag, json, gzip: gzipSync(json) };
  };
  /** Every screen of the shop asks for it and it is large: it is put together once for what is in force. */
  let kept: {
    readonly catalogue: CatalogueInForce;
    readonly rules: TillRulesInForce;
    readonly answer: CatalogueAnswer;
  } | null = null;
  route({
    method: 'GET',
    path: '/api/catalogue',
    summary:
      'the whole catalogue in force and the rules of selling, for screens that price by themselves',
    role: 'crew',
    problems: { 503: ['no-catalogue'] },
    handle: async ({ request, reply }) => {
      const { catalogue: inForce, rules: ruling } = { catalogue: current(), rules: rules() };
      if (kept?.catalogue !== inForce || kept.rules !== ruling) {
        kept = { catalogue: inForce, rules: ruling, answer: answerOf(inForce, ruling) };
      }
      const { tag, json, gzip } = kept.answer;
      void reply.headers({ etag: tag, 'cache-control': 'no-cache', vary: 'accept-encoding' });
      if (request.headers['if-none-match'] === tag) return await reply.status(304).send();
      void reply.type('application/json; charset=utf-8');
      if (!/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) return json;
      void reply.header('content-encoding', 'gzip');
      return gzip;
    },
  });
}

/** The catalogue as screens get it, and a tag that is another one as soon as anything in it is. */
interface CatalogueAnswer {
  readonly tag: string;
  readonly json: string;
  readonly gzip: Buffer;
}
