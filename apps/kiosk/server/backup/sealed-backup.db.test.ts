import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock, systemIds } from '@tillwire/runtime';
import { storeCode } from '@tillwire/domain';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openKioskDatabase } from '../store/database.ts';
import { backUp, listBackups, verifyBackup, withOpenBackup } from './backups.ts';
import { restoreBackup } from './restore.ts';

const STORE = storeCode('S03');
const key = randomBytes(32);
let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillwire-sealed-backup-'));
  path = join(folder, 'S03.db');
  const db = await openKioskDatabase(
    { path },
    { store: STORE, clock: systemClock, ids: systemIds },
  );
  await db.destroy();
});
afterEach(() => rm(folder, { recursive: true }));

const made = (by: Buffer | string | null, nowMs = systemClock.nowMs()) =>
  backUp(path, { store: STORE, folder: join(folder, 'backups'), nowMs, keep: 2, key: by });

it('A sealed backup holds nothing in the clear, and restores to the same', async () => {
  const { file, report } = await made(key);
  expect(file).toMatch(/S03-\d{8}T\d{6}Z\.db\.sealed$/);
  const bytes = await readFile(file);
  expect(bytes.includes('SQLite format')).toBe(false);
  expect(bytes.includes('S03')).toBe(false);
  // Nothing in the clear is left behind.
  expect((await readdir(folder)).filter((name) => name.includes('part'))).toEqual([]);
  expect(await readdir(join(folder, 'backups'))).toHaveLength(1);
  expect(await withOpenBackup(file, key, verifyBackup)).toEqual(report);
  await rm(path);
  await withOpenBackup(file, key, (backup) =>
    restoreBackup({
      backup,
      target: path,
      store: STORE,
      rules: { timeZone: 'Europe/London', rolloverMinutes: 240 },
      clock: systemClock,
      ids: systemIds,
    }),
  );
  expect((await verifyBackup(path)).store).toBe('S03');
  expect((await readdir(tmpdir())).filter((name) => name.startsWith('tillwire-opened-'))).toEqual(
    [],
  );
});

it('It opens by its key alone, and not when a byte of it was changed', async () => {
  const { file } = await made('a long passphrase');
  const open = (by: Buffer | string | null) => withOpenBackup(file, by, verifyBackup);
  await expect(open(null)).rejects.toThrow(/is sealed: BACKUP_KEY or BACKUP_KEY_FILE opens it/);
  await expect(open('another passphrase')).rejects.toThrow(/is sealed by another key/);
  await expect(open(key)).rejects.toThrow(/by a passphrase: BACKUP_KEY opens it/);
  const bytes = await readFile(file);
  bytes[bytes.length - 1000] = (bytes[bytes.length - 1000] ?? 0) ^ 1;
  await writeFile(file, bytes);
  await expect(open('a long passphrase')).rejects.toThrow(/was changed, or is cut short/);
});

it('One from before backups were sealed reads on, and is counted with the sealed ones', async () => {
  const nowMs = systemClock.nowMs();
  const first = await made(null, nowMs);
  expect(await withOpenBackup(first.file, key, verifyBackup)).toEqual(first.report);
  const second = await made(key, nowMs + 1000);
  const third = await made(key, nowMs + 2000);
  expect(await listBackups(join(folder, 'backups'), STORE)).toEqual([third.file, second.file]);
});
