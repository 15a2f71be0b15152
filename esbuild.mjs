// Builds the command line. `vscode` is not external here: a value import of it breaks this build, and should.
import { chmod, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const { version } = JSON.parse(await readFile(new URL('package.json', import.meta.url), 'utf8'));

/** @type {import('esbuild').BuildOptions} */
export const cli = {
  entryPoints: { cli: 'src/cli/main.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  sourcemap: true,
  minifySyntax: true,
  // Native or large packages that find files beside themselves: loaded from node_modules when first needed.
  external: ['@vscode/ripgrep', '@anthropic-ai/sandbox-runtime'],
  define: { MASSGEN_VERSION: JSON.stringify(version) },
  banner: {
    js: "#!/usr/bin/env node\nimport{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
  },
  logLevel: 'warning',
};

async function build() {
  await rm('dist', { recursive: true, force: true });
  await esbuild.build(cli);
  // Only the entry is a program; the shebang in the chunks is a comment that must go.
  for (const output of await readdir('dist')) {
    if (!output.endsWith('.js') || output === 'cli.js') continue;
    const text = await readFile(`dist/${output}`, 'utf8');
    await writeFile(`dist/${output}`, text.replace(/^#!.*\n/, '\n'));
  }
  await chmod('dist/cli.js', 0o755);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();
