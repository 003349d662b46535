import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Zip, ZipDeflate, type Zippable, zipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exportLegacyCatalogue, formatImportFault, type ImportFault } from '@tillwire/domain';
import {
  importLegacyPath,
  importLegacyZip,
  readLegacyPath,
  readLegacyZip,
} from './legacy-files.ts';

const SAMPLE = join(import.meta.dirname, '../../../sample-menu');
const CSV = new TextEncoder().encode('A,B\r\n1,2\r\n');
const MIB = 1024 * 1024;

const said = (faults: readonly ImportFault[]): readonly string[] => faults.map(formatImportFault);
const readZip = (bytes: Uint8Array) => readLegacyZip({ fileName: 'set.zip', bytes });

/** The sample menu as entries of a ZIP, in a folder of it. */
async function sampleEntries(): Promise<Zippable> {
  const names = await readdir(SAMPLE);
  const entries = names.map(async (name) => {
    const bytes = new Uint8Array(await readFile(join(SAMPLE, name)));
    return [`menu/${name}`, bytes] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillwire-legacy-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe('The sample menu', () => {
  it('imports from its folder without a fault, every file there', async () => {
    const imported = await importLegacyPath(SAMPLE, { shop: 1 });
    expect(imported.ok ? imported.value.report : imported.error).toMatchObject({
      shop: 1,
      counts: { products: 83, combos: 7, channels: 12, shops: 15, vatClasses: 3 },
      missing: [],
    });
  });

  it('imports the same from a ZIP with a folder in it', async () => {
    const bytes = zipSync(await sampleEntries());
    const zipped = importLegacyZip({ fileName: 'menu.zip', bytes }, { shop: 1 });
    expect(zipped.ok).toBe(true);
    expect(zipped).toEqual(await importLegacyPath(SAMPLE, { shop: 1 }));
    await writeFile(join(folder, 'menu.zip'), bytes);
    expect(await importLegacyPath(join(folder, 'menu.zip'), { shop: 1 })).toEqual(zipped);
  });

  it('is the same catalogue after an export and another import', async () => {
    const first = await importLegacyPath(SAMPLE, { shop: 1 });
    if (!first.ok) throw new Error(said(first.error).join('\n'));
    for (const { fileName, text } of exportLegacyCatalogue(first.value.catalogue, { shop: 1 })) {
      await writeFile(join(folder, fileName), text);
    }
    const second = await importLegacyPath(folder, { shop: 1 });
    expect(second.ok && second.value.catalogue).toEqual(first.value.catalogue);
    expect(second.ok && second.value.report.warnings).toEqual([]);
    expect(second.ok && second.value.report.missing).toEqual([]);
  });

  it('is of one shop only', async () => {
    const imported = await importLegacyPath(SAMPLE, { shop: 2 });
    expect(imported.ok ? [] : said(imported.error)).toEqual([
      'COMBTB2.CSV: is missing, and nothing can be imported without it',
      'PDITEM2.CSV: is missing, and nothing can be imported without it',
    ]);
  });
});

describe('A folder', () => {
  it('is read for its CSV files in any letter case, not for hidden files or folders in it', async () => {
    for (const name of ['PDITEM9.CSV', 'combtb9.csv', '._PDITEM9.CSV', 'notes.txt']) {
      await writeFile(join(folder, name), CSV);
    }
    await mkdir(join(folder, 'old'));
    await writeFile(join(folder, 'old', 'PDITEM9.CSV'), CSV);
    const { files, faults } = await readLegacyPath(folder);
    expect(files.map(({ fileName }) => fileName)).toEqual(['PDITEM9.CSV', 'combtb9.csv']);
    expect(faults).toEqual([]);
  });

  it('tells of every file it cannot read, and what is wrong with the rest', async () => {
    await mkdir(join(folder, 'PDITEM9.CSV'));
    await writeFile(join(folder, 'P_CHOICE.CSV'), 'PRODNUMB,OPT_PRODNUMB\n1,"2\n');
    const imported = await importLegacyPath(folder, { shop: 9 });
    expect(imported.ok ? [] : said(imported.error)).toEqual([
      'COMBTB9.CSV: is missing, and nothing can be imported without it',
      expect.stringMatching(/^PDITEM9\.CSV: cannot be read: EISDIR/),
      'PDVAT_TB.CSV: is missing, and nothing can be imported without it',
      'P_CHOICE.CSV:2: a value opens with a quote and must close with one on the same line',
    ]);
  });

  it("is not read for other shops' tables, whatever is wrong with them", async () => {
    for (const name of await readdir(SAMPLE)) {
      await writeFile(join(folder, name), await readFile(join(SAMPLE, name)));
    }
    await writeFile(join(folder, 'PDITEM2.CSV'), 'PRODNUMB\n"1\n');
    await writeFile(join(folder, 'OLD.CSV'), Uint8Array.of(0xff, 0xfe, 0x41, 0));
    const imported = await importLegacyPath(folder, { shop: 1 });
    const ignored = imported.ok ? imported.value.report.warnings.map(({ file }) => file) : [];
    expect(ignored).toEqual(expect.arrayContaining(['OLD.CSV', 'PDITEM2.CSV']));
    const second = await importLegacyPath(folder, { shop: 2 });
    expect(second.ok ? [] : said(second.error)).toContain(
      'PDITEM2.CSV:2: a value opens with a quote and must close with one on the same line',
    );
  });

  it('must be there', async () => {
    const imported = await importLegacyPath(join(folder, 'none'), { shop: 9 });
    expect(imported.ok ? [] : said(imported.error)).toEqual([
      expect.stringContaining('none: cannot be read: ENOENT'),
    ]);
  });

  it('must not be larger than any menu is', async () => {
    await writeFile(join(folder, 'PDITEM9.CSV'), new Uint8Array(8 * MIB + 1));
    await writeFile(join(folder, 'COMBTB9.CSV'), CSV);
    const large = await readLegacyPath(folder);
    expect(said(large.faults)).toEqual(['PDITEM9.CSV: is larger than 8388608 bytes']);
    expect(large.files).toHaveLength(1);
    for (let at = 0; at < 5; at += 1) {
      await writeFile(join(folder, `X${at}.CSV`), new Uint8Array(7 * MIB));
    }
    expect(said((await readLegacyPath(folder)).faults).at(-1)).toContain(
      'is larger than 33554432 bytes in all',
    );
    await writeFile(join(folder, 'all.zip'), new Uint8Array(33 * MIB));
    expect(said((await readLegacyPath(join(folder, 'all.zip'))).faults)).toEqual([
      'all.zip: is larger than 33554432 bytes in all',
    ]);
  });

  it('must not hold more files than any set does', async () => {
    for (let at = 0; at <= 500; at += 1) await writeFile(join(folder, `X${at}.CSV`), '');
    const { files, faults } = await readLegacyPath(folder);
    expect(files).toEqual([]);
    expect(said(faults)).toEqual([`${folder}: has more than 500 files`]);
  });
});

describe('A ZIP', () => {
  it('is read whether its entries are stored or deflated, sizes before or after them', () => {
    const parts: Uint8Array[] = [];
    const zip = new Zip((error, part) => {
      if (error !== null) throw error;
      parts.push(part);
    });
    const entry = new ZipDeflate('late.csv', { level: 9 });
    zip.add(entry);
    entry.push(CSV, true);
    zip.end();
    expect(readZip(Buffer.concat(parts))).toMatchObject({
      files: [{ fileName: 'late.csv', header: ['A', 'B'] }],
      faults: [],
    });
    expect(
      readZip(zipSync({ 'a.csv': [CSV, { level: 0 }], 'b.CSV': CSV, 'c.txt': CSV })),
    ).toMatchObject({
      files: [{ fileName: 'a.csv' }, { fileName: 'b.CSV' }],
      faults: [],
    });
  });

  it('must be one, whole', () => {
    const whole = zipSync({ 'a.csv': CSV });
    for (const bytes of [new Uint8Array(), CSV, new Uint8Array(40), whole.subarray(0, -30)]) {
      expect(said(readZip(bytes).faults)).toEqual([
        'set.zip: is no ZIP or is cut off, must be a whole ZIP or a folder',
      ]);
    }
  });

  it('must hold every entry it declares', () => {
    const bytes = zipSync({ 'a.csv': CSV, 'b.csv': CSV });
    bytes[bytes.length - 22 + 10] = 3;
    expect(said(readZip(bytes).faults)).toEqual([
      'set.zip: has 2 entries, must have the 3 it declares',
    ]);
  });

  it.each(['../PDITEM9.CSV', '/etc/PDITEM9.CSV', 'C:\\PDITEM9.CSV', 'a\\..\\PDITEM9.CSV'])(
    'must not lead out of itself: %s',
    (name) => {
      const { files, faults } = readZip(zipSync({ [name]: CSV, 'ok.csv': CSV }));
      expect(said(faults)).toEqual([`${name}: leads out of the ZIP, must be a name within it`]);
      const escaping = zipSync({ [name]: CSV, [name.replace('PDITEM9', 'OTHER')]: CSV });
      const imported = importLegacyZip({ fileName: 'set.zip', bytes: escaping }, { shop: 9 });
      expect(imported.ok ? [] : imported.error.map(({ message }) => message)).toEqual(
        Array.from({ length: 2 }, () => 'leads out of the ZIP, must be a name within it'),
      );
      expect(files.map(({ fileName }) => fileName)).toEqual(['ok.csv']);
    },
  );

  it('must not unpack to more than any menu is, whatever it declares', () => {
    const bomb = zipSync({ 'bomb.csv': new Uint8Array(9 * MIB) });
    expect(said(readZip(bomb).faults)).toEqual(['bomb.csv: is larger than 8388608 bytes']);
    const lying = bomb.slice();
    new DataView(lying.buffer).setUint32(22, 100, true);
    const { files, faults } = readZip(lying);
    expect(said(faults)).toEqual(['bomb.csv: is larger than 8388608 bytes']);
    expect(files).toEqual([]);
    const many = Array.from({ length: 5 }, (_, at) => [`${at}.csv`, new Uint8Array(7 * MIB)]);
    expect(said(readZip(zipSync(Object.fromEntries(many) as Zippable)).faults)).toEqual([
      'set.zip: is larger than 33554432 bytes in all',
    ]);
  });

  it('must not hold more files than any set does', () => {
    const many = Array.from({ length: 501 }, (_, at) => [`${at}.txt`, CSV]);
    expect(said(readZip(zipSync(Object.fromEntries(many) as Zippable)).faults)).toEqual([
      'set.zip: has more than 500 files',
    ]);
  });

  it('must not be damaged', () => {
    const long = new TextEncoder().encode('A,B\r\n'.repeat(500).concat('the end'));
    const bytes = zipSync({ 'a.csv': long });
    bytes.fill(0xff, 36, 50);
    const damaged = said(readZip(bytes).faults);
    expect(damaged).toEqual(['a.csv: is damaged or encrypted, must be a plain entry of a ZIP']);
    const short = zipSync({ 'a.csv': [CSV, { level: 0 }] });
    new DataView(short.buffer).setUint32(22, CSV.length + 1, true);
    expect(said(readZip(short).faults)).toEqual(damaged);
    const odd = zipSync({ 'a.csv': CSV });
    new DataView(odd.buffer).setUint16(8, 99, true);
    expect(said(readZip(odd).faults)).toEqual([
      'a.csv: is packed in an unknown way, must be stored or deflated',
    ]);
    const endless = zipSync({ 'a.csv': [CSV, { level: 0 }] });
    new DataView(endless.buffer).setUint32(18, 1_000_000, true);
    expect(said(readZip(endless).faults)).toEqual([
      'set.zip: is damaged or encrypted, must be a plain entry of a ZIP',
    ]);
  });
});
