// Where every process of ours begins. Not TypeScript: what is loaded before the cache is switched on has to be
// stripped of its types at each start, and the stripper alone takes 20 MB (measured).
import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

enableCompileCache(
  process.env['NODE_COMPILE_CACHE'] ?? join(homedir(), '.cache', 'tillwire', 'compiled'),
);
await import('../src/main.ts');
