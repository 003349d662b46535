import { pbkdf2Sync } from 'node:crypto';
import type { Ids } from '@tillwire/runtime';
import { type Rights, rightsOfUser } from './rights.ts';

/** What Mosquitto's own tools use; its passwords are long and random, never a person's. */
const ITERATIONS = 101;
const SALT_BYTES = 12;
const HASH_BYTES = 64;

export interface Account {
  readonly user: string;
  /** Null: the user is known by a certificate. */
  readonly password: string | null;
}

/** One access rule as Mosquitto's dynamic security has it. */
export interface AccessRule {
  readonly acltype:
    'publishClientSend' | 'publishClientReceive' | 'subscribePattern' | 'unsubscribePattern';
  readonly topic: string;
  readonly priority: number;
  readonly allow: boolean;
}

export interface Role {
  readonly rolename: string;
  readonly acls: readonly AccessRule[];
}

/** Rights as access rules: everything else is denied by default. */
const accessRules = ({ publish, receive }: Rights): readonly AccessRule[] => [
  ...publish.map((topic) => allow('publishClientSend', topic)),
  ...receive.flatMap((topic) => [
    allow('subscribePattern', topic),
    // Mosquitto 2.0.11 compares a shared subscription's filter together with its share.
    ...(topic.startsWith('stores/') ? [allow('subscribePattern', `$share/+/${topic}`)] : []),
    allow('publishClientReceive', topic),
  ]),
];

const allow = (acltype: AccessRule['acltype'], topic: string): AccessRule => ({
  acltype,
  topic,
  priority: 0,
  allow: true,
});

/** The role of the same name as its user. */
export const roleOf = (user: string): Role => ({
  rolename: user,
  acls: accessRules(rightsOfUser(user)),
});

/** The dynamic security state a new broker starts with: each account with a role of its own, no more. */
export function dynamicSecurity(accounts: readonly Account[], ids: Ids): object {
  return {
    defaultACLAccess: {
      publishClientSend: false,
      publishClientReceive: false,
      subscribe: false,
      unsubscribe: true,
    },
    clients: accounts.map(({ user, password }) => ({
      username: user,
      roles: [{ rolename: user, priority: 0 }],
      ...(password === null ? {} : hashed(password, ids)),
    })),
    groups: [],
    roles: accounts.map(({ user }) => roleOf(user)),
  };
}

function hashed(password: string, ids: Ids): object {
  const salt = Buffer.from(ids.secret(SALT_BYTES), 'base64url');
  return {
    password: pbkdf2Sync(password, salt, ITERATIONS, HASH_BYTES, 'sha512').toString('base64'),
    salt: salt.toString('base64'),
    iterations: ITERATIONS,
  };
}
