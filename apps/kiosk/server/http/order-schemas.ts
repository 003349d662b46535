import { plainText } from '@tillwire/contract';
import {
  type GlobalOrderId,
  isBusinessDate,
  isGlobalOrderId,
  type Order,
  parseGlobalOrderId,
  paymentOf,
} from '@tillwire/domain';
import { z } from 'zod';
import { isPracticeId, practiceNumber } from '../practice.ts';
import type { StoredOrder } from '../store/order-store.ts';

// What numbers may be is the domain's to say, so that every refusal of it comes with the others and in its own
// words; the limits here only describe it.
const code = z.number().meta({ minimum: 1, maximum: 99_999 });
const quantity = z.number().meta({ minimum: 1, maximum: 999 });
const amount = z.number().meta({ minimum: 1, description: 'pence' });

/** Text; a number is taken as its text. */
export const crewId = z
  .union([plainText(64), z.int().min(0)])
  .transform((id) => String(id).trim())
  .meta({
    description:
      'a number is taken as its text; left out: whoever is signed in, where a customer pays',
  });

const note = plainText(200);
export const requestId = plainText(100).min(1).meta({
  description: "the caller's own, new for each thing asked for; a repeat changes nothing",
});

const productLine = z.object({
  kind: z.literal('product'),
  code,
  quantity,
  meal: z.object({ drink: code, goLarge: z.boolean().optional() }).optional(),
  choices: z.array(code).max(100).optional(),
  extras: z.array(z.object({ code, quantity })).max(100).optional(),
  without: z.array(code).max(100).optional(),
  note: note.optional(),
});

const comboLine = z.object({
  kind: z.literal('combo'),
  code,
  quantity,
  choices: z.array(code).max(100).default([]),
  tradeUp: z.boolean().optional(),
  note: note.optional(),
});

const customerMethod = z.enum(['cash', 'card', 'cheque', 'on-account', 'voucher']);

const tender = z.object({
  method: z.enum([...customerMethod.options, 'crew-food', 'cooked-waste']),
  amount: amount.optional(),
  tendered: z.number().meta({ minimum: 0, description: 'pence handed over' }).optional(),
});

const saleFields = {
  channel: z.string().max(16),
  vatBasis: z.enum(['take', 'eat']),
  lines: z.array(z.discriminatedUnion('kind', [productLine, comboLine])).max(1000),
  crewId: crewId.optional(),
};
const tenders = z.array(tender).max(20);

export const saleBody = z.object({
  requestId,
  ...saleFields,
  tenders,
  expectedTotal: z.int().optional().meta({ description: 'pence the customer was told' }),
});

export const quoteBody = z.object({ ...saleFields, tenders: tenders.optional() });

export const paidOutBody = z.object({
  requestId,
  amount: z.number().meta({ minimum: 1, maximum: 99_999, description: 'pence' }),
  crewId: crewId.optional(),
  reason: plainText(200),
  channel: z.string().max(16).default('OT-C'),
});

export const voidBody = z.object({ crewId: crewId.optional(), reason: plainText(200) });
export const paymentBody = z.object({ method: customerMethod });

const kitchenStatus = z.enum(['preparing', 'packed', 'dispatched']);
export const kitchenBody = z.object({ status: kitchenStatus });

export const orderParams = z.object({
  globalOrderId: z
    .string()
    .refine(
      (text): text is GlobalOrderId => isGlobalOrderId(text) || isPracticeId(text),
      'is an order id such as S03-20251127-000123',
    ),
});

export const orderListQuery = z.object({
  date: z
    .string()
    .refine(isBusinessDate, 'is a date such as 2025-11-27')
    .optional()
    .meta({ description: 'business date; left out: the one trading now' }),
  status: z.enum(['completed', 'voided', ...kitchenStatus.options]).optional(),
  before: z.coerce
    .number()
    .int()
    .min(1)
    .optional()
    .meta({ description: 'only orders numbered below this' }),
  limit: z.coerce.number().int().min(1).max(500).default(200),
});

const pence = z.int();
const vatBooked = z.object({ vatClass: z.int(), vatRate: z.int(), net: pence, vat: pence });
const totals = z.object({ gross: pence, net: pence, vat: pence });

const line = z.object({
  kind: z.enum(['product', 'combo']),
  code: z.int(),
  name: z.string(),
  quantity: z.int(),
  isMeal: z.boolean(),
  goLarge: z.boolean(),
  tradeUp: z.boolean(),
  unitPrice: pence,
  total: pence,
  components: z.array(
    z.object({
      role: z.enum(['item', 'side', 'drink', 'extra', 'combo', 'part', 'choice']),
      code: z.int(),
      name: z.string(),
      quantity: z.int(),
      singlePrice: pence,
      price: pence,
      vatClass: z.int(),
      vatRate: z.int(),
      net: pence,
      vat: pence,
    }),
  ),
  without: z.array(z.object({ code: z.int(), name: z.string() })),
  note: z.string().nullable(),
});

const priced = {
  kind: z.enum(['sale', 'crew-food', 'cooked-waste', 'paid-out']),
  channel: z.string(),
  priceBand: z.int(),
  vatBasis: z.enum(['take', 'eat']),
  lines: z.array(line),
  totals,
  vat: z.array(vatBooked),
  discounts: z.object({ meal: pence, combo: pence }),
};

const tendered = {
  tenders: z.array(z.object({ method: z.string(), amount: pence, tendered: pence.nullable() })),
  change: pence,
  voucherOverage: pence,
};

export const quoteAnswer = z.object({
  quote: z.object({
    ...priced,
    tenders: tendered.tenders.optional(),
    change: tendered.change.optional(),
    voucherOverage: tendered.voucherOverage.optional(),
    catalogVersion: z.int(),
  }),
});

const orderSchema = z.object({
  globalOrderId: z.string(),
  store: z.string(),
  businessDate: z.string(),
  number: z.int(),
  createdAt: z.string(),
  revision: z.int(),
  status: z.enum(['completed', 'voided']),
  ...priced,
  ...tendered,
  paymentMethod: z.string(),
  crewId: z.string().nullable(),
  reason: z.string().nullable(),
  catalogVersion: z.int(),
  configVersion: z.int().nullable(),
});
export type OrderView = z.infer<typeof orderSchema>;

const storedOrderSchema = orderSchema.extend({
  kitchen: z.enum(['none', ...kitchenStatus.options]),
});

export const orderAnswer = z.object({ order: storedOrderSchema });
export const orderListAnswer = z.object({
  businessDate: z.string(),
  orders: z.array(storedOrderSchema),
  next: z.int().optional().meta({ description: 'the `before` of the next page, if there is one' }),
});
export const orderDetailAnswer = z.object({
  order: storedOrderSchema,
  revisions: z.array(orderSchema).meta({ description: 'every state it was in, oldest first' }),
});

/** An order as the API shows it. */
export function orderView({ id, ...order }: Order): OrderView {
  return {
    globalOrderId: id,
    number: parseGlobalOrderId(id)?.sequence ?? practiceNumber(id),
    paymentMethod: paymentOf({ id, ...order }),
    ...order,
    lines: order.lines.map((line) => ({
      ...line,
      components: [...line.components],
      without: [...line.without],
    })),
    vat: [...order.vat],
    tenders: [...order.tenders],
  };
}

export const storedOrderView = ({
  order,
  kitchen,
}: StoredOrder): z.infer<typeof storedOrderSchema> => ({
  ...orderView(order),
  kitchen,
});
