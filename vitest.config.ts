import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  define: { MASSGEN_VERSION: JSON.stringify('0.0.0-test') },
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // Most of them wait for processes that they start: with one on two cores, half of the machine would be idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
  },
});
