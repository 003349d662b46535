import { clockDate, type DayRules, kindOf } from '@tillwire/domain';
import { type Clock, Problem } from '@tillwire/runtime';
import type { z } from 'zod';
import type { Caller } from '../access.ts';
import type { CatalogueSource } from '../catalogue-source.ts';
import { isPracticeId, type Practice } from '../practice.ts';
import type { OrderStore } from '../store/order-store.ts';
import type { Till } from '../till.ts';
import type { KioskApi } from './api.ts';
import {
  kitchenBody,
  orderAnswer,
  orderDetailAnswer,
  orderListAnswer,
  orderListQuery,
  orderParams,
  orderView,
  paidOutBody,
  paymentBody,
  quoteAnswer,
  quoteBody,
  saleBody,
  storedOrderView,
  voidBody,
} from './order-schemas.ts';
import { done, REVISION_PROBLEMS, SALE_PROBLEMS } from './refusals.ts';

export interface OrderRouteDeps {
  readonly till: Till;
  readonly orders: OrderStore;
  readonly practice: Practice;
  /** Whether Head Office has the whole shop practise. */
  readonly trainingForced: () => boolean;
  readonly catalogue: CatalogueSource;
  readonly clock: Clock;
  readonly day: DayRules;
}

/** Selling and looking at what was sold. */
export function registerOrderRoutes(api: KioskApi, deps: OrderRouteDeps): void {
  registerSales(api, deps);
  registerRevisions(api, deps);
  registerReading(api, deps);
}

/** An order a customer pays is taken by whoever is signed in; crew food and waste say for whom. */
const soldBy = (caller: Caller, sale: z.infer<typeof saleBody>): z.infer<typeof saleBody> =>
  caller.crewId === null || sale.crewId !== undefined || kindOf(sale.tenders) !== 'sale'
    ? sale
    : { ...sale, crewId: caller.crewId };

/** Who answers for it: as named, else whoever asks. */
const accountOf = (caller: Caller, { crewId }: { readonly crewId?: string | undefined }): string =>
  crewId ?? caller.crewId ?? '';

const isPractising = (caller: Caller, { trainingForced }: OrderRouteDeps): boolean =>
  caller.training || trainingForced();

/** The till a request is for; one asked again goes where it went before, whatever was switched meanwhile. */
async function tillFor(caller: Caller, requestId: string, deps: OrderRouteDeps): Promise<Till> {
  const { till, orders, practice } = deps;
  if (isPractising(caller, deps)) {
    return (await orders.findRequest(requestId)) === null ? practice.till : till;
  }
  return (await practice.orders.findRequest(requestId)) === null ? till : practice.till;
}

/** Where an order is, by its id. */
const homeOf = (id: string, { till, orders, practice }: OrderRouteDeps): Practice =>
  isPracticeId(id) ? practice : { till, orders };

function registerSales({ route }: KioskApi, deps: OrderRouteDeps): void {
  const { till, catalogue } = deps;
  route({
    method: 'POST',
    path: '/api/orders',
    summary: 'take an order; the same `requestId` again is answered the same and sells nothing',
    role: 'crew',
    body: saleBody,
    status: 201,
    answer: orderAnswer,
    problems: SALE_PROBLEMS,
    handle: async ({ body, caller }) => {
      const at = await tillFor(caller, body.requestId, deps);
      return { order: storedOrderView(done(await at.sell(soldBy(caller, body)))) };
    },
  });
  route({
    method: 'POST',
    path: '/api/orders/quote',
    summary: 'price an order, and settle its tenders where there are any; stores nothing',
    role: 'crew',
    body: quoteBody,
    answer: quoteAnswer,
    problems: { 400: ['bad-request'], 422: ['order-refused'], 503: ['no-catalogue'] },
    handle: async ({ body }) => {
      const quote = done(till.quote(body));
      return { quote: { ...quote, catalogVersion: catalogue.current()?.version } };
    },
  });
  route({
    method: 'POST',
    path: '/api/paid-outs',
    summary: 'take cash from the drawer',
    role: 'shift-manager',
    body: paidOutBody,
    status: 201,
    answer: orderAnswer,
    problems: SALE_PROBLEMS,
    handle: async ({ body, caller }) => {
      const at = await tillFor(caller, body.requestId, deps);
      const paidOut = { ...body, crewId: accountOf(caller, body) };
      return { order: storedOrderView(done(await at.payOut(paidOut))) };
    },
  });
}

