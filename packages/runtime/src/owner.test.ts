import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const SERVICE = 4711;
const MODULE = join(import.meta.dirname, 'owner.ts');
const SCRIPT = `
  import { mkdirSync, writeFileSync } from 'node:fs';
  const { actAsOwnerOf } = await import(${JSON.stringify(MODULE)});
  actAsOwnerOf(process.argv[1]);
  mkdirSync(process.argv[1], { recursive: true });
  writeFileSync(process.argv[1] + '/key', 'secret', { mode: 0o600 });
  process.stdout.write(process.getuid() + ' ' + process.getgid() + ' ' + process.getgroups());
`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tillwire-owner-'));
  chmodSync(folder, 0o755);
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Run by whoever runs the tests, in a process of its own: rights given up do not come back. */
const said = (path: string): string =>
  execFileSync(process.execPath, ['--input-type=module', '-e', SCRIPT, path], {
    encoding: 'utf8',
    cwd: '/',
  });

const [me, mine] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
const isRoot = me === 0;

describe('What a command writes into an installation', () => {
  it('belongs to whoever the installation belongs to when root runs it', () => {
    if (isRoot) chownSync(folder, SERVICE, SERVICE);
    const [uid, gid] = isRoot ? [SERVICE, SERVICE] : [me, mine];
    expect(said(join(folder, 'shop', 'credentials'))).toMatch(new RegExp(`^${uid} ${gid} `));
    expect(statSync(join(folder, 'shop/credentials/key')).uid).toBe(uid);
  });

  it("stays root's, with root's groups, where the folder is root's own", () => {
    expect(said(folder)).toBe(`${me} ${mine} ${process.getgroups?.().join() ?? ''}`);
  });
});
