import { spawnSync } from 'node:child_process';
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { findProgram } from './program.ts';

/** A small disk of its own, in a file: it can be full, and it can turn read-only as a dying one does. */
export interface LabDisk {
  readonly folder: string;
  /** Leaves no byte free. */
  readonly fill: () => Promise<void>;
  readonly free: () => void;
  /** The file system gives up, as after an error of the disk: whoever has files open there can write no more. */
  readonly breakOff: () => void;
  /** Writable again. Only while nobody uses it. */
  readonly mend: () => void;
  readonly remove: () => void;
}

const BYTES = 512 * 1024 * 1024;
const PIECE = Buffer.alloc(64 * 1024, 1);

/** Whether this machine and this user can have such disks. */
export const hasDisks = (): boolean =>
  process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/dev/loop-control');

export function makeDisk(image: string, folder: string): LabDisk {
  const run = (program: string, ...args: readonly string[]): void => {
    const { status, stderr } = spawnSync(findProgram(program), args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
  };
  const ballast = join(folder, 'ballast');
  let [file, mends] = [image, 0];
  const mount = (): void => run('mount', '-o', 'loop', file, folder);
  // What was being deleted when the file system gave up stays taken until it is checked. 1: it was, and was mended.
  const check = (): void => {
    const { status, stdout } = spawnSync(findProgram('e2fsck'), ['-f', '-y', file], {
      encoding: 'utf8',
    });
    if (status !== 0 && status !== 1) throw new Error(`e2fsck ${file}: ${stdout}`);
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(image, '');
  truncateSync(image, BYTES);
  run('mkfs.ext4', '-q', '-m', '0', image);
  mount();
  return {
    folder,
    fill: async () => {
      const endless = Readable.from(
        (function* pieces() {
          for (;;) yield PIECE;
        })(),
      );
      await pipeline(endless, createWriteStream(ballast)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOSPC') throw error;
      });
    },
    free: () => rmSync(ballast, { force: true }),
    breakOff: () => run('mount', '-o', 'remount,abort', folder),
    mend: () => {
      run('umount', folder);
      // A container that was started meanwhile has a mount of its own, and holds the file system that gave up: mounted
      // again, the same file is still that one. A copy is another.
      const copy = `${image}.${++mends}`;
      run('cp', '--sparse=always', file, copy);
      rmSync(file);
      file = copy;
      check();
      mount();
      // Its removal may not have been written when the disk gave up.
      rmSync(ballast, { force: true });
    },
    remove: () => {
      run('umount', folder);
      rmSync(file, { force: true });
    },
  };
}
