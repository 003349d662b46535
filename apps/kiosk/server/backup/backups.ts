import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { StoreCode } from '@tillwire/domain';
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
}

const ENDING = '.db';
const nameOf = (store: StoreCode, nowMs: number): string =>
  `${store}-${new Date(nowMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z${ENDING}`;

/** The backups of a store in a folder, newest first. */
export async function listBackups(folder: string, store: StoreCode): Promise<readonly string[]> {
  const files = await readdir(folder).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
  return files
    .filter((file) => file.startsWith(`${store}-`) && file.endsWith(ENDING))
    .sort()
    .reverse()
    .map((file) => join(folder, file));
}

/**
 * Copies the live database into `folder`, reads the copy back whole, and only then calls it a backup and lets older
 * ones go. The till sells on meanwhile. @throws {DamagedFileError} when the copy is not sound.
 */
export async function backUp(path: string, options: BackupOptions): Promise<Backup> {
  const { folder, store, nowMs, keep } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, nameOf(store, nowMs));
  const half = `${file}.part`;
  await rm(half, { force: true });
  await copyDatabase(path, half);
  const report = await verifyBackup(half);
  const written = await open(half, 'r+');
  await written.sync();
  await written.close();
  await rename(half, file);
  for (const old of (await listBackups(folder, store)).slice(keep)) await rm(old);
  return { file, bytes: (await stat(file)).size, report };
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
