import { type Clock, Problem } from '@tillwire/runtime';
import { z } from 'zod';
import type { UserStore } from '../store/user-store.ts';
import type { Access } from './access.ts';
import { type HeadOfficeApi, identityOf } from './head-office-api.ts';
import { hashPassword, type PasswordCost, verifyPassword } from './passwords.ts';
import { newPassword } from './user-routes.ts';

const loginBody = z.object({
  user: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[^\0]*$/, 'must not contain NUL')
    .refine((text) => text.isWellFormed(), 'must not contain a lone surrogate'),
  password: z.string().max(200),
});
const passwordBody = z.object({ current: z.string().max(200), next: newPassword });

export interface SessionRouteDeps {
  readonly access: Access;
  readonly users: UserStore;
  readonly clock: Clock;
  readonly passwordCost: PasswordCost;
}

/** Signing in and out, and one's own password. */
export function registerSessionRoutes(
  { read, change }: HeadOfficeApi,
  { access, users, clock, passwordCost }: SessionRouteDeps,
): void {
  change({
    method: 'POST',
    path: '/api/login',
    action: 'sign-in',
    about: ({ user }) => user,
    summary: 'sign in: sets the session cookie',
    role: 'public',
    body: loginBody,
    problems: { 401: ['wrong-credentials'], 403: ['foreign-origin'], 429: ['too-many-attempts'] },
    handle: async ({ body, request, reply }) => {
      // A foreign page must not sign a browser in as somebody else; tools send no Origin.
      if (request.headers.origin !== undefined) access.requireOwnPage(request);
      const agent = (request.headers['user-agent'] ?? '').slice(0, 200);
      const { caller, cookie } = await access.signIn({ ...body, address: request.ip, agent });
      reply.header('set-cookie', cookie);
      return { answer: identityOf(caller), subject: caller.name };
    },
  });
  change({
    method: 'POST',
    path: '/api/logout',
    action: 'sign-out',
    summary: 'end the session',
    role: 'view',
    handle: async ({ caller, reply }) => {
      reply.header('set-cookie', await access.signOut(caller));
      return { answer: {}, subject: caller.name };
    },
  });
  read({
    path: '/api/me',
    summary: 'who is signed in, and what they may do',
    role: 'view',
    handle: ({ caller }) => Promise.resolve(identityOf(caller)),
  });
  change({
    method: 'POST',
    path: '/api/me/password',
    action: 'change-own-password',
    summary: 'change the password of whoever is signed in; ends their sessions',
    role: 'view',
    body: passwordBody,
    problems: { 403: ['wrong-password'], 409: ['no-password'] },
    handle: async ({ body, caller, request, reply }) => {
      if (caller.session === null) throw new Problem(409, 'no-password', 'a token has no password');
      const held = await users.passwordHash(caller.name);
      if (!(await verifyPassword(body.current, held, passwordCost))) {
        throw new Problem(403, 'wrong-password', 'the current password is not that');
      }
      const passwordHash = await hashPassword(body.next, passwordCost);
      await users.change(caller.name, { passwordHash }, clock.nowMs());
      const agent = (request.headers['user-agent'] ?? '').slice(0, 200);
      const { cookie } = await access.signIn({
        user: caller.name,
        password: body.next,
        address: request.ip,
        agent,
      });
      reply.header('set-cookie', cookie);
      return { answer: {}, subject: caller.name };
    },
  });
}
