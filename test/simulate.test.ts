import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { startTillwire } from './harness/process.ts';

const folder = mkdtempSync(join(tmpdir(), 'tillwire-simulate-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('A simulated day accounts for every order of real and light shops, and draws it', async () => {
  const report = join(folder, 'report.html');
  const words =
    'simulate --seed 4 --stores 2 --days 1 --orders-per-day 40 --seconds-per-day 6 --light 5 --light-orders-per-day 10 --json';
  const program = startTillwire([...words.split(' '), '--report', report]);
  const { code } = await program.exited;
  expect({ code, said: code === 0 ? '' : program.stderr() }).toEqual({ code: 0, said: '' });
  const outcome = JSON.parse(program.stdout()) as Record<string, number>;
  expect(outcome).toMatchObject({
    seed: '4',
    shops: 2,
    lightShops: 5,
    lost: 0,
    duplicated: 0,
    findings: [],
    days: 2,
    daysReconciled: 2,
    ends: [],
  });
  expect(outcome['orders']).toBeGreaterThan(30);
  expect(outcome['lightOrders']).toBeGreaterThan(10);
  const page = readFileSync(report, 'utf8');
  expect(page).toContain('Every order is accounted for');
  expect(page.match(/<svg [^>]*role="img"/g)?.length).toBe(6);
  expect(page.match(/<table/g)?.length).toBeGreaterThanOrEqual(7);
  // It needs nothing but itself.
  expect(page).not.toMatch(/(?:src|href)=|@import|url\((?!#)/);
});
