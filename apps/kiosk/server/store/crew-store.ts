import { type KioskDatabase, type KioskTransaction, write } from './database.ts';
import type { CrewRole } from './schema.ts';

/** Somebody who works at the shop. */
export interface CrewMember {
  readonly crewId: string;
  readonly name: string;
  readonly role: CrewRole;
  /** Whether they can sign in. */
  readonly hasPin: boolean;
  /** Those who left stay known: their id is on what they sold. */
  readonly active: boolean;
}

export interface NewCrewMember {
  /** Null: the next free number. */
  readonly crewId: string | null;
  readonly name: string;
  readonly role: CrewRole;
  readonly pinHash: string | null;
}

export interface CrewChange {
  readonly name?: string | undefined;
  readonly role?: CrewRole | undefined;
  readonly pinHash?: string | null | undefined;
  readonly active?: boolean | undefined;
}

export type CrewRefusal =
  | { readonly type: 'unknown-crew' }
  | { readonly type: 'crew-id-taken' }
  /** Somebody else, who may have left, has it. */
  | { readonly type: 'pin-taken' }
  /** Nobody would be left who may let others in. */
  | { readonly type: 'manager-needed' };

export type CrewOutcome = { readonly type: 'done'; readonly member: CrewMember } | CrewRefusal;

/** Who works at the shop; ids and whether anybody can sign in are remembered so that selling need not wait for them. */
export interface CrewStore {
  readonly refresh: () => Promise<void>;
  readonly knows: (crewId: string) => boolean;
  /** Whether a manager can sign in: from then on everybody has to. */
  readonly hasManager: () => boolean;
  readonly list: () => Promise<readonly CrewMember[]>;
  /** Whose PIN it is, unless they left. */
  readonly findByPin: (pinHash: string) => Promise<CrewMember | null>;
  readonly add: (member: NewCrewMember) => Promise<CrewOutcome>;
  /** A new PIN, a lesser role or leaving ends their sessions. */
  readonly change: (crewId: string, change: CrewChange) => Promise<CrewOutcome>;
}

export function createCrewStore(db: KioskDatabase): CrewStore {
  let known: ReadonlySet<string> = new Set();
  let hasManager = false;

  const refresh = async (): Promise<void> => {
    const members = await list(db);
    known = new Set(members.flatMap(({ crewId, active }) => (active ? [crewId] : [])));
    hasManager = members.some(isManager);
  };

  /** Does `work` unless the shop would be left without a manager. */
  const altering = async (
    work: (tx: KioskTransaction, members: readonly CrewMember[]) => Promise<CrewRefusal | string>,
  ): Promise<CrewOutcome> => {
    try {
      const done = await write(db, async (tx): Promise<CrewOutcome> => {
        // Two at once must not each leave the other as the last manager.
        await tx
          .updateTable('crew')
          .set((eb) => ({ name: eb.ref('name') }))
          .execute();
        const worked = await work(tx, await list(tx));
        if (typeof worked !== 'string') return worked;
        const members = await list(tx);
        if (!members.some(isManager)) throw new ManagerNeededError();
        const member = members.find(({ crewId }) => crewId === worked);
        return member === undefined ? { type: 'unknown-crew' } : { type: 'done', member };
      });
      await refresh();
      return done;
    } catch (error) {
      if (error instanceof ManagerNeededError) return { type: 'manager-needed' };
      throw error;
    }
  };

  return {
    refresh,
    knows: (crewId) => known.has(crewId),
    hasManager: () => hasManager,
    list: () => list(db),
    findByPin: async (pinHash) => {
      const row = await db
        .selectFrom('crew')
        .selectAll()
        .where('pin_hash', '=', pinHash)
        .where('active', '=', 1)
        .executeTakeFirst();
      return row === undefined ? null : memberOf(row);
    },
    add: ({ crewId, name, role, pinHash }) =>
      altering(async (tx, members) => {
        const id = crewId ?? nextId(members);
        if (members.some((member) => member.crewId === id)) return { type: 'crew-id-taken' };
        if (await isTaken(tx, pinHash, id)) return { type: 'pin-taken' };
        await tx
          .insertInto('crew')
          .values({ crew_id: id, name, role, pin_hash: pinHash, active: 1 })
          .execute();
        return id;
      }),
    change: (crewId, change) =>
      altering(async (tx, members) => {
        const held = members.find((member) => member.crewId === crewId);
        if (held === undefined) return { type: 'unknown-crew' };
        const { name, role, pinHash, active } = change;
        if (await isTaken(tx, pinHash ?? null, crewId)) return { type: 'pin-taken' };
        await tx
          .updateTable('crew')
          .set({
            name: name ?? held.name,
            role: role ?? held.role,
            active: (active ?? held.active) ? 1 : 0,
            ...(pinHash === undefined ? {} : { pin_hash: pinHash }),
          })
          .where('crew_id', '=', crewId)
          .execute();
        if (pinHash !== undefined || active === false) {
          await tx.deleteFrom('sessions').where('crew_id', '=', crewId).execute();
        }
        return crewId;
      }),
  };
}

class ManagerNeededError extends Error {
  override readonly name = 'ManagerNeededError';
}

const isManager = ({ role, hasPin, active }: CrewMember): boolean =>
  role === 'manager' && hasPin && active;

async function list(on: KioskDatabase | KioskTransaction): Promise<readonly CrewMember[]> {
  const rows = await on.selectFrom('crew').selectAll().orderBy('name').execute();
  return rows.map(memberOf);
}

const memberOf = (row: {
  readonly crew_id: string;
  readonly name: string;
  readonly role: CrewRole;
  readonly pin_hash: string | null;
  readonly active: number;
}): CrewMember => ({
  crewId: row.crew_id,
  name: row.name,
  role: row.role,
  hasPin: row.pin_hash !== null,
  active: row.active === 1,
});

/** One above the highest number given; `0` is nobody in particular. */
const nextId = (members: readonly CrewMember[]): string =>
  String(
    1 +
      Math.max(0, ...members.map(({ crewId }) => (/^\d{1,9}$/.test(crewId) ? Number(crewId) : 0))),
  );

async function isTaken(
  tx: KioskTransaction,
  pinHash: string | null,
  crewId: string,
): Promise<boolean> {
  if (pinHash === null) return false;
  const other = await tx
    .selectFrom('crew')
    .select('crew_id')
    .where('pin_hash', '=', pinHash)
    .where('crew_id', '!=', crewId)
    .executeTakeFirst();
  return other !== undefined;
}
