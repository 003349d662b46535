import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { expect, it } from 'vitest';

it('A command ends with its own exit code, whatever the embedded database would like', () => {
  const main = join(import.meta.dirname, 'main.ts');
  const run = (...args: readonly string[]): number | null =>
    spawnSync(process.execPath, [main, ...args], { env: { STORE_CODE: 'nonsense' } }).status;
  expect(run('nonsense')).toBe(2);
  expect(run('kiosk')).toBe(78);
  expect(run('--help')).toBe(0);
});
