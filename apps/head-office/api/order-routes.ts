import { orderEventSchema, orderOfEvent, sha256 } from '@tillwire/contract';
import { channelCode, isChannelCode, parseGlobalOrderId } from '@tillwire/domain';
import { Problem } from '@tillwire/runtime';
import { z } from 'zod';
import { orderKeyOf } from '../ingest/read-event.ts';
import type { Database } from '../store/database.ts';
import { listOrders, type OrderRevision, readOrder } from '../store/order-queries.ts';
import type { HeadOfficeApi } from './head-office-api.ts';
import { dateParam } from './report-routes.ts';
import { storeCodeParam } from './store-routes.ts';

const PAYMENTS = orderEventSchema.shape.payment_method;

const query = z
  .object({
    store: storeCodeParam.optional(),
    date: dateParam.optional(),
    status: orderEventSchema.shape.status.optional(),
    kind: orderEventSchema.shape.kind.optional(),
    channel: z
      .string()
      .refine(isChannelCode, 'is a channel code')
      .transform(channelCode)
      .optional(),
    payment: PAYMENTS.optional(),
    sort: z.enum(['oldest', 'newest']).default('oldest'),
    after: z
      .string()
      .regex(/^\d{1,19}$/, 'is the `next` of the page before')
      .optional(),
    limit: z.coerce.number().int().min(1).max(1000).default(100),
  })
  .refine(
    ({ date, status, kind, channel, payment }) => date ?? !(status ?? kind ?? channel ?? payment),
    {
      path: ['date'],
      error: 'is needed to filter by status, kind, channel or payment',
    },
  );

const byId = z.object({ globalOrderId: z.string().max(40) });

/** What a stored event says, in the API's words; its bytes beside it, whatever they are. */
const revisionView = ({ payload, ...revision }: OrderRevision): object => {
  const parsed = orderEventSchema.safeParse(JSON.parse(payload));
  return {
    ...revision,
    raw: payload,
    hashMatches: sha256(payload) === revision.hash,
    order: parsed.success ? orderOfEvent(parsed.data) : null,
  };
};

/** Every sale of every shop, down to the message it came in. */
export function registerOrderRoutes(
  { read }: HeadOfficeApi,
  { db }: { readonly db: Database },
): void {
  read({
    path: '/api/orders',
    summary: 'orders at their current revision, a page at a time; `next` is the following `after`',
    role: 'view',
    query,
    handle: ({ query: { payment, sort, ...filter } }) =>
      listOrders(db, { ...filter, paymentMethod: payment, descending: sort === 'newest' }),
  });
  read({
    path: '/api/orders/:globalOrderId',
    summary: 'an order with every revision, each with the raw message it came in',
    role: 'view',
    params: byId,
    problems: { 404: ['unknown-order'] },
    handle: async ({ params: { globalOrderId } }) => {
      const id = parseGlobalOrderId(globalOrderId) === null ? null : orderKeyOf(globalOrderId);
      const found = id === null ? null : await readOrder(db, id);
      if (found === null) {
        throw new Problem(404, 'unknown-order', `there is no order ${globalOrderId} here`);
      }
      return { ...found.order, revisions: found.revisions.map(revisionView) };
    },
  });
}
