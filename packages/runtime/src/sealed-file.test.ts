import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from './config.ts';
import { z } from 'zod';
import {
  backupKeyOf,
  backupKeyVariables,
  openedFile,
  opening,
  openSealedFile,
  sealFile,
  sealing,
} from './sealed-file.ts';

const key = randomBytes(32);
const PIECE = 64 * 1024;

const through = async (bytes: Buffer, step: number, by: ReturnType<typeof sealing>) => {
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step);
  }
  const out: Buffer[] = [];
  for await (const chunk of by(chunks())) out.push(chunk);
  return Buffer.concat(out);
};
const sealed = (bytes: Buffer): Promise<Buffer> => through(bytes, 10_000, sealing(key));
const opened = (bytes: Buffer): Promise<Buffer> => through(bytes, 7000, opening(key, 'it'));

describe('a sealed file', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tillwire-sealed-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
  const path = (name: string): string => join(folder, name);

  it.each([0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 3 * PIECE + 17])(
    'gives back what %i bytes were sealed',
    async (length) => {
      const bytes = randomBytes(length);
      expect(bytes.equals(await opened(await sealed(bytes)))).toBe(true);
    },
  );

  it('opens no more when a byte of it is changed, wherever, or its end is cut off', async () => {
    const whole = await sealed(randomBytes(2 * PIECE + 100));
    await fc.assert(
      fc.asyncProperty(
        fc.nat(whole.length - 1),
        fc.integer({ min: 1, max: 255 }),
        async (at, by) => {
          const changed = Buffer.from(whole);
          changed[at] = (changed[at] ?? 0) ^ by;
          await expect(opened(changed)).rejects.toThrow(
            /was changed|another key|sealed|passphrase/,
          );
          await expect(opened(whole.subarray(0, at))).rejects.toThrow(
            /cut short|not a sealed file/,
          );
        },
      ),
    );
  });

  it('opens no more when a piece of it is left out, doubled or moved', async () => {
    const whole = await sealed(randomBytes(3 * PIECE));
    const head = whole.length % (PIECE + 16);
    const pieces = [0, 1, 2].map((n) =>
      whole.subarray(head + n * (PIECE + 16), head + (n + 1) * (PIECE + 16)),
    );
    for (const order of [
      [0, 1],
      [0, 2],
      [1, 0, 2],
      [0, 0, 1, 2],
      [0, 1, 2, 2],
    ]) {
      const moved = Buffer.concat([
        whole.subarray(0, head),
        ...order.map((n) => pieces[n] ?? Buffer.alloc(0)),
      ]);
      await expect(opened(moved)).rejects.toThrow(/was changed, or is cut short/);
    }
  });

  it('is only its owner’s to read, and says by what it opens', async () => {
    const text = 'a till'.repeat(1000);
    await writeFile(path('plain'), text);
    await sealFile(path('plain'), path('by-word'), 'a long passphrase');
    await sealFile(path('plain'), path('by-key'), key);
    expect((await stat(path('by-word'))).mode & 0o077).toBe(0);
    await openSealedFile(path('by-word'), path('again'), 'a long passphrase');
    expect(await readFile(path('again'), 'utf8')).toBe(text);
    const open = async (name: string, by: string | Buffer | null): Promise<string> => {
      const chunks: Buffer[] = [];
      for await (const chunk of await openedFile(path(name), by)) chunks.push(chunk);
      return Buffer.concat(chunks).toString();
    };
    expect(await open('plain', key)).toBe(text);
    expect(await open('by-key', key)).toBe(text);
    await expect(open('by-key', randomBytes(32))).rejects.toThrow(/sealed by another key/);
    await expect(open('by-word', 'another passphrase')).rejects.toThrow(/sealed by another key/);
    await expect(open('by-word', key)).rejects.toThrow(/by a passphrase: BACKUP_KEY opens it/);
    await expect(open('by-key', 'a long passphrase')).rejects.toThrow(/BACKUP_KEY_FILE opens it/);
    await expect(open('by-key', null)).rejects.toThrow(/is sealed: BACKUP_KEY or/);
    await expect(openSealedFile(path('by-key'), path('never'), 'x')).rejects.toThrow(/sealed by/);
    expect(await readdir(folder)).not.toContain('never');
  });

  it('takes its key from a passphrase or a file, and never shows it', async () => {
    const schema = z.object(backupKeyVariables);
    await writeFile(path('key'), `${key.toString('base64')}\n`);
    await writeFile(path('short'), 'c2hvcnQ=');
    const of = (env: Record<string, string>) => backupKeyOf(parseConfig(schema, env));
    expect(of({})).toBeNull();
    expect(of({ BACKUP_KEY: 'a long passphrase' })).toBe('a long passphrase');
    expect(of({ BACKUP_KEY_FILE: path('key') })).toEqual(key);
    expect(() => of({ BACKUP_KEY: 'too short' })).toThrow(/16 characters \(set, not shown\)/);
    expect(() => of({ BACKUP_KEY_FILE: path('short') })).toThrow(/holds 32 bytes as base64/);
    expect(() => of({ BACKUP_KEY_FILE: path('none') })).toThrow(/cannot be read/);
  });
});
