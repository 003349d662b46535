import type { PoolClient } from 'pg';
import { type Database, inTransaction } from './database.ts';

export interface User {
  readonly name: string;
  readonly fullName: string;
  readonly role: string;
  readonly createdAt: string;
  readonly disabledAt: string | null;
}

export interface NewUser {
  readonly name: string;
  readonly fullName: string;
  readonly role: string;
  readonly passwordHash: string;
}

export interface UserChange {
  readonly fullName?: string | undefined;
  readonly role?: string | undefined;
  readonly passwordHash?: string | undefined;
  readonly disabled?: boolean | undefined;
}

export interface NewSession {
  readonly tokenHash: Buffer;
  readonly userName: string;
  readonly expiresAtMs: number;
  readonly address: string;
  readonly agent: string;
}

/** A try to sign in, counted before its password is looked at: parallel guesses count too. */
export type Attempt =
  { readonly type: 'allowed' } | { readonly type: 'locked'; readonly untilMs: number };

/** After `free` tries a name is locked for `firstMs`, and twice as long after every further one. */
export interface LockRules {
  readonly free: number;
  readonly firstMs: number;
  readonly longestMs: number;
}

export interface UserStore {
  readonly list: () => Promise<readonly User[]>;
  readonly read: (name: string) => Promise<User | null>;
  readonly passwordHash: (name: string) => Promise<string | null>;
  /** False when there is somebody of that name. */
  readonly create: (user: NewUser, nowMs: number) => Promise<boolean>;
  /** `last-admin` when it would leave no admin who can sign in. */
  readonly change: (
    name: string,
    change: UserChange,
    nowMs: number,
  ) => Promise<User | 'unknown' | 'last-admin'>;
  readonly countAttempt: (name: string, nowMs: number, rules: LockRules) => Promise<Attempt>;
  readonly forgetAttempts: (name: string) => Promise<void>;
  readonly startSession: (session: NewSession, nowMs: number) => Promise<void>;
  /** Whose session it is, while it lasts and its user may sign in. */
  readonly findSession: (tokenHash: Buffer, nowMs: number) => Promise<User | null>;
  readonly endSession: (tokenHash: Buffer) => Promise<void>;
  /** Ends every session of somebody, but for `except`. */
  readonly endSessionsOf: (name: string, except?: Buffer) => Promise<void>;
}

const COLUMNS = `u.name, u.full_name, u.role, u.created_at, u.disabled_at`;
const DAY_MS = 86_400_000;

interface UserRow {
  readonly name: string;
  readonly full_name: string;
  readonly role: string;
  readonly created_at: Date;
  readonly disabled_at: Date | null;
}

const userOf = (row: UserRow): User => ({
  name: row.name,
  fullName: row.full_name,
  role: row.role,
  createdAt: row.created_at.toISOString(),
  disabledAt: row.disabled_at?.toISOString() ?? null,
});

export function createUserStore(db: Database): UserStore {
  return {
    list: async () => {
      const { rows } = await db.query<UserRow>(`SELECT ${COLUMNS} FROM users u ORDER BY u.name`);
      return rows.map(userOf);
    },
    read: async (name) => {
      const { rows } = await db.query<UserRow>(`SELECT ${COLUMNS} FROM users u WHERE u.name = $1`, [
        name,
      ]);
      return rows[0] === undefined ? null : userOf(rows[0]);
    },
    passwordHash: async (name) => {
      const { rows } = await db.query<{ password_hash: string }>(
        'SELECT password_hash FROM users WHERE name = $1 AND disabled_at IS NULL',
        [name],
      );
      return rows[0]?.password_hash ?? null;
    },
    create: async ({ name, fullName, role, passwordHash }, nowMs) => {
      const { rowCount } = await db.query(
        `INSERT INTO users (name, full_name, role, password_hash, created_at)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (name) DO NOTHING`,
        [name, fullName, role, passwordHash, new Date(nowMs)],
      );
      return rowCount === 1;
    },
    change: (name, change, nowMs) => changeUser(db, name, change, nowMs),
    countAttempt: (name, nowMs, rules) => countAttempt(db, name, nowMs, rules),
    forgetAttempts: async (name) => {
      await db.query('DELETE FROM sign_in_attempts WHERE name = $1', [name]);
    },
    startSession: async ({ tokenHash, userName, expiresAtMs, address, agent }, nowMs) => {
      await db.query('DELETE FROM sessions WHERE expires_at <= $1', [new Date(nowMs)]);
      await db.query(
        `INSERT INTO sessions (token_hash, user_name, created_at, expires_at, address, agent)
         VALUES ($1, $2, $3, $4, $5, $6)`,
        [tokenHash, userName, new Date(nowMs), new Date(expiresAtMs), address, agent],
      );
    },
    findSession: async (tokenHash, nowMs) => {
      const { rows } = await db.query<UserRow>({
        name: 'find-session',
        text: `SELECT ${COLUMNS} FROM sessions s JOIN users u ON u.name = s.user_name
               WHERE s.token_hash = $1 AND s.expires_at > $2 AND u.disabled_at IS NULL`,
        values: [tokenHash, new Date(nowMs)],
      });
      return rows[0] === undefined ? null : userOf(rows[0]);
    },
    endSession: async (tokenHash) => {
      await db.query('DELETE FROM sessions WHERE token_hash = $1', [tokenHash]);
    },
    endSessionsOf: async (name, except) => {
      await db.query(
        'DELETE FROM sessions WHERE user_name = $1 AND token_hash IS DISTINCT FROM $2',
        [name, except ?? null],
      );
    },
  };
}

