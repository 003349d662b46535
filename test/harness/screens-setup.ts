import process from 'node:process';
import { buildPages } from '../../apps/cli/src/pages.ts';

/** Builds both apps' screens before anybody shows them, where they are missing or older than their sources. */
export async function setup(): Promise<void> {
  const mode = process.env['NODE_ENV'];
  // As a shop gets them; the test runner's own would build them for development.
  process.env['NODE_ENV'] = 'production';
  await buildPages((line) => process.stderr.write(`test harness: ${line}\n`));
  process.env['NODE_ENV'] = mode;
}
