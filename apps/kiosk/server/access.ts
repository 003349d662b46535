import { createHash, timingSafeEqual } from 'node:crypto';
import { utcInstant } from '@tillwire/domain';
import { type Clock, type FailureLimit, type Ids, Problem } from '@tillwire/runtime';
import type { FastifyRequest } from 'fastify';
import { type HashPin, isPin } from './pins.ts';
import type { CrewMember, CrewStore } from './store/crew-store.ts';
import type { ErrorReport } from './store/error-store.ts';
import { CREW_ROLES } from './store/schema.ts';
import type { LockRules, SessionStore } from './store/session-store.ts';

/** What somebody may do; each may do what those before may. */
const ROLES = ['public', ...CREW_ROLES] as const;
export type Role = (typeof ROLES)[number];

export interface Caller {
  readonly role: Role;
  /** Null: nobody in particular. */
  readonly crewId: string | null;
  readonly name: string;
  /** Null: by the token, or nobody. */
  readonly session: string | null;
  /** What they sell is for practice. */
  readonly training: boolean;
}

export interface SignIn {
  readonly pin: string;
  /** Whoever says who they are is locked for themselves too. */
  readonly crewId?: string | undefined;
}

/** Who calls, and how they come to be known. */
export interface Access {
  /** Who calls. @throws {Problem} 401 when the token is wrong. */
  readonly identify: (request: FastifyRequest) => Promise<Caller>;
  /**
   * The caller, if they may do what `role` may; or for this request alone whoever's PIN it carries in `X-Pin`.
   * @throws {Problem} 401, 403, 429.
   */
  readonly authorize: (request: FastifyRequest, role: Role) => Promise<Caller>;
  /** Starts a session. @throws {Problem} 401 wrong-pin, 429 pin-locked. */
  readonly signIn: (
    request: FastifyRequest,
    given: SignIn,
  ) => Promise<{ readonly caller: Caller; readonly cookie: string }>;
  /** Ends the session; the cookie that makes the browser forget it. */
  readonly signOut: (caller: Caller) => Promise<string>;
  /** Whether nobody has to say who they are at this till yet. */
  readonly isOpen: (request: FastifyRequest) => boolean;
}

export interface AccessDeps {
  readonly crew: Pick<CrewStore, 'hasManager' | 'findByPin'>;
  readonly sessions: SessionStore;
  readonly hashPin: HashPin;
  /** Acts as a manager; null: there is none. */
  readonly apiToken: string | null;
  /** Acts as a manager while the shop has none; null: there is none. */
  readonly setUpPin: string | null;
  /** A till left alone for this long is signed out. */
  readonly lockAfterMs: number;
  readonly reportError: (report: ErrorReport) => Promise<void>;
  readonly clock: Clock;
  readonly ids: Ids;
}

const LOCK_RULES: LockRules = {
  free: 5,
  firstMs: 30_000,
  longestMs: 15 * 60_000,
  forgetMs: 10 * 60_000,
};

const COOKIE = 'tillwire_till';
const COOKIE_LIFE_S = 24 * 3600;
const COOKIE_RULES = 'Path=/; HttpOnly; SameSite=Strict';
/** A session in use is written down as such at most this often. */
const SEEN_EVERY_MS = 10_000;

const NOBODY: Caller = { role: 'public', crewId: null, name: '', session: null, training: false };
const BY_TOKEN: Caller = { ...NOBODY, role: 'manager' };
const AT_AN_OPEN_TILL: Caller = { ...NOBODY, role: 'crew' };

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
const isSame = (given: string, wanted: string | null): boolean =>
  wanted !== null && timingSafeEqual(digest(given), digest(wanted));

const BEARER = /^Bearer +(\S+)$/i;
const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);
const SAFE_METHODS = new Set(['GET', 'HEAD']);

export const mayDo = (caller: Caller, role: Role): boolean =>
  ROLES.indexOf(caller.role) >= ROLES.indexOf(role);

/**
 * Until a manager can sign in, the kiosk's own screens may sell, and whoever has the token or the set-up PIN may do
 * everything. From then on a request is the token's, a session's, or nobody's.
 */
