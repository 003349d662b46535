import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DEFAULT_DAY_RULES } from '@tillwire/domain';
import { createLog, Problem, systemClock, systemIds } from '@tillwire/runtime';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { importJournal } from '../../apps/head-office/ingest/import-journal.ts';
import { verifyRollups } from '../../apps/head-office/store/rollup-store.ts';
import { headOfficeDatabase } from '../../apps/head-office/test/head-office-database.ts';
import { createStoreJournal } from '../../apps/head-office/test/store-journal.ts';
import { RestoreError, restoreBackup } from '../../apps/kiosk/server/backup/restore.ts';
import {
  CatalogueImportError,
  importKioskCatalogue,
} from '../../apps/kiosk/server/catalogue-import.ts';
import { parseKioskConfig } from '../../apps/kiosk/server/config.ts';
import { copyDatabase, DamagedFileError } from '../../apps/kiosk/server/store/backup-file.ts';
import { cheeseburgers, startKiosk, STORE } from '../../apps/kiosk/server/test/kiosk-rig.ts';
import { changedValue, mangledBytes, mangledText } from './broken.ts';
import { FUZZ_TIMEOUT_MS, fuzzEffort } from './runs.ts';
import { createPen, type Sent } from './sealed-messages.ts';

const folder = mkdtempSync(join(tmpdir(), 'tillwire-fuzz-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);
const log = createLog('test', 'silent');
const deps = { clock: systemClock, ids: systemIds };

it(
  'Whatever a backup file holds, it is restored whole, or refused and the database stays as it was',
  { timeout: FUZZ_TIMEOUT_MS },
  async () => {
    const kiosk = await startKiosk({ path: at('shop.db') });
    for (let sale = 0; sale < 6; sale++) await kiosk.post('/api/orders', cheeseburgers(`r${sale}`));
    await kiosk.stop();
    await copyDatabase(at('shop.db'), at('backup.db'));
    const whole = readFileSync(at('backup.db'));
    const before = Buffer.from('what was there before');
    const outcomes = new Map<string, number>();
    const restored = async (bytes: Uint8Array): Promise<void> => {
      writeFileSync(at('broken.db'), bytes);
      writeFileSync(at('target.db'), before);
      try {
        const { keptAs } = await restoreBackup({
          backup: at('broken.db'),
          target: at('target.db'),
          store: STORE,
          rules: DEFAULT_DAY_RULES,
          ...deps,
        });
        outcomes.set('restored', (outcomes.get('restored') ?? 0) + 1);
        expect(readFileSync(keptAs ?? '')).toEqual(before);
        rmSync(keptAs ?? '');
      } catch (error) {
        if (!(error instanceof DamagedFileError || error instanceof RestoreError)) throw error;
        outcomes.set('refused', (outcomes.get('refused') ?? 0) + 1);
        expect(error.message).not.toBe('');
        expect(readFileSync(at('target.db'))).toEqual(before);
        expect(existsSync(at('target.db.restoring'))).toBe(false);
      }
    };
    await restored(whole);
    expect(outcomes.get('restored')).toBe(1);
    await fc.assert(fc.asyncProperty(mangledBytes(whole), restored), fuzzEffort(25));
    expect(outcomes.get('refused')).toBeGreaterThan(0);
  },
);

it(
  'Whatever journal comes by stick, it is taken in or refused with its place, and the books add up',
  { timeout: FUZZ_TIMEOUT_MS },
  async () => {
    const office = await headOfficeDatabase();
    const journal = createStoreJournal('S03');
    const sales = Array.from({ length: 5 }, (_, quantity) => journal.sell(1 + quantity));
    for (const sale of sales.slice(0, 2)) journal.voided(sale);
    const texts = journal.events().map(({ text }) => text);
    const file = (lines: readonly string[]): Buffer => gzipSync(`${lines.join('\n')}\n`);
    const taken = async (bytes: Uint8Array): Promise<number> => {
      writeFileSync(at('journal'), bytes);
      try {
        const { events, parked } = await importJournal(
          { db: office.db, log, ...deps },
          at('journal'),
        );
        for (const { reason } of parked) expect(reason).not.toBe('');
        return events;
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        expect(error.code).toBe('not-a-journal');
        return 0;
      }
    };
    const brokenLine = fc.oneof(
      changedValue(texts.map((text) => JSON.parse(text) as unknown)).map((event) =>
        JSON.stringify(event),
      ),
      mangledText(texts),
    );
    const broken = fc.oneof(
      mangledBytes(file(texts)),
      fc
        .array(fc.oneof({ arbitrary: fc.constantFrom(...texts), weight: 3 }, brokenLine), {
          minLength: 1,
          maxLength: 6,
        })
        .map(file),
      fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
    );
    await fc.assert(
      fc.asyncProperty(broken, async (bytes) => {
        await taken(bytes);
      }),
      fuzzEffort(40),
    );
    expect(await taken(file(texts))).toBe(texts.length);
    expect(await verifyRollups(office.db, { from: '0001-01-01', to: '9000-01-01' })).toEqual([]);
    await office.drop();
  },
);

it(
  'Whatever catalogue comes by stick, the shop sells from a whole one afterwards',
  { timeout: FUZZ_TIMEOUT_MS },
  async () => {
    const pen = await createPen(STORE);
    writeFileSync(at('anchors.pem'), pen.publicPem);
    const config = parseKioskConfig({
      STORE_CODE: STORE,
      DB_PATH: at('menu.db'),
      TRUST_ANCHORS: at('anchors.pem'),
    });
    const write = (messages: readonly Sent[]): string => JSON.stringify({ messages });
    const taken = async (text: string): Promise<number> => {
      writeFileSync(at('catalogue'), text);
      try {
        const standing = await importKioskCatalogue(config, at('catalogue'), { ...deps, log });
        return standing.inForce?.version ?? 0;
      } catch (error) {
        if (!(error instanceof CatalogueImportError)) throw error;
        expect(error.message).toContain(at('catalogue'));
        return 0;
      }
    };
    expect(await taken(write(pen.whole))).toBe(101);
    const broken = fc.oneof(
      { arbitrary: fc.array(pen.broken, { minLength: 1, maxLength: 4 }).map(write), weight: 4 },
      {
        arbitrary: changedValue([{ messages: pen.whole }]).map((value) => JSON.stringify(value)),
        weight: 1,
      },
      { arbitrary: mangledText([write(pen.whole)]), weight: 1 },
    );
    await fc.assert(
      fc.asyncProperty(broken, async (text) => {
        await taken(text);
      }),
      fuzzEffort(30),
    );
    expect(await taken(write([pen.full, pen.delta(2_000_000_000)]))).toBe(2_000_000_000);
    const kiosk = await startKiosk({ path: at('menu.db') });
    expect((await kiosk.post('/api/orders', cheeseburgers('after'))).status).toBe(201);
    await kiosk.stop();
  },
);
