import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startOwnPostgres } from '../../apps/cli/src/embedded-postgres.ts';
import { freePort } from './ports.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Folder and port of the suite's PostgreSQL. */
    readonly postgresUrl: string;
  }
}

/** One PostgreSQL for the whole suite; every test makes databases of its own on it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'tillwire-postgres-'));
  const postgres = await startOwnPostgres({
    folder,
    port: await freePort(),
    password: 'test',
    // What a power cut would take is thrown away anyway: nothing here waits for the disk.
    settings: { max_connections: '200', fsync: 'off', full_page_writes: 'off' },
  });
  project.provide('postgresUrl', await postgres.database('suite'));
  return async () => {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  };
}
