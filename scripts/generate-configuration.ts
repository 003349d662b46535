import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import { configurationPage } from './configuration.ts';

const file = join(import.meta.dirname, '..', 'docs', 'configuration.md');
writeFileSync(
  file,
  await format(configurationPage(), { parser: 'markdown', printWidth: 120, proseWrap: 'preserve' }),
);
console.log(file);
