import pg from 'pg';
import { expect, it } from 'vitest';
import { freshDatabase } from './postgres.ts';

it('A test gets a real PostgreSQL database of its own', async () => {
  const [one, two] = [await freshDatabase(), await freshDatabase()];
  const client = new pg.Client({ connectionString: one.url });
  await client.connect();
  await client.query('CREATE TABLE t (n integer)');
  const { rows } = await client.query<{ version: string }>('SELECT version()');
  expect(rows[0]?.version).toMatch(/^PostgreSQL \d+/);
  await client.end();
  const other = new pg.Client({ connectionString: two.url });
  await other.connect();
  await expect(other.query('SELECT n FROM t')).rejects.toThrow('does not exist');
  await other.end();
  await one.drop();
  await two.drop();
});
