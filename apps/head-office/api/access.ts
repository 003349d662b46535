import { createHash, timingSafeEqual } from 'node:crypto';
import { type Clock, type Ids, Problem } from '@tillwire/runtime';
import type { FastifyRequest } from 'fastify';
import type { UserStore } from '../store/user-store.ts';
import { readCookie, type SessionCookie } from './cookies.ts';
import { type PasswordCost, verifyPassword } from './passwords.ts';
import { allows, type Permission, type Role } from './permissions.ts';

/** Who calls. */
export interface Caller {
  readonly name: string;
  readonly fullName: string;
  readonly role: Role;
  /** Null: by the admin token, or nobody. */
  readonly session: Buffer | null;
}

const NOBODY: Caller = { name: '', fullName: '', role: 'viewer', session: null };
/** The name the audit log knows the admin token by. */
export const TOKEN_USER = 'admin-token';

/** A shift; then one signs in again. */
const SESSION_LIFE_S = 12 * 3600;
const LOCK_RULES = { free: 5, firstMs: 60_000, longestMs: 15 * 60_000 };
const ADDRESS_ATTEMPTS = 30;
const ADDRESS_WINDOW_MS = 60_000;

export interface AccessOptions {
  readonly users: UserStore;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly cookie: SessionCookie;
  readonly passwordCost: PasswordCost;
  readonly adminToken: string | null;
  /** Where the pages are reached, when not at the Host the request names. */
  readonly publicOrigin: string | null;
}

export interface SignIn {
  readonly user: string;
  readonly password: string;
  readonly address: string;
  readonly agent: string;
}

export interface Access {
  /** Who calls, if they may. @throws {Problem} 401, 403. */
  readonly authorize: (request: FastifyRequest, permission: Permission) => Promise<Caller>;
  /** @throws {Problem} 403 unless the request came from one of our own pages. */
  readonly requireOwnPage: (request: FastifyRequest) => void;
  /** A new session. @throws {Problem} 401 when user or password are wrong, 429 after too many tries. */
  readonly signIn: (given: SignIn) => Promise<{ readonly caller: Caller; readonly cookie: string }>;
  /** Ends the caller's session; the cookie that makes the browser forget it. */
  readonly signOut: (caller: Caller) => Promise<string>;
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
const BEARER = /^Bearer +(\S+)$/i;
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

export function createAccess(options: AccessOptions): Access {
  const { users, clock, ids, cookie, publicOrigin } = options;
  const adminToken = options.adminToken === null ? null : digest(options.adminToken);
  const attempts = createAttemptWindow();

  const requireOwnPage = (request: FastifyRequest): void => {
    // Browsers send Origin with everything that can change something; a page of anybody else's has another one.
    const { origin, host } = request.headers;
    const wanted = publicOrigin === null ? host : new URL(publicOrigin).host;
    if (origin === undefined || !URL.canParse(origin) || new URL(origin).host !== wanted) {
      throw new Problem(403, 'foreign-origin', 'changes are taken from our own pages only');
    }
  };

  const identify = async (request: FastifyRequest): Promise<Caller | null> => {
    const { authorization } = request.headers;
    if (authorization !== undefined) {
      const token = BEARER.exec(authorization)?.[1];
      if (token !== undefined && adminToken && timingSafeEqual(digest(token), adminToken)) {
        return { name: TOKEN_USER, fullName: 'Admin token', role: 'admin', session: null };
      }
      throw new Problem(401, 'not-authenticated', 'the token is not valid');
    }
    const token = readCookie(request.headers.cookie, cookie.name);
    if (token === null) return null;
    const session = digest(token);
    const user = await users.findSession(session, clock.nowMs());
    if (user === null) return null;
    if (!SAFE_METHODS.has(request.method)) requireOwnPage(request);
    return { name: user.name, fullName: user.fullName, role: user.role as Role, session };
  };

  const tooMany = (waitMs: number): Problem =>
    new Problem(429, 'too-many-attempts', 'too many tries to sign in; wait a while', {
      facts: { retryAfterS: Math.max(1, Math.ceil(waitMs / 1000)) },
    });

  return {
    requireOwnPage,
    authorize: async (request, permission) => {
      if (permission === 'public') return NOBODY;
      const caller = await identify(request);
      if (caller === null) throw new Problem(401, 'not-authenticated', 'sign in first');
      if (allows(caller.role, permission)) return caller;
      throw new Problem(403, 'not-allowed', `a ${caller.role} may not ${permission}`);
    },
    signIn: async ({ user, password, address, agent }) => {
      const now = clock.nowMs();
      const name = user.trim().toLowerCase();
      const wait = attempts.add(address, now);
      if (wait > 0) throw tooMany(wait);
      const attempt = await users.countAttempt(name, now, LOCK_RULES);
      if (attempt.type === 'locked') throw tooMany(attempt.untilMs - now);
      // A name nobody has takes as long as a wrong password and is answered the same.
      const known = await users.read(name);
      const hash = await users.passwordHash(name);
      if (!(await verifyPassword(password, hash, options.passwordCost)) || known === null) {
        throw new Problem(401, 'wrong-credentials', 'user or password is wrong');
      }
      await users.forgetAttempts(name);
      // Always a token of our own making, whatever the browser brought along.
      const token = ids.secret(32);
      const session = digest(token);
      await users.startSession(
        {
          tokenHash: session,
          userName: name,
          expiresAtMs: now + SESSION_LIFE_S * 1000,
          address,
          agent,
        },
        now,
      );
      const { fullName, role } = known;
      const caller = { name, fullName, role: role as Role, session };
      return { caller, cookie: cookie.set(token, SESSION_LIFE_S) };
    },
    signOut: async ({ session }) => {
      if (session !== null) await users.endSession(session);
      return cookie.clear();
    },
  };
}

/** Counts tries by address; milliseconds to wait once there were too many of them. */
function createAttemptWindow(): { readonly add: (address: string, nowMs: number) => number } {
  const seen = new Map<string, number[]>();
  return {
    add: (address, nowMs) => {
      for (const [known, times] of seen) {
        if ((times.at(-1) ?? 0) <= nowMs - ADDRESS_WINDOW_MS) seen.delete(known);
      }
      const recent = (seen.get(address) ?? []).filter((at) => at > nowMs - ADDRESS_WINDOW_MS);
      if (recent.length >= ADDRESS_ATTEMPTS) {
        seen.set(address, recent);
        return (recent[0] ?? nowMs) + ADDRESS_WINDOW_MS - nowMs;
      }
      seen.set(address, [...recent, nowMs]);
      return 0;
    },
  };
}
