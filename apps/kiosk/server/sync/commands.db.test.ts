import type { Command } from '@tillwire/contract';
import { storeCode, utcInstant } from '@tillwire/domain';
import { createLog, systemIds } from '@tillwire/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCommandStore } from '../store/command-store.ts';
import { type KioskDatabase, openKioskDatabase } from '../store/database.ts';
import { databases, type TestDatabase } from '../test/databases.ts';
import { type CommandHandler, runCommandOnce } from './commands.ts';

const STORE = storeCode('S03');
const NOON_MS = 1_800_000_000_000;

describe.each(databases)('A command to a kiosk on $name', ({ open }) => {
  let database: TestDatabase;
  let db: KioskDatabase;
  let nowMs: number;
  let runs: number;
  const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };

  beforeEach(async () => {
    [nowMs, runs] = [NOON_MS, 0];
    database = await open();
    db = await openKioskDatabase(database.address, { store: STORE, clock, ids: systemIds });
  });
  afterEach(async () => {
    await db.destroy();
    await database.drop();
  });

  const run = (
    name: 'backup' | 'ping' | 'close-day',
    { id = 'c1', handler }: { readonly id?: string; readonly handler?: CommandHandler } = {},
  ) =>
    runCommandOnce(
      {
        command_id: id,
        expires_at: utcInstant(NOON_MS + 60_000),
        command: { name } as Command,
        number: 1,
        signatures: [],
      },
      {
        store: STORE,
        commands: createCommandStore(db, { clock }),
        registry: {
          [name]:
            handler ??
            (() => {
              runs++;
              return Promise.resolve({ outcome: 'done', detail: `run ${runs}` });
            }),
        },
        reportError: () => Promise.resolve(),
        clock,
        log: createLog('test', 'silent'),
      },
    );
  /** Begins, and the plug is pulled. */
  const die = (name: 'backup' | 'ping' | 'close-day'): Promise<void> =>
    new Promise((begun) => {
      const handler = () => {
        runs++;
        begun();
        return new Promise<never>(() => undefined);
      };
      void run(name, { handler });
    });

  it('is run once, and every repeat hears what became of it, expired or not', async () => {
    const first = await run('backup');
    expect(first).toMatchObject({ outcome: 'done', detail: 'run 1', store_code: STORE });
    nowMs += 3_600_000;
    expect(await run('backup')).toEqual(first);
    expect(runs).toBe(1);
  });

  it('that comes when it has expired is not run, then or later', async () => {
    nowMs = NOON_MS + 60_000;
    expect(await run('backup')).toMatchObject({ outcome: 'expired' });
    nowMs = NOON_MS;
    expect(await run('backup')).toMatchObject({ outcome: 'expired' });
    expect(runs).toBe(0);
  });

  it.each(['backup', 'close-day'] as const)(
    'that the kiosk died over is not run again: %s says so',
    async (name) => {
      await die(name);
      expect(await run(name)).toMatchObject({
        outcome: 'failed',
        detail: expect.stringContaining('stopped while') as string,
      });
      expect(runs).toBe(1);
      expect(await run(name, { id: 'c2' })).toMatchObject({ outcome: 'done' });
    },
  );

  it('that is made to be resumed is', async () => {
    await die('ping');
    expect(await run('ping')).toMatchObject({ outcome: 'done' });
  });
});
