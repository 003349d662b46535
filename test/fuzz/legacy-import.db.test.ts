import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { contentOfCatalogue, fullCatalogueSchema } from '@tillwire/contract';
import { importLegacyZip } from '@tillwire/runtime';
import fc from 'fast-check';
import { zipSync } from 'fflate';
import { expect, it } from 'vitest';
import { mangledBytes } from './broken.ts';
import { LEGACY_CORPUS } from './corpus/legacy-import.ts';
import { NASTY } from './from-schema.ts';
import { FUZZ_TIMEOUT_MS, fuzzEffort } from './runs.ts';

const MENU = join(import.meta.dirname, '../../sample-menu');
const tables = readdirSync(MENU)
  .filter((name) => /\.csv$/i.test(name))
  .map((name) => ({ name, bytes: readFileSync(join(MENU, name)) }));
const zipOf = (files: readonly { readonly name: string; readonly bytes: Uint8Array }[]) =>
  zipSync(Object.fromEntries(files.map(({ name, bytes }) => [name, bytes])));
const whole = zipOf(tables);

/** Either a catalogue that can be published as it is, or what is wrong with the files, each place named. */
function expectSound(bytes: Uint8Array): void {
  const answer = importLegacyZip({ fileName: 'menu.zip', bytes }, { shop: 1 });
  if (answer.ok) {
    const content = contentOfCatalogue(answer.value.catalogue);
    const read = fullCatalogueSchema.omit({ signatures: true, number: true }).safeParse({
      ...content,
      catalog_version: 1,
      checksum: `sha256:${'0'.repeat(64)}`,
    });
    expect(read.error?.issues ?? []).toEqual([]);
    return;
  }
  expect(answer.error.length).toBeGreaterThan(0);
  for (const { file, message, line } of answer.error) {
    expect(typeof file).toBe('string');
    expect(message).not.toBe('');
    expect(line === null || line > 0).toBe(true);
  }
}

const CELLS = [
  ...NASTY.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))),
  '-5',
  '99999999999999999999',
  '1.5',
  '5,6',
  '"open',
  '""',
  '\u00a35.00',
  '0x10',
  '1e3',
  ' 7 ',
  'N',
];

/** A set in which one cell of one table is something else. */
const changedCell = fc
  .tuple(fc.constantFrom(...tables), fc.nat(), fc.nat(), fc.constantFrom(...CELLS))
  .map(([{ name, bytes }, row, column, by]) => {
    const lines = bytes.toString('utf8').split(/\r?\n/);
    const cells = (lines[row % lines.length] ?? '').split(',');
    cells[column % cells.length] = by;
    lines[row % lines.length] = cells.join(',');
    return { name, bytes: Buffer.from(lines.join('\r\n')) };
  });
/** A set in which one table is not what it was. */
const mangledTable = fc
  .constantFrom(...tables)
  .chain(({ name, bytes }) => mangledBytes(bytes).map((to) => ({ name, bytes: to })));
const lacking = fc.constantFrom(...tables).map(({ name }) => ({ name, bytes: null }));

const setWith = (changes: readonly { readonly name: string; readonly bytes: Buffer | null }[]) =>
  zipOf(
    tables.flatMap(({ name, bytes }) => {
      const change = changes.find((one) => one.name === name);
      const now = change === undefined ? bytes : change.bytes;
      return now === null ? [] : [{ name, bytes: now }];
    }),
  );

it('The sample menu itself is sound', () => {
  expect(importLegacyZip({ fileName: 'menu.zip', bytes: whole }, { shop: 1 }).ok).toBe(true);
  expectSound(whole);
});

it(
  'Whatever bytes come as a ZIP are a catalogue or faults that say where',
  { timeout: FUZZ_TIMEOUT_MS },
  () => {
    expect.hasAssertions();
    for (const base64 of LEGACY_CORPUS) expectSound(Buffer.from(base64, 'base64'));
    fc.assert(
      fc.property(
        fc.oneof(
          { arbitrary: mangledBytes(whole), weight: 5 },
          fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
        ),
        expectSound,
      ),
      fuzzEffort(30),
    );
  },
);

it(
  'Whatever stands in its tables, a set is a catalogue or faults that say where',
  { timeout: FUZZ_TIMEOUT_MS },
  () => {
    expect.hasAssertions();
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            { arbitrary: changedCell, weight: 8 },
            { arbitrary: mangledTable, weight: 2 },
            { arbitrary: lacking, weight: 1 },
          ),
          { minLength: 1, maxLength: 4 },
        ),
        (changes) => expectSound(setWith(changes)),
      ),
      fuzzEffort(30),
    );
  },
);
