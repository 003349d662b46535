import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { multiplySales } from '../store/many-sales.ts';
import { plotsAsSvg } from './curve.ts';

const MIGRATIONS = join(import.meta.dirname, '../../kiosk/server/store/migrations');

it('A kiosk’s sales are multiplied into days long past, and its journal goes on behind them', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tillwire-many-'));
  const path = join(folder, 'kiosk.db');
  const database = new DatabaseSync(path);
  try {
    for (const file of readdirSync(MIGRATIONS).toSorted()) {
      if (file.endsWith('.sqlite.sql')) database.exec(readFileSync(join(MIGRATIONS, file), 'utf8'));
    }
    database.exec(`
      DELETE FROM journal_head;
      INSERT INTO journal_head (id, epoch, seq, hash, last_row) VALUES (1, 1, 1, 'aa', 1);
      INSERT INTO journal (row, epoch, seq, kind, subject, hash, prev_hash, payload, created_at_ms)
      VALUES (1, 1, 1, 'order', 'S01-20251127-000001', 'aa', '00', '{"sold":true}', 1);
      INSERT INTO orders (order_id, business_date, sequence, row, revision, status, kind, kitchen, request_id)
      VALUES ('S01-20251127-000001', '2025-11-27', 1, 1, 1, 'completed', 'sale', 'none', 'asked');
    `);
    multiplySales(path, 4500);
    const one = (sql: string): unknown => ({ ...database.prepare(sql).get() });
    expect(one('SELECT seq, last_row FROM journal_head')).toEqual({ seq: 4501, last_row: 4501 });
    expect(
      one('SELECT count(*) AS n, min(order_id) AS first, max(order_id) AS last FROM orders'),
    ).toEqual({
      n: 4501,
      first: 'S01-20251123-001501',
      last: 'S01-20251127-000001',
    });
    expect(
      one(`SELECT count(*) AS n FROM orders o JOIN journal j USING (row)
           WHERE j.subject = o.order_id AND j.payload = '{"sold":true}' AND j.seq = j.row`),
    ).toEqual({ n: 4501 });
    expect(one('SELECT hash FROM journal_head')).toEqual(
      one('SELECT hash FROM journal WHERE seq = 4501'),
    );
    expect(one('SELECT count(*) AS n FROM journal WHERE acked_at_ms IS NULL')).toEqual({ n: 1 });
  } finally {
    database.close();
    rmSync(folder, { recursive: true });
  }
});

it('A plot names its curves with their figures, and puts each point at its height', () => {
  const svg = plotsAsSvg([
    {
      title: 'Pages <p95>',
      at: ['0', '10 M'],
      unit: 'ms',
      curves: [{ name: 'overview', values: [5, 10] }],
    },
  ]);
  expect(svg).toContain('Pages &lt;p95&gt;, ms');
  expect(svg).toContain('overview: 5, 10');
  const heights = [...svg.matchAll(/<circle cx="[\d.]+" cy="([\d.]+)"/g)].map(([, y]) => Number(y));
  expect(heights).toHaveLength(2);
  expect(heights[0]).toBeGreaterThan(heights[1] ?? Number.NaN);
});
