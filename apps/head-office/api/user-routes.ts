import { type Clock, Problem } from '@tillwire/runtime';
import { z } from 'zod';
import type { User, UserStore } from '../store/user-store.ts';
import type { HeadOfficeApi } from './head-office-api.ts';
import {
  hashPassword,
  MAX_PASSWORD_LENGTH,
  MIN_PASSWORD_LENGTH,
  type PasswordCost,
} from './passwords.ts';
import { ROLES } from './permissions.ts';

export const newPassword = z
  .string()
  .min(MIN_PASSWORD_LENGTH, `has at least ${MIN_PASSWORD_LENGTH} characters`)
  .max(MAX_PASSWORD_LENGTH);

const userName = z
  .string()
  .regex(/^[a-z][a-z0-9._-]{1,39}$/, 'is 2 to 40 of a–z, 0–9, dot, hyphen and underscore');
const fullName = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^[^\0]*$/, 'must not contain NUL')
  .refine((text) => text.isWellFormed(), 'must not contain a lone surrogate');
const role = z.enum(ROLES);
const byName = z.object({ name: z.string().max(64) });

const newUser = z.object({ name: userName, fullName, role, password: newPassword });
const userChange = z
  .object({
    fullName: fullName.optional(),
    role: role.optional(),
    password: newPassword.optional(),
    disabled: z.boolean().optional(),
  })
  .refine((change) => Object.values(change).some((value) => value !== undefined), {
    error: 'changes something',
  });

const shown = ({ name, fullName, role, disabledAt }: User): object => ({
  name,
  fullName,
  role,
  disabledAt,
});

/** The people of Head Office. */
export function registerUserRoutes(
  { read, change }: HeadOfficeApi,
  {
    users,
    clock,
    passwordCost,
  }: {
    readonly users: UserStore;
    readonly clock: Clock;
    readonly passwordCost: PasswordCost;
  },
): void {
  read({
    path: '/api/users',
    summary: 'everybody who may sign in',
    role: 'manage-people',
    handle: async () => ({ users: await users.list() }),
  });
  change({
    method: 'POST',
    path: '/api/users',
    action: 'create-user',
    summary: 'a new user',
    role: 'manage-people',
    status: 201,
    body: newUser,
    problems: { 409: ['name-taken'] },
    handle: async ({ body: { password, ...user } }) => {
      const passwordHash = await hashPassword(password, passwordCost);
      if (!(await users.create({ ...user, passwordHash }, clock.nowMs()))) {
        throw new Problem(409, 'name-taken', `there is a user ${user.name}`);
      }
      return { answer: user, subject: user.name, after: user };
    },
  });
  change({
    method: 'PUT',
    path: '/api/users/:name',
    action: 'change-user',
    summary: "change somebody's name, role or password, or whether they may sign in",
    role: 'manage-people',
    params: byName,
    body: userChange,
    problems: { 404: ['unknown-user'], 409: ['last-admin'] },
    handle: async ({ params, body: { password, ...given } }) => {
      const before = await users.read(params.name);
      if (before === null) throw unknownUser(params.name);
      const passwordHash =
        password === undefined ? undefined : await hashPassword(password, passwordCost);
      const after = await users.change(params.name, { ...given, passwordHash }, clock.nowMs());
      if (after === 'unknown') throw unknownUser(params.name);
      if (after === 'last-admin') {
        throw new Problem(409, 'last-admin', 'that would leave nobody who may manage people');
      }
      return {
        answer: after,
        subject: params.name,
        before: shown(before),
        after: { ...shown(after), ...(password === undefined ? {} : { password: 'changed' }) },
      };
    },
  });
}

const unknownUser = (name: string): Problem =>
  new Problem(404, 'unknown-user', `there is no user ${name}`);
