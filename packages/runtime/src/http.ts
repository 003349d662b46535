import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';
import helmet from '@fastify/helmet';
import fastifyRateLimit from '@fastify/rate-limit';
import fastifyStatic from '@fastify/static';
import { fastify, type FastifyInstance, type FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Log } from './log.ts';

/** One thing wrong with a request. */
export interface ProblemFault {
  /** The field, `lines.0.quantity`; empty for the request as a whole. */
  readonly path: string;
  /** Stable, kebab-case. */
  readonly code: string;
  readonly message: string;
  readonly value?: unknown;
}

/** An RFC 9457 problem: what every error of every API is answered with. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  /** Stable, kebab-case. */
  readonly code: string;
  readonly faults: readonly ProblemFault[];
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(
    status: number,
    code: string,
    detail: string,
    {
      faults = [],
      facts = {},
    }: {
      readonly faults?: readonly ProblemFault[];
      readonly facts?: Readonly<Record<string, unknown>>;
    } = {},
  ) {
    super(detail);
    this.status = status;
    this.code = code;
    this.faults = faults;
    this.facts = facts;
  }
}

const problemDocument = ({ status, code, message, faults, facts }: Problem): object => ({
  type: 'about:blank',
  title: message,
  status,
  code,
  ...(faults.length > 0 ? { faults } : {}),
  ...facts,
});

/** A body, query or path as `schema` has it. @throws {Problem} 400 with every fault. */
export function parseRequest<Schema extends z.ZodType>(
  schema: Schema,
  given: unknown,
): z.infer<Schema> {
  const parsed = schema.safeParse(given, { reportInput: true });
  if (parsed.success) return parsed.data;
  throw new Problem(400, 'bad-request', 'the request is not as it should be', {
    faults: parsed.error.issues.map(({ path, code, message, input }) => ({
      path: path.join('.'),
      code: code === 'custom' ? 'not-valid' : code.replaceAll('_', '-'),
      message,
      ...(isPlain(input) ? { value: input } : {}),
    })),
  });
}

const isPlain = (value: unknown): boolean =>
  value === null || typeof value === 'number' || (typeof value === 'string' && value.length <= 100);

export interface HttpServerOptions {
  readonly log: Log;
  readonly bodyLimitBytes?: number;
}

/** A Fastify server whose errors are problem documents and whose headers are safe. */
export async function createHttpServer({
  log,
  bodyLimitBytes = 512 * 1024,
}: HttpServerOptions): Promise<FastifyInstance> {
  const server = fastify({
    logger: false,
    bodyLimit: bodyLimitBytes,
    requestTimeout: 30_000,
    forceCloseConnections: true,
  });
  await server.register(helmet, {
    contentSecurityPolicy: {
      directives: {
        defaultSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        // Kiosks speak plain HTTP on the shop's own network.
        upgradeInsecureRequests: null,
      },
    },
    strictTransportSecurity: false,
  });
  server.setErrorHandler((error: unknown, request, reply) => {
    const problem = problemOf(error);
    if (problem.status >= 500) {
      log.error(
        { err: error, method: request.method, route: request.routeOptions.url },
        'request failed',
      );
    }
    return reply
      .status(problem.status)
      .type('application/problem+json')
      .send(problemDocument(problem));
  });
  server.setNotFoundHandler((_request, reply) =>
    reply
      .status(404)
      .type('application/problem+json')
      .send(problemDocument(new Problem(404, 'not-found', 'there is nothing here'))),
  );
  return server;
}

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const status =
    error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
      ? error.statusCode
      : 500;
  if (status >= 500) return new Problem(500, 'internal-error', 'something went wrong here');
  const detail = error instanceof Error ? error.message : 'bad request';
  return new Problem(status, FRAMEWORK_CODES[status] ?? 'bad-request', detail);
}

const FRAMEWORK_CODES: Readonly<Record<number, string>> = {
  413: 'too-large',
  415: 'unsupported-media-type',
  429: 'too-many-requests',
};

/**
 * Serves the built pages of `folder`, if it is there. What Vite named by its content is kept for ever; pages are
 * asked for anew.
 */
export async function servePages(server: FastifyInstance, folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  const assets = join(folder, 'assets') + sep;
  await server.register(fastifyStatic, {
    root: folder,
    cacheControl: false,
    setHeaders: (reply, path) => {
      const kept = path.startsWith(assets) ? 'public, max-age=31536000, immutable' : 'no-cache';
      void reply.header('cache-control', kept);
    },
  });
}

/** Counts what an address got wrong, so that nobody guesses for long. */
export interface FailureLimit {
  /** @throws {Problem} 429 when the address of `request` failed too often in the last minute. */
  readonly check: (request: FastifyRequest) => Promise<void>;
  readonly count: (request: FastifyRequest) => Promise<void>;
}

export async function createFailureLimit(
  server: FastifyInstance,
  { perMinute }: { readonly perMinute: number },
): Promise<FailureLimit> {
  await server.register(fastifyRateLimit, { global: false });
  const limit = server.createRateLimit({ max: perMinute, timeWindow: 60_000 });
  return {
    check: async (request) => {
      const state = await limit(request, { increment: false });
      if (state.isAllowed || !state.isExceeded) return;
      throw new Problem(429, 'too-many-requests', 'too many wrong credentials; wait a minute', {
        facts: { retryAfterS: state.ttlInSeconds },
      });
    },
    count: async (request) => {
      await limit(request);
    },
  };
}
