import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MigrationError, pendingMigrations, readMigrations } from './migrations.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillwire-migrations-'));
  for (const name of [
    '0002-b.sqlite.sql',
    '0001-a.sqlite.sql',
    '0001-a.postgres.sql',
    'notes.md',
  ]) {
    await writeFile(join(folder, name), `-- ${name}`);
  }
});
afterAll(() => rm(folder, { recursive: true }));

describe('migrations', () => {
  it('are the SQL files of one dialect, in order', () => {
    expect(readMigrations(folder, 'sqlite').map(({ name }) => name)).toEqual(['0001-a', '0002-b']);
    expect(readMigrations(folder, 'postgres').map(({ name }) => name)).toEqual(['0001-a']);
  });
  it('still to apply are those after what was applied', () => {
    const known = readMigrations(folder, 'sqlite');
    expect(pendingMigrations(known, [])).toEqual(known);
    expect(pendingMigrations(known, known.slice(0, 1))).toEqual(known.slice(1));
    expect(pendingMigrations(known, known)).toEqual([]);
  });
  it('refuse a newer database, and a file edited since', () => {
    const known = readMigrations(folder, 'sqlite');
    const newer = [...known, { name: '0003-c', checksum: 'x' }];
    expect(() => pendingMigrations(known, newer)).toThrow(MigrationError);
    const edited = known.map((migration) => ({ ...migration, checksum: 'other' }));
    expect(() => pendingMigrations(known, edited)).toThrow('0001-a was changed');
  });
});
