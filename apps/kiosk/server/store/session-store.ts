import type { Ids } from '@tillwire/runtime';
import { type KioskDatabase, write } from './database.ts';
import type { CrewRole } from './schema.ts';

/** Somebody signed in at a till. */
export interface Session {
  readonly tokenHash: string;
  readonly crewId: string;
  readonly name: string;
  readonly role: CrewRole;
  /** What it sells is for practice. */
  readonly training: boolean;
  readonly seenAtMs: number;
}

/** When wrong PINs lock who gave them. */
export interface LockRules {
  /** Wrong ones in a row that lock. */
  readonly free: number;
  /** The first lock; each wrong PIN after it doubles it. */
  readonly firstMs: number;
  readonly longestMs: number;
  /** Without a wrong one for this long, all is forgotten. */
  readonly forgetMs: number;
}

export type Attempt =
  | { readonly type: 'locked'; readonly untilMs: number }
  /** May be tried; were it wrong, the lock of `untilMs` holds already. */
  | { readonly type: 'open'; readonly untilMs: number | null };

export interface SessionStore {
  readonly start: (
    session: { readonly tokenHash: string; readonly crewId: string },
    nowMs: number,
  ) => Promise<void>;
  /** The session, if it was used since `sinceMs` and its member still works here. */
  readonly find: (tokenHash: string, sinceMs: number) => Promise<Session | null>;
  readonly seen: (tokenHash: string, nowMs: number) => Promise<void>;
  readonly end: (tokenHash: string) => Promise<void>;
  readonly setTraining: (tokenHash: string, training: boolean) => Promise<void>;
  /** Counts a try before it is made, so that many at once are no way around. */
  readonly countAttempt: (
    subjects: readonly string[],
    nowMs: number,
    rules: LockRules,
  ) => Promise<Attempt>;
  /** The try was right: it does not count. Earlier wrong ones still do: they may have been for another's PIN. */
  readonly takeBackAttempt: (subjects: readonly string[]) => Promise<void>;
  /** What this shop's PINs are hashed with; made when first asked for. */
  readonly pinSalt: () => Promise<string>;
}

const SALT = 'pin_salt';
const SALT_BYTES = 16;
/** Sessions that nobody came back to are deleted. */
const KEPT_MS = 7 * 86_400_000;

export function createSessionStore(
  db: KioskDatabase,
  { ids }: { readonly ids: Ids },
): SessionStore {
  return {
    start: ({ tokenHash, crewId }, nowMs) =>
      write(db, async (tx) => {
        await tx
          .deleteFrom('sessions')
          .where('seen_at_ms', '<', nowMs - KEPT_MS)
          .execute();
        await tx
          .insertInto('sessions')
          .values({
            token_hash: tokenHash,
            crew_id: crewId,
            training: 0,
            started_at_ms: nowMs,
            seen_at_ms: nowMs,
          })
          .execute();
      }),
    find: async (tokenHash, sinceMs) => {
      const row = await db
        .selectFrom('sessions')
        .innerJoin('crew', 'crew.crew_id', 'sessions.crew_id')
        .select([
          'crew.crew_id',
          'crew.name',
          'crew.role',
          'sessions.training',
          'sessions.seen_at_ms',
        ])
        .where('token_hash', '=', tokenHash)
        .where('seen_at_ms', '>=', sinceMs)
        .where('crew.active', '=', 1)
        .executeTakeFirst();
      if (row === undefined) return null;
      const { crew_id: crewId, name, role, training, seen_at_ms: seenAtMs } = row;
      return { tokenHash, crewId, name, role, training: training === 1, seenAtMs };
    },
    seen: async (tokenHash, nowMs) => {
      await db
        .updateTable('sessions')
        .set({ seen_at_ms: nowMs })
        .where('token_hash', '=', tokenHash)
        .execute();
    },
    end: async (tokenHash) => {
      await db.deleteFrom('sessions').where('token_hash', '=', tokenHash).execute();
    },
    setTraining: async (tokenHash, training) => {
      await db
        .updateTable('sessions')
        .set({ training: training ? 1 : 0 })
        .where('token_hash', '=', tokenHash)
        .execute();
    },
    countAttempt: (subjects, nowMs, rules) =>
      write(db, async (tx) => {
        await tx
          .insertInto('pin_attempts')
          .values(
            subjects.map((subject) => ({
              subject,
              failures: 0,
              last_at_ms: 0,
              locked_until_ms: 0,
            })),
          )
          .onConflict((conflict) => conflict.doNothing())
          .execute();
        // Takes the rows, so that the next try waits for what becomes of this one.
        await tx
          .updateTable('pin_attempts')
          .set((eb) => ({ failures: eb.ref('failures') }))
          .where('subject', 'in', subjects)
          .execute();
        const held = await tx
          .selectFrom('pin_attempts')
          .selectAll()
          .where('subject', 'in', subjects)
          .execute();
        const locked = Math.max(0, ...held.map(({ locked_until_ms }) => locked_until_ms));
        if (locked > nowMs) return { type: 'locked', untilMs: locked };
        let untilMs: number | null = null;
        for (const { subject, failures: before, last_at_ms } of held) {
          const failures = 1 + (last_at_ms > nowMs - rules.forgetMs ? before : 0);
          const lock = lockOf(failures, nowMs, rules);
          untilMs = lock === 0 ? untilMs : Math.max(untilMs ?? 0, lock);
          await tx
            .updateTable('pin_attempts')
            .set({ failures, last_at_ms: nowMs, locked_until_ms: lock })
            .where('subject', '=', subject)
            .execute();
        }
        return { type: 'open', untilMs };
      }),
    takeBackAttempt: async (subjects) => {
      await db
        .updateTable('pin_attempts')
        .set((eb) => ({ failures: eb('failures', '-', 1), locked_until_ms: 0 }))
        .where('subject', 'in', subjects)
        .execute();
    },
    pinSalt: async () => {
      await db
        .insertInto('meta')
        .values({ name: SALT, value: ids.secret(SALT_BYTES) })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      const { value } = await db
        .selectFrom('meta')
        .select('value')
        .where('name', '=', SALT)
        .executeTakeFirstOrThrow();
      return value;
    },
  };
}

/** Until when so many wrong PINs lock; 0 not at all. */
const lockOf = (
  failures: number,
  nowMs: number,
  { free, firstMs, longestMs }: LockRules,
): number => (failures < free ? 0 : nowMs + Math.min(longestMs, firstMs * 2 ** (failures - free)));
