import type { KioskDatabase } from './database.ts';

/** Who works at the shop, remembered so that pricing need not wait for the database. */
export interface CrewStore {
  readonly refresh: () => Promise<void>;
  readonly knows: (crewId: string) => boolean;
}

export function createCrewStore(db: KioskDatabase): CrewStore {
  let known: ReadonlySet<string> = new Set();
  return {
    refresh: async () => {
      const rows = await db.selectFrom('crew').select('crew_id').execute();
      known = new Set(rows.map(({ crew_id }) => crew_id));
    },
    knows: (crewId) => known.has(crewId),
  };
}
