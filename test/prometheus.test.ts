import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMetrics, systemClock } from '@tillwire/runtime';
import { expect, it } from 'vitest';
import { watchFleet } from '../apps/head-office/fleet/fleet-metrics.ts';
import { createIngestMetrics } from '../apps/head-office/ingest/ingest-metrics.ts';
import { headOfficeDatabase } from '../apps/head-office/test/head-office-database.ts';
import { findTool } from './harness/tools.ts';

const FOLDER = join(import.meta.dirname, '../deploy/prometheus');
const RULES = 'tillwire.rules.yml';

const promtool = (...args: readonly string[]): string =>
  execFileSync(findTool('promtool'), args, { cwd: FOLDER, encoding: 'utf8' });

it('the configuration and its rules are ones Prometheus takes', () => {
  expect(promtool('check', 'config', 'prometheus.yml')).toContain('SUCCESS');
  expect(promtool('check', 'rules', RULES)).toContain('SUCCESS');
});

it('the rules fire on a stopped kiosk, a silent shop and what else its tests name', () => {
  expect(promtool('test', 'rules', 'tillwire.rules.test.yml')).toContain('SUCCESS');
});

it('every figure a rule asks for is one that Head Office shows', async () => {
  const { db, drop } = await headOfficeDatabase();
  const metrics = createMetrics();
  watchFleet({ db, clock: systemClock, metrics });
  createIngestMetrics(metrics);
  const shown = await metrics.text();
  const asked = new Set(readFileSync(join(FOLDER, RULES), 'utf8').match(/tillwire_\w+/g));
  expect([...asked].filter((name) => !shown.includes(name.replace(/_bucket$/, '')))).toEqual([]);
  expect(asked.size).toBeGreaterThan(9);
  await drop();
});
