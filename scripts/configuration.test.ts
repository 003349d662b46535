import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { configurationPage } from './configuration.ts';

/** Cells without the padding that the formatter gives tables. */
const rowsOf = (page: string): readonly string[] =>
  page
    .split('\n')
    .filter((line) => line.startsWith('|') && !line.startsWith('| -'))
    .map((line) => line.replaceAll(/ +/g, ' '));

it('The documentation of the configuration is that of the code', () => {
  const file = join(import.meta.dirname, '..', 'docs', 'configuration.md');
  expect(rowsOf(readFileSync(file, 'utf8'))).toEqual(rowsOf(configurationPage()));
});