export function createAccess(deps: AccessDeps): Access {
  const { crew, sessions, clock, ids, apiToken } = deps;
  const { checkPin } = createPinCheck(deps);

  const isOpen = ({ ip }: FastifyRequest): boolean => !crew.hasManager() && LOOPBACK.has(ip);

  const identify = async (request: FastifyRequest): Promise<Caller> => {
    const { authorization } = request.headers;
    if (authorization !== undefined) {
      const token = BEARER.exec(authorization)?.[1];
      if (token !== undefined && isSame(token, apiToken)) return BY_TOKEN;
      throw new Problem(401, 'not-authenticated', 'the credentials are not valid');
    }
    return (await bySession(request)) ?? (isOpen(request) ? AT_AN_OPEN_TILL : NOBODY);
  };

  const bySession = async (request: FastifyRequest): Promise<Caller | null> => {
    const token = cookieOf(request);
    if (token === null) return null;
    const nowMs = clock.nowMs();
    const found = await sessions.find(digest(token).toString('hex'), nowMs - deps.lockAfterMs);
    if (found === null) return null;
    // What a screen asks by itself is not somebody at the till.
    if (!SAFE_METHODS.has(request.method)) {
      requireOwnPage(request);
      if (found.seenAtMs < nowMs - SEEN_EVERY_MS) await sessions.seen(found.tokenHash, nowMs);
    }
    const { role, crewId, name, training } = found;
    return { role, crewId, name, session: found.tokenHash, training };
  };

  return {
    identify,
    isOpen,
    authorize: async (request, role) => {
      const caller = await identify(request);
      if (mayDo(caller, role)) return caller;
      const pin = request.headers['x-pin'];
      if (typeof pin === 'string') {
        const other = await checkPin(request, { pin });
        if (other === null) throw new Problem(403, 'wrong-pin', 'nobody has this PIN');
        // It is done as the other, in the session it is done in.
        if (mayDo(other, role)) {
          return { ...other, session: caller.session, training: caller.training };
        }
      } else if (caller.role === 'public' || caller === AT_AN_OPEN_TILL) {
        throw new Problem(401, 'not-authenticated', `this needs a ${role}: sign in first`);
      }
      throw new Problem(403, 'not-allowed', `this needs a ${role}`, { facts: { needs: role } });
    },
    signIn: async (request, given) => {
      const member = await checkPin(request, given);
      if (member?.crewId == null) throw new Problem(401, 'wrong-pin', 'nobody has this PIN');
      const before = cookieOf(request);
      if (before !== null) await sessions.end(digest(before).toString('hex'));
      // Always a token of our own making, whatever the browser brought along.
      const token = ids.secret(32);
      const session = digest(token).toString('hex');
      await sessions.start({ tokenHash: session, crewId: member.crewId }, clock.nowMs());
      return {
        caller: { ...member, session },
        cookie: `${COOKIE}=${token}; Max-Age=${COOKIE_LIFE_S}; ${COOKIE_RULES}`,
      };
    },
    signOut: async ({ session }) => {
      if (session !== null) await sessions.end(session);
      return `${COOKIE}=; Max-Age=0; ${COOKIE_RULES}`;
    },
  };
}

/** Finds whose PIN it is; tills and members that keep giving wrong ones are locked for a while. */
function createPinCheck({ crew, sessions, hashPin, setUpPin, reportError, clock }: AccessDeps): {
  readonly checkPin: (request: FastifyRequest, given: SignIn) => Promise<Caller | null>;
} {
  const owner = async (pin: string): Promise<Caller | null> => {
    if (!isPin(pin)) return null;
    const member = await crew.findByPin(await hashPin(pin));
    if (member !== null) return callerOf(member);
    return !crew.hasManager() && isSame(pin, setUpPin) ? BY_TOKEN : null;
  };
  return {
    checkPin: async (request, { pin, crewId }) => {
      const subjects = [`till ${request.ip}`, ...(crewId === undefined ? [] : [`crew ${crewId}`])];
      const nowMs = clock.nowMs();
      const attempt = await sessions.countAttempt(subjects, nowMs, LOCK_RULES);
      if (attempt.type === 'locked') throw pinLocked(attempt.untilMs, nowMs);
      const found = await owner(pin);
      if (found !== null && (crewId === undefined || found.crewId === crewId)) {
        await sessions.takeBackAttempt(subjects);
        return found;
      }
      if (attempt.untilMs === null) return null;
      await reportError({
        code: 'pin-locked',
        message: 'wrong PINs were given again and again; the till is locked for a while',
        facts: { till: request.ip },
      });
      throw pinLocked(attempt.untilMs, nowMs);
    },
  };
}

const callerOf = ({ crewId, name, role }: CrewMember): Caller => ({
  ...NOBODY,
  role,
  crewId,
  name,
});

const pinLocked = (untilMs: number, nowMs: number): Problem =>
  new Problem(429, 'pin-locked', 'too many wrong PINs; wait until the lock is over', {
    facts: {
      until: utcInstant(untilMs),
      retryAfterS: Math.max(1, Math.ceil((untilMs - nowMs) / 1000)),
    },
  });

/** Browsers say from whose page a change comes; tools say nothing. */
function requireOwnPage({ headers: { origin, host } }: FastifyRequest): void {
  if (origin === undefined || (URL.canParse(origin) && new URL(origin).host === host)) return;
  throw new Problem(403, 'foreign-origin', 'changes are taken from our own pages only');
}

function cookieOf({ headers: { cookie = '' } }: FastifyRequest): string | null {
  const pairs = cookie.split(';').map((pair) => pair.trim().split('='));
  return pairs.find(([name]) => name === COOKIE)?.[1] || null;
}

/** The same access, closed for a while to addresses that keep sending wrong tokens. */
export const limitFailures = (access: Access, limit: FailureLimit): Access => ({
  ...access,
  authorize: async (request, role) => {
    if (request.headers.authorization === undefined) return access.authorize(request, role);
    await limit.check(request);
    try {
      return await access.authorize(request, role);
    } catch (error) {
      if (error instanceof Problem && error.status === 401) await limit.count(request);
      throw error;
    }
  },
});
