import { execFile } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { expect, it } from 'vitest';

const MAIN = join(import.meta.dirname, '../bin/tillwire.mjs');

const exitCodeOf = (...args: readonly string[]): Promise<number | null> =>
  new Promise((resolve) => {
    const child = execFile(process.execPath, [MAIN, ...args], { env: { STORE_CODE: 'nonsense' } });
    child.once('exit', resolve);
  });

it('A command ends with its own exit code, whatever the embedded database would like', async () => {
  const codes = await Promise.all([
    exitCodeOf('nonsense'),
    exitCodeOf('kiosk'),
    exitCodeOf('--help'),
  ]);
  expect(codes).toEqual([2, 78, 0]);
});
