import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freshDatabase } from '../../../../test/harness/postgres.ts';
import type { DatabaseAddress } from '../store/database.ts';

export interface TestDatabase {
  readonly address: DatabaseAddress;
  readonly drop: () => Promise<void>;
}

/** Both databases a kiosk can have; the same tests run on each. */
export const databases: readonly {
  readonly name: string;
  readonly open: () => Promise<TestDatabase>;
}[] = [
  {
    name: 'SQLite',
    open: async () => {
      const folder = await mkdtemp(join(tmpdir(), 'tillwire-kiosk-'));
      return {
        address: { path: join(folder, 'kiosk.db') },
        drop: () => rm(folder, { recursive: true }),
      };
    },
  },
  {
    name: 'PostgreSQL',
    open: async () => {
      const { url, drop } = await freshDatabase();
      return { address: { url }, drop };
    },
  },
];
