import { COOK_ZONES, parseGlobalOrderId, utcInstant } from '@tillwire/domain';
import { z } from 'zod';
import type { Kitchen, Ticket } from '../kitchen.ts';
import type { KioskApi } from './api.ts';
import { orderParams } from './order-schemas.ts';
import { done } from './refusals.ts';

const zoneName = z.enum(COOK_ZONES);
const status = z.enum(['none', 'preparing', 'packed', 'dispatched']);

const zoneLoad = z.object({
  zone: zoneName,
  items: z.int(),
  limit: z.int().nullable().meta({ description: "Head Office's cap; null: no warning" }),
  isFull: z.boolean(),
});
const loadAnswer = z.object({ zones: z.array(zoneLoad) });

const ticket = z.object({
  globalOrderId: z.string(),
  number: z.int(),
  channel: z.string(),
  vatBasis: z.enum(['take', 'eat']),
  kitchen: status,
  isVoided: z.boolean().meta({ description: 'voided while it was in hand: stop making it' }),
  createdAt: z.string(),
  ageS: z.int(),
  zones: z.array(zoneName).meta({ description: 'zones that have something to make of it' }),
  bumps: z.array(z.object({ zone: zoneName, at: z.string() })),
  items: z.array(
    z.object({
      name: z.string(),
      quantity: z.int(),
      zone: z.enum(['none', ...COOK_ZONES]),
      isMeal: z.boolean(),
      details: z.array(z.string()),
    }),
  ),
});

/** Tickets by cooking zone, bump and recall, and how much is in preparation. */
export function registerKitchenRoutes(
  { route }: KioskApi,
  { kitchen }: { readonly kitchen: Kitchen },
): void {
  route({
    method: 'GET',
    path: '/api/kitchen',
    summary:
      'tickets being prepared and packed, the last ones handed over, and those voided in the last 15 minutes; oldest first',
    role: 'crew',
    answer: loadAnswer.extend({ isUsed: z.boolean(), tickets: z.array(ticket) }),
    handle: async () => {
      const tickets = await kitchen.tickets();
      return {
        isUsed: kitchen.isUsed(),
        zones: [...kitchen.load(tickets)],
        tickets: tickets.map(ticketView),
      };
    },
  });
  route({
    method: 'GET',
    path: '/api/kitchen/load',
    summary: 'items in preparation by zone, and whether a zone is at its cap',
    role: 'crew',
    answer: loadAnswer,
    handle: async () => ({ zones: [...kitchen.load(await kitchen.tickets())] }),
  });
  route({
    method: 'PUT',
    path: '/api/kitchen/:globalOrderId/zones/:zone',
    summary: 'say that a zone is done with an order, or that it is not after all',
    role: 'crew',
    params: orderParams.extend({ zone: zoneName }),
    body: z.object({ done: z.boolean() }),
    answer: z.object({ kitchen: status }),
    problems: { 400: ['bad-request'], 404: ['unknown-order'], 409: ['not-for-kitchen'] },
    handle: async ({ params: { globalOrderId, zone }, body }) => ({
      kitchen: done(await kitchen.setBumped(globalOrderId, zone, body.done)),
    }),
  });
}

const ticketView = ({
  order,
  kitchen,
  bumps,
  items,
  zones,
  ageS,
}: Ticket): z.infer<typeof ticket> => ({
  globalOrderId: order.id,
  number: parseGlobalOrderId(order.id)?.sequence ?? 0,
  channel: order.channel,
  vatBasis: order.vatBasis,
  kitchen,
  isVoided: order.status === 'voided',
  createdAt: order.createdAt,
  ageS,
  zones: [...zones],
  bumps: bumps.map(({ zone, atMs }) => ({ zone, at: utcInstant(atMs) })),
  items: items.map((item) => ({ ...item, details: [...item.details] })),
});
