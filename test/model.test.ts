import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findTool } from './harness/tools.ts';

const MODELS = resolve(import.meta.dirname, '../packages/sync/model');
/** By model: the faults that can be planted in it. */
const FAULTS = {
  upward: ['PUBACK', 'EARLY_ACK', 'GAP', 'NO_REQUEUE', 'BELIEVE_FIRST', 'BELIEVE_OLD'],
  catalogue: ['BELIEVE_ALL', 'UNVERIFIED', 'TAKE_OLDER', 'WITHOUT_BASE', 'NO_WAIT', 'FORGET'],
  restore: ['KEEP_EPOCH', 'EARLY', 'NO_LOCK', 'OWN_WORD'],
} as const;
type Model = keyof typeof FAULTS;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tillwire-model-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the verifier says of the model after looking at every state it can come to. */
function verify(model: Model, fault?: string): string {
  const cwd = mkdtempSync(join(folder, 'run-'));
  const define = fault === undefined ? [] : [`-DFAULT_${fault}`];
  execFileSync(findTool('spin'), [...define, '-a', join(MODELS, `${model}.pml`)], { cwd });
  execFileSync('gcc', ['-w', '-O1', '-DSAFETY', '-DCOLLAPSE', '-o', 'pan', 'pan.c'], { cwd });
  // -E: processes wait for ever for a crash that does not come, which is no fault.
  return spawnSync(join(cwd, 'pan'), ['-E', '-m200000'], { cwd, encoding: 'utf8' }).stdout;
}

describe.each(Object.keys(FAULTS) as Model[])('the model %s', (model) => {
  test('holds its claims in every state', () => {
    const report = verify(model);
    expect(report).toContain('errors: 0');
    expect(report).not.toContain('search depth too small');
    expect(Number(/(\d+) states, stored/.exec(report)?.[1])).toBeGreaterThan(50_000);
  });

  test.each(FAULTS[model])('breaks a claim with the planted fault %s', (fault) => {
    expect(verify(model, fault)).toMatch(/assertion violated[\s\S]*errors: 1/);
  });
});
