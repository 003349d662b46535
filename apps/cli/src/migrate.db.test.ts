import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freshDatabase } from '../../../test/harness/postgres.ts';
import { runCommand } from './command.ts';
import { migrateCommand } from './migrate.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillwire-migrate-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function migrated(what: string, env: Readonly<Record<string, string>>) {
  const lines: string[] = [];
  const take = (line: string): void => void lines.push(line);
  const terminal = { print: take, complain: take };
  const code = await runCommand([migrateCommand(env)], ['migrate', what], terminal);
  return { code, lines };
}

it('A kiosk’s database is brought to this version once, and one of a newer version is left alone', async () => {
  const env = { STORE_CODE: 'S16', DB_PATH: join(folder, 'kiosk.db') };
  const first = await migrated('kiosk', env);
  expect(first.code).toBe(0);
  expect(first.lines[0]).toBe('applied 0001-orders');
  expect(first.lines.at(-1)).toBe('the database is of this version now');
  expect(await migrated('kiosk', env)).toEqual({
    code: 0,
    lines: ['the database is of this version'],
  });
  const database = new DatabaseSync(env.DB_PATH);
  database.exec("INSERT INTO migrations (name, checksum) VALUES ('9999-later', '0')");
  database.close();
  expect(await migrated('kiosk', env)).toEqual({
    code: 1,
    lines: ['tillwire: the database has migration 9999-later, which this version lacks'],
  });
});

it('Head Office’s database is brought to this version once', async () => {
  const { url, drop } = await freshDatabase();
  try {
    const env = { DATABASE_URL: url };
    expect((await migrated('head-office', env)).lines[0]).toBe('applied 0001-orders');
    expect((await migrated('head-office', env)).lines).toEqual(['the database is of this version']);
  } finally {
    await drop();
  }
});

it('Whatever else is asked for is told what there is', async () => {
  const { code, lines } = await migrated('till', {});
  expect(code).not.toBe(0);
  expect(lines.join()).toContain('WHAT is one of kiosk, head-office, not till');
});
