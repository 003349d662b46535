import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { catalogueCheck } from './catalogue.ts';

const SAMPLE = join(import.meta.dirname, '../../../sample-menu');

async function check(path: string, { shop = 1, json = false } = {}) {
  const lines: string[] = [];
  const code = await catalogueCheck({ path, shop, json }, (line) => lines.push(line));
  return { code, lines };
}

describe('tillwire catalogue check', () => {
  it('tells what a sound set holds and what is odd about it', async () => {
    const { code, lines } = await check(SAMPLE);
    expect(code).toBe(0);
    expect(lines[0]).toBe('The tables of shop 1 are sound.');
    expect(lines).toContain('    83  products');
    expect(lines).toContain('     3  vat classes');
    expect(lines).toContain('Warnings:');
    expect(lines).not.toContain('Missing files, and what is lost by it:');
  });

  it('tells every fault and ends with 1', async () => {
    const { code, lines } = await check(SAMPLE, { shop: 7 });
    expect(code).toBe(1);
    expect(lines).toEqual([
      'COMBTB7.CSV: is missing, and nothing can be imported without it',
      'PDITEM7.CSV: is missing, and nothing can be imported without it',
      '',
      '2 faults; nothing can be imported until they are mended.',
    ]);
    expect((await check(join(SAMPLE, 'nowhere'))).lines.at(-1)).toBe(
      '1 fault; nothing can be imported until it is mended.',
    );
  });

  it('tells the same as one line of JSON', async () => {
    const sound = await check(SAMPLE, { json: true });
    expect(sound.code).toBe(0);
    expect(sound.lines).toHaveLength(1);
    expect(JSON.parse(sound.lines[0] ?? '')).toMatchObject({
      ok: true,
      report: { shop: 1, counts: { products: 83 }, missing: [] },
    });
    const faulty = await check(SAMPLE, { shop: 7, json: true });
    expect(faulty.code).toBe(1);
    expect(JSON.parse(faulty.lines[0] ?? '')).toMatchObject({
      ok: false,
      faults: [{ file: 'COMBTB7.CSV', line: null, column: null }, { file: 'PDITEM7.CSV' }],
    });
  });

  it('tells of each missing file what is lost by it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tillwire-check-'));
    try {
      const bands = (name: string, other: string): string =>
        ['', '_2', '_3', '_4', '_5', '_6']
          .map((band) => `${name}${band},${other}${band}`)
          .join(',');
      await writeFile(join(folder, 'PDVAT_TB.CSV'), 'VAT_CLASS,VAT_RATE,VAT_DESC\n1,20,Standard\n');
      await writeFile(
        join(folder, 'COMBTB1.CSV'),
        `COMBONUMB,DESC,T_COMB_NUM,EAT_VAT_CLASS,TAKE_VAT_CLASS,${bands('VATPR', 'T_VATPR')}\n`,
      );
      await writeFile(
        join(folder, 'PDITEM1.CSV'),
        `PRODNUMB,PRODNAME,EAT_VAT_CLASS,TAKE_VAT_CLASS,READBACK_ORD,MEAL_ONLY,MEAL_CODE,MEAL_DRINK,T_DRINK_CD,${bands('VATPR', 'DC_VATPR')}\n1,TEA,1,1,0,False,0,0,0,${'100,0,'.repeat(6).slice(0, -1)}\n`,
      );
      const { code, lines } = await check(folder);
      expect(code).toBe(0);
      expect(lines).toContain('Missing files, and what is lost by it:');
      expect(lines).toContain('  EXTRAS1.CSV: there is no general extras list');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
