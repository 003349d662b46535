import { plainText } from '@tillwire/contract';
import { Problem } from '@tillwire/runtime';
import { z } from 'zod';
import { type HashPin, pinField, pinOf } from '../pins.ts';
import type { CrewMember, CrewOutcome, CrewStore } from '../store/crew-store.ts';
import { CREW_ROLES } from '../store/schema.ts';
import type { KioskApi } from './api.ts';

export interface CrewRouteDeps {
  readonly crew: CrewStore;
  readonly hashPin: HashPin;
}

// `0` is nobody in particular on orders.
const crewIdText = z
  .string()
  .regex(/^[\w.-]{1,64}$/, 'is letters, digits, dot, dash and underscore, 64 at most')
  .refine((id) => id !== '0', '0 is nobody in particular');
const nameText = plainText(60).refine((name) => name.trim() !== '', 'is not empty');
const role = z.enum(CREW_ROLES);

const newMember = z.object({
  crewId: crewIdText.optional().meta({ description: 'left out: the next free number' }),
  name: nameText,
  role: role.default('crew'),
  pin: pinField.optional(),
});
const memberChange = z.object({
  name: nameText.optional(),
  role: role.optional(),
  pin: pinField.optional().meta({ description: '4 to 8 digits; null takes it away' }),
  active: z.boolean().optional(),
});

const member = z.object({
  crewId: z.string(),
  name: z.string(),
  role,
  hasPin: z.boolean(),
  active: z.boolean(),
});
const memberAnswer = z.object({ member });

const CREW_PROBLEMS = {
  400: ['bad-request'],
  401: ['not-authenticated'],
  403: ['not-allowed', 'wrong-pin'],
  409: ['crew-id-taken', 'pin-taken', 'manager-needed'],
} as const;

/** Who works here, what they may do, and their PINs, which are never told again. */
export function registerCrewRoutes({ route }: KioskApi, { crew, hashPin }: CrewRouteDeps): void {
  route({
    method: 'GET',
    path: '/api/crew',
    summary: 'who works here, those who left included',
    role: 'manager',
    answer: z.object({ crew: z.array(member) }),
    handle: async () => ({ crew: await crew.list() }),
  });
  route({
    method: 'POST',
    path: '/api/crew',
    summary: 'take somebody on; the first one is a manager with a PIN',
    role: 'manager',
    body: newMember,
    status: 201,
    answer: memberAnswer,
    problems: CREW_PROBLEMS,
    handle: async ({ body }) => {
      const pinHash = body.pin === undefined ? null : await hashPin(pinOf(body.pin));
      const { name, role: as, crewId = null } = body;
      return { member: done(await crew.add({ crewId, name: name.trim(), role: as, pinHash })) };
    },
  });
  route({
    method: 'PUT',
    path: '/api/crew/:crewId',
    summary: 'change name, role or PIN; let somebody go or take them back',
    role: 'manager',
    params: z.object({ crewId: crewIdText }),
    body: memberChange,
    answer: memberAnswer,
    problems: { ...CREW_PROBLEMS, 404: ['unknown-crew'] },
    handle: async ({ params, body: { pin, name, ...rest } }) => {
      const pinHash = pin === undefined || pin === null ? pin : await hashPin(pinOf(pin));
      const change = { ...rest, name: name?.trim(), pinHash };
      return { member: done(await crew.change(params.crewId, change)) };
    },
  });
}

function done(outcome: CrewOutcome): CrewMember {
  switch (outcome.type) {
    case 'done':
      return outcome.member;
    case 'unknown-crew':
      throw new Problem(404, outcome.type, 'nobody here has this crew id');
    case 'crew-id-taken':
      throw new Problem(409, outcome.type, 'somebody has this crew id already');
    case 'pin-taken':
      throw new Problem(409, outcome.type, 'this PIN cannot be taken: choose another');
    case 'manager-needed':
      throw new Problem(409, outcome.type, 'the shop always has a manager with a PIN');
  }
}
