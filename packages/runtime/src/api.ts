import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { parseRequest } from './http.ts';

/** What a handler is given: everything already checked. */
export interface OperationInput<Caller, Body, Query, Params> {
  readonly body: Body;
  readonly query: Query;
  readonly params: Params;
  readonly caller: Caller;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** One route: what it takes, who may call it, what it answers, and how it is described. */
export interface Operation<
  Role,
  Caller,
  Body extends z.ZodType,
  Query extends z.ZodType,
  Params extends z.ZodType,
> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** `/api/orders/:globalOrderId` */
  readonly path: string;
  readonly summary: string;
  readonly role: Role;
  readonly body?: Body;
  readonly query?: Query;
  readonly params?: Params;
  readonly status?: 200 | 201;
  /** What it answers when all is well; left out where that is not JSON. */
  readonly answer?: z.ZodType;
  /** Stable codes it refuses with, by status. */
  readonly problems?: Readonly<Record<number, readonly string[]>>;
  readonly handle: (
    input: OperationInput<Caller, z.infer<Body>, z.infer<Query>, z.infer<Params>>,
  ) => Promise<unknown>;
}

type AnyOperation<Role> = Omit<
  Operation<Role, unknown, z.ZodType, z.ZodType, z.ZodType>,
  'handle' | 'role'
> & { readonly role: Role };

/** A server's routes and their description, told once. */
export interface Api<Role, Caller> {
  readonly server: FastifyInstance;
  readonly route: <
    Body extends z.ZodType = z.ZodUndefined,
    Query extends z.ZodType = z.ZodUndefined,
    Params extends z.ZodType = z.ZodUndefined,
  >(
    operation: Operation<Role, Caller, Body, Query, Params>,
  ) => void;
  /** OpenAPI 3.1 of every route registered so far. */
  readonly openApi: () => object;
}

export interface ApiOptions<Role, Caller> {
  readonly server: FastifyInstance;
  readonly title: string;
  readonly version: string;
  /** Who calls, if they may do what `role` may. @throws {Problem} 401 or 403. */
  readonly authorize: (request: FastifyRequest, role: Role) => Promise<Caller>;
  /** Whether `role` needs credentials, for the description. */
  readonly needsCredentials: (role: Role) => boolean;
}

export function createApi<Role, Caller>({
  server,
  title,
  version,
  authorize,
  needsCredentials,
}: ApiOptions<Role, Caller>): Api<Role, Caller> {
  const operations: AnyOperation<Role>[] = [];
  return {
    server,
    route: (operation) => {
      operations.push(operation);
      const { method, path, role, body, query, params, status = 200 } = operation;
      server.route({
        method,
        url: path,
        handler: async (request, reply) => {
          const caller = await authorize(request, role);
          const answer = await operation.handle({
            params: parsed(params, request.params),
            query: parsed(query, request.query),
            body: parsed(body, request.body),
            caller,
            request,
            reply,
          });
          if (reply.sent) return;
          return reply.status(status).send(answer);
        },
      });
    },
    openApi: () => ({
      openapi: '3.1.0',
      info: { title, version },
      paths: pathsOf(operations, needsCredentials),
      components: {
        schemas: { Problem: jsonSchema(problemSchema, 'output') },
        securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      },
    }),
  };
}

const parsed = <Schema extends z.ZodType>(
  schema: Schema | undefined,
  given: unknown,
): z.infer<Schema> => (schema === undefined ? undefined : parseRequest(schema, given)) as never;

/** An error of every API (RFC 9457). */
const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string().describe('stable, kebab-case'),
  faults: z
    .array(
      z.object({
        path: z.string().describe('the field, `lines.0.quantity`'),
        code: z.string(),
        message: z.string(),
        value: z.unknown().optional(),
      }),
    )
    .optional(),
});

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}

function pathsOf<Role>(
  operations: readonly AnyOperation<Role>[],
  needsCredentials: (role: Role) => boolean,
): Readonly<Record<string, object>> {
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of operations) {
    const path = operation.path.replaceAll(/:(\w+)/g, '{$1}');
    const of = (paths[path] ??= {});
    of[operation.method.toLowerCase()] = describe(operation, needsCredentials(operation.role));
  }
  return paths;
}

function describe<Role>(operation: AnyOperation<Role>, secured: boolean): object {
  const { summary, body, query, params, status = 200, answer, problems = {} } = operation;
  const parameters = [...parametersOf(params, 'path'), ...parametersOf(query, 'query')];
  return {
    summary,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: jsonSchema(body, 'input') } },
          },
        }),
    ...(secured ? { security: [{ bearer: [] }] } : {}),
    responses: {
      [status]: {
        description: 'done',
        ...(answer === undefined
          ? {}
          : { content: { 'application/json': { schema: jsonSchema(answer, 'output') } } }),
      },
      ...Object.fromEntries(
        Object.entries(problems).map(([code, codes]) => [
          code,
          {
            description: codes.map((name) => `\`${name}\``).join(', '),
            content: {
              'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
            },
          },
        ]),
      ),
    },
  };
}

function parametersOf(schema: z.ZodType | undefined, place: 'path' | 'query'): readonly object[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
  });
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: property,
  }));
}
