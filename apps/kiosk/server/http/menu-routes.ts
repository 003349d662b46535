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
  route({
    method: 'GET',
    path: '/api/catalogue',
    summary:
      'the whole catalogue in force and the rules of selling, for screens that price by themselves',
    role: 'crew',
    problems: { 503: ['no-catalogue'] },
    handle: async () => {
      const { version, catalogue: whole } = current();
      const { rules: inForce, configVersion } = rules();
      return {
        store,
        catalogVersion: version,
        configVersion,
        rules: {
          ...inForce,
          channelsOff: [...inForce.channelsOff],
          bandByChannel: Object.fromEntries(inForce.bandByChannel),
        },
        flags: {
          kcal: flags().kcal,
          kitchen: flags().kitchen,
          customerDisplay: flags().customer_display,
        },
        catalogue: whole,
      };
    },
  });
}
