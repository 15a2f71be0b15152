// Bundles programs of this project that are no part of it, and runs the first of them.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { cli } from '../esbuild.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** `entries`: paths without `.ts`. Gives the exit code. */
export async function runBundled(entries, name, args) {
  // Below node_modules, so that what is not bundled is found from there; as deep as the sources, which find the root from where they are.
  const outdir = `${root}node_modules/${name}`;
  rmSync(outdir, { recursive: true, force: true });
  await esbuild.build({
    ...cli,
    absWorkingDir: root,
    entryPoints: entries.map((entry) => `${entry}.ts`),
    entryNames: '[name]',
    external: [...cli.external, 'esbuild', 'playwright-core', '@vscode/test-electron'],
    outdir,
    outExtension: { '.js': '.mjs' },
  });
  const program = `${outdir}/${basename(entries[0])}.mjs`;
  const { status } = spawnSync(process.execPath, ['--enable-source-maps', program, ...args], { cwd: root, stdio: 'inherit' });
  return status ?? 1;
}
