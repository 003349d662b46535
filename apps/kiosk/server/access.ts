import { createHash, timingSafeEqual } from 'node:crypto';
import { type FailureLimit, Problem } from '@tillwire/runtime';
import type { FastifyRequest } from 'fastify';

/** What somebody may do; each may do what those before may. */
export const ROLES = ['public', 'crew', 'shift-manager', 'manager'] as const;
export type Role = (typeof ROLES)[number];

export interface Caller {
  readonly role: Role;
  /** Null: nobody in particular. */
  readonly crewId: string | null;
}

/** Who is calling. */
export interface Access {
  /** Null: the request carries no credential. @throws {Problem} 401 when it carries a wrong one. */
  readonly identify: (request: FastifyRequest) => Promise<Caller | null>;
  /** What a request without any credential may do. */
  readonly anonymous: Caller;
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

const BEARER = /^Bearer +(\S+)$/i;

/** `Authorization: Bearer` with the kiosk's token acts as a manager; the till's own screens may sell. */
export function createTokenAccess(apiToken: string | null): Access {
  const wanted = apiToken === null ? null : digest(apiToken);
  return {
    anonymous: { role: 'crew', crewId: null },
    identify: async ({ headers: { authorization } }) => {
      if (authorization === undefined) return null;
      const token = BEARER.exec(authorization)?.[1];
      if (token === undefined || wanted === null || !timingSafeEqual(digest(token), wanted)) {
        throw new Problem(401, 'not-authenticated', 'the credentials are not valid');
      }
      return { role: 'manager', crewId: null };
    },
  };
}

/** The same access, closed for a while to addresses that keep sending wrong credentials. */
export const limitFailures = (access: Access, limit: FailureLimit): Access => ({
  ...access,
  identify: async (request) => {
    if (request.headers.authorization !== undefined) await limit.check(request);
    try {
      return await access.identify(request);
    } catch (error) {
      if (error instanceof Problem && error.status === 401) await limit.count(request);
      throw error;
    }
  },
});

/** The caller, if they may do what `role` may. @throws {Problem} 401 or 403. */
export async function requireRole(
  access: Access,
  request: FastifyRequest,
  role: Role,
): Promise<Caller> {
  const caller = (await access.identify(request)) ?? access.anonymous;
  if (ROLES.indexOf(caller.role) >= ROLES.indexOf(role)) return caller;
  if (caller === access.anonymous) {
    throw new Problem(401, 'not-authenticated', `this needs a ${role}`);
  }
  throw new Problem(403, 'not-allowed', `this needs a ${role}`);
}
