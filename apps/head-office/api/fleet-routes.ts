import { commandSchema, storeConfigSchema } from '@tillwire/contract';
import { z } from 'zod';
import { type CommandDesk, DEFAULT_LIFE_MS } from '../fleet/commands.ts';
import type { ConfigDesk, ConfigPatch } from '../fleet/config.ts';
import type { CommandPlace } from '../store/command-store.ts';
import type { Database } from '../store/database.ts';
import { type ErrorFilter, listErrors } from '../store/error-log.ts';
import type { HeadOfficeApi } from './head-office-api.ts';
import { errorView, storeCodeParam } from './store-routes.ts';

const MINUTE_MS = 60_000;
const stores = z.array(storeCodeParam).min(1).max(10_000);

const commandBody = z.object({
  stores,
  command: commandSchema.shape.command,
  lifeMinutes: z
    .int()
    .min(1)
    .max(7 * 24 * 60)
    .default(DEFAULT_LIFE_MS / MINUTE_MS),
});

const { flags, pricing, limits, day } = storeConfigSchema.shape;
const patch = z.object({
  flags: flags.partial().optional(),
  pricing: pricing.partial().optional(),
  limits: limits.partial().optional(),
  day: day.partial().optional(),
});
const configBody = z.object({ stores, patch });

const limit = z.coerce.number().int().min(1).max(500).default(50);
const OF_A_PAGE = 'is the `next` of the page before';
/** `1764258131000.3f2c…`: where a page of commands ended. */
const commandPlace = z
  .string()
  .regex(/^\d{1,15}\.[\w-]{1,64}$/, OF_A_PAGE)
  .transform((text): CommandPlace => {
    const at = text.indexOf('.');
    return { createdAtMs: Number(text.slice(0, at)), commandId: text.slice(at + 1) };
  });
/** `1764258131000.S03.e17`: where a page of errors ended. */
const errorPlace = z
  .string()
  .regex(/^\d{1,15}\.S\d{2,4}\.[^]{1,64}$/, OF_A_PAGE)
  .transform((text): NonNullable<ErrorFilter['before']> => {
    const [ms = '', store = '', ...errorId] = text.split('.');
    const receivedAt = new Date(Number(ms)).toISOString();
    return { receivedAt, store, errorId: errorId.join('.') };
  });

/** Where the page after `found` begins; nothing at the end. */
const nextOf = <T>(
  found: readonly T[],
  most: number,
  placeOf: (last: T) => string,
): { readonly next?: string } => {
  const last = found.at(-1);
  return found.length === most && last !== undefined ? { next: placeOf(last) } : {};
};

export interface FleetRouteDeps {
  readonly db: Database;
  readonly commands: CommandDesk;
  readonly configs: ConfigDesk;
}

/** Commands to shops with their results, and the shops' configuration. */
export function registerFleetRoutes(
  { read, change }: HeadOfficeApi,
  { db, commands, configs }: FleetRouteDeps,
): void {
  read({
    path: '/api/commands',
    summary: 'commands, newest first, with what became of them, and `next`',
    role: 'view',
    query: z.object({
      store: storeCodeParam.optional(),
      before: commandPlace.optional(),
      limit,
    }),
    handle: async ({ query: { store, before, limit: most } }) => {
      const found = await commands.list(store ?? null, most, before);
      return {
        commands: found,
        ...nextOf(found, most, ({ createdAtMs, commandId }) => `${createdAtMs}.${commandId}`),
      };
    },
  });
  read({
    path: '/api/errors',
    summary: 'what shops reported out of the ordinary, the last first, with `next`',
    role: 'view',
    query: z.object({
      store: storeCodeParam.optional(),
      code: z.string().max(64).optional(),
      before: errorPlace.optional(),
      limit,
    }),
    handle: async ({ query }) => {
      const found = await listErrors(db, query);
      return {
        errors: found.map(errorView),
        ...nextOf(
          found,
          query.limit,
          ({ receivedAt, store, errorId }) => `${Date.parse(receivedAt)}.${store}.${errorId}`,
        ),
      };
    },
  });
  change({
    method: 'POST',
    path: '/api/commands',
    action: 'send-command',
    summary: 'send a command to shops; it is sent again until answered or expired',
    role: 'operate',
    status: 201,
    body: commandBody,
    problems: { 404: ['unknown-store'] },
    handle: async ({ body, caller }) => {
      const sent = await commands.send({
        stores: body.stores,
        command: body.command,
        by: caller.name,
        lifeMs: body.lifeMinutes * MINUTE_MS,
      });
      return { answer: { commands: sent }, subject: body.stores.join(' '), after: body.command };
    },
  });
  read({
    path: '/api/configs',
    summary: 'the configuration of every shop',
    role: 'view',
    handle: async () => ({ configs: await configs.list() }),
  });
  read({
    path: '/api/configs/:store',
    summary: "every version of a shop's configuration, newest first",
    role: 'view',
    params: z.object({ store: storeCodeParam }),
    handle: async ({ params: { store } }) => ({ versions: await configs.history(store, 100) }),
  });
  change({
    method: 'POST',
    path: '/api/configs/preview',
    action: 'preview-config',
    summary: 'what a change would make of the configuration of each shop; changes nothing',
    role: 'operate',
    body: configBody,
    problems: { 404: ['unknown-store'] },
    handle: async ({ body }) => ({
      answer: { stores: await configs.preview(body.stores, body.patch as ConfigPatch) },
      subject: body.stores.join(' '),
    }),
  });
  change({
    method: 'POST',
    path: '/api/configs',
    action: 'change-config',
    summary: 'change the configuration of shops, as previewed',
    role: 'operate',
    body: configBody.extend({ note: z.string().trim().min(1).max(500) }),
    problems: { 404: ['unknown-store'] },
    handle: async ({ body, caller }) => {
      const changed = await configs.change({
        stores: body.stores,
        patch: body.patch as ConfigPatch,
        note: body.note,
        by: caller.name,
      });
      const side = (of: 'before' | 'after') =>
        Object.fromEntries(
          changed.filter((one) => one.changed.length > 0).map((one) => [one.store, one[of]]),
        );
      return {
        answer: { stores: changed },
        subject: body.stores.join(' '),
        before: side('before'),
        after: side('after'),
      };
    },
  });
}
