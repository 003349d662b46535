import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import process from 'node:process';

/**
 * Root goes on as whoever owns `path`, or the nearest folder above that is there: an installation's services have to
 * read and replace what a command writes into it. Changes nothing for anybody else, and there is no way back.
 */
export function actAsOwnerOf(path: string): void {
  if (process.getuid?.() !== 0) return;
  let there = resolve(path);
  while (!existsSync(there)) there = dirname(there);
  const { uid, gid } = statSync(there);
  if (uid === 0) return;
  process.setgroups?.([gid]);
  process.setgid?.(gid);
  process.setuid?.(uid);
}
