import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import pg from 'pg';
import { isAlive } from '../../apps/cli/src/demo-state.ts';
import { startOwnPostgres } from '../../apps/cli/src/embedded-postgres.ts';
import { freePort } from './ports.ts';
import { waitFor } from './wait.ts';

export interface FailingOver {
  readonly url: string;
  /** The server dies, and what it had written is taken over by a standby at the same address, on a timeline of its own. */
  readonly failOver: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** A PostgreSQL of the test's own in `folder`: a primary, and what would follow it. */
export async function startFailingOver(folder: string): Promise<FailingOver> {
  const options = { folder, port: await freePort(), password: 'test' };
  let server = await startOwnPostgres(options);
  const url = await server.database('office');
  const data = join(folder, 'data');
  return {
    url,
    failOver: async () => {
      const [pid] = (await readFile(join(data, 'postmaster.pid'), 'utf8')).split('\n');
      process.kill(Number(pid), 'SIGQUIT');
      await waitFor('its death', () => !isAlive(Number(pid)));
      await writeFile(join(data, 'standby.signal'), '');
      const starting = startOwnPostgres(options);
      await waitFor('the promotion', () => promote(url));
      server = await starting;
    },
    stop: () => server.stop(),
  };
}

async function promote(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('SELECT pg_promote()');
    return true;
  } finally {
    await client.end();
  }
}
