import type { StoreCode } from '@tillwire/domain';
import { plainText } from '@tillwire/contract';
import { Problem } from '@tillwire/runtime';
import { z } from 'zod';
import type { Access, Caller } from '../access.ts';
import type { CatalogueSource } from '../catalogue-source.ts';
import { pinField, pinOf } from '../pins.ts';
import type { CrewStore } from '../store/crew-store.ts';
import type { SessionStore } from '../store/session-store.ts';
import type { KioskApi } from './api.ts';

export interface AccessRouteDeps {
  readonly store: StoreCode;
  readonly access: Access;
  readonly crew: CrewStore;
  readonly sessions: SessionStore;
  readonly catalogue: CatalogueSource;
  /** Whether Head Office has the whole shop practise. */
  readonly trainingForced: () => boolean;
  readonly lockAfterMs: number;
}

const signInBody = z.object({ pin: pinField, crewId: plainText(64).optional() });

const meAnswer = z.object({
  store: z.string(),
  shop: z.string().meta({ description: 'its name, where the catalogue knows it' }),
  role: z.enum(['public', 'crew', 'shift-manager', 'manager']),
  crewId: z.string().nullable(),
  name: z.string(),
  signedIn: z.boolean().meta({ description: 'by a PIN; a token or an open till is nobody' }),
  open: z.boolean().meta({ description: 'this till may sell without anybody signing in' }),
  needsSetUp: z.boolean().meta({ description: 'no manager can sign in yet' }),
  lockAfterS: z.int(),
  training: z.boolean().meta({ description: 'what is sold is for practice' }),
});

/** Signing in and out by PIN, and practising. */
export function registerAccessRoutes({ route }: KioskApi, deps: AccessRouteDeps): void {
  const { access, sessions } = deps;
  route({
    method: 'POST',
    path: '/api/sign-in',
    summary: 'sign in by PIN: sets the session cookie',
    role: 'public',
    body: signInBody,
    answer: meAnswer,
    problems: { 400: ['bad-request'], 401: ['wrong-pin'], 429: ['pin-locked'] },
    handle: async ({ body, request, reply }) => {
      const { caller, cookie } = await access.signIn(request, {
        pin: pinOf(body.pin),
        crewId: body.crewId,
      });
      reply.header('set-cookie', cookie);
      return whoIs(caller, access.isOpen(request), deps);
    },
  });
  route({
    method: 'POST',
    path: '/api/sign-out',
    summary: 'end the session: the till is locked',
    role: 'public',
    handle: async ({ caller, reply }) => {
      reply.header('set-cookie', await access.signOut(caller));
      return {};
    },
  });
  route({
    method: 'GET',
    path: '/api/me',
    summary: 'who is signed in, and what may be done without it',
    role: 'public',
    answer: meAnswer,
    handle: async ({ caller, request }) => whoIs(caller, access.isOpen(request), deps),
  });
  route({
    method: 'POST',
    path: '/api/me/still-here',
    summary: 'somebody is at this till: it is not to be locked yet',
    role: 'crew',
    handle: async () => ({}),
  });
  route({
    method: 'POST',
    path: '/api/training',
    summary: 'have this session practise, or sell again; it sells again once signed out',
    role: 'shift-manager',
    body: z.object({ on: z.boolean() }),
    answer: z.object({ training: z.boolean() }),
    problems: { 403: ['not-allowed'], 409: ['no-session'] },
    handle: async ({ caller, body }) => {
      if (caller.session === null) {
        throw new Problem(409, 'no-session', 'whoever practises signs in by PIN first');
      }
      await sessions.setTraining(caller.session, body.on);
      return { training: body.on };
    },
  });
}

const whoIs = (
  { role, crewId, name, session, training }: Caller,
  open: boolean,
  { store, crew, catalogue, trainingForced, lockAfterMs }: AccessRouteDeps,
): z.infer<typeof meAnswer> => ({
  store,
  shop:
    catalogue
      .current()
      ?.catalogue.shops.find((candidate) => candidate.shop === Number(store.slice(1)))?.name ?? '',
  role,
  crewId,
  name,
  signedIn: session !== null,
  open,
  needsSetUp: !crew.hasManager(),
  lockAfterS: Math.floor(lockAfterMs / 1000),
  training: training || trainingForced(),
});
