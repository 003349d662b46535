import pg from 'pg';
import { expect, it } from 'vitest';
import { freshDatabase } from './postgres.ts';

it('A test gets a real PostgreSQL database of its own', async () => {
  const [one, two] = [await freshDatabase(), await freshDatabase()];
  const client = new pg.Client({ connectionString: one.url });
  await client.connect();
  await client.query('CREATE TABLE t (n integer)');
  const { rows } = await client.query<{ fsync: string }>('SHOW fsync');
  expect(rows).toEqual([{ fsync: 'on' }]);
  await client.end();
  expect(one.url).not.toBe(two.url);
  await one.drop();
  await two.drop();
});
