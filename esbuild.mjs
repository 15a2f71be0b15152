// Builds the command line. `vscode` is not external here: a value import of it breaks this build, and should.
import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import * as esbuild from 'esbuild';

const { version } = JSON.parse(await readFile('package.json', 'utf8'));

await rm('dist', { recursive: true, force: true });
await esbuild.build({
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
});
// Only the entry is a program; the shebang in the chunks is a comment that must go.
for (const output of await import('node:fs').then((fs) => fs.readdirSync('dist'))) {
  if (!output.endsWith('.js') || output === 'cli.js') continue;
  const text = await readFile(`dist/${output}`, 'utf8');
  await writeFile(`dist/${output}`, text.replace(/^#!.*\n/, '\n'));
}
await chmod('dist/cli.js', 0o755);
