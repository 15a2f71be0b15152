/** UI tests: the packaged extension in a real VS Code, one server for all of them. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    include: ['test/vscode/ui/**/*.ui.ts'],
    globalSetup: ['test/vscode/ui/server.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    // What a person waits for without a thought.
    expect: { poll: { timeout: 20_000, interval: 100 } },
    // Each file has a browser of its own: more at once than this machine has cores would only wait for each other.
    maxWorkers: 1,
    retry: process.env.CI === undefined ? 0 : 1,
  },
});
