import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';
import helmet from '@fastify/helmet';
import fastifyRateLimit from '@fastify/rate-limit';
import fastifyStatic from '@fastify/static';
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
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
  const faults = parsed.success
    ? unstorable(given)
    : parsed.error.issues.map(({ path, code, message, input }) => ({
        path: path.join('.'),
        code: code === 'custom' ? 'not-valid' : code.replaceAll('_', '-'),
        message,
        ...(isPlain(input) ? { value: input } : {}),
      }));
  if (parsed.success && faults.length === 0) return parsed.data;
  throw new Problem(400, 'bad-request', 'the request is not as it should be', { faults });
}

const MAX_DEPTH = 64;

/** What no database of ours can hold, whatever a schema says: NUL, half characters, endless nesting. */
function unstorable(given: unknown): readonly ProblemFault[] {
  const faults: ProblemFault[] = [];
  const left: { readonly path: readonly string[]; readonly value: unknown }[] = [
    { path: [], value: given },
  ];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { path, value } = next;
    const tell = (rule: string): unknown =>
      faults.push({ path: path.join('.'), code: 'not-valid', message: rule });
    if (typeof value === 'string') {
      if (value.includes('\0')) tell('must not contain NUL');
      else if (!value.isWellFormed()) tell('must not contain a lone surrogate');
    } else if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) {
      if (path.length === MAX_DEPTH) {
        tell(`is nested deeper than ${MAX_DEPTH}`);
        continue;
      }
      for (const [key, inner] of Object.entries(value)) {
        const at = [...path, key];
        left.push({ path: at, value: inner });
        if (key.includes('\0') || !key.isWellFormed()) left.push({ path: at, value: key });
      }
    }
  }
  return faults;
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
    // A path that cannot be read never gets as far as the error handler.
    frameworkErrors: (error, _request, reply) => void sendProblem(reply, problemOf(error)),
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
    // A 503 is an answer, such as that there is no menu yet: whoever asked has it.
    if (problem.status === 500) {
      log.error(
        { err: error, method: request.method, route: request.routeOptions.url },
        'request failed',
      );
    }
    return sendProblem(reply, problem);
  });
  server.setNotFoundHandler((_request, reply) =>
    sendProblem(reply, new Problem(404, 'not-found', 'there is nothing here')),
  );
  return server;
}

const sendProblem = (reply: FastifyReply, problem: Problem): FastifyReply =>
  reply.status(problem.status).type('application/problem+json').send(problemDocument(problem));

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
  414: 'uri-too-long',
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
    preCompressed: true,
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
