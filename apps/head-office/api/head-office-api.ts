import {
  type Api,
  type Clock,
  createApi,
  type Log,
  type Operation,
  Problem,
} from '@tillwire/runtime';
import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import type { AuditStore } from '../store/audit-store.ts';
import type { Access, Caller } from './access.ts';
import { TOKEN_USER } from './access.ts';
import { type Permission, permissionsOf } from './permissions.ts';

/** What a change did, for the audit log; `before` and `after` hold no secret. */
export interface Changed {
  readonly answer: unknown;
  /** What was changed: a user's name, a store, an order. */
  readonly subject: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

type Read<B extends z.ZodType, Q extends z.ZodType, P extends z.ZodType> = Omit<
  Operation<Permission, Caller, B, Q, P>,
  'method'
>;

type Change<B extends z.ZodType, Q extends z.ZodType, P extends z.ZodType> = Omit<
  Operation<Permission, Caller, B, Q, P>,
  'handle'
> & {
  readonly method: 'POST' | 'PUT' | 'DELETE';
  /** Stable, kebab-case: what the audit log calls it. */
  readonly action: string;
  /** What a refused change was about, where neither its answer nor its address says it. */
  readonly about?: (body: z.infer<B>) => string;
  readonly handle: (
    ...input: Parameters<Operation<Permission, Caller, B, Q, P>['handle']>
  ) => Promise<Changed>;
};

/** One declared route, for the table test of who may do what. */
export interface DeclaredRoute {
  readonly method: string;
  readonly path: string;
  readonly role: Permission;
}

/** Every route of Head Office is declared here: nothing changes anything without an audit entry. */
export interface HeadOfficeApi {
  readonly server: FastifyInstance;
  readonly read: <
    B extends z.ZodType = z.ZodUndefined,
    Q extends z.ZodType = z.ZodUndefined,
    P extends z.ZodType = z.ZodUndefined,
  >(
    operation: Read<B, Q, P>,
  ) => void;
  readonly change: <
    B extends z.ZodType = z.ZodUndefined,
    Q extends z.ZodType = z.ZodUndefined,
    P extends z.ZodType = z.ZodUndefined,
  >(
    operation: Change<B, Q, P>,
  ) => void;
  readonly routes: readonly DeclaredRoute[];
  readonly openApi: () => object;
}

export interface HeadOfficeApiOptions {
  readonly server: FastifyInstance;
  readonly access: Access;
  readonly audit: AuditStore;
  readonly clock: Clock;
  readonly log: Log;
}

export function createHeadOfficeApi({
  server,
  access,
  audit,
  clock,
  log,
}: HeadOfficeApiOptions): HeadOfficeApi {
  const routes: DeclaredRoute[] = [];
  const api: Api<Permission, Caller> = createApi<Permission, Caller>({
    server,
    title: 'Tillwire Head Office',
    version: '1',
    authorize: access.authorize,
    needsCredentials: (permission) => permission !== 'public',
  });
  const declare = ({ method, path, role }: DeclaredRoute): void => {
    routes.push({ method, path, role });
  };

  return {
    server,
    routes,
    openApi: api.openApi,
    read: (operation) => {
      declare({ method: 'GET', path: operation.path, role: operation.role });
      api.route({ ...operation, method: 'GET' });
    },
    change: ({ action, about, handle, ...operation }) => {
      declare(operation);
      api.route({
        ...operation,
        handle: async (input) => {
          const { caller, request } = input;
          const { name: actor, role } = caller;
          const id = await audit.begin({ actor, role, address: request.ip, action }, clock.nowMs());
          try {
            const { answer, subject, before, after } = await handle(input);
            await audit.finish(id, { outcome: 'done', subject, before, after });
            return answer;
          } catch (error) {
            const refused = error instanceof Problem && error.status < 500;
            const detail = refused
              ? `${error.code}: ${error.message}`
              : 'something went wrong here';
            await audit
              .finish(id, {
                outcome: refused ? 'refused' : 'failed',
                detail,
                subject: about?.(input.body) ?? namedIn(input.params),
              })
              .catch((err: unknown) => log.error({ err, action }, 'audit entry left unfinished'));
            throw error;
          }
        },
      });
    },
  };
}

/** What the address of a refused change names: `S03 2025-11-27`. */
const namedIn = (params: unknown): string =>
  Object.values((params ?? {}) as Readonly<Record<string, unknown>>)
    .map(String)
    .join(' ');

/** What the screens need to know of whoever is signed in. */
export const identityOf = ({ name, fullName, role }: Caller): object => ({
  name,
  fullName,
  role,
  permissions: permissionsOf(role),
  byToken: name === TOKEN_USER,
});