/** Changes somebody; what they may do or how they prove who they are having changed, they sign in anew. */
const changeUser = (
  db: Database,
  name: string,
  { fullName, role, passwordHash, disabled }: UserChange,
  nowMs: number,
): Promise<User | 'unknown' | 'last-admin'> =>
  inTransaction(db, async (client) => {
    // One at a time: two admins taking each other's role away would both pass the check below.
    await client.query('LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE');
    const admins = await countAdmins(client);
    await client.query('SAVEPOINT unchanged');
    const { rows } = await client.query<UserRow>(
      `UPDATE users u SET
         full_name = coalesce($2, full_name),
         role = coalesce($3, role),
         password_hash = coalesce($4, password_hash),
         disabled_at = CASE $5::boolean WHEN true THEN coalesce(disabled_at, $6) WHEN false THEN NULL
           ELSE disabled_at END
       WHERE name = $1 RETURNING ${COLUMNS}`,
      [
        name,
        fullName ?? null,
        role ?? null,
        passwordHash ?? null,
        disabled ?? null,
        new Date(nowMs),
      ],
    );
    const changed = rows[0];
    if (changed === undefined) return 'unknown';
    if (admins > 0 && (await countAdmins(client)) === 0) {
      await client.query('ROLLBACK TO unchanged');
      return 'last-admin';
    }
    if (role !== undefined || passwordHash !== undefined || disabled === true) {
      await client.query('DELETE FROM sessions WHERE user_name = $1', [name]);
    }
    return userOf(changed);
  });

async function countAdmins(client: PoolClient): Promise<number> {
  const { rowCount } = await client.query(
    `SELECT 1 FROM users WHERE role = 'admin' AND disabled_at IS NULL`,
  );
  return rowCount ?? 0;
}

async function countAttempt(
  db: Database,
  name: string,
  nowMs: number,
  { free, firstMs, longestMs }: LockRules,
): Promise<Attempt> {
  const now = new Date(nowMs);
  await db.query('DELETE FROM sign_in_attempts WHERE last_at < $1', [new Date(nowMs - DAY_MS)]);
  // One statement: of guesses made at once each sees the lock that the one before it set.
  const { rowCount } = await db.query(
    `INSERT INTO sign_in_attempts AS a (name, attempts, last_at) VALUES ($1, 1, $2)
     ON CONFLICT (name) DO UPDATE SET
       attempts = a.attempts + 1,
       last_at = $2,
       locked_until = CASE WHEN a.attempts + 1 >= $3::integer THEN
         $2 + least($4 * 2 ^ least(a.attempts + 1 - $3::integer, 20), $5) * interval '1 millisecond'
       END
       WHERE a.locked_until IS NULL OR a.locked_until <= $2`,
    [name, now, free, firstMs, longestMs],
  );
  if (rowCount === 1) return { type: 'allowed' };
  const { rows } = await db.query<{ locked_until: Date | null }>(
    'SELECT locked_until FROM sign_in_attempts WHERE name = $1',
    [name],
  );
  return { type: 'locked', untilMs: rows[0]?.locked_until?.getTime() ?? nowMs };
}
