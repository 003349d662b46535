import { defineConfig } from 'vitest/config';
import { FUZZ_TIMEOUT_MS, isFuzzingOn } from './test/fuzz/runs.ts';

// Three suites: `unit` is pure and quick (the inner loop), `db` talks to real databases,
// `system` starts whole processes, a real broker and a real browser; `long` is more of the same, run by hand.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'packages/*/src/**/*.test.ts',
            'packages/*/test/**/*.test.ts',
            'apps/**/*.test.ts',
            'scripts/**/*.test.ts',
          ],
          exclude: ['**/*.db.test.ts', '**/node_modules/**', '**/dist/**'],
          // Laws over thousands of random days, on a busy machine and instrumented, take their time.
          testTimeout: isFuzzingOn() ? FUZZ_TIMEOUT_MS : 120_000,
          setupFiles: ['test/fuzz/everyday.ts'],
          // What is pure leaves nothing behind, so that files share what they import: half of the processor's time.
          isolate: false,
          maxWorkers: '100%',
        },
      },
      {
        test: {
          name: 'db',
          include: ['packages/**/*.db.test.ts', 'apps/**/*.db.test.ts', 'test/**/*.db.test.ts'],
          exclude: ['**/node_modules/**'],
          globalSetup: ['test/harness/postgres-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          // They wait more than they compute. Two leave what is timed its second; VITEST_MAX_WORKERS says otherwise.
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'system',
          include: ['test/**/*.test.ts'],
          exclude: ['**/*.db.test.ts', 'test/long/**', '**/node_modules/**'],
          globalSetup: ['test/harness/postgres-setup.ts', 'test/harness/screens-setup.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'long',
          include: ['test/long/**/*.test.ts'],
          globalSetup: ['test/harness/postgres-setup.ts', 'test/harness/screens-setup.ts'],
          testTimeout: 600_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
    coverage: { provider: 'v8', include: ['packages/{domain,contract}/src/**/*.ts'] },
  },
});
