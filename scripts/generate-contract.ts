import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contractFiles } from '@tillwire/contract';

// Writes the JSON Schemas and asyncapi.yaml out of the topic table; a test holds the committed files to it.
const folder = join(import.meta.dirname, '..', 'packages', 'contract', 'schema');
mkdirSync(folder, { recursive: true });
for (const [name, text] of contractFiles()) writeFileSync(join(folder, name), text);
console.log(`${contractFiles().size} files in ${folder}`);
