import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { StoreCode } from '@tillwire/domain';
import {
  isSealed,
  openedFile,
  openSealedFile,
  SealedFileError,
  sealFile,
  type SealKey,
} from '@tillwire/runtime';
import { copyDatabase, DamagedFileError, type FileReport } from '../store/backup-file.ts';

/** A backup that was read back and found whole. */
export interface Backup {
  readonly file: string;
  readonly bytes: number;
  readonly report: FileReport;
}

export interface BackupOptions {
  readonly store: StoreCode;
  readonly folder: string;
  readonly nowMs: number;
  /** How many are kept; older ones go once the new one is whole. */
  readonly keep: number;
  /** What it is sealed by; null: it is not. */
  readonly key: SealKey | null;
}

const ENDING = '.db';
const SEALED_ENDING = '.db.sealed';
const nameOf = ({ store, nowMs, key }: BackupOptions): string =>
  `${store}-${new Date(nowMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z${key === null ? ENDING : SEALED_ENDING}`;

/** The backups of a store in a folder, newest first. */
export async function listBackups(folder: string, store: StoreCode): Promise<readonly string[]> {
  const files = await readdir(folder).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
  return files
    .filter((file) => file.startsWith(`${store}-`) && /\.db(\.sealed)?$/.test(file))
    .sort()
    .reverse()
    .map((file) => join(folder, file));
}

/**
 * Copies the live database into `folder`, reads the copy back whole, and only then calls it a backup and lets older
 * ones go. The till sells on meanwhile. @throws {DamagedFileError} when the copy is not sound.
 */
export async function backUp(path: string, options: BackupOptions): Promise<Backup> {
  const { folder, store, keep, key } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, nameOf(options));
  const half = `${file}.part`;
  // What is to be sealed is nowhere else in the clear than beside the database itself.
  const copy = key === null ? half : `${path}.backup-part`;
  await rm(copy, { force: true });
  await copyDatabase(path, copy);
  const report = await verifyBackup(copy);
  if (key !== null) await sealCopy(copy, half, key);
  const written = await open(half, 'r+');
  await written.sync();
  await written.close();
  await rename(half, file);
  for (const old of (await listBackups(folder, store)).slice(keep)) await rm(old);
  return { file, bytes: (await stat(file)).size, report };
}

/** Seals a copy, reads it back and compares, and removes the copy. */
async function sealCopy(copy: string, sealed: string, key: SealKey): Promise<void> {
  try {
    await sealFile(copy, sealed, key);
    const [written, read] = [await digestOf(copy, null), await digestOf(sealed, key)];
    if (written !== read) throw new DamagedFileError(sealed, ['it is not what was sealed']);
  } finally {
    await rm(copy);
  }
}

async function digestOf(path: string, key: SealKey | null): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of await openedFile(path, key)) hash.update(chunk);
  return hash.digest('hex');
}

/**
 * A backup as SQLite reads it: as it is, or opened into a folder of its own for as long as `work` lasts.
 * @throws {SealedFileError}
 */
export async function withOpenBackup<T>(
  file: string,
  key: SealKey | null,
  work: (plain: string) => Promise<T>,
): Promise<T> {
  if (!(await isSealed(file))) return work(file);
  if (key === null) {
    throw new SealedFileError(`${file} is sealed: BACKUP_KEY or BACKUP_KEY_FILE opens it`);
  }
  const folder = await mkdtemp(join(tmpdir(), 'tillwire-opened-'));
  try {
    const plain = join(folder, 'backup.db');
    await openSealedFile(file, plain, key);
    return await work(plain);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Reads a backup whole, on a thread of its own: the till goes on meanwhile. @throws {DamagedFileError} */
export function verifyBackup(path: string): Promise<FileReport> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('verify-worker.ts', import.meta.url), { workerData: path });
    worker.once('message', (answer: FileReport | { readonly problems: readonly string[] }) => {
      if ('problems' in answer) reject(new DamagedFileError(path, answer.problems));
      else resolve(answer);
    });
    worker.once('error', reject);
  });
}
