import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { Problem } from '@tillwire/runtime';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { importJournal } from './import-journal.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillwire-journal-'));
});
afterAll(() => rm(folder, { recursive: true }));

it('A journal refused at a line and cut off behind it is refused, and ends nothing else', async () => {
  const file = join(folder, 'cut-off');
  const whole = gzipSync(`no JSON\n${randomBytes(40_000).toString('hex')}\n`);
  await writeFile(file, whole.subarray(0, whole.length - 100));
  const uncaught: unknown[] = [];
  const note = (error: unknown): void => void uncaught.push(error);
  process.prependListener('uncaughtExceptionMonitor', note);
  for (let time = 0; time < 20; time++) {
    await expect(importJournal({} as Parameters<typeof importJournal>[0], file)).rejects.toThrow(
      Problem,
    );
  }
  // What the rest of the file is worth would be found by now.
  await pause(100);
  process.removeListener('uncaughtExceptionMonitor', note);
  expect(uncaught).toEqual([]);
});
