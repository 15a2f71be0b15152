// Builds the command line, the extension and its windows. `vscode` is external to the extension alone: a value import of it elsewhere breaks the build, and should.
import { chmod, cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const { version } = JSON.parse(await readFile(new URL('package.json', import.meta.url), 'utf8'));
const require = "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);";

/** @type {import('esbuild').BuildOptions} */
const common = {
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  sourcemap: true,
  minifySyntax: true,
  define: { MASSGEN_VERSION: JSON.stringify(version) },
  logLevel: 'warning',
};

/** @type {import('esbuild').BuildOptions} */
export const cli = {
  ...common,
  entryPoints: { cli: 'src/cli/main.ts' },
  target: 'node20',
  // Native or large packages that find files beside themselves: loaded from node_modules when first needed.
  external: ['@vscode/ripgrep', '@anthropic-ai/sandbox-runtime'],
  banner: { js: `#!/usr/bin/env node\n${require}` },
};

/** @type {import('esbuild').Plugin} */
const which = {
  name: 'which',
  setup: ({ onResolve }) =>
    onResolve({ filter: /\/utils\/which\.js$/ }, ({ importer }) =>
      importer.includes('sandbox-runtime') ? { path: fileURLToPath(new URL('src/extension/which.ts', import.meta.url)) } : undefined,
    ),
};

/** @type {import('esbuild').BuildOptions} */
export const extension = {
  ...common,
  entryPoints: { extension: 'src/extension/main.ts' },
  chunkNames: 'extension/[name]-[hash]',
  target: 'node22',
  minify: true,
  external: ['vscode'],
  // The editor has ripgrep: the engine's import leads to that one.
  alias: { '@vscode/ripgrep': './src/extension/ripgrep.ts' },
  plugins: [which],
  banner: { js: require },
};

/** What runs in the editor's webviews: a page loads `dist/webview/<name>.js` and `<name>.css`; the icons' font lies beside them. */
/** @type {import('esbuild').BuildOptions} */
export const webview = {
  entryPoints: { sidebar: 'src/webview/sidebar.tsx', review: 'src/webview/review.tsx' },
  outdir: 'dist/webview',
  bundle: true,
  format: 'esm',
  platform: 'browser',
  target: 'chrome122',
  tsconfig: 'src/webview/tsconfig.json',
  loader: { '.ttf': 'file' },
  assetNames: '[name]',
  minify: true,
  sourcemap: true,
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
  await Promise.all([esbuild.build(extension), esbuild.build(webview)]);
  // The sandbox's helpers, where its bundled code looks for them.
  await cp('node_modules/@anthropic-ai/sandbox-runtime/vendor/seccomp', 'dist/extension/vendor/seccomp', { recursive: true });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();
