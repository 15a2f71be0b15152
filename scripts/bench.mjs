// Bundles the benchmarks and runs them: `npm run bench`, or `npm run bench -- apply turn` for some of them.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { cli } from '../esbuild.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
// Below node_modules, so that what is not bundled is found from there; as deep as the sources, which find the root from where they are.
const outdir = `${root}node_modules/.massgen-bench`;
rmSync(outdir, { recursive: true, force: true });
await esbuild.build({
  ...cli,
  absWorkingDir: root,
  // What measures in a process or a thread of its own is an entry too.
  entryPoints: ['run', 'turn-models', 'footprint-child', 'stream-child', 'window/first-paint-child', 'long-session-child'].map(
    (name) => `bench/${name}.ts`,
  ),
  entryNames: '[name]',
  external: [...cli.external, 'esbuild', 'playwright-core', '@vscode/test-electron'],
  outdir,
  outExtension: { '.js': '.mjs' },
});
const { status } = spawnSync(process.execPath, ['--enable-source-maps', `${outdir}/run.mjs`, ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
process.exit(status ?? 1);
