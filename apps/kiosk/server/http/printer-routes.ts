import { type GlobalOrderId, type Order, utcInstant } from '@tillwire/domain';
import { type Clock, Problem } from '@tillwire/runtime';
import { z } from 'zod';
import type { Printer } from '../printing/printers.ts';
import { copyJobId, type PrinterState, type PrintStore } from '../store/print-store.ts';
import type { KioskApi } from './api.ts';
import { orderParams, requestId } from './order-schemas.ts';

export interface PrinterRouteDeps {
  readonly printers: readonly Printer[];
  readonly prints: PrintStore;
  /** An order, for practice or not. */
  readonly findOrder: (
    id: GlobalOrderId,
  ) => Promise<{ readonly order: Order; readonly training: boolean } | null>;
  readonly clock: Clock;
}

const printerAnswer = z.object({
  name: z.string(),
  kind: z.enum(['receipt', 'kitchen']),
  zones: z.array(z.string()),
  state: z.enum(['ready', 'waiting', 'down']),
  waiting: z.int().meta({ description: 'slips not printed yet' }),
  oldestAt: z.string().nullable(),
  trouble: z.string().nullable().meta({ description: 'why it took nothing when last asked' }),
  troubleSince: z.string().nullable(),
});
export type PrinterView = z.infer<typeof printerAnswer>;

/** How the printers stand, and slips printed again. */
export function registerPrinterRoutes(
  { route }: KioskApi,
  { printers, prints, findOrder, clock }: PrinterRouteDeps,
): void {
  route({
    method: 'GET',
    path: '/api/printers',
    summary: 'the printers and what waits for them; a sale waits for none',
    role: 'crew',
    answer: z.object({ printers: z.array(printerAnswer) }),
    handle: async () => ({ printers: printerViews(printers, await prints.states()) }),
  });
  route({
    method: 'POST',
    path: '/api/orders/:globalOrderId/print',
    summary: 'print an order again, marked as a copy; the same request again prints nothing more',
    role: 'crew',
    params: orderParams,
    body: z.object({
      requestId,
      printer: z.string().max(32).optional().meta({ description: 'left out: the receipt printer' }),
    }),
    status: 201,
    problems: { 404: ['unknown-order', 'unknown-printer'] },
    handle: async ({ params, body }) => {
      const printer = printers.find(({ name, kind }) =>
        body.printer === undefined ? kind === 'receipt' : name === body.printer,
      );
      if (printer === undefined) {
        const names = printers.map(({ name }) => name).join(', ') || 'none';
        throw new Problem(404, 'unknown-printer', `the printers of this shop: ${names}`);
      }
      const found = await findOrder(params.globalOrderId);
      if (found === null) throw new Problem(404, 'unknown-order', 'there is no such order here');
      const jobId = copyJobId(printer.name, body.requestId);
      await prints.request({ jobId, printer: printer.name, ...found }, clock.nowMs());
      return { printer: printer.name };
    },
  });
}

export const printerViews = (
  printers: readonly Printer[],
  states: readonly PrinterState[],
): PrinterView[] =>
  printers.map(({ name, kind, zones }) => {
    const found = states.find(({ printer }) => printer === name);
    const { waiting = 0, oldestMs = null, trouble = null, troubleSinceMs = null } = found ?? {};
    return {
      name,
      kind,
      zones: kind === 'kitchen' ? [...zones] : [],
      state: trouble !== null ? 'down' : waiting > 0 ? 'waiting' : 'ready',
      waiting,
      oldestAt: oldestMs === null ? null : utcInstant(oldestMs),
      trouble,
      troubleSince: troubleSinceMs === null ? null : utcInstant(troubleSinceMs),
    };
  });
