import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  certificate,
  close,
  heldIds,
  must,
  sell,
  sellSome,
  untilDay,
  untilHeld,
  untilSent,
  wrongRollups,
} from '../harness/books.ts';
import { priceAt } from '../harness/chain.ts';
import { debianDatabase } from '../harness/debian-postgres.ts';
import { startTillwire } from '../harness/process.ts';
import {
  CHEESEBURGER,
  closeChain,
  openChain,
  type SellingChain,
} from '../harness/selling-chain.ts';
import { waitFor } from '../harness/wait.ts';

// Head Office is put back to an older backup of its own, into the same database on the same server, by its own
// commands; then once more by PostgreSQL's.

let chain: SellingChain;
let folder = '';
let backup = '';
let date = '';
let incarnations: readonly number[] = [];

beforeAll(async () => {
  chain = await openChain({ database: await debianDatabase() });
  folder = await mkdtemp(join(tmpdir(), 'tillwire-office-backups-'));
});
afterAll(async () => {
  await closeChain(chain);
  await rm(folder, { recursive: true });
});

const tell = (line: string): void => void process.stderr.write(`${line}\n`);

async function office(...args: readonly string[]): Promise<string> {
  const started = startTillwire(['head-office', ...args], {
    env: {
      PATH: process.env['PATH'] ?? '',
      DATABASE_URL: chain.database.url,
      HO_STATE_DIR: join(folder, 'state'),
    },
  });
  const { code } = await started.exited;
  const said = started.stdout() + started.stderr();
  if (code !== 0) throw new Error(`head-office ${args.join(' ')} ended with ${code}: ${said}`);
  return said;
}

const empty = (): Promise<unknown> =>
  chain.db.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');

const incarnation = async (): Promise<number> => {
  const { rows } = await chain.db.query<{ value: string }>(
    "SELECT value FROM meta WHERE name = 'incarnation'",
  );
  return Number(rows[0]?.value);
};

/** Everything Head Office knew of both shops before it was put back, and what came since. */
async function knownOfBoth() {
  for (const shop of chain.shops) await untilSent(shop);
  return {
    orders: [await heldIds(chain, 'S01'), await heldIds(chain, 'S02')] as const,
    certificates: [await certificate(chain, 'S01'), await certificate(chain, 'S02')],
  };
}

async function sameAsBefore(before: Awaited<ReturnType<typeof knownOfBoth>>): Promise<void> {
  await untilHeld(chain, 'S01', before.orders[0]);
  await untilHeld(chain, 'S02', before.orders[1]);
  for (const shop of chain.shops) await untilSent(shop);
  expect([await certificate(chain, 'S01'), await certificate(chain, 'S02')]).toEqual(
    before.certificates,
  );
  expect(await wrongRollups(chain)).toEqual([]);
}

it('A backup is taken while both shops sell, then a day is closed, voided in and sold behind', async () => {
  const [first, second] = chain.shops;
  await sellSome(first, 20);
  await sellSome(second, 10);
  await untilSent(first);
  await untilSent(second);
  const said = await office('backup', folder);
  backup = /^\S+\.dump/m.exec(said)?.[0] ?? '';
  tell(said.trim());
  tell((await office('verify', backup)).trim());
  const voided = await sell(first);
  await sellSome(second, 15);
  date = await close(first);
  await must(first, `/api/orders/${voided}/void`, { crewId: '0', reason: 'mistake' });
  await untilDay(chain, 'S01', date, { state: 'reconciled', revision: 2, orders: 20 });
  await sellSome(first, 5);
  expect(backup).toMatch(/\.dump$/);
});

it('An older backup put back by its own command is filled up by the shops, and certifies what it did', async () => {
  const before = await knownOfBoth();
  incarnations = [await incarnation()];
  const version = (await priceAt(chain.shops[0], CHEESEBURGER))?.version ?? 0;
  await chain.stopHeadOffice();
  await empty();
  const begun = performance.now();
  tell((await office('restore', backup)).trim());
  await expect(office('restore', backup)).rejects.toThrow('is not empty');
  await (await chain.startHeadOffice()).says(/Head Office is at/, 60_000);
  await sameAsBefore(before);
  tell(
    `the same again ${((performance.now() - begun) / 1000).toFixed(1)} s after the restore began`,
  );
  incarnations = [...incarnations, await incarnation()];
  expect(incarnations[1]).toBeGreaterThan(incarnations[0] ?? 0);
  await untilDay(chain, 'S01', date, { state: 'reconciled', revision: 2, orders: 20 });
  // What the shops run goes out again above every version they ever saw.
  await waitFor('a higher version', async () => {
    const now = await priceAt(chain.shops[0], CHEESEBURGER);
    return (now?.version ?? 0) > version;
  });
});

it('The same backup put back by pg_restore, the incarnation of today in it or not, is noticed all the same', async () => {
  await sellSome(chain.shops[1], 8);
  const before = await knownOfBoth();
  await chain.stopHeadOffice();
  await empty();
  const args = ['--no-owner', '--exit-on-error', '--dbname', chain.database.url, backup];
  const restored = spawnSync('pg_restore', args, { encoding: 'utf8' });
  expect({ status: restored.status, said: restored.stderr }).toEqual({ status: 0, said: '' });
  // Even if the dump were so young that it knew of the newest.
  await chain.db.query("UPDATE meta SET value = $1 WHERE name = 'incarnation'", [
    String(incarnations[1]),
  ]);
  await (await chain.startHeadOffice()).says(/Head Office is at/, 60_000);
  await sameAsBefore(before);
  expect(await incarnation()).toBeGreaterThan(incarnations[1] ?? 0);
});
