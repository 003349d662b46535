import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exportLegacyCatalogue, importLegacyCatalogue } from '@tillwire/domain';
import { arbitraryCatalogue } from '../../domain/test/arbitrary-catalogue.ts';
import { decodeLegacyFile, decodeLegacyFiles } from './legacy-csv.ts';

const decode = (content: string | readonly number[]) =>
  decodeLegacyFile({
    fileName: 'ST_ITEMS.CSV',
    bytes:
      typeof content === 'string' ? new TextEncoder().encode(content) : Uint8Array.from(content),
  });
const bytesOf = (ascii: string): number[] => [...new TextEncoder().encode(ascii)];
/** The rows of a file with one-letter header, each as its line and its fields. */
const rowsOf = (content: string) =>
  decode(content).file.rows.map(({ line, fields }) => [line, ...fields]);

describe('The bytes of a table', () => {
  it('are UTF-8 with or without BOM', () => {
    expect(decode('\ufeffA,B\n1,Café £2').file).toEqual({
      fileName: 'ST_ITEMS.CSV',
      header: ['A', 'B'],
      rows: [{ line: 2, fields: ['1', 'Café £2'] }],
    });
    expect(decode('A\n£').file.header).toEqual(['A']);
  });

  it('are Windows-1252 where they are no UTF-8', () => {
    const { file, faults } = decode([
      ...bytesOf('A\r\nDELIVERY '),
      0xa3,
      ...bytesOf('2.50 '),
      0x80,
      0x85,
      0x9f,
      0x81,
    ]);
    expect(file.rows).toEqual([{ line: 2, fields: ['DELIVERY £2.50 €…Ÿ\x81'] }]);
    expect(faults).toEqual([]);
  });

  it('must not be UTF-16', () => {
    expect(decode([0xff, 0xfe, 0x41, 0])).toEqual({
      file: { fileName: 'ST_ITEMS.CSV', header: [], rows: [] },
      faults: [
        {
          file: 'ST_ITEMS.CSV',
          line: null,
          column: null,
          value: '',
          message: 'is UTF-16, must be UTF-8 or Windows-1252',
        },
      ],
    });
  });

  it('may be none at all', () => {
    expect(decode('').file).toEqual({ fileName: 'ST_ITEMS.CSV', header: [], rows: [] });
  });
});

describe('A line', () => {
  it('ends in CR LF, LF or CR, and has its number in the file, blank lines counted', () => {
    expect(rowsOf('A,B\r\n1,a\n2,b\r3,c\r\n\r\n  \n7,d')).toEqual([
      [2, '1', 'a'],
      [3, '2', 'b'],
      [4, '3', 'c'],
      [7, '7', 'd'],
    ]);
  });

  it('has fields that are quoted only from their very start', () => {
    expect(
      rowsOf(
        [
          'A',
          'A,7,BUNs Falcone 4"',
          'N,7,"MEAT SHEET 24""x18"""',
          '1,BURGER,"36, 37",',
          '2,"The best" burger, ever',
          '3, "36,37"',
          '4,a "b" c,""',
        ].join('\n'),
      ),
    ).toEqual([
      [2, 'A', '7', 'BUNs Falcone 4"'],
      [3, 'N', '7', 'MEAT SHEET 24"x18"'],
      [4, '1', 'BURGER', '36, 37', ''],
      [5, '2', '"The best" burger', ' ever'],
      [6, '3', ' "36', '37"'],
      [7, '4', 'a "b" c', ''],
    ]);
  });

  it('must close the quotes it opens, and costs no other line when it does not', () => {
    const { file, faults } = decode('A,B\n1,"open\n2,"shut"\n3,"open too');
    expect(faults).toEqual([
      {
        file: 'ST_ITEMS.CSV',
        line: 2,
        column: null,
        value: '1,"open',
        message: 'a value opens with a quote and must close with one on the same line',
      },
      expect.objectContaining({ line: 4 }),
    ]);
    expect(file.rows.map(({ fields }) => fields)).toEqual([
      ['1', '"open'],
      ['2', 'shut'],
      ['3', '"open too'],
    ]);
  });

  it('never fails to be read, whatever it holds', () => {
    const anything = fc.stringMatching(/^[",a \r\n\0]{0,20}$/);
    fc.assert(
      fc.property(fc.oneof(anything, fc.string({ unit: 'binary' })), (content) => {
        const { file } = decode(content);
        for (const { fields } of file.rows) expect(fields.length).toBeGreaterThan(0);
      }),
    );
  });
});

describe('An exported catalogue', () => {
  it('is read back the same out of its bytes', () => {
    fc.assert(
      fc.property(arbitraryCatalogue, (catalogue) => {
        const entries = exportLegacyCatalogue(catalogue, { shop: 3 }).map(({ fileName, text }) => ({
          fileName,
          bytes: new TextEncoder().encode(text),
        }));
        const { files, faults } = decodeLegacyFiles(entries);
        expect(faults).toEqual([]);
        const imported = importLegacyCatalogue(files, { shop: 3 });
        expect(imported.ok ? imported.value.catalogue : imported.error).toEqual(catalogue);
      }),
    );
  });
});
