import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { describe, expect, it } from 'vitest';

/** Passes points a, b, a, b in a process of its own; says what it lived to say. */
function livedThrough(spec: string): { readonly said: string; readonly signal: string | null } {
  const module = join(import.meta.dirname, 'crash-points.ts');
  const script = `
    import { writeSync } from 'node:fs';
    import { createCrashPoints } from ${JSON.stringify(module)};
    const point = createCrashPoints(${JSON.stringify(spec)});
    for (const name of ['a', 'b', 'a', 'b']) { point(name); writeSync(1, name); }
  `;
  const { stdout, signal } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  return { said: stdout, signal };
}

describe('a crash point', () => {
  it('pulls the plug exactly where it is named', () => {
    expect(livedThrough('b')).toEqual({ said: 'a', signal: 'SIGKILL' });
    expect(livedThrough('b:2')).toEqual({ said: 'aba', signal: 'SIGKILL' });
  });
  it('does nothing where none is named', () => {
    expect(livedThrough('')).toEqual({ said: 'abab', signal: null });
    expect(livedThrough('c')).toEqual({ said: 'abab', signal: null });
  });
});
