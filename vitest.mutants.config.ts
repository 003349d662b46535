import { defineConfig } from 'vitest/config';

// What `npm run mutants` asks about every mutant: the quick examples of domain. The laws and the second
// implementation stay out, as thousands of random days a mutant take hours; the score is the lower for it.
export default defineConfig({
  test: {
    include: ['packages/domain/src/**/*.test.ts'],
    exclude: ['**/laws.test.ts', '**/oracle.test.ts', '**/node_modules/**'],
    setupFiles: ['packages/domain/test/few-runs.ts'],
  },
});