function registerRevisions({ route }: KioskApi, deps: OrderRouteDeps): void {
  const tillOf = (id: string): Till => homeOf(id, deps).till;
  route({
    method: 'POST',
    path: '/api/orders/:globalOrderId/void',
    summary: 'delete an order from the books',
    role: 'shift-manager',
    params: orderParams,
    body: voidBody,
    answer: orderAnswer,
    problems: REVISION_PROBLEMS,
    handle: async ({ params, body, caller }) => {
      const account = { crewId: accountOf(caller, body), reason: body.reason };
      return {
        order: storedOrderView(
          done(await tillOf(params.globalOrderId).voidOrder(params.globalOrderId, account)),
        ),
      };
    },
  });
  route({
    method: 'POST',
    path: '/api/orders/:globalOrderId/payment',
    summary: 'move the whole payment of an order to another tender',
    role: 'shift-manager',
    params: orderParams,
    body: paymentBody,
    answer: orderAnswer,
    problems: REVISION_PROBLEMS,
    handle: async ({ params, body }) => ({
      order: storedOrderView(
        done(await tillOf(params.globalOrderId).changePayment(params.globalOrderId, body.method)),
      ),
    }),
  });
  route({
    method: 'POST',
    path: '/api/orders/:globalOrderId/status',
    summary: 'move an order through the kitchen, either way',
    role: 'crew',
    params: orderParams,
    body: kitchenBody,
    answer: orderAnswer,
    problems: { 400: ['bad-request'], 404: ['unknown-order'], 409: ['not-for-kitchen'] },
    handle: async ({ params, body }) => ({
      order: storedOrderView(
        done(await tillOf(params.globalOrderId).setKitchen(params.globalOrderId, body.status)),
      ),
    }),
  });
}

function registerReading({ route }: KioskApi, deps: OrderRouteDeps): void {
  const { clock, day } = deps;
  route({
    method: 'GET',
    path: '/api/orders',
    summary: 'the orders of a business date, newest first',
    role: 'crew',
    query: orderListQuery,
    answer: orderListAnswer,
    problems: { 400: ['bad-request'] },
    handle: async ({ query, caller }) => {
      const { orders } = isPractising(caller, deps) ? deps.practice : deps;
      const date = query.date ?? (await orders.currentDate(clockDate(clock.nowMs(), day)));
      const { status, before, limit } = query;
      const found = await orders.list({
        date,
        before,
        limit,
        ...(status === 'completed' || status === 'voided'
          ? { status }
          : { kitchen: status, ...(status === undefined ? {} : { status: 'completed' }) }),
      });
      const shown = found.map(storedOrderView);
      const last = shown.at(-1);
      return {
        businessDate: date,
        orders: shown,
        ...(shown.length === limit && last !== undefined ? { next: last.number } : {}),
      };
    },
  });
  route({
    method: 'GET',
    path: '/api/orders/:globalOrderId',
    summary: 'an order with every state it was in',
    role: 'crew',
    params: orderParams,
    answer: orderDetailAnswer,
    problems: { 400: ['bad-request'], 404: ['unknown-order'] },
    handle: async ({ params }) => {
      const { orders } = homeOf(params.globalOrderId, deps);
      const stored = await orders.read(params.globalOrderId);
      if (stored === null) throw new Problem(404, 'unknown-order', 'there is no such order here');
      const revisions = await orders.revisions(params.globalOrderId);
      return { order: storedOrderView(stored), revisions: revisions.map(orderView) };
    },
  });
}
